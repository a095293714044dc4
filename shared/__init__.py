"""What leads are and the rules about them, plus one file for each outside system."""
