"""Checking by strangers: where a log is read from, bundles, replay, samples and drills."""
