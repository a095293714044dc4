"""From a request to a row: validation, spam, person keys, the receipt."""
