"""Turns drafts into signed submissions: in order of arrival, devices numbered, personal values sealed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ledger import canonical
from ledger.seasons.draft import Draft
from ledger.seasons.world import World
from ledger.statement import Disclosure, disclose, sign


@dataclass(frozen=True, slots=True)
class Signed:
    """A submission ready to be offered, and the digest of its statement."""

    draft: Draft
    submission: bytes
    digest: str


def in_order(drafts: Iterable[Draft]) -> list[Draft]:
    """Drafts of several stories as they reach the log; within a story the order written down breaks ties."""
    return sorted(drafts, key=lambda draft: draft.arrives)


def sign_all(world: World, drafts: Iterable[Draft]) -> Iterator[Signed]:
    """Sign drafts that are in order; what one corrects or speaks about must have come before it."""
    digests: dict[str, str] = {}
    counters: dict[str, int] = {}
    for draft in drafts:
        key = draft.hand.key
        seq: int | None = None
        if draft.hand.device:
            seq = counters[key.thumbprint] = counters.get(key.thumbprint, 0) + 1
        body, disclosures = _sealed(world, draft)
        if draft.about is not None:
            body["statement"] = digests[draft.about]
        envelope: dict[str, Any] = {
            "fact": draft.fact,
            "id": draft.id,
            "log": world.origin,
            "by": draft.hand.party,
            "at": draft.at.isoformat(),
            "nonce": canonical.b64url(world.bytes_of(f"nonce/{draft.id}", 16)),
            "body": body,
        }
        if seq is not None:
            envelope["seq"] = seq
        if draft.basis is not None:
            envelope["basis"] = draft.basis
        if draft.replaces is not None:
            envelope["replaces"] = digests[draft.replaces]
        statement = sign(envelope, key)
        digests[draft.id] = statement.digest
        submission = b"~".join([statement.jws, *(one.text.encode() for one in disclosures)])
        yield Signed(draft, submission, statement.digest)


def _sealed(world: World, draft: Draft) -> tuple[dict[str, Any], list[Disclosure]]:
    """The body with a digest in the place of every sealed value, and the disclosures that open them."""
    body = dict(draft.body)
    disclosures: list[Disclosure] = []
    for pointer, value in draft.sealed.items():
        salt = world.bytes_of(f"salt/{draft.id}{pointer}", 16)
        disclosure = disclose(salt, pointer, _plain(value))
        disclosures.append(disclosure)
        body[pointer.removeprefix("/")] = disclosure.digest
    return body, disclosures


def _plain(value: object) -> object:
    """Canonical JSON takes plain dictionaries only."""
    return dict(value) if isinstance(value, Mapping) else value
