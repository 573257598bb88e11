"""Taking the text of a statement out of the store, and putting there what was restated of it.

The entry keeps the digest, so the log stands as it stood. What is written here is a function of the
withholding statement alone: a replay of the log does it again and comes to the same books.
"""

from __future__ import annotations

import orjson

from ledger.statement import parse_restated
from ledger.store.connection import Connection

_NOTHING_FOUND = orjson.dumps({"where": "", "found": None, "expected": None, "details": {}}).decode()


def withhold(db: Connection, log: int, index: int, restated: str) -> None:
    """Replace payload and signature of a statement, the free words in its marks, and what its flags repeat of it."""
    text = restated.encode()
    db.run("UPDATE statement SET payload = ?, signature = ? WHERE log = ? AND ix = ?", text, b"", log, index)
    db.many(
        "UPDATE mark SET value = ? WHERE log = ? AND ix = ? AND slot = ?",
        [
            (orjson.dumps(mark.value, option=orjson.OPT_SORT_KEYS).decode(), log, index, slot)
            for slot, mark in enumerate(parse_restated(text).marks)
        ],
    )
    db.run("UPDATE flag SET problem = ? WHERE log = ? AND ix = ?", _NOTHING_FOUND, log, index)
