"""A log as strangers read it: its public files at an address, in a folder or out of a ledger, and their check."""
