"""What a person may ask of us: a copy of what we hold about them, and its erasure; and what is too old to keep."""
