"""How large a sample must be and what makes somebody likelier to be drawn: figures as data, each with its source."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import isqrt
from typing import Final

from ledger.errors import FormatError, Problem

_SIZE: Final = frozenset({"code", "names", "least", "source", "dated", "verified"})
_WEIGHT: Final = frozenset({"code", "names", "adds", "source", "verified"})


@dataclass(frozen=True, slots=True)
class SizeRule:
    """How many of a population are drawn at the least: its square root, or so many thousandths of it."""

    code: str
    names: Mapping[str, str]
    permille: int | None
    least: int
    source: str
    dated: str
    verified: bool

    def of(self, population: int) -> int:
        """The least number to draw from so many, rounded up; all of them where they are fewer than the least."""
        if self.permille is None:
            root = isqrt(population)
            wanted = root if root * root == population else root + 1
        else:
            wanted = -(-population * self.permille // 1000)
        return min(population, max(wanted, self.least))


@dataclass(frozen=True, slots=True)
class RiskWeight:
    """A sign of risk and how many lots it adds to the one that everybody has in the urn."""

    code: str
    names: Mapping[str, str]
    adds: int
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Sampling:
    """The size rules and weights of the rules in force, by code."""

    sizes: Mapping[str, SizeRule]
    weights: Mapping[str, RiskWeight]


def parse_sampling(data: bytes) -> Sampling:
    """Read the figures strictly; raises FormatError sampling-malformed naming what has no source or no number."""
    try:
        loaded = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise FormatError(Problem("sampling-malformed")) from None
    if loaded.keys() != {"size", "weight"}:
        raise FormatError(Problem("sampling-malformed", "", ", ".join(sorted(loaded)) or None, "size, weight"))
    sizes = [_size(said, f"/size/{place}") for place, said in enumerate(_tables(loaded, "size"))]
    weights = [_weight(said, f"/weight/{place}") for place, said in enumerate(_tables(loaded, "weight"))]
    return Sampling({each.code: each for each in sizes}, {each.code: each for each in weights})


def _tables(loaded: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    found = loaded[name]
    if not isinstance(found, list) or not found or not all(isinstance(each, dict) for each in found):
        raise FormatError(Problem("sampling-malformed", f"/{name}"))
    return found


def _size(said: Mapping[str, object], where: str) -> SizeRule:
    kind = said.keys() - _SIZE
    if not said.keys() >= _SIZE or kind not in ({"root"}, {"permille"}):
        raise FormatError(Problem("sampling-malformed", where, expected=", ".join(sorted(_SIZE))))
    permille, least = said.get("permille"), said["least"]
    _check(where, "least", good=type(least) is int and 1 <= least <= 10_000)
    _check(where, "root", good=said.get("root", True) is True)
    _check(where, "permille", good=permille is None or (type(permille) is int and 1 <= permille <= 1000))
    _check(where, "dated", good=isinstance(said["dated"], str))
    return SizeRule(
        *_named(said, where),
        permille=permille if isinstance(permille, int) else None,
        least=least if isinstance(least, int) else 1,
        source=str(said["source"]),
        dated=str(said["dated"]),
        verified=bool(said["verified"]),
    )


def _weight(said: Mapping[str, object], where: str) -> RiskWeight:
    if said.keys() != _WEIGHT:
        raise FormatError(Problem("sampling-malformed", where, expected=", ".join(sorted(_WEIGHT))))
    adds = said["adds"]
    _check(where, "adds", good=type(adds) is int and 1 <= adds <= 100)
    return RiskWeight(
        *_named(said, where),
        adds=adds if isinstance(adds, int) else 1,
        source=str(said["source"]),
        verified=bool(said["verified"]),
    )


def _named(said: Mapping[str, object], where: str) -> tuple[str, Mapping[str, str]]:
    names, source = said["names"], said["source"]
    named = {str(key): str(text) for key, text in names.items()} if isinstance(names, dict) else {}
    _check(where, "code", good=isinstance(said["code"], str))
    _check(where, "names", good={"es", "en"} <= named.keys())
    _check(where, "source", good=isinstance(source, str) and bool(source.strip()))
    _check(where, "verified", good=isinstance(said["verified"], bool))
    return str(said["code"]), {str(key): str(text) for key, text in dict(names).items()} if isinstance(
        names, dict
    ) else {}


def _check(where: str, field: str, *, good: bool) -> None:
    if not good:
        raise FormatError(Problem("sampling-malformed", f"{where}/{field}"))


@cache
def sampling() -> Sampling:
    """The figures of this program's rules."""
    return parse_sampling(files(__package__).joinpath("sampling.toml").read_bytes())
