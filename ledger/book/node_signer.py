"""Signing for those who have no key of their own: the node's key, and what it hides follows from the content.

Nonce and salts are HMACs of the content under the node's secret: as unguessable as random ones to the
public, and the same for the same fact, so that sending it again gives the first receipt
(docs/decisions/0009-nonce-from-the-node.md).
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Any, Final

from ledger import canonical
from ledger.errors import FormatError, Problem
from ledger.facts.misfits import echo
from ledger.keys import SigningKey
from ledger.statement import Disclosure, Statement, check_disclosures, disclose, sign

_UNSIGNED_FIELDS: Final = frozenset(
    {"id", "fact", "at", "body", "sealed", "for", "basis", "basis_document", "replaces"}
)


class NodeSigner:
    """The node's key at work for one log."""

    def __init__(self, origin: str, seed: bytes) -> None:
        """`seed` is the secret behind the node's key."""
        self._origin = origin
        self._seed = seed
        self._key = SigningKey.from_seed(seed)

    @property
    def key(self) -> SigningKey:
        """The node's key."""
        return self._key

    def statement(
        self,
        fact: Mapping[str, Any],
        *,
        party: str,
        hand: str | None,
        added: Mapping[str, Any] | None = None,
    ) -> tuple[Statement, tuple[Disclosure, ...]]:
        """Sign a fact for a party; raises FormatError naming what is missing, unknown or malformed.

        `added` are open fields of the body by pointer that the node fills in itself; nonce and salts follow from what
        was sent alone.
        """
        unknown = fact.keys() - _UNSIGNED_FIELDS
        missing = {"id", "fact", "at", "body"} - fact.keys()
        if unknown or missing:
            raise FormatError(
                [Problem("field-unknown", f"/{name}") for name in sorted(unknown)]
                + [Problem("field-missing", f"/{name}") for name in sorted(missing)]
            )
        if not isinstance(fact.get("sealed", {}), Mapping):
            raise FormatError(Problem("object-expected", "/sealed", echo(fact["sealed"])))
        content = canonical.encode({**fact, "by": party, "log": self._origin})
        sealed = fact.get("sealed") or {}
        body, disclosures = self._sealed(fact["body"], sealed, content)
        if added:
            body = _copied(body)
            for pointer, value in added.items():
                _put(body, pointer, value)
        envelope = {name: value for name, value in fact.items() if name not in ("sealed", "body")}
        envelope |= {
            "by": party,
            "log": self._origin,
            "body": body,
            "nonce": canonical.b64url(self.secret(b"nonce", content)),
        }
        if hand is not None:
            envelope["hand"] = hand
        statement = sign(envelope, self._key)
        check_disclosures(statement.fact, disclosures)
        return statement, disclosures

    def secret(self, purpose: bytes, content: bytes) -> bytes:
        """16 bytes that follow from the content and that nobody outside can guess."""
        return hmac.digest(self._seed, b"chaski." + purpose + b"/v1\n" + content, "sha256")[:16]

    def _sealed(
        self, body: Mapping[str, Any], sealed: Mapping[str, Any], content: bytes
    ) -> tuple[Mapping[str, Any], tuple[Disclosure, ...]]:
        """The body with digests where clear values were given, and the disclosures."""
        if not sealed:
            return body, ()
        copy = _copied(body)
        disclosures: list[Disclosure] = []
        for pointer, value in sorted(sealed.items()):
            salt = self.secret(b"salt", content + pointer.encode())
            made = disclose(salt, pointer, value)
            _put(copy, pointer, made.digest)
            disclosures.append(made)
        return copy, tuple(disclosures)


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(inner) for inner in value]
    return value


def _put(body: Any, pointer: str, digest: str) -> None:
    *path, last = pointer.strip("/").split("/")
    place = body
    try:
        for part in path:
            place = place[int(part)] if isinstance(place, list) else place[part]
        place[last] = digest
    except (KeyError, IndexError, ValueError, TypeError):
        raise FormatError(Problem("sealed-pointer", f"/body{pointer}")) from None
