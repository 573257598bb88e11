"""Reports as files: the same bytes for the same report, safe to open, and every cell comes back as it was."""

from __future__ import annotations

import csv
import zipfile
from io import BytesIO, StringIO
from xml.etree import ElementTree

import pytest

from ledger import canonical
from ledger.errors import FormatError, NotFoundError
from ledger.reports import REPORTS, Question, Report, Stamp, Table
from ledger.reports.csv_file import csv_text, guarded
from ledger.reports.headings import heading, table_title
from ledger.reports.written import FORMS, csv_of, table_of, written
from ledger.words import LANGUAGES
from tests.claims.certified_valley import CertifiedValley
from tests.reports.asking import DAY, ask
from tests.reports.paying import Till
from tests.world import World

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
WRITTEN = Report(
    "corrections",
    Stamp("ledger.example/log/valle", 7, "ab" * 32),
    Question(DAY),
    (
        Table.of("corrections", "lot reason grams:grams", [("A", "=1+1", 1_234_567), ("B", "Ñandú <&>", -5)]),
        Table.of("late-entries", "lot", []),
    ),
)


def sheets(data: bytes) -> dict[str, list[list[str | int]]]:
    """The cells of a workbook, read with nothing but a ZIP and an XML reader."""
    with zipfile.ZipFile(BytesIO(data)) as book:
        shared = ["".join(each.itertext()) for each in ElementTree.fromstring(book.read("xl/sharedStrings.xml"))]
        names = [
            each.attrib["name"] for each in ElementTree.fromstring(book.read("xl/workbook.xml")).iter(f"{SHEET}sheet")
        ]
        found = {}
        for number, name in enumerate(names, 1):
            tree = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            assert list(tree.iter(f"{SHEET}f")) == []
            found[name] = [[_value(cell, shared) for cell in row] for row in tree.iter(f"{SHEET}row")]
        return found


def _value(cell: ElementTree.Element, shared: list[str]) -> str | int:
    text = cell.findtext(f"{SHEET}v") or ""
    return shared[int(text)] if cell.get("t") == "s" else int(text)


def test_a_workbook_holds_every_table_and_what_it_was_worked_out_from() -> None:
    found = sheets(written(WRITTEN, "xlsx", "es"))
    assert list(found) == ["Informe", "Correcciones", "Registros tardíos"]
    assert found["Correcciones"] == [
        ["Lote", "Motivo", "Estimado (g)"],
        ["A", "=1+1", 1_234_567],
        ["B", "Ñandú <&>", -5],
    ]
    front = {line[0]: line[1] for line in found["Informe"][1:]}
    assert front["Registro"] == "ledger.example/log/valle"
    assert (front["Tamaño del registro"], front["Raíz"], front["Día consultado"]) == ("7", "ab" * 32, DAY)
    assert front["Versión"] == WRITTEN.version


def test_a_cell_that_is_too_long_is_cut_and_says_so() -> None:
    long = Report("corrections", WRITTEN.stamp, WRITTEN.question, (Table.of("corrections", "lots", [("A" * 40_000,)]),))
    cell = str(sheets(written(long, "xlsx", "en"))["Corrections"][1][0])
    assert (len(cell), cell[-4:]) == (32_767, " ...")


def test_nothing_in_a_workbook_changes_with_the_clock() -> None:
    with zipfile.ZipFile(BytesIO(written(WRITTEN, "xlsx", "en"))) as book:
        assert {each.date_time for each in book.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2000-01-01T00:00:00Z" in book.read("docProps/core.xml")


def test_csv_comes_back_cell_for_cell_below_its_stamp() -> None:
    rows = list(csv.reader(StringIO(csv_of(WRITTEN, "en"))))
    stamp = {row[1]: row[2] for row in rows if row[0] == "#" and len(row) > 2}
    assert (stamp["Log size"], stamp["Root"]) == ("7", "ab" * 32)
    # A spreadsheet would run what begins like a formula; numbers below zero stay numbers.
    assert [row for row in rows if row[0] != "#"] == [
        ["Lot", "Reason", "Estimate (g)"],
        ["A", "'=1+1", "1234567"],
        ["B", "Ñandú <&>", "-5"],
    ]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_taken_for_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert csv_text([text], [[text]], above=[[text]]).count("'") == 3
    assert guarded(-1) == -1


def test_json_says_codes_and_headings() -> None:
    told = canonical.load(written(WRITTEN, "json", "es"))
    assert isinstance(told, dict)
    assert told["log"] == {"origin": "ledger.example/log/valle", "size": 7, "root": "ab" * 32}
    tables = told["tables"]
    assert isinstance(tables, list)
    table = tables[0]
    assert isinstance(table, dict)
    assert table["rows"] == [
        {"lot": "A", "reason": "=1+1", "grams": 1_234_567},
        {"lot": "B", "reason": "Ñandú <&>", "grams": -5},
    ]


def test_a_table_is_chosen_by_its_name() -> None:
    assert table_of(WRITTEN, "late-entries").columns[0].code == "lot"
    assert table_of(WRITTEN, "").code == "corrections"
    with pytest.raises(NotFoundError) as refused:
        table_of(WRITTEN, "other")
    assert refused.value.problems[0].code == "report-table-unknown"


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_is_written_in_every_form_and_language(world: World, name: str) -> None:
    valley, till = CertifiedValley(world), Till(world)
    family = valley.family()
    valley.green((family, 10_000))
    till.season_price(900)
    till.pay_premium(till.premium(100, (family, 100)), family, 50)
    found = ask(world, name, party=valley.coop.id, season="2026")
    again = ask(world, name, party=valley.coop.id, season="2026")
    assert found.stamp == Stamp(world.ledger.origin, world.ledger.head().size, world.ledger.head().root)
    for language in LANGUAGES:
        for form in FORMS:
            assert written(found, form, language) == written(again, form, language)
        titles = [table_title(table.code, language) for table in found.tables]
        assert len(set(titles)) == len(titles)
        assert all(len(title) <= 31 for title in titles)
        for table in found.tables:
            assert all(heading(column, language) for column in table.columns)


def test_a_question_that_lacks_something_is_refused(world: World) -> None:
    with pytest.raises(FormatError) as lacking:
        ask(world, "approved-producers")
    assert [(p.code, p.where) for p in lacking.value.problems] == [
        ("report-question-incomplete", "/party"),
        ("report-question-incomplete", "/season"),
    ]
    with pytest.raises(NotFoundError) as unknown:
        ask(world, "harvest")
    assert unknown.value.problems[0].code == "report-unknown"
    with pytest.raises(NotFoundError) as beyond:
        ask(world, "approved-producers", party=world.coop().id, season="2026", since=10_000)
    assert beyond.value.problems[0].code == "size-unknown"


def test_a_report_names_no_person(world: World) -> None:
    valley, till = CertifiedValley(world), Till(world)
    family = valley.family()
    farm = world.farm()
    world.deliver(farm, 1_000)
    till.pay(farm, 100)
    world.say(world.retraction(valley.coop, world.say(world.delivery(family, 10_000))))
    for name in REPORTS:
        text = written(ask(world, name, party=valley.coop.id, season="2026"), "json", "es")
        assert b"Persona" not in text
