"""Bundles of everything, of a lot, of a period: what is in them, that they verify, that they are reproducible."""

from __future__ import annotations

import hashlib
import json
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.audit.bundles.check import check_bundle, own_program
from ledger.audit.bundles.file import BundleFile
from ledger.audit.bundles.scope import scope_of
from ledger.audit.bundles.source import BundleSource
from ledger.book import Copy
from ledger.errors import FormatError, NotFoundError
from ledger.statement import parse_statement
from tests.audit.bundled import CARD, POLICY, SCALE_TICKET, Valley, Workshop, bundled, cosigned, told, verify_py
from tests.world import World


@pytest.fixture(scope="module")
def valley(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valley]:
    valley = told(tmp_path_factory.mktemp("valley"))
    yield valley
    valley.world.ledger.close()


def statements(path: Path) -> dict[int, str]:
    """What stands at each index of a bundle: the type of its fact, or why there is none."""
    with BundleFile(path) as bundle:
        return {each.index: each.why_absent or parse_statement(each.jws or b"").type for each in bundle.statements()}


def test_a_stranger_checks_the_whole_log_with_nothing_but_the_zip_and_python(valley: Valley, tmp_path: Path) -> None:
    path = bundled(valley, tmp_path / "x.zip")
    with zipfile.ZipFile(path) as ordinary:
        ordinary.extractall(tmp_path / "x")

    run = verify_py(tmp_path / "x")

    assert run.returncode == 0, run.stdout + run.stderr
    assert "THE BUNDLE IS INTACT." in run.stdout
    assert "key not checked against an outside copy" in run.stdout
    assert hashlib.sha256(own_program()).hexdigest() in run.stdout
    assert run.stderr == ""


def test_what_is_known_from_outside_is_compared(valley: Valley, tmp_path: Path) -> None:
    folder = Workshop.of(bundled(valley, tmp_path / "x.zip")).unpacked(tmp_path / "x")
    (tmp_path / "policy").write_bytes(POLICY.format())
    (tmp_path / "kept").write_bytes(valley.kept)

    run = verify_py(folder, "--key", valley.key, "--policy", "../policy", "--checkpoint", "../kept", "--json")
    said = json.loads(run.stdout)

    assert run.returncode == 0, run.stdout
    assert (said["intact"], said["exit"]) == (True, 0)
    assert (said["key_checked"], said["policy_checked"], said["kept_checked"]) == (True, True, True)
    assert said["cosigned"] == ["w0", "w1"]
    assert said["size"] == valley.world.ledger.head().size
    assert said["withheld"] == 1
    assert said["documents"] == 1


def test_it_says_what_it_cannot_prove_in_both_languages(valley: Valley, tmp_path: Path) -> None:
    folder = Workshop.of(bundled(valley, tmp_path / "x.zip", valley.lot)).unpacked(tmp_path / "x")

    english, spanish = verify_py(folder), verify_py(folder, "--lang", "es")

    assert "This does not prove:" in english.stdout
    assert "that nobody was shown another history" in english.stdout
    assert "what the statements say that are not included, a revoked key among them" in english.stdout
    assert "what the withheld statements said" in english.stdout
    assert "Esto no prueba:" in spanish.stdout
    assert (english.returncode, spanish.returncode) == (0, 0)


@pytest.mark.parametrize("what", ["ALL", "lot", "100..150", "2026-06-12..2026-06-12"])
@pytest.mark.parametrize("role", ["reader", "auditor"])
def test_both_ways_of_checking_accept_every_kind_of_bundle(
    valley: Valley, tmp_path: Path, what: str, role: str
) -> None:
    asked = valley.lot if what == "lot" else what
    path = bundled(valley, tmp_path / "x.zip", asked, "auditor" if role == "auditor" else "reader")

    inside = check_bundle(path, key=valley.key, policy=POLICY.format())
    outside = verify_py(Workshop.of(path).unpacked(tmp_path / "x"), "--key", valley.key, "--json")
    said = json.loads(outside.stdout)

    assert outside.returncode == 0, said
    assert inside.own_program
    assert inside.answer.signatures == said["signatures"] > 0
    assert inside.answer.disclosures == said["disclosures"]
    # Nothing is sealed in the deliveries of the period of indexes.
    assert (said["disclosures"] > 0) == (role == "auditor" and what != "100..150")
    assert inside.answer.is_signed


