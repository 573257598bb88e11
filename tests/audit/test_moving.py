"""A ledger taken to another machine: the same log at every size, what was sealed opens there, and no more gets in."""

from __future__ import annotations

import hashlib
import io
import shutil
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import Ledger
from ledger.audit.replay import replay as replaying
from ledger.audit.replay.replay import replay
from ledger.audit.whole.export_file import ExportFile
from ledger.audit.whole.exporting import export_whole
from ledger.audit.whole.importing import import_whole
from ledger.book import Copy
from ledger.book.genesis import KEY_FILES
from ledger.errors import ConflictError, FormatError, LedgerError, NotFoundError, ProofError
from ledger.log import VerifierKey
from ledger.store.companions import Companions
from ledger.store.connection import Connection
from tests.audit.shown import slip_in
from tests.world import World

LETTER = b"A letter about somebody."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[World]:
    """A ledger in a file, with a correction, a withheld text, a flag, a document and sealed names."""
    world = World.begin(tmp_path, database=str(tmp_path / "home" / "chaski.db"))
    farm = world.farm()
    coop = world.coop()
    wrong = world.say(world.delivery(farm, 40_000, receipt="B001-7"))
    world.say(world.delivery(farm, 30_000, receipt="B001-7").replacing(wrong))
    again = world.say(world.delivery(farm, 20_000, receipt="B001-7"))
    assert again.flags
    world.ledger.withhold(again.digest, reason="court-order")
    enrolled = {"producer": world.new_id("producer"), "code": "S-77", "district": "Moyobamba"}
    sealed = {"/person": {"name": "Persona Inventada", "document": "PE-DNI 00000023"}}
    world.say(world.draft("producer.enrolled", enrolled, coop, sealed=sealed))
    sha256 = hashlib.sha256(LETTER).hexdigest()
    world.ledger.put_document(sha256, [LETTER], media_type="text/plain", personal=True)
    yield world
    world.ledger.close()


def exported(ledger: Ledger | Copy, path: Path, *, sealed: bool = True) -> Path:
    with path.open("w+b") as file:
        export_whole(ledger, file, sealed=sealed)
    return path


def with_keys(tmp_path: Path) -> str:
    """Another machine, to which the keys were brought by another way."""
    away = tmp_path / "away" / "chaski.db"
    away.parent.mkdir()
    for ending in KEY_FILES:
        shutil.copy(tmp_path / "home" / f"chaski.db{ending}", away.with_name(f"chaski.db{ending}"))
    return str(away)


def test_the_log_has_the_same_root_at_every_size(home: World, tmp_path: Path) -> None:
    head = home.ledger.head()
    file = exported(home.ledger, tmp_path / "x.tar")

    with ExportFile(file) as export:
        done = import_whole(export, with_keys(tmp_path))

    assert done.replayed.deviations == ()
    with Ledger.open(str(tmp_path / "away" / "chaski.db"), clock=home.clock) as moved:
        assert (moved.head().size, moved.head().root) == (head.size, head.root)
        assert moved.checkpoint() == home.ledger.checkpoint()
        for size in range(head.size + 1):
            assert moved.root_at(size) == home.ledger.root_at(size)
        assert moved.logged(0, head.size) == home.ledger.logged(0, head.size)
        moved.verify()
        assert moved.rebuild().differences == ()


def test_the_log_goes_on_where_it_stood(home: World, tmp_path: Path) -> None:
    file = exported(home.ledger, tmp_path / "x.tar")
    size = home.ledger.head().size
    with ExportFile(file) as export:
        import_whole(export, with_keys(tmp_path))

    with Ledger.open(str(tmp_path / "away" / "chaski.db"), clock=home.clock) as moved:
        said = moved.state(home.plot(home.coop()).unsigned(), party=home.coop().id)[0]
        assert (said.status, said.index) == ("accepted", size)
        assert moved.head().size == size + 1
        assert moved.verify(checkpoint=home.ledger.checkpoint().decode()).size == size + 1


