"""A simulator of everything around the product, with faults: time, queue, table, functions and the org."""
