"""One place of a log as somebody outside holds it: what every source of statements gives, and every check reads.

The record itself stands among the other answers (`ledger.queries`): a ledger's own database hands it out too.
"""

from ledger.queries.logged import Absence, Logged

__all__ = ["Absence", "Logged"]
