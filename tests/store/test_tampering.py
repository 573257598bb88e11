"""Somebody with the database file open, and what finds each of their acts; the control passes."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.book import Ledger
from ledger.errors import LedgerError, ProofError
from ledger.log.entry import entry_hash
from ledger.log.merkle import leaf_hash, root
from ledger.seasons.tamper import forget_head, truncate_tail
from ledger.store.batch import entry_text
from tests.store.world import COOP, ORIGIN, HandClock, Place, accept, facility, place, tell

Act = Callable[[sqlite3.Connection], object]


@dataclass(frozen=True)
class Evidence:
    """A closed ledger with a whole story, an older copy of it, and what somebody kept outside."""

    folder: Path
    older: Path
    kept: str
    older_kept: str
    foreign: str
    size: int


@pytest.fixture(scope="module")
def evidence(tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """Made once; every test works on a copy."""
    base = tmp_path_factory.mktemp("evidence")
    with place("sqlite", _made(base / "log")) as where:
        ledger = where.create()
        tell(ledger)
        older_kept = ledger.head().checkpoint
        where.close(ledger)
        shutil.copytree(base / "log", base / "older")
        ledger = where.open()
        accept(ledger.state(*(facility(str(n)) for n in range(40)), party=COOP))
        kept, size = ledger.head().checkpoint, ledger.head().size
    with place("sqlite", _made(base / "foreign")) as where:
        foreign = where.create(seed="somebody else's").head().checkpoint
    return Evidence(base / "log", base / "older", kept, older_kept, foreign, size)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


@pytest.fixture
def copy(evidence: Evidence, tmp_path: Path) -> Path:
    """The database file of a copy that may be tampered with."""
    shutil.copytree(evidence.folder, tmp_path / "copy")
    return tmp_path / "copy" / "chaski.db"


def _tamper(database: Path, *acts: str | Act, parameters: tuple[object, ...] = ()) -> None:
    db = sqlite3.connect(database)
    try:
        with db:
            for act in acts:
                done = db.execute(act, parameters) if isinstance(act, str) else act(db)
                assert not isinstance(done, sqlite3.Cursor) or done.rowcount, "nothing was changed"
    finally:
        db.close()


def _verify(database: Path, checkpoint: str | None = None) -> list[str]:
    """The codes `verify` raises; none when it is satisfied."""
    try:
        with Ledger.open(str(database), clock=HandClock()) as ledger:
            ledger.verify(checkpoint=checkpoint)
    except LedgerError as error:
        return [problem.code for problem in error.problems]
    return []


def _where(database: Path) -> object:
    with pytest.raises(ProofError) as caught, Ledger.open(str(database), clock=HandClock()) as ledger:
        ledger.verify()
    return caught.value.problems[0].found


def _rebuild(database: Path) -> list[str]:
    """The tables in which `rebuild` finds a difference."""
    try:
        with Ledger.open(str(database), clock=HandClock()) as ledger:
            return sorted({line.partition(":")[0] for line in ledger.rebuild().differences})
    except LedgerError as error:
        return [problem.code for problem in error.problems]


def test_an_untouched_copy_passes(copy: Path, evidence: Evidence) -> None:
    assert _verify(copy) == []
    assert _verify(copy, evidence.kept) == []
    assert _verify(copy, evidence.older_kept) == []
    assert _rebuild(copy) == []


EDITS = {
    "payload": (
        "UPDATE statement SET payload = CAST(replace(CAST(payload AS TEXT), '100000', '900000') AS BLOB) WHERE ix = 8",
        "statement-altered",
    ),
    "signature": ("UPDATE statement SET signature = zeroblob(64) WHERE ix = 8", "statement-altered"),
    "signing key": ("UPDATE statement SET kid = (SELECT kid FROM statement WHERE ix = 0) WHERE ix = 8",
                    "statement-altered"),
    "unknown signing key": ("UPDATE statement SET kid = 77 WHERE ix = 8", "statement-altered"),
    "fact id column": ("UPDATE statement SET fact_id = 'AAAAAAAAAAAAAAAA' WHERE ix = 8", "statement-misfiled"),
    "type column": ("UPDATE statement SET type = 'lot.lost/1' WHERE ix = 8", "statement-misfiled"),
    "seq column": ("UPDATE statement SET seq = 5 WHERE ix = 8", "statement-misfiled"),
    "time of an entry": ("UPDATE entry SET recorded = recorded - 1 WHERE ix = 8", "entry-altered"),
    "absurd time": ("UPDATE entry SET recorded = 1 << 60 WHERE ix = 8", "entry-altered"),
    "hash of an entry": ("UPDATE entry SET hash = zeroblob(32) WHERE ix = 8", "entry-altered"),
    "digest in an entry": ("UPDATE entry SET digest = zeroblob(32) WHERE ix = 8", "entry-altered"),
    "leaf": ("UPDATE node SET hash = zeroblob(32) WHERE level = 0 AND number = 8", "node-altered"),
    "node": ("UPDATE node SET hash = zeroblob(32) WHERE level = 3 AND number = 1", "node-altered"),
    "leaf missing": ("DELETE FROM node WHERE level = 0 AND number = 8", "entry-missing"),
    "node missing": ("DELETE FROM node WHERE level = 2 AND number = 1", "node-altered"),
    "node too many": ("INSERT INTO node VALUES (1, 9, 0, zeroblob(32))", "node-altered"),
    "entry missing": ("DELETE FROM entry WHERE ix = 8", "entry-missing"),
    "statement missing": ("DELETE FROM statement WHERE ix = 8", "entry-missing"),
    "entry inserted": ("INSERT INTO entry SELECT log, 900, recorded, hash, zeroblob(32) FROM entry WHERE ix = 8",
                       "entry-unexpected"),
    "statement inserted": (
        "INSERT INTO statement SELECT 1, 9e2, 'B', '', 1, 1, 1, 9, 0, NULL, x'', x'' FROM statement LIMIT 1",
        "entry-unexpected",
    ),
    "root in the head": ("UPDATE log SET root = zeroblob(32)", "forked-from-remembered"),
    "last entry in the head": ("UPDATE log SET last_entry = zeroblob(32)", "head-altered"),
    "time in the head": ("UPDATE log SET last_recorded = last_recorded + 86400000", "head-altered"),
    "size in the head": ("UPDATE log SET size = size - 1", "older-than-remembered"),
    "key": (
        "UPDATE mark SET value = json_replace(value, '$.public', substr(value, 1, 43)) WHERE kind = 'key'",
        "key-row-altered",
    ),
    "key missing": ("DELETE FROM mark WHERE kind = 'key'", "statement-altered"),
    "key later": ("UPDATE mark SET ix = 30 WHERE kind = 'key' AND ix = 0", "key-used-before-authorised"),
    "pack": ("UPDATE pack SET data = CAST(data || x'0A' AS BLOB) WHERE code = 'coffee'", "pack-altered"),
}  # fmt: skip


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_the_log_is_found_by_verify(copy: Path, name: str) -> None:
    sql, code = EDITS[name]
    _tamper(copy, sql)

    assert _verify(copy) == [code]


def test_verify_names_the_place(copy: Path) -> None:
    _tamper(copy, "UPDATE entry SET recorded = recorded + 1 WHERE ix = 8")
    assert _where(copy) == 8


@pytest.mark.parametrize("workers", [1, 2])
def test_verify_finds_it_on_every_core(copy: Path, workers: int) -> None:
    _tamper(copy, EDITS["payload"][0])
    with pytest.raises(ProofError) as caught, Ledger.open(str(copy), clock=HandClock()) as ledger:
        ledger.verify(workers=workers)
    assert [p.code for p in caught.value.problems] == ["statement-altered"]


def test_statements_that_changed_places_are_found(copy: Path) -> None:
    def swap(db: sqlite3.Connection) -> None:
        for old, new in ((7, -1), (8, 7), (-1, 8)):
            db.execute("UPDATE statement SET ix = ? WHERE ix = ?", (new, old))

    _tamper(copy, swap)
    assert _verify(copy) == ["statement-altered"]


def test_entries_that_changed_places_are_found(copy: Path) -> None:
    def swap(db: sqlite3.Connection) -> None:
        for table in ("entry", "statement"):
            for old, new in ((7, -1), (8, 7), (-1, 8)):
                db.execute(f"UPDATE {table} SET ix = ? WHERE ix = ?", (new, old))

    _tamper(copy, swap)
    assert _verify(copy) == ["entry-altered"]


def test_a_tail_cut_off_with_everything_mended_is_behind_what_was_seen(copy: Path, evidence: Evidence) -> None:
    size = truncate_tail(copy, 5)

    assert _verify(copy) == ["older-than-remembered"]
    forget_head(copy)
    assert _verify(copy) == []
    forget_head(copy)
    assert _verify(copy, evidence.kept) == ["older-than-checkpoint"]
    assert size == evidence.size - 5


def test_an_older_copy_swapped_in_is_behind_what_was_seen(copy: Path, evidence: Evidence) -> None:
    shutil.copy(evidence.older / "chaski.db", copy)

    assert _verify(copy) == ["older-than-remembered"]


def test_an_older_copy_of_the_whole_folder_needs_a_kept_checkpoint(evidence: Evidence, tmp_path: Path) -> None:
    shutil.copytree(evidence.older, tmp_path / "copy")
    database = tmp_path / "copy" / "chaski.db"

    assert _verify(database) == []
    assert _verify(database, evidence.older_kept) == []
    assert _verify(database, evidence.kept) == ["older-than-checkpoint"]


def test_an_older_copy_that_went_on_by_itself_is_a_fork(copy: Path, evidence: Evidence, tmp_path: Path) -> None:
    """Same keys, same beginning, other facts: what a machine restored from a backup would make."""
    other = tmp_path / "other"
    shutil.copytree(evidence.older, other)
    with Ledger.open(str(other / "chaski.db"), clock=HandClock()) as ledger:
        accept(ledger.state(*(facility(f"fork {n}") for n in range(40)), party=COOP))
        assert ledger.head().size == evidence.size
    fork = other / "chaski.db"

    assert _verify(fork, evidence.kept) == ["forked-from-checkpoint"]
    shutil.copy(fork, copy)
    assert _verify(copy) == ["forked-from-remembered"]


def test_a_longer_fork_is_found_by_what_was_seen_and_by_a_kept_checkpoint(
    copy: Path, evidence: Evidence, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    shutil.copytree(evidence.older, other)
    fork = other / "chaski.db"
    with Ledger.open(str(fork), clock=HandClock()) as ledger:
        accept(ledger.state(*(facility(f"fork {n}") for n in range(55)), party=COOP))

    assert _verify(fork, evidence.kept) == ["forked-from-checkpoint"]
    shutil.copy(fork, copy)
    assert _verify(copy) == ["forked-from-remembered"]


def test_a_checkpoint_of_another_log_is_refused(copy: Path, evidence: Evidence) -> None:
    assert _verify(copy, evidence.foreign) == ["checkpoint-foreign"]
    assert _verify(copy, "not a checkpoint") == ["checkpoint-foreign"]


def test_a_history_written_anew_from_the_bottom_is_a_fork(copy: Path, evidence: Evidence) -> None:
    """The strongest insider: one entry back-dated, and every hash, node and the head computed again after it."""
    _tamper(copy, _write_anew)

    assert _verify(copy) == ["forked-from-remembered"]
    forget_head(copy)
    assert _verify(copy) == []
    assert _verify(copy, evidence.older_kept) == ["forked-from-checkpoint"]


def _write_anew(db: sqlite3.Connection) -> None:
    db.execute("UPDATE entry SET recorded = recorded - 1000 WHERE ix = 2")
    previous, nodes = b"", {}
    rows = db.execute("SELECT ix, recorded, digest FROM entry ORDER BY ix").fetchall()
    for index, recorded, digest in rows:
        text = entry_text(ORIGIN, index, recorded, previous, digest)
        previous = entry_hash(text)
        db.execute("UPDATE entry SET hash = ? WHERE ix = ?", (previous, index))
        nodes[0, index] = leaf_hash(text)
    from ledger.log.merkle import node_hash

    for level, number in db.execute("SELECT level, number FROM node WHERE level > 0 ORDER BY level").fetchall():
        nodes[level, number] = node_hash(nodes[level - 1, 2 * number], nodes[level - 1, 2 * number + 1])
    for (level, number), value in nodes.items():
        db.execute("UPDATE node SET hash = ? WHERE level = ? AND number = ?", (value, level, number))
    head = root(len(rows), lambda level, number: nodes[level, number])
    db.execute("UPDATE log SET root = ?, last_entry = ?", (head, previous))


def test_nothing_is_signed_over_a_head_that_another_hand_put_there(copy: Path) -> None:
    """A running ledger takes no head on trust: what it signs continues what it has signed."""
    with Ledger.open(str(copy), clock=HandClock()) as ledger:
        before = ledger.head()
        _tamper(copy, "UPDATE log SET root = zeroblob(32), size = size + 1")
        for act in (ledger.head, lambda: ledger.state(facility("A"), party=COOP), ledger.verify):
            with pytest.raises(ProofError):
                act()
    _tamper(copy, "UPDATE log SET root = ?, size = size - 1", parameters=(bytes.fromhex(before.root),))
    with Ledger.open(str(copy), clock=HandClock()) as ledger:
        assert ledger.head() == before
        accept(ledger.state(facility("A"), party=COOP))


@pytest.mark.parametrize("cut", [0, 1, 100, 4096, 8192, 0.5, 0.9])
def test_a_file_cut_short_is_called_damaged_or_missing(copy: Path, cut: float) -> None:
    data = copy.read_bytes()
    length = int(cut if cut >= 1 or cut == 0 else len(data) * cut)
    copy.write_bytes(data[:length])

    assert _verify(copy)[0] in {"database-damaged", "ledger-unfinished", "entry-missing"}


@pytest.mark.parametrize("junk", [b"", b"not a database at all, only text" * 200, bytes(8192)])
def test_a_file_of_something_else_is_no_ledger(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "chaski.db").write_bytes(junk)
    with pytest.raises(LedgerError) as caught:
        Ledger.open(str(tmp_path / "chaski.db"))
    assert caught.value.problems[0].code in {"database-damaged", "ledger-not-found"}


BOOKS = {
    "move": "UPDATE move SET amount = amount + 1 WHERE ix = 8 AND slot = 0",
    "move missing": "DELETE FROM move WHERE ix = 8 AND slot = 0",
    "move inserted": "INSERT INTO move SELECT log, ix, 99, kind, a, b, c, amount, gone FROM move WHERE ix = 8 LIMIT 1",
    "move ended": "UPDATE move SET gone = 16 WHERE ix = 8",
    "mark": "UPDATE mark SET value = json_set(value, '$.grams', 1) WHERE ix = 8 AND kind = 'born'",
    "mark day": "UPDATE mark SET effective = '2020-01-01' WHERE ix = 8",
    "mark ended": "UPDATE mark SET gone = 16 WHERE ix = 8",
    "mark missing": "DELETE FROM mark WHERE ix = 8 AND slot = 0",
    "edge": "UPDATE edge SET grams = grams + 1",
    "edge missing": "DELETE FROM edge WHERE ix = (SELECT MIN(ix) FROM edge)",
    "balance": "UPDATE balance SET amount = amount + 1 WHERE amount > 0",
    "balance missing": "DELETE FROM balance WHERE amount <> 0",
    "balance inserted": "INSERT INTO balance SELECT log, kind, a, b, 'X', 5 FROM balance LIMIT 1",
    "move ended in some future": "UPDATE move SET gone = 9223372036854775807 WHERE ix = 8",
    "mark ended by a text": "UPDATE mark SET gone = 'x' WHERE ix = 8",
    "statement ended in some future": "UPDATE statement SET ended = 9223372036854775807 WHERE ix = 8",
    "move planted beyond the end": "INSERT INTO move SELECT log, 900, 0, kind, a, b, c, amount, gone FROM move LIMIT 1",
    "mark planted beyond the end": (
        "INSERT INTO mark SELECT log, 900, 0, subject, kind, effective, value, gone FROM mark LIMIT 1"
    ),
    "edge planted beyond the end": "INSERT INTO edge SELECT log, output, input, 900, grams, NULL FROM edge LIMIT 1",
    "lot planted beyond the end": "INSERT INTO lot SELECT log, lot, 900, origin_set, blocks, facility FROM lot LIMIT 1",
    "origin planted": "INSERT INTO origin SELECT log, 1 << 50, 0, producer, grown, delivery, grams FROM origin LIMIT 1",
    "name planted": "INSERT INTO name VALUES (1, 1 << 50, 'planted')",
    "lot": "UPDATE lot SET blocks = NULL WHERE blocks IS NOT NULL",
    "lot place": "UPDATE lot SET facility = facility + 1 WHERE ix = 8",
    "lot set": "UPDATE lot SET origin_set = origin_set + 1 WHERE ix = 8",
    "lot missing": "DELETE FROM lot WHERE ix = (SELECT MAX(ix) FROM lot)",
    "origin": "UPDATE origin SET grams = grams + 1",
    "origin missing": "DELETE FROM origin WHERE slot = 0",
    "name": "UPDATE name SET text = 'A' || substr(text, 2) WHERE n = (SELECT MAX(n) FROM name)",
    "name missing": "DELETE FROM name WHERE n = (SELECT MAX(n) FROM name)",
    "statement of": "UPDATE statement SET by = actor + 1 WHERE ix = 8",
    "statement actor": "UPDATE statement SET actor = actor + 1 WHERE ix = 8",
    "statement ended": "UPDATE statement SET ended = 16 WHERE ix = 8",
    "statement not ended": "UPDATE statement SET ended = NULL WHERE ended IS NOT NULL",
    "statement place": "UPDATE statement SET place = 3 WHERE ix = 8",
}


@pytest.mark.parametrize("name", BOOKS)
def test_an_edit_of_the_books_is_found_by_rebuild(copy: Path, name: str) -> None:
    _tamper(copy, BOOKS[name])
    table = name.split(maxsplit=1)[0]

    found = _rebuild(copy)
    assert table in found or "books-differ" in found


@pytest.mark.parametrize("value", ["'x'", "x'ff'", "-5", "9223372036854775807", "2.5"])
@pytest.mark.parametrize(
    "column",
    ["log.size", "log.root", "entry.recorded", "entry.digest", "statement.payload", "statement.kid", "pack.data"],
)
def test_a_value_of_another_type_is_found_and_said_in_our_own_words(copy: Path, column: str, value: str) -> None:
    """SQLite keeps whatever somebody puts into a column."""
    table, name = column.split(".")
    _tamper(copy, f"UPDATE {table} SET {name} = {value}" + (" WHERE ix = 8" if table in {"entry", "statement"} else ""))

    assert _verify(copy)
    assert _rebuild(copy) or value == "-5"


@pytest.fixture(scope="module")
def blobs(evidence: Evidence) -> list[tuple[str, str, int, int]]:
    """Every stored blob of a small log: table, column, row number in key order, length."""
    db = sqlite3.connect(evidence.older / "chaski.db")
    found = []
    for table, columns in _BLOBS.items():
        for column in columns:
            lengths = db.execute(f"SELECT length({column}) FROM {table} ORDER BY {_KEYS[table]}").fetchall()
            found += [(table, column, row, length) for row, (length,) in enumerate(lengths) if length]
    db.close()
    return found


_BLOBS = {
    "entry": ("hash", "digest"),
    "statement": ("payload", "signature"),
    "node": ("hash",),
    "log": ("root", "last_entry"),
    "pack": ("data",),
}
_KEYS = {"entry": "ix", "statement": "ix", "node": "level, number", "log": "log", "pack": "digest"}


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_flipped_bit_of_any_stored_blob_is_found(
    evidence: Evidence, blobs: list[tuple[str, str, int, int]], tmp_path: Path, data: st.DataObject
) -> None:
    table, column, row, length = data.draw(st.sampled_from(blobs))
    at, bit = data.draw(st.integers(0, length - 1)), data.draw(st.integers(0, 7))
    database = tmp_path / "chaski.db"
    for path in evidence.older.glob("chaski.db*"):
        if path.is_file():
            shutil.copy(path, tmp_path / path.name)

    def flip(db: sqlite3.Connection) -> None:
        key = _KEYS[table]
        (*which, value) = db.execute(
            f"SELECT {key}, {column} FROM {table} ORDER BY {key} LIMIT 1 OFFSET {row}"
        ).fetchone()
        changed = bytearray(value)
        changed[at] ^= 1 << bit
        condition = " AND ".join(f"{name} = ?" for name in key.split(", "))
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {condition}", (bytes(changed), *which))

    _tamper(database, flip)
    assert _verify(database) or _rebuild(database)


def test_a_damaged_page_is_said_in_our_own_words(copy: Path) -> None:
    data = bytearray(copy.read_bytes())
    for page in range(3, len(data) // 4096, 2):
        data[page * 4096 : page * 4096 + 64] = b"\xff" * 64
    copy.write_bytes(data)

    assert _verify(copy) or _rebuild(copy)


@pytest.fixture
def postgres_copy(postgres_url: str, tmp_path: Path) -> Iterator[Place]:
    """A story on PostgreSQL."""
    with place("postgresql", tmp_path, postgres_url) as where:
        where.close(_told(where))
        yield where


def _told(where: Place) -> Ledger:
    ledger = where.create()
    tell(ledger)
    return ledger


def test_tampering_with_postgresql_is_found_alike(postgres_copy: Place) -> None:
    import psycopg

    url = postgres_copy.database.replace("+psycopg", "")
    edits = {
        "UPDATE log SET last_recorded = last_recorded + 1": "head-altered",
        "UPDATE statement SET type = 'lot.lost/1' WHERE ix = 8": "statement-misfiled",
        "UPDATE node SET hash = decode(repeat('00', 32), 'hex') WHERE level = 1 AND number = 2": "node-altered",
        "UPDATE entry SET recorded = recorded + 1 WHERE ix = 9": "entry-altered",
    }
    for sql, code in edits.items():
        with psycopg.connect(url) as db:
            db.execute(sql.encode())
        ledger = postgres_copy.open()
        with pytest.raises(ProofError) as caught:
            ledger.verify()
        postgres_copy.close(ledger)
        assert [p.code for p in caught.value.problems] == [code]
        if code == "head-altered":
            with psycopg.connect(url) as db:
                db.execute(b"UPDATE log SET last_recorded = last_recorded - 1")
        if code == "statement-misfiled":
            with psycopg.connect(url) as db:
                db.execute(b"UPDATE statement SET type = 'lot.harvested/1' WHERE ix = 8")
