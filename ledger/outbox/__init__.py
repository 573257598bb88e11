"""Telling others: webhooks delivered after the fact, signed, in order, retried, and never into our own network.

What is to be told was written down with the facts themselves (ledger/store/announcing.py). Here it goes out.
"""

from ledger.outbox.courier import Courier, Trial
from ledger.outbox.rules import Rules
from ledger.outbox.sending import Sender
from ledger.outbox.signature import sign
from ledger.outbox.target import Target, parse_target

__all__ = ["Courier", "Rules", "Sender", "Target", "Trial", "parse_target", "sign"]
