"""The packs that come with the project, as the bytes they were written in; the only reading in this room."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

from ledger.packs.anypack import Kind

_FOLDERS: tuple[tuple[Kind, str], ...] = (
    ("commodity", "commodities"),
    ("scheme", "schemes"),
    ("framework", "frameworks"),
)


def builtin() -> Mapping[tuple[Kind, str], bytes]:
    """The bytes of every pack inside the package, by kind and code: commodities, schemes, frameworks, each by code.

    Bytes, not records: a log adopts a pack by the digest of exactly these.
    """
    found: dict[tuple[Kind, str], bytes] = {}
    for kind, folder in _FOLDERS:
        inside = files("ledger.packs").joinpath(folder)
        entries = {each.name.removesuffix(".toml"): each for each in inside.iterdir() if each.name.endswith(".toml")}
        found.update({(kind, code): entries[code].read_bytes() for code in sorted(entries)})
    return MappingProxyType(found)
