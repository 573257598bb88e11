"""Which packs are in force, of each kind by code: what questions about claims are judged by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from ledger.packs.anypack import AnyPack
from ledger.packs.framework import FrameworkPack
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack


@dataclass(frozen=True, slots=True)
class InForce:
    """One pack per kind and code."""

    commodities: Mapping[str, CommodityPack]
    schemes: Mapping[str, SchemePack]
    frameworks: Mapping[str, FrameworkPack]


def in_force(packs: Iterable[AnyPack]) -> InForce:
    """Sort packs by their kind and code; of two with one code the later counts."""
    every = tuple(packs)
    return InForce(
        MappingProxyType({pack.code: pack for pack in every if isinstance(pack, CommodityPack)}),
        MappingProxyType({pack.code: pack for pack in every if isinstance(pack, SchemePack)}),
        MappingProxyType({pack.code: pack for pack in every if isinstance(pack, FrameworkPack)}),
    )
