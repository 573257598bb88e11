"""Reads a commodity pack: TOML bytes in, a frozen `CommodityPack` out, or every problem at once."""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from typing import TypeVar

from ledger.errors import FormatError, Problem
from ledger.packs.details import (
    read_attributes,
    read_caps,
    read_checks,
    read_documents,
    read_quality,
    read_seasons,
    read_units,
)
from ledger.packs.forms import read_forms, read_hs
from ledger.packs.generic import LOSS_KINDS, MASS_CONSERVATION
from ledger.packs.pack import CommodityPack, Source
from ledger.packs.processes import read_processes
from ledger.packs.reader import Reader

FORMAT = "chaski.commodity/1"
LARGEST_BYTES = 256 * 1024
_TWICE = re.compile(r"Cannot (?:declare|overwrite|mutate)|Duplicate")
_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")

RecordT = TypeVar("RecordT")


@lru_cache(maxsize=64)
def parse_commodity(data: bytes) -> CommodityPack:
    """The pack written in `data` (UTF-8 TOML, at most 256 KiB, docs/packs.md).

    Numbers are read as exact decimals, never as floats. Raises FormatError with every problem
    found; its pointers lead into the TOML, such as `/forms/green/unit`.
    """
    table = _load(data)
    problems: list[Problem] = []
    stated = table.get("sources")
    sources = [MASS_CONSERVATION.code, *(stated if isinstance(stated, dict) else ())]
    pack = _read(Reader(table, "", problems, sources), hashlib.sha256(data).hexdigest())
    if problems:
        raise FormatError(problems)
    return pack


def _load(data: bytes) -> dict[str, object]:
    if len(data) > LARGEST_BYTES:
        raise FormatError(Problem("pack-too-large", "", len(data), LARGEST_BYTES, retry="after-change"))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise FormatError(Problem("pack-not-utf8", "", error.start, retry="after-change")) from None
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        found = f"{place[1]}:{place[2]}" if place else "1:1"
        code = "pack-declared-twice" if _TWICE.search(str(error)) else "pack-not-toml"
        raise FormatError(Problem(code, "", found, retry="after-change")) from None
    except (ValueError, ArithmeticError, RecursionError):
        # Numbers with thousands of digits and lists nested without end get here instead.
        raise FormatError(Problem("pack-not-toml", "", "1:1", retry="after-change")) from None


def _read(top: Reader, digest: str) -> CommodityPack:
    top.choice("format", (FORMAT,))
    code, version, names = top.code("code"), top.text("version"), top.names()
    hs, eudr = read_hs(top), top.flag("eudr")
    sources = _frozen(_sources(top))
    tolerance = top.ratio("scale_tolerance")
    forms = dict(read_forms(top))
    processes = read_processes(top, forms, LOSS_KINDS)
    attributes = dict(read_attributes(top, tuple(forms)))
    quality = dict(read_quality(top, tuple(forms), attributes))
    pack = CommodityPack(
        code=code,
        version=version,
        names=names,
        hs=hs,
        eudr=eudr,
        scale_tolerance=tolerance,
        forms=MappingProxyType(forms),
        processes=MappingProxyType(processes),
        caps=_frozen(read_caps(top, forms)),
        checks=_frozen(read_checks(top, tuple(forms), tuple(processes), quality)),
        attributes=MappingProxyType(attributes),
        quality=MappingProxyType(quality),
        units=_frozen(read_units(top, forms)),
        documents=_frozen(read_documents(top)),
        seasons=_frozen(read_seasons(top)),
        sources=sources,
        digest=digest,
    )
    top.close()
    return pack


def _sources(top: Reader) -> Iterator[tuple[str, Source]]:
    yield MASS_CONSERVATION.code, MASS_CONSERVATION
    for code, table in top.tables("sources", required=True):
        if code == MASS_CONSERVATION.code:
            table.note("pack-code-reserved", "", code)
        yield code, Source(code, table.text("title"), table.whole("year"))
        table.close()


def _frozen(pairs: Iterator[tuple[str, RecordT]]) -> Mapping[str, RecordT]:
    return MappingProxyType(dict(pairs))
