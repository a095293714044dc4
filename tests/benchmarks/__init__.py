"""What the intake costs, as ratios to a named baseline measured in the same run. `make bench` runs all of it."""