def test_what_was_sealed_opens_there(home: World, tmp_path: Path) -> None:
    file = exported(home.ledger, tmp_path / "x.tar")
    with ExportFile(file) as export:
        done = import_whole(export, with_keys(tmp_path))

    assert (done.disclosures > 0, done.documents) == (True, 1)
    coop = home.coop().id
    with Ledger.open(str(tmp_path / "away" / "chaski.db"), clock=home.clock) as moved:
        for _, statement in home.ledger.statements_of("producer.enrolled/1"):
            assert moved.disclosures(statement.digest) == home.ledger.disclosures(statement.digest) != {}
        document = "PE-DNI 00000023"
        assert moved.find_person(document, programme=coop) == home.ledger.find_person(document, programme=coop) != []
        media_type, parts = moved.document(hashlib.sha256(LETTER).hexdigest())
        assert (media_type, b"".join(parts)) == ("text/plain", LETTER)
        assert [each[:3] for each in moved.kept_documents()] == [each[:3] for each in home.ledger.kept_documents()]
    # Sealed again under this machine's keys: nothing of it lies in the open.
    for path in (tmp_path / "away").rglob("*"):
        if path.is_file():
            assert b"Persona Inventada" not in path.read_bytes()


def test_the_same_ledger_gives_the_same_export_on_both_machines(home: World, tmp_path: Path) -> None:
    file = exported(home.ledger, tmp_path / "x.tar")
    assert exported(home.ledger, tmp_path / "again.tar").read_bytes() == file.read_bytes()
    with ExportFile(file) as export:
        import_whole(export, with_keys(tmp_path))

    with Ledger.open(str(tmp_path / "away" / "chaski.db"), clock=home.clock) as moved:
        assert exported(moved, tmp_path / "back.tar").read_bytes() == file.read_bytes()


def test_no_key_is_in_an_export(home: World, tmp_path: Path) -> None:
    data = exported(home.ledger, tmp_path / "x.tar").read_bytes()

    for ending in KEY_FILES:
        text = (tmp_path / "home" / f"chaski.db{ending}").read_text().partition("\n")[0]
        assert text.encode() not in data


def test_a_public_export_holds_nothing_sealed(home: World, tmp_path: Path) -> None:
    data = exported(home.ledger, tmp_path / "x.tar", sealed=False)
    assert b"Persona Inventada" not in data.read_bytes()
    with ExportFile(data) as export:
        assert not export.has_sealed
        assert list(export.disclosures) == []


def test_without_keys_it_is_a_copy_to_read_and_check(home: World, tmp_path: Path) -> None:
    database = str(tmp_path / "copy.db")
    with ExportFile(exported(home.ledger, tmp_path / "x.tar")) as export:
        with pytest.raises(NotFoundError, match="key-file-missing"):
            import_whole(export, database)
        done = import_whole(export, database, sealed=False)

    assert (done.has_keys, done.disclosures, done.documents) == (False, 0, 0)
    with Copy(database, verifier_key=home.ledger.verifier_key) as copy:
        assert copy.stands_at() == (home.ledger.head().size, home.ledger.head().root)
        copy.verify()
        assert exported(copy, tmp_path / "copy.tar").exists()


def test_an_export_is_judged_like_any_log(home: World, tmp_path: Path) -> None:
    index = slip_in(home, home.delivery(home.farm(), 100_000).but(net=400_000))
    file = exported(home.ledger, tmp_path / "x.tar")

    with ExportFile(file) as export:
        done = replay(export)
        taken = import_whole(export, with_keys(tmp_path))

    # It is part of the log, so it moves along; and it is named.
    assert [(each.kind, each.index) for each in done.deviations] == [("refused", index)]
    assert taken.replayed.deviations == done.deviations
    assert taken.replayed.root == home.ledger.head().root


def test_nothing_is_imported_over_a_ledger(home: World, tmp_path: Path) -> None:
    with ExportFile(exported(home.ledger, tmp_path / "x.tar")) as export:
        with pytest.raises(ConflictError, match="ledger-exists"):
            import_whole(export, str(tmp_path / "home" / "chaski.db"))
        database = with_keys(tmp_path)
        import_whole(export, database)
        with pytest.raises(ConflictError, match="ledger-exists"):
            import_whole(export, database)


