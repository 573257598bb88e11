"""Reading bundles and making them where something is in the way: broken files, foreign ZIPs, a log that moves on."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.audit.bundles import packing as bundle_zip
from ledger.audit.bundles.check import check_bundle
from ledger.audit.bundles.file import BundleFile, is_bundle
from ledger.audit.bundles.packing import Packer, ZipFiles
from ledger.audit.bundles.source import BundleSource
from ledger.errors import ConflictError, FormatError, NotFoundError, ProofError
from ledger.log.bundle_note import bundle_note, bundle_text
from ledger.log.note import KeyKind, VerifierKey, open_note
from tests.audit.bundled import Valley, Workshop, bundled, told
from tests.world import World


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valley]:
    valley = told(tmp_path_factory.mktemp("valley"))
    yield valley
    valley.world.ledger.close()


@pytest.fixture(scope="module")
def whole(valley: Valley, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundled(valley, tmp_path_factory.mktemp("bundle") / "whole.zip")


def test_what_lies_in_a_bundle_is_what_lies_in_the_log(valley: Valley, whole: Path) -> None:
    ledger = valley.world.ledger
    with BundleFile(whole) as bundle:
        there = list(bundle.statements())
        size = bundle.head().checkpoint.size
        inside = ledger.logged(0, size)

        assert [(e.index, e.digest, e.jws, e.restated, e.recorded_at) for e in there] == [
            (e.index, e.digest, e.jws, e.restated, e.recorded_at) for e in inside
        ]
        assert {each.flags for each in there} == {None}
        assert bundle.read("tile/entries/000") == ledger.entries_tile(0)
        assert bundle.manifest.size == size


@pytest.mark.parametrize("line", ["30 ", "31 not-included", "30 a b", "30 withheld ===", "30 withheld a b"])
def test_a_line_that_does_not_fit_its_entry_is_refused(whole: Path, tmp_path: Path, line: str) -> None:
    shop = Workshop.of(whole)
    shop.put_line(30, "x")
    shop.change("statements/000.txt", b"30 x\n", f"{line}\n".encode())

    with BundleFile(shop.zipped(tmp_path / "x.zip")) as bundle:
        if line == "30 ":
            # As bare as this it is read as a statement of no bytes; every check of it fails.
            assert next(each for each in bundle.statements() if each.index == 30).jws == b""
        else:
            with pytest.raises(FormatError, match="bundle-statements"):
                list(bundle.statements())


@pytest.mark.parametrize("data", [b"{}", b"[]", b"no json", b'{"format":"chaski.bundle/v2"}'])
def test_a_zip_with_another_manifest_is_no_bundle(whole: Path, tmp_path: Path, data: bytes) -> None:
    shop = Workshop.of(whole)
    shop.files["manifest.json"] = data
    path = shop.zipped(tmp_path / "x.zip")

    with pytest.raises(FormatError, match="bundle-manifest"):
        BundleFile(path)
    with pytest.raises(ProofError, match="bundle-manifest-malformed"):
        check_bundle(path)


def packed_anew(whole: Path, **how: int) -> bytes:
    """The same files as another program packs them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", **how) as ordinary:  # type: ignore[call-overload]
        for name, data in Workshop.of(whole).files.items():
            ordinary.writestr(name, data)
    return out.getvalue()


def test_a_zip_packed_anew_is_refused_and_says_what_to_do(whole: Path, tmp_path: Path) -> None:
    for how in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        (tmp_path / "x.zip").write_bytes(packed_anew(whole, compression=how))
        with pytest.raises(ProofError, match="bundle-zip-altered"):
            check_bundle(tmp_path / "x.zip")


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd", "log/../../x", "documents/x", "C:\\x", "verify.py\x00"])
def test_a_zip_with_a_name_no_bundle_holds_is_refused(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as ordinary:
        ordinary.writestr(name, b"")

    with pytest.raises(ProofError, match="bundle-zip-altered"):
        ZipFiles(tmp_path / "x.zip")
    with Packer() as packer, pytest.raises(ValueError, match="no bundle holds"):
        packer.add(name, b"")


def test_two_files_under_one_name_are_refused(whole: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as ordinary:
        ordinary.writestr("verify.py", b"one")
        with pytest.warns(UserWarning, match="Duplicate name"):
            ordinary.writestr("verify.py", b"two")

    with pytest.raises(ProofError, match="bundle-zip-altered"):
        ZipFiles(tmp_path / "x.zip")


def test_a_file_that_says_it_is_huge_is_not_read(whole: Path, tmp_path: Path) -> None:
    data = bytearray(whole.read_bytes())
    at = data.rindex(b"PK\x01\x02")
    data[at + 20 : at + 28] = b"\xff\xff\xff\x7f" * 2
    (tmp_path / "x.zip").write_bytes(data)

    with pytest.raises(ProofError, match="bundle-zip-altered"):
        ZipFiles(tmp_path / "x.zip")


def test_what_a_plain_zip_cannot_hold_is_refused_before_it_is_written(
    valley: Valley, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bundle_zip, "MAX_ZIP_BYTES", 10_000)

    with pytest.raises(FormatError, match="bundle-too-large"):
        bundled(valley, tmp_path / "x.zip")
    assert list(tmp_path.iterdir()) == []


def test_what_is_not_there_is_not_found(tmp_path: Path, whole: Path) -> None:
    with pytest.raises(NotFoundError, match="source-missing"):
        BundleFile(tmp_path / "nowhere.zip")
    with BundleFile(whole) as bundle, pytest.raises(NotFoundError, match="source-missing"):
        bundle.pack("0" * 64)
    assert is_bundle(whole)
    assert not is_bundle(tmp_path)
    assert not is_bundle(tmp_path / "nowhere.zip")


def test_a_text_withheld_after_the_checkpoint_is_not_bundled_under_it(tmp_path: Path) -> None:
    world = World.begin(tmp_path)
    said = world.say(world.delivery(world.farm(), 50_000))
    before = world.ledger.checkpoint()
    world.ledger.withhold(said.digest, reason="court-order")
    valley = Valley(world, "", "", 0, before, world.unproven_key("x"), world.unproven_key("x"))

    with pytest.raises(ConflictError, match="bundle-text-withheld"):
        bundled(valley, tmp_path / "x.zip", checkpoint=before)
    bundled(valley, tmp_path / "y.zip")
    world.end()


def test_a_checkpoint_of_another_or_a_larger_log_makes_no_bundle(valley: Valley, tmp_path: Path) -> None:
    other = World.begin(tmp_path)
    with pytest.raises(ProofError, match="older-than-checkpoint"):
        BundleSource(other.ledger, valley.world.ledger.checkpoint())
    foreign = valley.kept.replace(b"log/valle\n", b"log/other\n", 1)
    with pytest.raises(ProofError, match="checkpoint-origin"):
        BundleSource(valley.world.ledger, foreign)
    other.mill("Molino de otro registro")
    with pytest.raises(ProofError, match="forked-from-checkpoint"):
        BundleSource(valley.world.ledger, other.ledger.checkpoint())
    other.end()


def test_the_note_is_a_signed_note_with_one_line_by_the_logs_key(valley: Valley, whole: Path) -> None:
    key = VerifierKey.parse(valley.key)
    assert key.kind is KeyKind.LOG
    note, verified = open_note(Workshop.of(whole).files["manifest.note"], [key])

    assert len(note.signatures) == len(verified) == 1
    assert note.text.startswith("chaski.bundle/v1\n")
    assert bundle_note("o/x", "0" * 64, None) == (bundle_text("o/x", "0" * 64) + "\n").encode()
