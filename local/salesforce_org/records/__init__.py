"""The tables, and everything that is checked when a record is written."""
