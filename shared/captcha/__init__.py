"""The captchas' providers: a token is verified on the server, once, at intake."""
