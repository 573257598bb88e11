"""What is checked before a ledger opens: head, keys, modes, promises of the file system, version of the tables."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import orjson
import pytest

from ledger.book import Ledger
from ledger.errors import ConflictError, LedgerError, NotFoundError, ProofError
from ledger.store import connection
from ledger.store.companions import Companions, RememberedHead
from ledger.store.connection import Connection, open_engine
from ledger.store.troubles import StoreError
from ledger.store.version import CURRENT
from tests.store.world import COOP, ORIGIN, HandClock, Place, accept, count, facility, found, tell

ENDINGS = (".key", ".node.key", ".operator.key", ".master.key")


def _code(where: Place) -> str:
    with pytest.raises(LedgerError) as caught:
        where.open()
    return caught.value.problems[0].code


# ---------------------------------------------------------------- the remembered head


def test_what_was_signed_is_remembered_outside_the_database(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    size, root = orjson.loads(on_disk.companion(".head").read_bytes())

    assert (size, root) == (count(ledger), ledger.head().root)


def test_a_log_behind_what_was_seen_does_not_open(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    head = ledger.head()
    on_disk.close(ledger)
    on_disk.companion(".head").write_bytes(orjson.dumps([head.size + 1, "00" * 32]))

    assert _code(on_disk) == "older-than-remembered"


@pytest.mark.parametrize("back", [0, 1, 3])
def test_a_log_with_another_root_at_the_size_that_was_seen_does_not_open(shared: Place, back: int) -> None:
    ledger = shared.create()
    found(ledger)
    head = ledger.head()
    shared.close(ledger)
    shared.companion(".head").write_bytes(orjson.dumps([head.size - back, "00" * 32]))

    assert _code(shared) == "forked-from-remembered"


def test_a_head_seen_by_another_process_is_never_overwritten_with_an_older_one(tmp_path: Path) -> None:
    one, other = RememberedHead(tmp_path / "head"), RememberedHead(tmp_path / "head")
    one.remember(10, b"\x0a" * 32)
    other.remember(5, b"\x05" * 32)
    with pytest.raises(ProofError):
        other.remember(10, b"\x0b" * 32)
    one.close()
    other.close()

    again = RememberedHead(tmp_path / "head")
    assert (again.size, again.root) == (10, b"\x0a" * 32)
    again.close()


@pytest.mark.parametrize("text", [b"junk", b"[1]", b'["x", "y"]', b"[1, 2]", b"{}", b"\xff\xfe"])
def test_a_damaged_head_file_is_said(on_disk: Place, text: bytes) -> None:
    on_disk.close(on_disk.create())
    on_disk.companion(".head").write_bytes(text)

    assert _code(on_disk) == "head-file-damaged"


# ---------------------------------------------------------------- keys and modes


@pytest.mark.parametrize("ending", [".key", ".node.key", ".master.key"])
def test_a_missing_key_file_is_named(on_disk: Place, ending: str) -> None:
    on_disk.close(on_disk.create())
    on_disk.companion(ending).unlink()
    with pytest.raises(NotFoundError) as caught:
        on_disk.open()

    (problem,) = caught.value.problems
    assert (problem.code, problem.found) == ("key-file-missing", on_disk.companion(ending).name)
    assert not on_disk.companion(ending).exists()


@pytest.mark.parametrize("ending", [".key", ".node.key", ".master.key", ".head"])
def test_a_key_behind_a_link_is_not_followed(on_disk: Place, ending: str) -> None:
    on_disk.close(on_disk.create())
    path = on_disk.companion(ending)
    path.rename(path.with_name("elsewhere"))
    path.symlink_to("elsewhere")

    assert _code(on_disk) == "key-file-linked"


@pytest.mark.parametrize("text", ["", "x", "AAAA", "ñ", "A" * 500])
def test_a_file_that_holds_no_key_is_named(on_disk: Place, text: str) -> None:
    on_disk.close(on_disk.create())
    on_disk.companion(".key").write_text(text, encoding="utf-8")

    assert _code(on_disk) == "key-file-damaged"


def test_everything_beside_the_database_belongs_to_its_owner_alone(on_disk: Place) -> None:
    old = os.umask(0)
    try:
        ledger = on_disk.create()
        tell(ledger)
        ledger.put_document(
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", [], media_type="text/csv"
        )
    finally:
        os.umask(old)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in on_disk.file.parent.rglob("*")}

    files = {name: mode for name, mode in modes.items() if not name.startswith("e3") and not name.endswith(".docs")}
    assert {*files} >= {"chaski.db", "chaski.db-wal", "chaski.db-shm"}
    assert {*files} >= {"chaski.db.vault", "chaski.db.persons", "chaski.db.head"}
    assert {*files} >= {f"chaski.db{ending}" for ending in ENDINGS}
    assert {name: oct(mode) for name, mode in files.items() if mode & 0o077} == {}
    assert modes["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"] & 0o077 == 0


def test_files_that_were_opened_to_others_are_closed_again(on_disk: Place) -> None:
    on_disk.close(on_disk.create())
    endings = (*ENDINGS[:2], ".master.key", ".head", ".vault", ".persons")
    paths = [on_disk.file, *(on_disk.companion(ending) for ending in endings)]
    for path in paths:
        path.chmod(0o644)
    on_disk.open()

    assert [path.name for path in paths if path.stat().st_mode & 0o077] == []


def test_keys_are_never_overwritten(tmp_path: Path) -> None:
    companions = Companions(tmp_path / "x.db")
    companions.write_key(".key", b"1" * 32)
    companions.write_key(".key", b"2" * 32)

    assert companions.read_secret(".key") == b"1" * 32
    assert [path.name for path in tmp_path.iterdir()] == ["x.db.key"]


# ---------------------------------------------------------------- promises of the database


def test_sqlite_keeps_what_it_acknowledges(on_disk: Place) -> None:
    ledger = on_disk.create()
    for engine in (ledger._engine, ledger._vault._engine):
        db = Connection(engine)
        found_pragmas = [
            db.all(f"PRAGMA {name}")[0][0] for name in ("journal_mode", "synchronous", "secure_delete", "fullfsync")
        ]
        db.close()
        assert found_pragmas == ["wal", 2, 1, 1]


def test_a_file_system_that_cannot_promise_it_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "_PRAGMAS", ("PRAGMA synchronous = OFF",))
    engine = open_engine(str(tmp_path / "x.db"), must_exist=False)
    with pytest.raises(StoreError) as caught:
        Connection(engine)
    engine.dispose()

    assert [p.code for p in caught.value.problems] == ["database-not-durable"]


def test_a_server_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError) as caught:
        Ledger.open("postgresql://nobody@/nothing?host=%2Fnonexistent", state_dir=tmp_path)
    assert [p.code for p in caught.value.problems] == ["database-unreachable"]


def test_a_database_that_is_not_there_is_no_ledger(postgres_url: str, tmp_path: Path) -> None:
    missing = re.sub(r"chaski_[0-9a-f]+", "chaski_missing", postgres_url)
    for url, folder, code in (
        (missing, tmp_path, "database-unreachable"),
        (postgres_url, tmp_path, "ledger-not-found"),
        (postgres_url, None, "state-dir-missing"),
    ):
        with pytest.raises(LedgerError) as caught:
            Ledger.open(url, state_dir=folder)
        assert [p.code for p in caught.value.problems] == [code]


def test_a_file_that_is_not_there_is_no_ledger_and_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        Ledger.open(str(tmp_path / "none.db"))
    assert list(tmp_path.iterdir()) == []


# ---------------------------------------------------------------- beginning


def test_a_ledger_is_begun_once(on_disk: Place) -> None:
    ledger = on_disk.create()
    size = count(ledger)
    with pytest.raises(ConflictError) as caught:
        on_disk.create()

    assert [p.code for p in caught.value.problems] == ["ledger-exists"]
    assert count(ledger) == size


def test_a_lost_database_is_not_begun_again_under_the_same_key(on_disk: Place) -> None:
    """It would be a second log of the same name and key: a fork for everybody who holds a checkpoint."""
    on_disk.close(on_disk.create())
    for path in on_disk.file.parent.glob("chaski.db*"):
        if path.name in {"chaski.db", "chaski.db-wal", "chaski.db-shm"}:
            path.unlink()

    with pytest.raises(ConflictError):
        on_disk.create()


@pytest.mark.parametrize("step", ["write_key", "tables", "genesis"])
def test_a_beginning_that_was_interrupted_is_taken_up_again(
    shared: Place, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ledger.store.catalogue import Catalogue
    from ledger.store.journal import Journal

    target, name = {
        "write_key": (Companions, "write_key"),
        "tables": (Catalogue, "create"),
        "genesis": (Journal, "_set_head"),
    }[step]
    real, calls = getattr(target, name), [0]

    def stumble(self: object, *args: object, **options: object) -> object:
        calls[0] += 1
        if step != "write_key" or calls[0] > 2:
            raise KeyboardInterrupt
        return real(self, *args, **options)

    with monkeypatch.context() as patch:
        patch.setattr(target, name, stumble)
        with pytest.raises(KeyboardInterrupt):
            shared.create(seed=None)
    keys = {e: shared.companion(e).read_bytes() for e in ENDINGS if shared.companion(e).exists()}
    assert _code(shared) == "ledger-unfinished"
    ledger = shared.create(seed=None)

    assert {e: shared.companion(e).read_bytes() for e in keys} == keys
    found(ledger)
    assert ledger.verify().size == count(ledger)


# ---------------------------------------------------------------- versions


@pytest.mark.parametrize(("version", "code"), [("9999", "database-newer"), ("0000", "database-older")])
def test_tables_of_another_version_are_not_touched(shared: Place, version: str, code: str) -> None:
    ledger = shared.create()
    for engine, schema in ((ledger._engine, ""), (ledger._vault._engine, ledger._vault._schema)):
        db = Connection(engine)
        db.run(f"UPDATE {schema}alembic_version SET version_num = ?", version)
        db.close()
    shared.close(ledger)
    with pytest.raises(ProofError) as caught:
        shared.open()

    (problem,) = caught.value.problems
    assert (problem.code, problem.found, problem.expected) == (code, version, CURRENT)


def test_closing_twice_is_harmless_and_a_closed_ledger_takes_nothing(shared: Place) -> None:
    ledger = shared.create()
    found(ledger)
    prepared = ledger.prepare_unsigned(facility("A"), party=COOP)
    ledger.close()
    ledger.close()
    with pytest.raises(ConflictError) as caught:
        ledger.offer([prepared])

    assert [p.code for p in caught.value.problems] == ["writer-closed"]
    accept(shared.open().state(facility("A"), party=COOP))


def test_a_failed_opening_leaves_no_file_open(on_disk: Place) -> None:
    on_disk.close(on_disk.create())
    on_disk.companion(".node.key").unlink()
    before = len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
    for _ in range(5):
        assert _code(on_disk) == "key-file-missing"
    after = len(list(Path("/proc/self/fd").iterdir())) if before else 0

    assert after == before


def test_a_ledger_in_memory_works_and_ends_with_its_last_connection(tmp_path: Path) -> None:
    with Ledger.create(
        ":memory:", origin=ORIGIN, operator="X", demo_seed="x", clock=HandClock(), state_dir=tmp_path / "one"
    ) as ledger:
        tell(ledger)
    with Ledger.create(
        ":memory:", origin=ORIGIN, operator="X", demo_seed="x", clock=HandClock(), state_dir=tmp_path / "two"
    ) as other:
        assert count(other) < 5
