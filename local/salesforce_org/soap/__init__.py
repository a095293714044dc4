"""The SOAP API, as far as REST has no call for something: see api.py."""
