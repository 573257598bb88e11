"""A whole log with its statements, out of a database, a bundle, an address or an export; moved to another machine."""
