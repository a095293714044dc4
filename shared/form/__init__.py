"""What a form is: its TOML file, checked against itself and against the org."""
