"""A pack of any of the three kinds: which one it is says its `format` line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal, TypeAlias

from ledger.errors import FormatError, Problem
from ledger.packs import commodity, framework_file, scheme_file
from ledger.packs.framework import FrameworkPack
from ledger.packs.pack import CommodityPack
from ledger.packs.reader import nearest
from ledger.packs.scheme import SchemePack
from ledger.packs.toml import load

AnyPack: TypeAlias = "CommodityPack | SchemePack | FrameworkPack"
Kind = Literal["commodity", "scheme", "framework"]

_PARSERS: Mapping[str, Callable[[bytes], AnyPack]] = MappingProxyType(
    {
        commodity.FORMAT: commodity.parse_commodity,
        scheme_file.FORMAT: scheme_file.parse_scheme,
        framework_file.FORMAT: framework_file.parse_framework,
    }
)


def parse_pack(data: bytes) -> AnyPack:
    """The pack written in `data`, read as its `format` line says; raises FormatError with every problem found."""
    stated = load(data).get("format")
    if stated is None:
        raise FormatError(Problem("pack-key-missing", "/format", None, "format", retry="after-change"))
    parse = _PARSERS.get(stated) if isinstance(stated, str) else None
    if parse is None:
        said = stated[:60] if isinstance(stated, str) else "-"
        raise FormatError(
            Problem("pack-format-unknown", "/format", said, nearest(said, tuple(_PARSERS)), retry="after-change")
        )
    return parse(data)


def kind_of(pack: AnyPack) -> Kind:
    """Under which kind a log adopts the pack."""
    match pack:
        case CommodityPack():
            return "commodity"
        case SchemePack():
            return "scheme"
        case FrameworkPack():
            return "framework"