def test_the_same_log_gives_the_same_bytes(valley: Valley, tmp_path: Path) -> None:
    first, second = bundled(valley, tmp_path / "a.zip"), bundled(valley, tmp_path / "b.zip")
    assert first.read_bytes() == second.read_bytes()


def test_a_bundle_of_all_holds_every_statement(valley: Valley, tmp_path: Path) -> None:
    there = statements(bundled(valley, tmp_path / "x.zip"))

    assert list(there) == list(range(valley.world.ledger.head().size))
    assert [index for index, what in there.items() if what == "withheld"] == [valley.withheld]
    assert "not-included" not in there.values()


def test_a_bundle_of_a_lot_holds_what_stands_behind_it_and_no_other_lot(valley: Valley, tmp_path: Path) -> None:
    path = bundled(valley, tmp_path / "x.zip", valley.lot)

    there = statements(path)
    named = b"".join(Workshop.of(path).files[f"statements/{n:03d}.txt"] for n in (0, 1))

    types = [what for what in there.values() if what not in {"withheld", "not-included"}]
    assert types.count("lot.transformed/1") == 1
    assert types.count("lot.harvested/1") == 2
    assert types.count("key.revoked/1") == 2
    assert {"log.opened/1", "party.registered/1", "producer.enrolled/1", "plot.mapped/1"} <= set(types)
    assert list(there.values()).count("not-included") > 200
    assert valley.other_lot.encode() not in named


def test_a_bundle_of_a_period_holds_all_of_it_and_the_facts_about_keys(valley: Valley, tmp_path: Path) -> None:
    path = bundled(valley, tmp_path / "x.zip", "260..280")

    there = statements(path)

    assert all(there[index] != "not-included" for index in range(260, 281))
    assert {what for index, what in there.items() if index < 256} <= {
        "log.opened/1", "key.authorised/1", "key.revoked/1", "statement.vouched/1", "statement.withheld/1",
        "withheld", "not-included", "pack.adopted/1",
    }  # fmt: skip


def test_a_period_may_be_said_in_days(valley: Valley) -> None:
    ledger = valley.world.ledger
    size = ledger.head().size

    assert scope_of("2026-06-12..2026-06-12", size, ledger).after == size
    assert scope_of("0..99999", size, ledger).plain() == {"kind": "period", "first": 0, "after": size}
    with pytest.raises(FormatError, match="scope-empty"):
        scope_of("2025-01-01..2025-12-31", size, ledger)


@pytest.mark.parametrize("what", ["", "SOMETHING", "1-2", "2026-13-01..2026-13-02", "5..2", "..", "9" * 30 + "..3"])
def test_what_is_no_scope_is_refused(valley: Valley, what: str) -> None:
    with pytest.raises(FormatError, match="scope-"):
        scope_of(what, 300, valley.world.ledger)


def test_a_lot_nobody_bore_has_no_bundle(valley: Valley, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="lot-unknown"):
        bundled(valley, tmp_path / "x.zip", "0" * 16)
    assert list(tmp_path.iterdir()) == []


def test_sealed_values_and_personal_documents_stay_out_unless_asked_for(valley: Valley, tmp_path: Path) -> None:
    reader = Workshop.of(bundled(valley, tmp_path / "r.zip", role="reader")).files
    auditor = Workshop.of(bundled(valley, tmp_path / "a.zip", role="auditor")).files

    assert not [path for path in reader if path.startswith("disclosures/")]
    assert [path for path in auditor if path.startswith("disclosures/")]
    for files in (reader, auditor):
        assert f"documents/{hashlib.sha256(SCALE_TICKET).hexdigest()}" in files
        assert f"documents/{hashlib.sha256(CARD).hexdigest()}" not in files


