"""SOQL: text to syntax tree to SQL."""
