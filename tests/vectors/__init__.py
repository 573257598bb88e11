"""Files that fix what the ledger's formats are, and the scripts that write them."""
