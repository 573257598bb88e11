"""Judging every fact of a log again, and attesting to what came of it."""
