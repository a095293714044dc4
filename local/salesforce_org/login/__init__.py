"""OAuth, sessions, and who a session belongs to."""
