"""Reads a framework pack: TOML bytes in, a frozen `FrameworkPack` out, or every problem at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from types import MappingProxyType
from typing import Literal, cast

from ledger.errors import FormatError, Problem
from ledger.packs.framework import LADDER, LEVELS, STATUS_WORDS, FrameworkPack, KnownCommitment
from ledger.packs.reader import Reader
from ledger.packs.ruling import read_dated_sources, read_guide, read_ruling, read_words
from ledger.packs.toml import load, stated_sources

FORMAT = "chaski.framework/1"
_KINDS: tuple[Literal["forest", "compact", "pasture", "best-practice"], ...] = (
    "forest",
    "compact",
    "pasture",
    "best-practice",
)
_LAND = ("plot", "herd")
_COMMITMENTS: tuple[Literal["prohibit", "do", "limit"], ...] = ("prohibit", "do", "limit")


@lru_cache(maxsize=64)
def parse_framework(data: bytes) -> FrameworkPack:
    """The framework written in `data` (UTF-8 TOML, at most 256 KiB, docs/packs.md).

    Raises FormatError with every problem found; its pointers lead into the TOML, such as `/wins/source`.
    """
    table = load(data)
    problems: list[Problem] = []
    pack = _read(Reader(table, "", problems, stated_sources(table)), hashlib.sha256(data).hexdigest())
    if problems:
        raise FormatError(problems)
    return pack


def _read(top: Reader, digest: str) -> FrameworkPack:
    top.choice("format", (FORMAT,))
    code, version, names = top.code("code"), top.text("version"), top.names()
    land = read_words(top, "land", _LAND)
    levels, ladder = read_words(top, "levels", LEVELS), read_words(top, "ladder", LADDER)
    if list(ladder.values) != [rung for rung in LADDER if rung in ladder.values]:
        top.note("pack-ladder-out-of-order", "ladder", " - ".join(ladder.values), " - ".join(LADDER))
    pack = FrameworkPack(
        code=code,
        version=version,
        names=names,
        kind=top.choice("kind", _KINDS),
        land=cast("frozenset[Literal['plot', 'herd']]", frozenset(land.values)),
        levels=levels.values,
        needs_area=top.flag("needs_area"),
        wins=read_ruling(top, "wins", ("family", "community")),
        unendorsed=read_ruling(top, "unendorsed", STATUS_WORDS),
        unattributed_breach=read_ruling(top, "unattributed_breach", STATUS_WORDS),
        critical_breach=read_ruling(top, "critical_breach", STATUS_WORDS),
        other_breach=read_ruling(top, "other_breach", STATUS_WORDS),
        partly_met=read_ruling(top, "partly_met", STATUS_WORDS),
        not_monitored=read_ruling(top, "not_monitored", STATUS_WORDS),
        monitoring_months=top.optional_figure("monitoring_months", "months", 0),
        renewal_grace_days=top.optional_figure("renewal_grace_days", "days", 0),
        ladder=ladder.values,
        commitments=MappingProxyType(dict(_commitments(top))),
        sources=MappingProxyType(dict(read_dated_sources(top))),
        digest=digest,
        trust=MappingProxyType({"land": land, "levels": levels, "ladder": ladder}),
        guide=read_guide(top),
    )
    top.close()
    return pack


def _commitments(top: Reader) -> Iterator[tuple[str, KnownCommitment]]:
    for code, table in top.tables("commitments", required=True):
        kind, critical = table.choice("kind", _COMMITMENTS), table.flag("critical")
        yield code, KnownCommitment(code, table.names(), kind, critical, *table.trusted())
        table.close()
