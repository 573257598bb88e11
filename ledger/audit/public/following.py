"""From the key a reader has pinned to the one that signs today, over the log's own list of its keys.

The list is believed in nothing but its signatures: every handover is signed for by the key before it, and the first one
that counts is the reader's own. So it adds nothing a thief of the pinned key could not sign directly.
"""

from __future__ import annotations

from dataclasses import replace

from ledger.audit.public.source import KEYS, LogSource
from ledger.audit.public.trust import Trust
from ledger.errors import LedgerError, ProofError
from ledger.log.succession import Succession


def following(trust: Trust, source: LogSource) -> Trust:
    """The same trust with the keys the pinned ones lead to, where those alone have not signed the newest checkpoint.

    Where there is no list, or it does not hold, nothing changes: the check that follows names what is wrong.
    """
    if not trust.log_keys or _opens(trust, source):
        return trust
    try:
        succession = Succession.parse(source.read(KEYS))
        pinned = next((key for key in trust.log_keys if key in succession.keys), None)
        return trust if pinned is None else replace(trust, keys=succession.follow(pinned))
    except LedgerError:
        return trust


def _opens(trust: Trust, source: LogSource) -> bool:
    """Whether a pinned key signed; every other trouble is left to the check."""
    try:
        trust.open(source.checkpoint())
    except ProofError as error:
        return not any(problem.code == "note-unsigned" for problem in error.problems)
    except LedgerError:
        return True
    return True
