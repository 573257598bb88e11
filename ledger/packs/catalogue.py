"""The packs that come with the project, as the bytes they were written in; the only reading in this room."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType


def builtin() -> Mapping[str, bytes]:
    """The bytes of every commodity pack inside the package, by commodity code, in the order of the codes.

    Bytes, not records: a log adopts a pack by the digest of exactly these.
    """
    folder = files("ledger.packs").joinpath("commodities")
    packs = {
        entry.name.removesuffix(".toml"): entry.read_bytes()
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    }
    return MappingProxyType(dict(sorted(packs.items())))
