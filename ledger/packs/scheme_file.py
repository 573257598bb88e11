"""Reads a scheme pack: TOML bytes in, a frozen `SchemePack` out, or every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, cast

from ledger.errors import FormatError, Problem
from ledger.packs.figure import Figure
from ledger.packs.reader import Reader
from ledger.packs.ruling import Words, read_dated_sources, read_guide, read_ruling, read_words
from ledger.packs.scheme import (
    EFFECTS,
    EVERY_COMMODITY,
    LAPSES,
    LIMITS,
    MODELS,
    AfterLapse,
    AllowedProduct,
    Lapse,
    MassBalance,
    Model,
    SchemePack,
    Successor,
)
from ledger.packs.toml import load, stated_sources

FORMAT = "chaski.scheme/1"
_YES_NO = ("yes", "no")
_DAYS: tuple[Literal["harvest", "delivery"], ...] = ("harvest", "delivery")
_PLOT_STATUSES = ("none", "in-conversion", "organic")
_TRANSACTION_CERTIFICATES = ("none", "tc", "coi", "nop", "ra")


@lru_cache(maxsize=64)
def parse_scheme(data: bytes) -> SchemePack:
    """The scheme written in `data` (UTF-8 TOML, at most 256 KiB, docs/packs.md).

    Raises FormatError with every problem found; its pointers lead into the TOML, such as `/lapses/expired/source`.
    """
    table = load(data)
    problems: list[Problem] = []
    pack = _read(Reader(table, "", problems, stated_sources(table)), hashlib.sha256(data).hexdigest())
    if problems:
        raise FormatError(problems)
    return pack


def _read(top: Reader, digest: str) -> SchemePack:
    top.choice("format", (FORMAT,))
    code, version, names = top.code("code"), top.text("version"), top.names()
    products = tuple(_products(top))
    days = read_words(top, "member_days", _DAYS)
    papers = read_ruling(top, "transaction_certificate", _TRANSACTION_CERTIFICATES)
    premiums = _premium_kinds(top)
    plot_status = read_ruling(top, "plot_status", _PLOT_STATUSES)
    pack = SchemePack(
        code=code,
        version=version,
        names=names,
        standard=top.text("standard"),
        products=products,
        members_listed=read_ruling(top, "members_listed", _YES_NO),
        ics_status_counts=read_ruling(top, "ics_status_counts", _YES_NO),
        member_days=tuple(day for day in _DAYS if day in days.values),
        plot_status=type(plot_status)(_or_empty(plot_status.value), plot_status.source, plot_status.verified),
        conversion_months=top.optional_figure("conversion_months", "months", 0),
        member_suspended=read_ruling(top, "member_suspended", EFFECTS),
        member_removed=read_ruling(top, "member_removed", EFFECTS),
        parallel_production=read_ruling(top, "parallel_production", EFFECTS),
        unknown_harvest=read_ruling(top, "unknown_harvest", EFFECTS),
        validity=read_ruling(top, "validity", ("dated", "open")),
        lapses=_lapses(top),
        volume=read_ruling(top, "volume", ("licensed", "none")),
        mass_balance=_mass_balance(top, products),
        registry_age_days=top.optional_figure("registry_age_days", "days", 0),
        transaction_certificate=_or_empty(papers.value),
        premium_kinds=premiums.values,
        limits=_limits(top),
        successor=_successor(top),
        sources=MappingProxyType(dict(read_dated_sources(top))),
        digest=digest,
        trust=MappingProxyType(
            {
                "member_days": days,
                "premium_kinds": premiums,
                "transaction_certificate": Words((papers.value,), papers.source, papers.verified),
            }
        ),
        guide=read_guide(top),
    )
    top.close()
    return pack


def _or_empty(value: str) -> str:
    """Absence is written "none" in the file, so that nothing is left out by mistake, and is "" in the record."""
    return "" if value == "none" else value


def _products(top: Reader) -> Iterator[AllowedProduct]:
    seen: set[tuple[str, str]] = set()
    stated = 0
    for table in top.rows("products"):
        stated += 1
        commodity = table.text("commodity")
        if commodity != EVERY_COMMODITY:
            table.fit_code("commodity", commodity)
        forms = table.texts("forms")
        for form in forms or ("",):
            if (commodity, form) in seen or (commodity, "") in seen:
                # A second row, or one after the row of every form, would never be read.
                table.note("pack-listed-twice", "commodity", f"{commodity} {form}".strip())
            seen.add((commodity, form))
        models = cast("tuple[Model, ...]", table.known("models", MODELS, "pack-unknown-choice"))
        if not table.states("models"):
            table.note("pack-key-missing", "models", expected="models")
        yield AllowedProduct(commodity, forms, models, *table.trusted())
        table.close()
    if not stated:
        top.note("pack-nothing-listed" if top.states("products") else "pack-key-missing", "products", None, "products")


def _lapses(top: Reader) -> Mapping[Lapse, AfterLapse]:
    found: dict[Lapse, AfterLapse] = {}
    outer = top.table("lapses")
    if outer is None:
        return found
    for lapse in LAPSES:
        table = outer.table(lapse)
        if table is not None:
            new, contracted, before = (
                table.choice(key, EFFECTS) for key in ("new_sales", "contracted_sales", "stock_before")
            )
            found[lapse] = AfterLapse(new, contracted, before, *table.trusted())
            table.close()
    outer.close()
    return MappingProxyType(found)


def _mass_balance(top: Reader, products: Sequence[AllowedProduct]) -> MassBalance | None:
    table = top.table("mass_balance", required=False)
    if table is None:
        if any("mass-balance" in row.models for row in products) and not top.states("mass_balance"):
            top.note("pack-mass-balance-unstated", "mass_balance")
        return None
    found = MassBalance(table.positive("period_months", "months", 0), table.figure("credit_months", "months", 0))
    table.close()
    return found


def _limits(top: Reader) -> Mapping[str, Figure]:
    table = top.table("limits", required=False)
    found: dict[str, Figure] = {}
    if table is None:
        return MappingProxyType(found)
    for code, unit in LIMITS.items():
        if table.has(code):
            found[code] = table.ratio(code) if unit == "ratio" else table.positive(code, unit)
    table.close()
    return MappingProxyType(found)


def _premium_kinds(top: Reader) -> Words:
    """Premium kinds are the scheme's own codes; none may be listed."""
    table = top.table("premium_kinds")
    if table is None:
        return Words((), "", verified=False)
    if not table.states("values"):
        table.note("pack-key-missing", "values", expected="values")
    values = table.texts("values")
    for value in values:
        table.fit_code("values", value)
    found = Words(values, *table.trusted())
    table.close()
    return found


def _successor(top: Reader) -> Successor | None:
    table = top.table("successor", required=False)
    if table is None:
        return None
    code, names, day = table.code("code"), table.names(), table.day("mandatory_from")
    if not day and not table.states("mandatory_from"):
        table.note("pack-key-missing", "mandatory_from", expected="mandatory_from")
    found = Successor(code, names, day, *table.trusted())
    table.close()
    return found
