"""What tests and administrators set: faults, behaviour, rules, and the seeded start."""
