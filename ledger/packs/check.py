"""Says what is wrong with a pack somebody wrote; `chaski packs check FILE` prints it."""

from __future__ import annotations

from ledger.errors import FormatError, Problem
from ledger.packs.anypack import parse_pack


def check(data: bytes) -> list[Problem]:
    """Every problem of the pack in `data`, in file order as far as it can be read; empty when it can be adopted."""
    try:
        parse_pack(data)
    except FormatError as error:
        return list(error.problems)
    return []