def test_the_keys_of_another_log_are_refused(home: World, tmp_path: Path) -> None:
    other = tmp_path / "other" / "chaski.db"
    other.parent.mkdir()
    for ending in KEY_FILES:
        Companions.beside(str(other)).write_key(ending, hashlib.sha256(ending.encode()).digest())

    with ExportFile(exported(home.ledger, tmp_path / "x.tar")) as export:
        with pytest.raises(ProofError, match="verifier-key-differs"):
            import_whole(export, str(other))
        true = VerifierKey.parse(home.ledger.verifier_key)
        pinned = VerifierKey(true.name, true.kind, Companions.beside(str(other)).read_key(".key").public)
        with pytest.raises(ProofError, match="verifier-key-differs"):
            import_whole(export, str(tmp_path / "x.db"), sealed=False, key=pinned)
    assert not other.exists()
    assert not (tmp_path / "x.db").exists()


def test_a_ledger_moves_to_postgresql_and_back(home: World, tmp_path: Path, postgres_url: str) -> None:
    state, file = tmp_path / "state", exported(home.ledger, tmp_path / "x.tar")
    state.mkdir()
    for ending in KEY_FILES:
        shutil.copy(tmp_path / "home" / f"chaski.db{ending}", state / f"chaski{ending}")

    def broken(done: int, total: int) -> None:
        raise OSError(28, "No space left on device")

    with ExportFile(file) as export:
        with pytest.raises(OSError, match="No space"):
            import_whole(export, postgres_url, state_dir=state, progress=broken)
        import_whole(export, postgres_url, state_dir=state)

    with Ledger.open(postgres_url, state_dir=state, clock=home.clock) as moved:
        moved.verify()
        assert moved.rebuild().differences == ()
        assert exported(moved, tmp_path / "back.tar").read_bytes() == file.read_bytes()


def test_half_a_log_on_postgresql_is_not_opened(home: World, tmp_path: Path, postgres_url: str) -> None:
    """As a kill in the middle leaves it: a shorter log under the right keys, which a node would sign."""
    state, file = tmp_path / "state", exported(home.ledger, tmp_path / "x.tar")
    state.mkdir()
    for ending in KEY_FILES:
        shutil.copy(tmp_path / "home" / f"chaski.db{ending}", state / f"chaski{ending}")

    def killed(done: int, total: int) -> None:
        with pytest.raises(ProofError, match="older-than-remembered"):
            Ledger.open(postgres_url, state_dir=state)
        met.append(done)

    met: list[int] = []
    monkey = pytest.MonkeyPatch()
    with ExportFile(file) as export, monkey.context() as patch:
        patch.setattr(replaying, "PORTION", 5)
        import_whole(export, postgres_url, state_dir=state, progress=lambda d, t: killed(d, t) if d < t else None)
    assert met


def test_an_import_that_breaks_off_leaves_nothing_and_can_begin_again(home: World, tmp_path: Path) -> None:
    database = with_keys(tmp_path)

    def broken(done: int, total: int) -> None:
        raise OSError(28, "No space left on device")

    with ExportFile(exported(home.ledger, tmp_path / "x.tar")) as export:
        with pytest.raises(OSError, match="No space"):
            import_whole(export, database, progress=broken)
        assert {path.name for path in (tmp_path / "away").iterdir()} == {f"chaski.db{each}" for each in KEY_FILES}
        # As a crash would leave it: half a log under another name.
        (tmp_path / "away" / "chaski.db.importing").write_bytes(b"half a log")
        assert import_whole(export, database).replayed.root == home.ledger.head().root


# ---------------------------------------------------------------- exports that are none


