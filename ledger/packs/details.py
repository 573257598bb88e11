"""Reads what a pack says beside forms and processes: caps, checks, attributes, quality, units, documents, seasons."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from ledger.packs.forms import UNITS
from ledger.packs.mask import Mask
from ledger.packs.pack import (
    Attribute,
    AttributeValue,
    Cap,
    CapBasis,
    Check,
    CheckKind,
    DocumentKind,
    Form,
    Measure,
    QualityLimit,
    Season,
    Step,
    TradeUnit,
)
from ledger.packs.reader import Reader

_CAP_BASES: tuple[CapBasis, ...] = ("hectare-year", "animal-season", "hive-year")
_CHECKS: tuple[CheckKind, ...] = ("max-age", "same-day", "min-interval", "score-fall")
_CHECK_UNITS: Mapping[CheckKind, str] = MappingProxyType({"max-age": "h", "same-day": "h", "min-interval": "month"})
_STEPS: tuple[Step, ...] = ("delivery", "purchase", "dispatch", "export")
_COUNTRY = re.compile(r"[A-Z]{2}")
_MOST_DECIMALS = 4


def read_caps(top: Reader, forms: Mapping[str, Form]) -> Iterator[tuple[str, Cap]]:
    """The caps under [caps]."""
    for code, table in top.tables("caps"):
        form = table.one_of("form", tuple(forms), "pack-unknown-form")
        unit = forms[form].unit if form else "g"
        amount = table.positive("amount", unit)
        typical = table.optional_figure("typical", unit)
        if typical is not None and typical.value * amount.ratio.whole > amount.value * typical.ratio.whole:
            table.note("pack-band-out-of-order", "typical", f"{typical} - {amount}")
        yield code, Cap(code, table.names(), form, table.choice("per", _CAP_BASES), amount, typical)
        table.close()


def read_checks(
    top: Reader, forms: Sequence[str], processes: Sequence[str], quality: Mapping[str, Measure]
) -> Iterator[tuple[str, Check]]:
    """The checks under [checks]; what each kind needs is required, the rest refused as unknown."""
    for code, table in top.tables("checks"):
        kind = table.choice("kind", _CHECKS)
        form = table.one_of("form", forms, "pack-unknown-form") if kind == "max-age" else None
        process = table.one_of("process", processes, "pack-unknown-process") if kind == "same-day" else None
        measure = table.one_of("measure", tuple(quality), "pack-unknown-measure") if kind == "score-fall" else None
        unit = quality[measure].unit if measure else _CHECK_UNITS.get(kind, "")
        yield code, Check(code, table.names(), kind, form, process, measure, table.positive("limit", unit))
        table.close()


def read_attributes(top: Reader, forms: Sequence[str]) -> Iterator[tuple[str, Attribute]]:
    """The attributes under [attributes]."""
    for code, table in top.tables("attributes"):
        unit = table.code("unit") if table.has("unit") else ""
        attribute = Attribute(
            code=code,
            names=table.names(),
            forms=table.known("forms", forms, "pack-unknown-form"),
            norm=table.text("norm") if table.has("norm") else None,
            values=MappingProxyType(dict(_values(table, unit))),
        )
        yield code, attribute
        table.close()


def _values(attribute: Reader, unit: str) -> Iterator[tuple[str, AttributeValue]]:
    for code, table in attribute.tables("values", required=True):
        yield (
            code,
            AttributeValue(
                code=code,
                names=table.names(),
                latin=table.text("latin") if table.has("latin") else None,
                above=table.optional_figure("above", unit),
                at_most=table.optional_figure("at_most", unit),
            ),
        )
        table.close()


def read_quality(
    top: Reader, forms: Sequence[str], attributes: Mapping[str, Attribute]
) -> Iterator[tuple[str, Measure]]:
    """The measures under [quality] with the limits asked of them."""
    for code, table in top.tables("quality"):
        unit, scale = table.code("unit"), table.whole("scale") or 0
        if scale > _MOST_DECIMALS:
            table.note("pack-number-too-fine", "scale", scale, _MOST_DECIMALS)
            scale = _MOST_DECIMALS
        lowest, highest = table.figure("lowest", unit, scale), table.figure("highest", unit, scale)
        limits = MappingProxyType(dict(_limits(table, unit, scale, forms, attributes)))
        if lowest.value > highest.value:
            table.note("pack-band-out-of-order", "lowest", f"{lowest} - {highest}")
        yield code, Measure(code, table.names(), unit, scale, lowest, highest, limits)
        table.close()


def _limits(
    measure: Reader, unit: str, scale: int, forms: Sequence[str], attributes: Mapping[str, Attribute]
) -> Iterator[tuple[str, QualityLimit]]:
    for code, table in measure.tables("limits"):
        named = table.has("attribute")
        attribute = table.one_of("attribute", tuple(attributes), "pack-unknown-attribute") if named else None
        values = tuple(attributes[attribute].values) if attribute else ()
        low, target, high = (table.optional_figure(key, unit, scale) for key in ("low", "target", "high"))
        table.in_order(low, target, high)
        yield (
            code,
            QualityLimit(
                code=code,
                names=table.names(),
                forms=table.known("forms", forms, "pack-unknown-form"),
                attribute=attribute,
                value=table.one_of("value", values, "pack-unknown-value") if attribute else None,
                low=low,
                target=target,
                high=high,
            ),
        )
        table.close()


def read_units(top: Reader, forms: Mapping[str, Form]) -> Iterator[tuple[str, TradeUnit]]:
    """The trade units under [units]; one name means one amount per form and country."""
    seen: set[tuple[str, str, str | None]] = set()
    for code, table in top.tables("units"):
        form = table.one_of("form", tuple(forms), "pack-unknown-form")
        name, unit = table.code("trade_name"), table.choice("unit", UNITS)
        country = table.text("country") if table.has("country") else None
        if country and not _COUNTRY.fullmatch(country):
            table.note("pack-country-unfit", "country", country, "PE")
        if (name, form, country) in seen:
            table.note("pack-unit-twice", "trade_name", f"{name}, {form}, {country or '*'}")
        seen.add((name, form, country))
        yield code, TradeUnit(code, name, table.names(), form, country, table.positive("amount", unit), unit)
        table.close()


def read_documents(top: Reader) -> Iterator[tuple[str, DocumentKind]]:
    """The document kinds under [documents]."""
    for code, table in top.tables("documents"):
        masks: list[Mask] = []
        for index, text in enumerate(table.texts("numbers")):
            mask = Mask.read(text)
            if mask is None:
                table.note("pack-mask-unfit", "numbers", text, "T###-#{1,8}", item=index)
            else:
                masks.append(mask)
        steps = table.known("steps", _STEPS, "pack-unknown-choice")
        yield code, DocumentKind(code, table.names(), tuple(s for s in _STEPS if s in steps), tuple(masks))
        table.close()


def read_seasons(top: Reader) -> Iterator[tuple[str, Season]]:
    """The seasons under [seasons]."""
    for code, table in top.tables("seasons"):
        months = [table.figure(key, "month", 0) for key in ("from_month", "to_month")]
        for key, month in zip(("from_month", "to_month"), months, strict=True):
            if month.unit and not 1 <= month.value <= 12:
                table.note("pack-month-unfit", key, month.value, "1-12")
        yield code, Season(code, table.names(), *months)
        table.close()
