"""What the measures against spam hold and let through, on a labelled set of our own. docs/spam.md shows the tables."""
