"""One or two invented statements per fact type: the tests, the docs pages and the API's examples show the same.

A theme is a file here that holds `EXAMPLES`; a later fact needs an entry in one of them, or a new file.
The first example of a type is its fullest; together the examples of a type use every field it has.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from tests.vectors.examples.example import Example, seal

_NOT_THEMES = ("example", "signing", "world")


@cache
def all_examples() -> dict[str, tuple[Example, ...]]:
    """The examples of every fact type, by type, in alphabetical order of the types."""
    found: dict[str, list[Example]] = {}
    for module in sorted(item.name for item in iter_modules(__path__) if item.name not in _NOT_THEMES):
        theme: tuple[Example, ...] = import_module(f"{__name__}.{module}").EXAMPLES
        for example in theme:
            found.setdefault(example.fact, []).append(example)
    return {fact_type: tuple(found[fact_type]) for fact_type in sorted(found)}


def example(fact_type: str) -> dict[str, Any]:
    """The body of the fullest example of a type, as it is signed: sealed fields hold digests."""
    return seal(all_examples()[fact_type][0])[0]


def clear_values(fact_type: str) -> dict[str, Any]:
    """The values behind the sealed fields of `example(fact_type)`, by JSON pointer into the body."""
    return {pointer: value for pointer, value, _ in seal(all_examples()[fact_type][0])[1]}
