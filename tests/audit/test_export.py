"""The public log as files: what a web server would serve, brought up to date again and again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger.audit.public import export as exporting
from ledger.audit.public.check import check_public
from ledger.audit.public.export import export
from ledger.audit.public.files import public_files
from ledger.audit.public.folder import FolderLog
from ledger.audit.public.ledger import LedgerLog
from ledger.audit.public.trust import Trust
from ledger.audit.public.walk import NOTHING, walk
from ledger.book import Copy, Ledger
from ledger.errors import FormatError, LedgerError, NotFoundError, ProofError
from ledger.log import TileId, VerifierKey, hash_tile
from tests.audit import forged
from tests.log.tiny_log import TinyLog, log_key


@dataclass
class Book:
    """A tiny log with the face of a ledger."""

    log: TinyLog
    asked: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return self.log.origin

    @property
    def verifier_key(self) -> str:
        return self.log.verifier.format()

    def shown_checkpoint(self, at_least: int = 0) -> bytes:
        return self.log.note().format()

    def succession(self) -> None:
        return None

    def tile(self, level: int, index: int, width: int = 256) -> bytes:
        self.asked.append(f"{level}/{index}/{width}")
        return hash_tile(TileId(level, index, width), self.log.read_node)

    def entries_tile(self, index: int, width: int = 256) -> bytes:
        self.asked.append(f"entries/{index}/{width}")
        return self.log.bundle(TileId("entries", index, width))


def book(size: int) -> Book:
    return Book(TinyLog.of(size, batch=100))


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


@pytest.mark.parametrize("size", [1, 255, 256, 257, 600])
def test_an_export_is_exactly_the_public_files(tmp_path: Path, size: int) -> None:
    done = export(book(size), tmp_path / "out")

    assert files_in(tmp_path / "out") == book(size).log.files()
    assert dict(public_files(book(size), size, book(size).shown_checkpoint())) == book(size).log.files()
    assert (done.size, done.written, done.kept, done.removed) == (size, len(book(size).log.files()), 0, 0)


def test_a_second_export_writes_only_what_is_new(tmp_path: Path) -> None:
    export(book(300), tmp_path)
    grown = book(600)

    done = export(grown, tmp_path)

    assert "entries/0/256" not in grown.asked
    # Of the tiles of 300 those that were partial are full now, except the one of level 1.
    assert files_in(tmp_path) == grown.log.files() | {"tile/1/000.p/1": book(300).log.files()["tile/1/000.p/1"]}
    assert done.removed == 2
    assert export(grown, tmp_path).written == 0
    assert check_public(FolderLog(tmp_path), Trust((grown.log.verifier,))).size == 600


def test_readers_of_the_checkpoint_before_still_find_their_tiles(tmp_path: Path) -> None:
    """Somebody read the checkpoint just before the export, and asks for its tiles just after."""
    before = book(300)
    export(before, tmp_path)
    for size in (301, 511, 512, 600):
        export(book(size), tmp_path)

        walked = walk(FolderLog(tmp_path), before.origin, NOTHING, 300)
        assert walked.end.root() == before.log.checkpoint().root
        assert not walked.differing


def test_the_checkpoint_never_goes_back(tmp_path: Path) -> None:
    export(book(300), tmp_path)

    with pytest.raises(ProofError, match="export-larger"):
        export(book(299), tmp_path)
    assert (tmp_path / "checkpoint").read_bytes() == book(300).shown_checkpoint()


def test_a_checkpoint_that_is_not_continued_is_not_written_over(tmp_path: Path) -> None:
    export(Book(forged.forked(300, 7)), tmp_path)

    with pytest.raises(ProofError, match="forked-from-checkpoint"):
        export(book(301), tmp_path)


def test_the_folder_of_another_log_is_not_written_over(tmp_path: Path) -> None:
    export(Book(TinyLog(key=log_key("other"), entries=book(5).log.entries, nodes=book(5).log.nodes)), tmp_path)
    with pytest.raises(ProofError, match="export-other-log"):
        export(book(300), tmp_path)

    (tmp_path / "checkpoint").write_bytes(b"my notes\n")
    with pytest.raises(ProofError, match="export-other-log"):
        export(book(300), tmp_path)
    assert (tmp_path / "checkpoint").read_bytes() == b"my notes\n"


def test_new_cosignatures_of_the_same_size_are_written(tmp_path: Path) -> None:
    export(book(300), tmp_path)
    witnessed = book(300)
    witnessed.log.witnesses["witness.example/1"] = log_key("witness")

    assert export(witnessed, tmp_path).written == 1
    assert (tmp_path / "checkpoint").read_bytes() == witnessed.shown_checkpoint()


def failed(ledger: Book, folder: Path) -> str | None:
    try:
        export(ledger, folder)
    except LedgerError as error:
        return error.problems[0].code
    return None


def test_an_export_broken_off_anywhere_leaves_a_log_that_verifies(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever write fails, readers find the old checkpoint with all its tiles, or the new one with all of its."""
    trust = Trust((book(1).log.verifier,))
    put = exporting._put
    export(book(300), tmp_path / "whole")
    for survivor in range(20):
        folder = tmp_path / str(survivor)
        export(book(300), folder)
        left = [survivor]

        def failing(path: Path, data: bytes, left: list[int] = left) -> None:
            if not left[0]:
                path.with_name(path.name + ".part").write_bytes(data[: len(data) // 2])
                raise OSError(28, "No space left on device", str(path))
            left[0] -= 1
            put(path, data)

        with monkeypatch.context() as patch:
            patch.setattr(exporting, "_put", failing)
            code = failed(book(900), folder)
            size = check_public(FolderLog(folder), trust).size
        if code is None:
            assert size == 900
            break
        assert (code, size) == ("file-not-writable", 300)
        export(book(900), folder)
        assert check_public(FolderLog(folder), trust).size == 900
    else:
        pytest.fail("twenty writes are more than an export of 900 needs")


def test_two_exports_at_once_leave_the_larger_checkpoint(tmp_path: Path) -> None:
    books = [book(size) for size in (300, 900, 500, 700)]
    errors: list[str | None] = []

    def run(each: Book) -> None:
        errors.append(failed(each, tmp_path))

    threads = [threading.Thread(target=run, args=(each,)) for each in books]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(errors) <= {None, "export-larger"}
    assert check_public(FolderLog(tmp_path), Trust((books[0].log.verifier,))).size == 900


# ---------------------------------------------------------------- a real ledger


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    path = tmp_path / "chaski.db"
    with Ledger.create(str(path), origin="chaski.example/log/exported", operator="Invented operator") as opened:
        yield opened


def test_a_real_ledger_is_exported_and_verified_by_its_files(ledger: Ledger, tmp_path: Path) -> None:
    export(ledger, tmp_path / "out")
    trust = Trust((VerifierKey.parse(ledger.verifier_key),))
    party = {"party": ledger.new_id(), "kind": "buyer", "country": "PE", "name": "Invented buyer"}
    fact = {"id": ledger.new_id(), "fact": "party.registered/1", "at": "2026-05-02T08:00:00-05:00", "body": party}
    assert ledger.state(fact, party=ledger.operator_party)[0].status == "accepted"

    export(ledger, tmp_path / "out")

    found = check_public(FolderLog(tmp_path / "out"), trust)
    assert (found.size, found.root) == (ledger.head().size, ledger.head().root)
    live = check_public(LedgerLog(ledger, ledger.origin, ledger.checkpoint()), trust)
    assert live.root == found.root


def test_a_copy_of_a_database_signs_nothing(ledger: Ledger, tmp_path: Path) -> None:
    with Copy(str(tmp_path / "chaski.db")) as copy:
        log = LedgerLog(copy, copy.origin, None)
        assert log.read("tile/0/000.p/2") == ledger.tile(0, 0, 2)
        with pytest.raises(NotFoundError, match="database-unsigned"):
            log.checkpoint()
        with pytest.raises(NotFoundError, match="source-missing"):
            log.read("tile/0/001")


# ---------------------------------------------------------------- folders


def test_the_log_of_an_unpacked_bundle_is_found_inside_it(tmp_path: Path) -> None:
    export(book(300), tmp_path / "log")

    assert check_public(FolderLog(tmp_path), Trust((book(1).log.verifier,))).size == 300


def test_a_folder_without_a_checkpoint_is_no_log(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="source-missing"):
        FolderLog(tmp_path)


def test_no_path_but_those_of_logs_is_opened(tmp_path: Path) -> None:
    export(book(5), tmp_path)
    (tmp_path / "secret").write_bytes(b"secret")

    for path in ("secret", "../secret", "tile/../secret", "/etc/passwd", "tile/0/000.p/05"):
        with pytest.raises(FormatError, match="tile-malformed"):
            FolderLog(tmp_path).read(path)
    with pytest.raises(NotFoundError, match="source-missing"):
        FolderLog(tmp_path).read("tile/0/001")


def test_a_file_longer_than_any_of_its_kind_is_not_read_to_its_end(tmp_path: Path) -> None:
    export(book(5), tmp_path)
    with (tmp_path / "checkpoint").open("wb") as file:
        file.truncate(50_000_000_000)

    with pytest.raises(ProofError, match="source-too-long"):
        FolderLog(tmp_path).checkpoint()
