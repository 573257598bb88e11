"""Saying what came of judging a log again: the fact `audit.attested`, for the auditor's own key or the node's."""

from __future__ import annotations

from typing import Any

from ledger import canonical
from ledger.audit.replay.replayed import Replayed
from ledger.keys import SigningKey, new_secret_key
from ledger.statement import Statement, sign
from ledger.values import crockford

FACT = "audit.attested/1"


def attestation(replayed: Replayed, *, audit: str | None = None, document: str | None = None) -> dict[str, Any]:
    """The body of the fact: how far the log was judged, the root there, by which rules, and what came of it.

    `audit` is the id of the audit this closes, `document` the SHA-256 of a report.
    """
    body: dict[str, Any] = {
        "size": replayed.size,
        "root": replayed.root,
        "rules_version": replayed.rules_version,
        "result": replayed.result,
    }
    if audit is not None:
        body["audit"] = audit
    if document is not None:
        body["document"] = document
    return body


def unsigned_attestation(body: dict[str, Any], at: str) -> dict[str, Any]:
    """The fact for the node to sign; `at` is RFC 3339."""
    return {"fact": FACT, "id": _new_id(), "at": at, "body": body}


def signed_attestation(body: dict[str, Any], at: str, *, origin: str, party: str, key: SigningKey) -> Statement:
    """The statement of an auditor's own key (of a person or an organisation; a device's would need its number).

    It says as `seen` what it attests to, so that a log which cannot hold it shows itself.
    """
    envelope = {
        **unsigned_attestation(body, at),
        "log": origin,
        "by": party,
        "nonce": canonical.b64url(new_secret_key()[:16]),
        "seen": {"size": body["size"], "root": body["root"]},
    }
    return sign(envelope, key)


def _new_id() -> str:
    return crockford(new_secret_key()[:10])
