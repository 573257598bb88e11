"""What a ledger is: its identity, tables, packs, keys and operator, as the database holds them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import orjson
from sqlalchemy import Engine, inspect

from ledger.canonical import unb64url
from ledger.errors import ConflictError, NotFoundError, Problem, ProofError
from ledger.log.merkle import EMPTY_ROOT
from ledger.packs.anypack import AnyPack, Kind, kind_of, parse_pack
from ledger.rules import Packs
from ledger.store.connection import Connection, Row
from ledger.store.schema import metadata
from ledger.store.selectivity import describe
from ledger.store.troubles import translated
from ledger.store.version import CURRENT, check_version, stamp, version_of


@dataclass(frozen=True, slots=True)
class KeyRow:
    """A key as the books have it."""

    kid: str
    party: str
    kind: str
    public: str
    authorised_at: int
    revoked_at: int | None
    reason: str
    fact_types: tuple[str, ...]


class Catalogue:
    """Small questions about one log, each on a connection of its own."""

    def __init__(self, engine: Engine, log: int) -> None:
        """Ask through `engine`."""
        self._engine = engine
        self._log = log

    def exists(self) -> bool:
        """Whether this database holds the log, with at least its genesis."""
        return self.size() > 0

    def size(self) -> int:
        """How many entries the log has; 0 also where there are no tables at all."""
        with translated():
            if not inspect(self._engine).has_table("log"):
                return 0
        row = self._one("SELECT size FROM log WHERE log = ?", self._log)
        return 0 if row is None else int(row[0])

    def check_version(self) -> None:
        """Raise ProofError `database-newer` or `database-older` where the tables have another form than today's."""
        check_version(version_of(self._engine), CURRENT)

    def create(self, origin: str, public_url: str, packs: Mapping[tuple[Kind, str], bytes]) -> None:
        """Make the tables, the empty log and keep the packs' bytes, in one transaction.

        What an earlier attempt left behind that did not come to its genesis is made anew.
        """
        db = Connection(self._engine)
        try:
            db.begin_write()
            for table in metadata.sorted_tables:
                db.create(table)
            describe(db)
            stamp(db, CURRENT)
            self._still_empty(db)
            for name in ("pack", "log"):
                db.run(f"DELETE FROM {name} WHERE log = ?", self._log)
            db.run(
                "INSERT INTO log (log, origin, public_url, size, root, last_entry, last_recorded)"
                " VALUES (?, ?, ?, 0, ?, ?, 0)",
                self._log,
                origin,
                public_url,
                EMPTY_ROOT,
                b"",
            )
            db.many(
                "INSERT INTO pack (log, digest, kind, code, data) VALUES (?, ?, ?, ?, ?)",
                [
                    (self._log, hashlib.sha256(data).hexdigest(), kind, code, data)
                    for (kind, code), data in packs.items()
                ],
            )
            db.commit()
        except BaseException:
            db.rollback()
            raise
        finally:
            db.close()

    def _still_empty(self, db: Connection) -> None:
        """Somebody else may have begun the ledger a moment ago."""
        row = db.one("SELECT size FROM log WHERE log = ?", self._log)
        if row is not None and row[0]:
            raise ConflictError(Problem("ledger-exists"))

    def identity(self) -> tuple[str, str]:
        """Origin and public URL."""
        row = self._one("SELECT origin, public_url FROM log WHERE log = ?", self._log)
        if row is None:
            raise NotFoundError(Problem("ledger-not-found"))
        return str(row[0]), str(row[1])

    def packs(self) -> Packs:
        """The packs of every kind whose bytes are kept, by digest."""
        rows = self._all("SELECT digest, data FROM pack WHERE log = ?", self._log)
        for digest, data in rows:
            # The log adopted these bytes and no others.
            if hashlib.sha256(bytes(data)).hexdigest() != digest:
                raise ProofError(Problem("pack-altered", "", digest))
        return Packs({digest: parse_pack(bytes(data)) for digest, data in rows})

    def pack_data(self, digest: str) -> bytes:
        """The bytes of a pack by their digest; raises NotFoundError where none are kept, ProofError for others."""
        row = self._one("SELECT data FROM pack WHERE log = ? AND digest = ?", self._log, digest)
        if row is None:
            raise NotFoundError(Problem("pack-bytes-missing", "", digest))
        if hashlib.sha256(bytes(row[0])).hexdigest() != digest:
            raise ProofError(Problem("pack-altered", "", digest))
        return bytes(row[0])

    def add_pack(self, pack: AnyPack, data: bytes) -> None:
        """Keep the bytes a pack was read from; keeping them again changes nothing."""
        db = Connection(self._engine)
        try:
            db.begin_write()
            db.run(
                "INSERT INTO pack (log, digest, kind, code, data) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (log, digest) DO NOTHING",
                self._log,
                pack.digest,
                kind_of(pack),
                pack.code,
                data,
            )
            db.commit()
        finally:
            db.rollback()
            db.close()

    def operator(self) -> str:
        """The party that opened the log."""
        row = self._one(
            "SELECT n.text FROM statement s JOIN name n ON n.log = s.log AND n.n = s.by WHERE s.log = ? AND s.ix = 0",
            self._log,
        )
        if row is None:
            raise NotFoundError(Problem("ledger-not-found"))
        return str(row[0])

    def public_key(self, kid: str) -> bytes | None:
        """The public key of a thumbprint the log has authorised."""
        row = self._one(
            "SELECT m.value FROM mark m JOIN name n ON n.log = m.log AND n.n = m.subject"
            " WHERE n.log = ? AND n.text = ? AND m.kind = 'key' ORDER BY m.ix LIMIT 1",
            self._log,
            kid,
        )
        return None if row is None else unb64url(str(orjson.loads(row[0])["public"]))

    def keys(self) -> list[KeyRow]:
        """Every key, in the order of its authorisation."""
        rows = self._all(
            "SELECT n.text, m.ix, m.kind, m.value FROM mark m JOIN name n ON n.log = m.log AND n.n = m.subject"
            " WHERE m.log = ? AND m.kind IN ('key', 'revoked') ORDER BY m.ix, m.slot",
            self._log,
        )
        found: dict[str, KeyRow] = {}
        for kid, index, kind, text in rows:
            value = orjson.loads(text)
            if kind == "key":
                found[kid] = KeyRow(
                    kid,
                    value["party"],
                    value["kind"],
                    value["public"],
                    index,
                    None,
                    "",
                    tuple(value.get("fact_types") or ()),
                )
            elif kid in found:
                old = found[kid]
                found[kid] = KeyRow(
                    old.kid, old.party, old.kind, old.public, old.authorised_at, index, value["reason"], old.fact_types
                )
        return list(found.values())

    def delegations(self) -> dict[str, tuple[str, ...]]:
        """The fact types the node may sign, by the party that lets it; the last delegation of a party counts."""
        rows = self._all(
            "SELECT n.text, m.value FROM mark m JOIN name n ON n.log = m.log AND n.n = m.subject"
            " WHERE m.log = ? AND m.kind = 'delegation' ORDER BY m.ix, m.slot",
            self._log,
        )
        return {party: tuple(orjson.loads(text).get("fact_types") or ()) for party, text in rows}

    def stands(self, digest: str) -> bool:
        """Whether a statement is in the log and no correction took it back."""
        row = self._one(
            "SELECT s.ended FROM entry e JOIN statement s ON s.log = e.log AND s.ix = e.ix"
            " WHERE e.log = ? AND e.digest = ?",
            self._log,
            bytes.fromhex(digest),
        )
        return row is not None and row[0] is None

    def which_stand(self, digests: list[str]) -> set[str]:
        """Which of these statements are in the log."""
        return {
            digest
            for digest in digests
            if self._one("SELECT 1 FROM entry WHERE log = ? AND digest = ?", self._log, bytes.fromhex(digest))
            is not None
        }

    def _one(self, sql: str, *params: object) -> Row | None:
        db = Connection(self._engine)
        try:
            return db.one(sql, *params)
        finally:
            db.close()

    def _all(self, sql: str, *params: object) -> list[Row]:
        db = Connection(self._engine)
        try:
            return db.all(sql, *params)
        finally:
            db.close()
