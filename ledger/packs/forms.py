"""Reads the forms of a pack: the states in which a commodity is held, each with its one unit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ledger.packs.pack import Content, Form, Unit
from ledger.packs.reader import Reader

UNITS: tuple[Unit, ...] = ("g", "ml", "piece")
_HS = re.compile(r"[0-9]{4}(?:[0-9]{2})?")


def read_forms(top: Reader) -> Iterator[tuple[str, Form]]:
    """The forms under [forms], at least one."""
    for code, table in top.tables("forms", required=True):
        unit = table.choice("unit", UNITS)
        yield (
            code,
            Form(
                code=code,
                names=table.names(),
                unit=unit,
                hs=read_hs(table),
                claimable=table.flag("claimable", default=True),
                moisture=table.optional_ratio("moisture"),
                content=_content(table, unit),
            ),
        )
        table.close()


def read_hs(table: Reader) -> tuple[str, ...]:
    """Headings of the Harmonized System, four or six digits without dots."""
    codes = table.texts("hs")
    for index, code in enumerate(codes):
        if not _HS.fullmatch(code):
            table.note("pack-hs-unfit", "hs", code, "0901, 090111", item=index)
    return codes


def _content(form: Reader, unit: Unit) -> Content | None:
    table = form.table("content", required=False)
    if table is None:
        return None
    held = table.choice("unit", UNITS)
    if held == unit:
        table.note("pack-content-same-unit", "unit", held)
    content = Content(table.positive("amount", held), held, table.flag("at_least", default=False))
    table.close()
    return content
