"""Posts of servers: who sent them, and what a form tool's payload holds."""
