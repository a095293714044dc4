"""The deployed local stack under load, beside bare functions on the same emulator. `make load` runs it."""
