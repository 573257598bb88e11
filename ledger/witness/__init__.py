"""A witness (c2sp.org/tlog-witness): sees that logs only grow, and says so with its own signature and clock.

It needs nothing of a ledger but the log room's formats: a certifier, a buyer or an NGO runs it on a machine of its own.
"""

from ledger.witness.server import create_app, serve
from ledger.witness.state import WatchedLog
from ledger.witness.witness import Witness

__all__ = ["WatchedLog", "Witness", "create_app", "serve"]
