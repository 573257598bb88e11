"""From an example to the statement it stands for: sealed, put in its envelope, signed with a published test key."""

from __future__ import annotations

from typing import Any

from ledger.canonical import b64url
from ledger.statement import Statement, sign
from tests.vectors.examples import world
from tests.vectors.examples.example import Example, named_bytes, seal, thing


def envelope(example: Example) -> dict[str, Any]:
    """The whole envelope of an example, as it is signed."""
    label = f"{example.fact} {example.name}"
    return {
        "fact": example.fact,
        "id": thing(f"statement {label}"),
        "log": world.LOG,
        "by": example.by,
        "at": example.at,
        "nonce": b64url(named_bytes(f"nonce {label}", 16)),
        **example.around,
        "body": seal(example)[0],
    }


def signed(example: Example) -> Statement:
    """The statement an example stands for."""
    return sign(envelope(example), world.key(example.signer))
