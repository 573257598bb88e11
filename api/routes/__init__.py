"""One file per resource; each gives a `router` of thin endpoints over the ledger."""
