"""A hundred thousand requests of the kind that nobody means well: `python -m tests.hostile`."""
