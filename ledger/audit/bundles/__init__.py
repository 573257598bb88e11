"""Audit bundles: one ZIP with which a stranger checks a log offline, made and read."""
