"""Held pairs: what people decide about them."""
