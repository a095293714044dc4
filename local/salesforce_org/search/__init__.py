"""SOSL and parameterised searches."""
