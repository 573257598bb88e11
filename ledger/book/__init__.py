"""The front door: one ledger, from its files to every answer it gives."""

from ledger.book.copy import Copy
from ledger.book.ledger import LOG, Ledger
from ledger.book.outcomes import Prepared
from ledger.store.catalogue import KeyRow
from ledger.store.tokens import Token

__all__ = ["LOG", "Copy", "KeyRow", "Ledger", "Prepared", "Token"]
