"""`chaski report`: tables on the screen, files for spreadsheets, and what is missing is named."""

from __future__ import annotations

import csv
from io import StringIO
from pathlib import Path

import pytest

from ledger import canonical
from ledger.book import Ledger
from tests.cli import story
from tests.cli.conftest import Chaski
from tests.cli.refusals import ORIGIN


@pytest.fixture
def operator(folder: Path) -> str:
    """The story is told in a ledger of the folder."""
    with Ledger.create("chaski.db", origin=ORIGIN, operator="Cooperativa Inventada", demo_seed="report") as ledger:
        outcomes = ledger.state(*story.facts(ledger.operator_party), party=ledger.operator_party)
        assert all(outcome.status == "accepted" for outcome in outcomes)
        return ledger.operator_party


def test_a_report_is_shown_as_tables_in_the_language_asked(chaski: Chaski, operator: str) -> None:
    asked = ("report", "approved-producers", "--party", operator, "--season", "2026", "--at", "2026-08-01")
    spanish = chaski(*asked, "--lang", "es")
    assert spanish.code == 0, spanish.err
    assert spanish.out.startswith("Lista de productores aprobados\n")
    assert "No aprobados (2)" in spanish.out
    assert "Approved-producer list" in chaski(*asked, "--lang", "en").out
    told = chaski(*asked, "--json").json
    assert told["report"] == "approved-producers"
    only = chaski(*asked, "--table", "others", "--lang", "en")
    assert ("Not approved (2)" in only.out, "Compared with (" in only.out) == (True, False)


def test_files_hold_what_the_screen_shows(chaski: Chaski, operator: str, folder: Path) -> None:
    asked = ("report", "passbook", "--party", operator, "--at", "2026-08-01", "--lang", "en")
    assert chaski(*asked, "--format", "xlsx", "-o", "book.xlsx").code == 0
    assert chaski(*asked, "--format", "xlsx", "-o", "again.xlsx").code == 0
    assert (folder / "book.xlsx").read_bytes() == (folder / "again.xlsx").read_bytes()
    table = chaski(*asked, "--format", "csv", "--table", "deliveries")
    rows = [row for row in csv.reader(StringIO(table.out)) if row[0] != "#"]
    assert len(rows) == 1 + len(story.DELIVERIES)
    assert chaski(*asked, "--format", "json").out.startswith('{"digest":')
    noted = chaski(*asked, "--format", "json", "-o", "book.json", "--json").json
    kept = canonical.load((folder / "book.json").read_bytes())
    assert isinstance(kept, dict)
    assert (noted["file"], noted["digest"]) == ("book.json", kept["digest"])


def test_what_is_missing_or_unknown_is_named(chaski: Chaski, operator: str) -> None:
    assert chaski("report", "approved-producers", "--json").codes == ["report-question-incomplete"] * 2
    assert chaski("report", "harvest", "--json").codes == ["report-unknown"]
    assert chaski("report", "corrections", "--table", "lots", "--json").codes == ["report-table-unknown"]
    assert chaski("report", "corrections", "--at", "2026-02-30", "--json").codes == ["day-malformed"]
    assert chaski("report", "corrections", "--size", "9999", "--json").codes == ["size-unknown"]
