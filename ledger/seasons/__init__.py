"""Invented seasons at real scale, the demo built from them, and tampering to show what is found."""
