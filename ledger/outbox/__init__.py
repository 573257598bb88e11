"""Telling others: webhooks, signed, in order, retried, never into our own network; and checkpoints, to witnesses.

What is to be told was written down with the facts themselves (ledger/store/announcing.py). Here it goes out.
"""

from ledger.outbox.courier import Courier, Trial
from ledger.outbox.rules import Rules
from ledger.outbox.sending import Sender
from ledger.outbox.signature import sign
from ledger.outbox.target import Target, parse_target
from ledger.outbox.witness_client import WitnessClient
from ledger.outbox.witnessing import Asked, Witnessing

__all__ = [
    "Asked",
    "Courier",
    "Rules",
    "Sender",
    "Target",
    "Trial",
    "WitnessClient",
    "Witnessing",
    "parse_target",
    "sign",
]