def test_a_party_gets_what_it_may_see_and_no_more(valley: Valley, tmp_path: Path) -> None:
    stranger = valley.world.mill("Molino ajeno")

    files = Workshop.of(bundled(valley, tmp_path / "x.zip", party=stranger.id)).files

    assert not [path for path in files if path.startswith("disclosures/")]


def test_a_copy_without_keys_makes_an_unsigned_bundle_and_says_so(tmp_path: Path) -> None:
    database = str(tmp_path / "log.db")
    world = World.begin(tmp_path, database=database)
    world.deliver(world.farm(), 50_000)
    kept = world.ledger.checkpoint()
    world.deliver(world.farm(), 50_000)
    key = world.ledger.verifier_key
    world.end()
    with Copy(database) as copy:
        with pytest.raises(FormatError, match="bundle-needs-checkpoint"):
            BundleSource(copy)
        path = _of_copy(copy, kept, tmp_path / "x.zip")

    folder = Workshop.of(path).unpacked(tmp_path / "x")
    run = verify_py(folder, "--key", key)

    assert run.returncode == 0
    assert "THE LIST OF FILES IS NOT SIGNED" in run.stdout
    assert not check_bundle(path).answer.is_signed
    assert "SIN FIRMA" in (folder / "report.html").read_text(encoding="utf-8")


def _of_copy(copy: Copy, kept: bytes, out: Path) -> Path:
    from ledger.audit.bundles.make import make_bundle

    source = BundleSource(copy, kept)
    made = make_bundle(source, scope_of("ALL", source.size, copy), out)
    assert not made.is_signed
    return out


def test_any_unzip_program_opens_it_and_finds_plain_files(valley: Valley, tmp_path: Path) -> None:
    path = bundled(valley, tmp_path / "x.zip")

    with zipfile.ZipFile(path) as ordinary:
        assert ordinary.testzip() is None
        names = [each.filename for each in ordinary.infolist()]
        assert names == sorted(names)
        assert {each.date_time for each in ordinary.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert {stat.S_IMODE(each.external_attr >> 16) for each in ordinary.infolist()} == {0o644}


def test_what_goes_in_is_read_at_the_size_of_the_checkpoint(valley: Valley, tmp_path: Path) -> None:
    before = cosigned(valley)
    first = bundled(valley, tmp_path / "a.zip", checkpoint=before)
    valley.world.say(valley.world.delivery(valley.world.farm(), 1_000))

    later = bundled(valley, tmp_path / "b.zip", checkpoint=before)

    assert first.read_bytes() == later.read_bytes()


@pytest.mark.parametrize("overlap", [True, False])
def test_a_reader_who_pinned_the_old_key_follows_its_rotation(tmp_path: Path, overlap: bool) -> None:
    world = World.begin(tmp_path)
    world.deliver(world.farm(), 50_000)
    old, kept = world.ledger.verifier_key, world.ledger.checkpoint()
    world.ledger.rotate_log_key(overlap=overlap, seed=b"n" * 32)
    world.deliver(world.farm(), 50_000)
    valley = Valley(world, "", "", 0, kept, world.unproven_key("x"), world.unproven_key("x"))
    folder = Workshop.of(bundled(valley, tmp_path / "x.zip")).unpacked(tmp_path / "x")
    (tmp_path / "kept").write_bytes(kept)

    assert world.ledger.verifier_key != old
    for key in (old, world.ledger.verifier_key):
        run = verify_py(folder, "--key", key, "--checkpoint", "../kept")
        assert run.returncode == 0, run.stdout
    assert check_bundle(tmp_path / "x.zip", key=old, kept=kept).answer.is_signed
    world.end()