def altered(file: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """An export with its files changed, and everything around them as it was."""
    files: dict[str, bytes] = {}
    with tarfile.open(file) as tar:
        for member in tar:
            inner = tar.extractfile(member)
            assert inner is not None
            files[member.name] = inner.read()
    change(files)
    with tarfile.open(file, "w") as tar:
        for name, data in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return file


Files = dict[str, bytes]
CHANGES: dict[str, tuple[Callable[[Files], object], str]] = {
    "a line more": (lambda f: f.update({"statements.ndjson": f["statements.ndjson"] + b"{}\n"}), "export-altered"),
    "a file more": (lambda f: f.update({f"packs/{'0' * 64}.toml": b"x"}), "export-altered"),
    "a file less": (lambda f: f.pop("statements.ndjson"), "export-altered"),
    "no manifest": (lambda f: f.pop("manifest.json"), "export-malformed"),
    "an empty manifest": (lambda f: f.update({"manifest.json": b"{}"}), "export-malformed"),
    "a path outside": (lambda f: f.update({"../outside": b"x"}), "export-malformed"),
    "a key": (lambda f: f.update({"chaski.db.key": b"x"}), "export-malformed"),
    "another form": (
        lambda f: f.update({"manifest.json": f["manifest.json"].replace(b"/v1", b"/v9")}),
        "export-malformed",
    ),
}


@pytest.mark.parametrize(("change", "code"), CHANGES.values(), ids=CHANGES)
def test_an_export_with_other_files_is_refused(
    home: World, tmp_path: Path, change: Callable[[dict[str, bytes]], None], code: str
) -> None:
    with pytest.raises(LedgerError, match=code):
        ExportFile(altered(exported(home.ledger, tmp_path / "x.tar"), change))


def test_an_export_with_a_file_twice_or_a_link_is_refused(home: World, tmp_path: Path) -> None:
    for kind in (tarfile.REGTYPE, tarfile.SYMTYPE):
        file = exported(home.ledger, tmp_path / "x.tar")
        with tarfile.open(file, "a") as tar:
            member = tarfile.TarInfo("log/checkpoint")
            member.type, member.linkname = kind, "/etc/passwd"
            tar.addfile(member)
        with pytest.raises(FormatError, match="export-malformed"):
            ExportFile(file)


def test_what_is_no_export_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.tar").write_bytes(b"no tar")
    with pytest.raises(FormatError, match="export-malformed"):
        ExportFile(tmp_path / "x.tar")
    with pytest.raises(NotFoundError, match="file-not-readable"):
        ExportFile(tmp_path / "none.tar")


@pytest.fixture(scope="module")
def bytes_of_an_export(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, str]:
    folder = tmp_path_factory.mktemp("flipped")
    world = World.begin(folder)
    world.farm()
    file = exported(world.ledger, folder / "x.tar")
    root = world.ledger.head().root
    world.ledger.close()
    return file, file.read_bytes(), root


@given(data=st.data())
def test_a_flipped_bit_is_refused_or_changes_nothing(
    bytes_of_an_export: tuple[Path, bytes, str], data: st.DataObject
) -> None:
    """A tar has bytes that mean nothing (padding, owner); every other one is covered by the manifest or the root."""
    file, whole, root = bytes_of_an_export
    place = data.draw(st.integers(0, len(whole) * 8 - 1))
    flipped = bytearray(whole)
    flipped[place // 8] ^= 1 << place % 8
    file.write_bytes(bytes(flipped))
    try:
        with ExportFile(file) as export:
            done = replay(export)
    except LedgerError:
        return
    assert done.root == root or done.result == "failed"


def test_statements_that_are_not_the_logs_are_not_taken_over(home: World, tmp_path: Path) -> None:
    """The exporter itself lies: an edited weight, and a manifest that agrees with it."""
    db = Connection(home.ledger._engine)
    db.begin_write()
    db.run("UPDATE entry SET recorded = recorded + 1 WHERE ix = 4")
    db.commit()
    db.close()

    with (
        ExportFile(exported(home.ledger, tmp_path / "x.tar")) as export,
        pytest.raises(ProofError, match="root-differs"),
    ):
        import_whole(export, with_keys(tmp_path))
    assert not (tmp_path / "away" / "chaski.db").exists()
