"""Single values: texts, names, addresses, numbers, countries."""
