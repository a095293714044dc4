"""What the objects look like, and what the user sees of them."""
