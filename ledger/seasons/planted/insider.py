"""The insider: edits rows of the finished database, and says which, as further cases."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from ledger.seasons.planted.case import Case, Sign
from ledger.seasons.planted.teller import Teller


def edit(database: Path, teller: Teller) -> tuple[Case, ...]:
    """Give one delivery ten times its weight in its statement, and one stock row of another some kilograms more."""
    db = sqlite3.connect(database)
    try:
        with db:
            rows = db.execute(
                "SELECT ix, payload FROM statement WHERE type = 'lot.harvested/1' AND ended IS NULL ORDER BY ix"
            ).fetchall()
            dice = teller.world.dice("planted/insider")
            # Background deliveries came first; nothing else is planted on them.
            first, second = dice.sample(rows[:10], 2)
            edited = re.sub(rb'"gross":(\d+)', rb'"gross":\g<1>0', bytes(first[1]), count=1)
            db.execute("UPDATE statement SET payload = ? WHERE ix = ?", (edited, first[0]))
            db.execute("UPDATE move SET amount = amount + 5000 WHERE ix = ? AND kind = 1 AND amount > 0", (second[0],))
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        db.close()
    return (
        Case(
            "edited-statement",
            "fraud",
            {
                "es": "Alguien con acceso a la base le puso diez veces el peso a una entrega ya registrada.",
                "en": "Somebody with the database open gave a recorded delivery ten times its weight.",
            },
            _lot(first[1]),
            (Sign("verify", ("statement-altered",), _lot(first[1])),),
        ),
        Case(
            "edited-books",
            "fraud",
            {
                "es": "Alguien con acceso a la base aumentó en cinco kilos el stock de un lote.",
                "en": "Somebody with the database open added five kilograms to a lot's stock.",
            },
            _lot(second[1]),
            (Sign("rebuild", ("books-differ",), _lot(second[1])),),
        ),
    )


def _lot(payload: bytes) -> str:
    found = re.search(rb'"lot":"([^"]+)"', payload)
    return found.group(1).decode() if found else ""
