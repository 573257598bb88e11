"""The door over HTTP: the API, the public log and the lot pages. What a status means stands in errors.py alone."""
