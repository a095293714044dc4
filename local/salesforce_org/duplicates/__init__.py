"""Duplicate rules, and the matching rules that they ask."""
