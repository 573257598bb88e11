"""Reads a commodity pack: TOML bytes in, a frozen `CommodityPack` out, or every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
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
from ledger.packs.toml import load, stated_sources

FORMAT = "chaski.commodity/1"

RecordT = TypeVar("RecordT")


@lru_cache(maxsize=64)
def parse_commodity(data: bytes) -> CommodityPack:
    """The pack written in `data` (UTF-8 TOML, at most 256 KiB, docs/packs.md).

    Numbers are read as exact decimals, never as floats. Raises FormatError with every problem
    found; its pointers lead into the TOML, such as `/forms/green/unit`.
    """
    table = load(data)
    problems: list[Problem] = []
    sources = [MASS_CONSERVATION.code, *stated_sources(table)]
    pack = _read(Reader(table, "", problems, sources), hashlib.sha256(data).hexdigest())
    if problems:
        raise FormatError(problems)
    return pack


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
