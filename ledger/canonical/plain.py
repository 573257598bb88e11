"""The shapes of JSON the ledger uses: no floats, so a number never means two things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

# What the loader gives back: exactly these types, never a subclass.
JsonValue: TypeAlias = "bool | int | str | list[JsonValue] | dict[str, JsonValue] | None"

# What the encoder takes: the same, with tuples allowed for lists. Mapping and Sequence are there for the type
# checker alone (dict and list are invariant); at run time only dict, list and tuple themselves are accepted.
Plain: TypeAlias = "bool | int | str | Sequence[Plain] | Mapping[str, Plain] | None"
