"""How a log begins: what must not be there yet, its keys, and the statement at index 0."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Engine, inspect
from sqlalchemy.schema import CreateSchema

from ledger import canonical, keys
from ledger.book.node_signer import NodeSigner
from ledger.errors import ConflictError, FormatError, NotFoundError, Problem
from ledger.facts import known_types
from ledger.keys import SigningKey
from ledger.log.checkpoint import SignedCheckpoint
from ledger.packs.anypack import Kind
from ledger.rules import RULES_VERSION
from ledger.rules.identity import NEVER_DELEGABLE
from ledger.store.companions import Companions, RememberedHead
from ledger.values import crockford

KEY_FILES = (".key", ".node.key", ".operator.key", ".master.key")


def genesis(  # noqa: PLR0913 - a log begins with so many things
    origin: str,
    *,
    operator: str,
    country: str,
    operator_key: SigningKey,
    signer: NodeSigner,
    verifier_key: str,
    packs: Mapping[tuple[Kind, str], bytes],
    at: str,
    predecessor: SignedCheckpoint | None = None,
) -> Mapping[str, Any]:
    """The envelope of `log.opened`: operator, keys, packs by digest, rules; ids follow from the origin.

    `predecessor` is the last checkpoint of the log this one continues, cosignatures and all. Raises FormatError
    predecessor-is-itself where that is the same log.
    """
    party = crockford(hashlib.sha256(f"{origin}\noperator".encode()).digest()[:10])
    body: dict[str, Any] = {
        "origin": origin,
        "log_key": verifier_key,
        "operator": {
            "party": party,
            "name": operator,
            "country": country,
            "key": canonical.b64url(operator_key.public),
        },
        "node_key": canonical.b64url(signer.key.public),
        "packs": [
            {"kind": kind, "code": code, "digest": hashlib.sha256(data).hexdigest()}
            for (kind, code), data in packs.items()
        ],
        "rules_version": RULES_VERSION,
    }
    if predecessor is not None:
        before = predecessor.checkpoint.origin
        if before == origin:
            raise FormatError(Problem("predecessor-is-itself", found=origin, retry="after-change"))
        body["predecessor"] = {"origin": before, "checkpoint": predecessor.note.format().decode()}
    return {
        "fact": "log.opened/1",
        "id": crockford(hashlib.sha256(f"{origin}\ngenesis".encode()).digest()[:10]),
        "log": origin,
        "by": party,
        "at": at,
        "nonce": canonical.b64url(signer.secret(b"nonce", origin.encode())),
        "body": body,
    }


def nothing_yet(companions: Companions, size: int) -> None:
    """Raise ConflictError unless a ledger may begin here: no entry in the database, and none ever seen beside it."""
    head = RememberedHead(companions.path(".head"))
    try:
        if size or head.size:
            raise ConflictError(Problem("ledger-exists", "", companions.base.name))
    finally:
        head.close()


def begun(companions: Companions, size: int) -> None:
    """Raise NotFoundError unless there is a ledger with its genesis."""
    if not size:
        code = "ledger-unfinished" if companions.path(".key").exists() else "ledger-not-found"
        raise NotFoundError(Problem(code, "", companions.base.name))


def kept_sealed(engine: Engine, companions: Companions, schema: str) -> None:
    """Raise NotFoundError vault-missing where a ledger has lost its vault: the file, or on PostgreSQL the schema.

    An empty one made in its place would look like a ledger of which nothing is sealed. Whoever has no copy makes the
    empty file or schema by hand, and so says that it is lost.
    """
    if engine.dialect.name == "sqlite":
        there, name = companions.vault.exists(), companions.vault.name
    else:
        there, name = schema in inspect(engine).get_schema_names(), schema
    if not there:
        raise NotFoundError(Problem("vault-missing", "", name, retry="after-change"))


def begin_sealed(engine: Engine, companions: Companions, schema: str) -> None:
    """Make the empty place of sealed values for a log that is brought here without them, or before them."""
    if engine.dialect.name == "sqlite":
        companions.vault.touch(mode=0o600)
        return
    with engine.begin() as connection:
        connection.execute(CreateSchema(schema, if_not_exists=True))


def delegable() -> list[str]:
    """The fact types a party may let the node sign for it."""
    return sorted(name for name in known_types() if name not in NEVER_DELEGABLE and name != "log.opened/1")


def new_seed(demo_seed: str | None, ending: str) -> bytes:
    """The secret of a new key: random, or following from a seed for a demonstration."""
    if demo_seed is None:
        return keys.new_secret_key()
    return hashlib.sha256(f"chaski.demo-key/v1\n{demo_seed}\n{ending}".encode()).digest()
