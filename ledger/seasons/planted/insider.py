"""The insider: edits rows of the finished database, writes a fact past the rules, and says so, as further cases."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from ledger.canonical import b64url
from ledger.rules import Packs
from ledger.seasons.planted.case import Case, Sign
from ledger.seasons.planted.teller import Teller
from ledger.statement import sign
from ledger.store.batch import moment
from ledger.store.connection import open_engine, reading
from ledger.store.journal import Journal
from ledger.values import crockford

LOG = 1


def edit(database: Path, teller: Teller) -> tuple[Case, ...]:
    """Give one delivery ten times its weight in its statement, and one stock row of another some kilograms more."""
    slipped = slip_in(database, teller)
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
            (
                Sign("verify", ("statement-altered",), _lot(first[1])),
                Sign("replay", ("statement-altered", "signature-invalid", "net-differs"), _lot(first[1])),
            ),
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
        slipped,
    )


def slip_in(database: Path, teller: Teller) -> Case:
    """Grant a co-operative a role in its own name, with the node's key and with the program's own parts, unjudged.

    Bytes, signature, tree and books agree with each other afterwards: only judging again shows it.
    """
    world = teller.world
    engine = open_engine(str(database), must_exist=True)
    journal = Journal(engine, LOG, world.origin, packs=lambda: Packs({}), clock=lambda: 0)
    try:
        with reading(engine) as db:
            (by, recorded) = db.one(
                "SELECT n.text, l.last_recorded FROM statement s JOIN name n ON n.log = s.log AND n.n = s.by"
                " JOIN log l ON l.log = s.log WHERE s.type = 'lot.harvested/1' ORDER BY s.ix LIMIT 1"
            ) or ("", 0)
        name = crockford(world.bytes_of("planted/slipped", 10))
        envelope = {
            "fact": "role.granted/1",
            "id": name,
            "log": world.origin,
            "by": by,
            "at": moment(recorded),
            "nonce": b64url(world.bytes_of("nonce/planted/slipped", 16)),
            "body": {"party": by, "role": "auditor", "effective_from": moment(recorded)[:10]},
        }
        journal.replay([(sign(envelope, world.node_key), recorded)])
    finally:
        journal.close()
        engine.dispose()
    return Case(
        "slipped-past-the-rules",
        "fraud",
        {
            "es": "Con el registro ya cerrado, alguien con la clave del nodo le dio a una cooperativa un rol.",
            "en": "With the log closed already, somebody with the node's key gave a co-operative a role.",
        },
        name,
        (Sign("replay", ("role-required", "log-closed"), name),),
    )


def _lot(payload: bytes) -> str:
    found = re.search(rb'"lot":"([^"]+)"', payload)
    return found.group(1).decode() if found else ""
