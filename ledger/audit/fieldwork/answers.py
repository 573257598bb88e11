"""An answer as bytes that either side can hash: what was shown is in the log by its SHA-256, word for word."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

from ledger.canonical import Plain, encode
from ledger.errors import Problem


@dataclass(frozen=True, slots=True)
class Answer:
    """Canonical JSON; `used` is the id of the `access.used` fact that records it, "" where no grant was needed."""

    data: bytes
    size: int
    grant: str = ""
    used: str = ""

    @property
    def digest(self) -> str:
        """What `access.used` holds."""
        return hashlib.sha256(self.data).hexdigest()


def written(answer: object) -> bytes:
    """The canonical JSON (RFC 8785) of a record, mapping or list of the ledger's answers."""
    return encode(_plain(answer))


def _plain(value: object) -> Plain:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, Problem):
        return {"code": value.code, "where": value.where, "found": value.found, "expected": value.expected}
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_asdict"):
        named: dict[str, Any] = value._asdict()
        return {name: _plain(item) for name, item in named.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    msg = f"no plain form of {type(value).__name__}"
    raise TypeError(msg)
