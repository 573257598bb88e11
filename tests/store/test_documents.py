"""Documents: content-addressed, limited in size and type, personal ones encrypted, and never half there."""

from __future__ import annotations

import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.errors import FormatError, NotFoundError, ProofError
from ledger.store.documents import MAX_BYTES, Documents
from ledger.store.troubles import StoreError
from tests.store.world import Place

TEXT = b"Acta de una asamblea inventada.\n" * 5_000


def _put(ledger: Ledger, data: bytes, *, personal: bool = False, media_type: str = "text/plain") -> str:
    digest = hashlib.sha256(data).hexdigest()
    ledger.put_document(digest, _portions(data), media_type=media_type, personal=personal)
    return digest


def _portions(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), 10_000):
        yield data[start : start + 10_000]


def _get(ledger: Ledger, digest: str) -> tuple[str, bytes]:
    media_type, portions = ledger.document(digest)
    return media_type, b"".join(portions)


def _files(where: Place) -> list[Path]:
    return sorted(path for path in where.companion(".docs").rglob("*") if path.is_file())


@pytest.mark.parametrize("personal", [False, True])
@pytest.mark.parametrize("data", [b"", b"x", TEXT])
def test_a_document_comes_back_as_it_was(anywhere: Place, data: bytes, personal: bool) -> None:
    ledger = anywhere.create()
    digest = _put(ledger, data, personal=personal)
    assert _put(ledger, data, personal=personal) == digest

    assert _get(ledger, digest) == ("text/plain", data)


def test_a_personal_document_is_unreadable_on_disk_and_an_open_one_is_not(on_disk: Place) -> None:
    ledger = on_disk.create()
    _put(ledger, TEXT, personal=True)
    (sealed,) = _files(on_disk)
    assert b"asamblea" not in sealed.read_bytes()
    assert len(sealed.read_bytes()) > len(TEXT)
    _put(ledger, TEXT + b"open")

    assert [b"asamblea" in path.read_bytes() for path in _files(on_disk)].count(True) == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in _files(on_disk))


def test_bytes_with_another_digest_are_refused_and_not_kept(on_disk: Place) -> None:
    ledger = on_disk.create()
    digest = hashlib.sha256(b"promised").hexdigest()
    with pytest.raises(FormatError) as caught:
        ledger.put_document(digest, [b"sent"], media_type="text/plain")

    assert [p.code for p in caught.value.problems] == ["document-digest"]
    assert _files(on_disk) == []
    with pytest.raises(NotFoundError):
        ledger.document(digest)


@pytest.mark.parametrize("name", ["", "..", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n", "/" + "a" * 63])
def test_a_name_that_is_no_digest_never_becomes_a_path(on_disk: Place, name: str) -> None:
    ledger = on_disk.create()
    with pytest.raises(FormatError) as caught:
        ledger.put_document(name, [b"x"], media_type="text/plain")
    assert [p.code for p in caught.value.problems] == ["document-name"]
    with pytest.raises(NotFoundError):
        ledger.document(name)


def test_type_and_size_are_limited(on_disk: Place) -> None:
    ledger = on_disk.create()
    with pytest.raises(FormatError) as kind:
        _put(ledger, b"MZ", media_type="application/x-msdownload")
    portion = bytes(1024 * 1024)
    with pytest.raises(FormatError) as size:
        ledger.put_document("0" * 64, (portion for _ in range(MAX_BYTES // len(portion) + 1)), media_type="text/plain")

    assert [p.code for e in (kind, size) for p in e.value.problems] == ["document-type", "document-too-large"]
    assert _files(on_disk) == []


@pytest.mark.parametrize("personal", [False, True])
@pytest.mark.parametrize("harm", ["flip", "cut", "grow", "remove"])
def test_a_document_that_was_changed_on_disk_is_not_handed_out_unnoticed(
    on_disk: Place,
    harm: str,
    personal: bool,
) -> None:
    ledger = on_disk.create()
    digest = _put(ledger, TEXT, personal=personal)
    (path,) = _files(on_disk)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    if harm == "remove":
        path.unlink()
    else:
        path.write_bytes({"flip": bytes(data), "cut": path.read_bytes()[:-7], "grow": path.read_bytes() + b"x"}[harm])

    with pytest.raises(ProofError):
        _get(ledger, digest)


def test_two_who_send_the_same_personal_document_at_once_leave_one_that_opens(
    shared: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file once came from one sender and the key from the other: nobody could read it again."""
    ledgers = [shared.create(), shared.open()]
    written, write, failed = threading.Barrier(2), Documents._write, []

    def together(self: Documents, *args: object) -> int:
        size = write(self, *args)  # type: ignore[arg-type] # passed on as they came
        written.wait(20)
        return size

    monkeypatch.setattr(Documents, "_write", together)

    def send(ledger: Ledger) -> None:
        try:
            _put(ledger, TEXT, personal=True)
        except Exception as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=send, args=(each,)) for each in ledgers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert not failed
    assert len(_files(shared)) == 1
    assert [_get(each, hashlib.sha256(TEXT).hexdigest())[1] for each in ledgers] == [TEXT, TEXT]


def test_no_room_for_a_document_is_said_and_leaves_nothing(on_disk: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = on_disk.create()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StoreError) as caught:
            _put(ledger, TEXT)

    assert [p.code for p in caught.value.problems] == ["disk-full"]
    assert _files(on_disk) == []
    assert _get(ledger, _put(ledger, TEXT))[1] == TEXT
