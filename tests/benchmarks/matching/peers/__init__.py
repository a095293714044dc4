"""The methods that are compared: each gives every pair a score."""
