"""HTTPS, bodies off the wire, and the page for people."""
