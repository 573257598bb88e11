"""The books as judge sees them: only what was loaded, and reading anything else is an error of ours.

Rules never query; they say beforehand what they will want (`wants`), the store loads it, and a
forgotten want shows itself at once as `UnloadedError` instead of as a silently empty answer.
"""

from ledger.state.keys_wanted import Wants
from ledger.state.loaded import State, UnloadedError
from ledger.state.records import PLEDGED, Blocking, Keeping, Known, LotBooks, Origin, Standing
from ledger.state.wanting import JUDGED_ACCOUNTS, further_wants, wants

__all__ = [
    "JUDGED_ACCOUNTS",
    "PLEDGED",
    "Blocking",
    "Keeping",
    "Known",
    "LotBooks",
    "Origin",
    "Standing",
    "State",
    "UnloadedError",
    "Wants",
    "further_wants",
    "wants",
]
