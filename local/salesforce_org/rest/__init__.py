"""The REST resources: an authorised request to its answer."""
