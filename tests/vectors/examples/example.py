"""An example statement before it is sealed and signed, and how its clear values become digests.

Nothing is random: ids, nonces and salts are hashes of names, so that the vectors come out the same everywhere.
(In the world they must be random. A salt that can be guessed hides nothing.)
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeAlias

from ledger.statement import Disclosure, disclose
from ledger.values import crockford


@dataclass(frozen=True, slots=True)
class Clear:
    """A value that a statement never shows: its place in the body holds the digest of its disclosure."""

    value: Any


Body: TypeAlias = "bool | int | str | Clear | Sequence[Body] | Mapping[str, Body] | None"


@dataclass(frozen=True, slots=True)
class Example:
    """What somebody stated: `story` in one sentence for readers, the body, and what the envelope says beside it.

    `by` is the stating party's id, `at` the moment with the signer's offset, `signer` the name of the test key;
    `around` holds further members of the envelope (for, basis, hand, seen, seq, replaces).
    """

    fact: str
    name: str
    story: str
    body: Mapping[str, Body]
    by: str
    at: str
    around: Mapping[str, Body] = field(default_factory=dict)
    signer: str = "Cooperativa Nube Mansa"


class Sealing(NamedTuple):
    """Where a sealed value belongs, the value, and its disclosure."""

    pointer: str
    value: Any
    disclosure: Disclosure


def named_bytes(name: str, count: int) -> bytes:
    """Bytes that are the same for the same name (at most 32)."""
    return hashlib.sha256(b"chaski.example/v1\n" + name.encode()).digest()[:count]


def thing(name: str) -> str:
    """The id of an example's thing."""
    return crockford(named_bytes(name, 10))


def digest(name: str) -> str:
    """The digest of a document that exists only by name."""
    return named_bytes(name, 32).hex()


def seal(example: Example) -> tuple[dict[str, Any], tuple[Sealing, ...]]:
    """The body as it is signed, and the disclosures of what it hides, in the order of the body."""
    found: list[Sealing] = []

    def sealed(value: Body, pointer: str) -> Any:
        if isinstance(value, Clear):
            salt = named_bytes(f"salt {example.fact} {example.name} {pointer}", 16)
            found.append(Sealing(pointer, value.value, disclose(salt, pointer, value.value)))
            return found[-1].disclosure.digest
        if isinstance(value, Mapping):
            return {key: sealed(item, f"{pointer}/{key}") for key, item in value.items()}
        if isinstance(value, Sequence) and not isinstance(value, str):
            return [sealed(item, f"{pointer}/{place}") for place, item in enumerate(value)]
        return value

    return sealed(example.body, ""), tuple(found)
