"""A planted season: everything planted is found by a process that never sees the labels, and nobody else is accused."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.cli.command import run as chaski
from ledger.seasons.planted import selftest
from ledger.seasons.planted.case import HONEST, write_labels
from ledger.seasons.planted.compare import compare
from ledger.seasons.planted.findings import Finding, Found
from ledger.seasons.planted.planting import SEEDS

ROOT = Path(__file__).parents[2]
FIXED = "1"
NAMED_IN_THE_ISSUE = {
    "ghost-farmer",
    "expired-certificate",
    "suspended-certificate",
    "expelled-mid-season",
    "back-dated-membership",
    "double-sale",
    "claim-upgrade",
    "blended-into-organic",
    "mass-balance-coffee",
    "axes-swapped",
    "duplicated-number",
    "document-number-twice",
    "plot-under-two-names",
    "declared-sharecrop",
    "felled",
    "invaded",
    "community-suspended",
    "late-delivery",
    "wrong-unit",
    "yield-above-physics",
    "one-gram-too-many",
    "received-twice",
    "sent-by-nobody",
    "edited-statement",
    "edited-books",
    "slipped-past-the-rules",
    "carrier-for-three",
    "scale-within-tolerance",
    "dried-by-the-formula",
    "renewal-signed-late",
    "phone-lost",
    "after-a-death",
    "quota-to-the-gram",
    "band-edge",
    "restored-certificate",
}


def seeds_of_the_commit() -> tuple[str, str]:
    """Two numbers out of the commit's id, so that every commit tries seasons nobody has seen; else a fixed pair."""
    asked = ["git", "-C", str(ROOT), "rev-parse", "HEAD"]
    try:
        found = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        found = "0badc0de" * 5
    return str(int(found[:8], 16)), str(int(found[8:16], 16))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, selftest.Told]:
    """The season of the fixed seed, told and closed; no labels are written."""
    folder = tmp_path_factory.mktemp("planted")
    return folder, selftest.build(folder, FIXED)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [FIXED, *seeds_of_the_commit()])
def test_every_planted_case_is_found_and_nobody_else_accused(seed: str) -> None:
    print(f"seed {seed}")
    done = selftest.run(seed)

    missed = [(row.case.id, row.expected, row.found) for row in done.result.rows if not row.ok]
    assert missed == []
    assert done.result.accused == ()
    assert done.ok


def test_the_season_has_what_was_promised(built: tuple[Path, selftest.Told]) -> None:
    cases = {case.id: case for case in built[1].cases}

    assert len(cases) == len(built[1].cases)
    assert len([case for case in cases.values() if case.kind != HONEST]) >= 40
    assert len([case for case in cases.values() if case.kind == HONEST]) >= 15
    assert sorted(NAMED_IN_THE_ISSUE - cases.keys()) == []
    for case in cases.values():
        assert case.subject, case.id
        assert set(case.sentence) == {"es", "en"}
        assert bool(case.signs) == (case.kind != HONEST), case.id


def test_detection_never_opens_the_labels(built: tuple[Path, selftest.Told], tmp_path: Path) -> None:
    folder, told = built
    found = selftest.detected(folder)
    assert compare(told.cases, found).ok

    # Labels lie where they always lie now, and every file the process opens is written down.
    write_labels(folder / selftest.LABELS, told.cases)
    opened = tmp_path / "opened"
    watched = (
        "import sys, runpy\n"
        f"out = open({str(opened)!r}, 'w')\n"
        "sys.addaudithook(lambda event, args: event in ('open', 'sqlite3.connect') and print(args[0], file=out))\n"
        "runpy.run_module('ledger.seasons.planted.detect', run_name='__main__')\n"
    )
    paths = [
        ("--database", folder / selftest.DATABASE),
        ("--answers", folder / selftest.ANSWERS),
        ("--out", tmp_path / "findings"),
    ]
    command = [sys.executable, "-c", watched, *(str(part) for pair in paths for part in pair)]
    subprocess.run(command, check=True, cwd=ROOT)

    read = opened.read_text()
    assert "answers.jsonl" in read
    assert "chaski.db" in read
    assert "labels" not in read
    assert (tmp_path / "findings").read_bytes() == (folder / selftest.FINDINGS).read_bytes()


def test_a_season_without_plants_accuses_nobody(tmp_path: Path) -> None:
    done = selftest.run(FIXED, tmp_path, plants=False)

    assert done.ok
    assert done.refused == 0
    [ordinary] = done.result.rows
    assert len(ordinary.case.carried) > 3


def test_a_seed_gives_the_same_season_and_another_seed_another(
    built: tuple[Path, selftest.Told], tmp_path: Path
) -> None:
    folder, told = built
    again = selftest.build(tmp_path / "again", FIXED)
    other = selftest.build(tmp_path / "other", "2")

    assert (tmp_path / "again" / selftest.ANSWERS).read_bytes() == (folder / selftest.ANSWERS).read_bytes()
    assert again.cases == told.cases
    subjects = {case.subject for case in told.cases}
    assert len(subjects & {case.subject for case in other.cases}) < 5


def test_a_finding_nobody_planted_is_an_accusation(built: tuple[Path, selftest.Told]) -> None:
    stray = Finding("flag", ("scale-gain",), ("0123456789ABCDEF",))

    result = compare((), Found((stray,), frozenset()))

    assert result.accused == (stray,)
    assert not result.ok


def test_a_refusal_with_one_code_less_is_not_the_case_that_was_planted(built: tuple[Path, selftest.Told]) -> None:
    case = next(case for case in built[1].cases if any(len(sign.codes) > 1 for sign in case.signs))
    [sign] = [sign for sign in case.signs if sign.how == "refused"]
    fewer = Finding("refused", sign.codes[:1], (sign.subject,))

    result = compare((case,), Found((fewer,), frozenset()))

    assert [row.ok for row in result.rows] == [False]
    assert result.accused == (fewer,)


@pytest.mark.slow
def test_the_command_prints_the_table_and_says_so(capfd: pytest.CaptureFixture[str]) -> None:
    assert chaski(["selftest", "--seed", FIXED, "--json"]) == 0
    document = json.loads(capfd.readouterr().out)

    assert document["ok"] is True
    assert document["accused"] == []
    assert len(document["cases"]) == len(SEEDS) + 4
    assert chaski(["selftest", "--seed", FIXED, "--lang", "es"]) == 0
    assert "nadie más queda acusado" in capfd.readouterr().out


def test_the_command_fails_where_something_is_missed(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    missed = selftest.Selftest(FIXED, 1, 0, compare((), Found((Finding("flag", ("x",), ("y",)),), frozenset())))
    monkeypatch.setattr(selftest, "run", lambda *_: missed)

    assert chaski(["selftest"]) == 1
    assert "Accused for nothing: y" in capfd.readouterr().out
