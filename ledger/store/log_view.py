"""Reading the log itself: entries, statements, tree nodes, proofs and receipts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import orjson

from ledger.errors import NotFoundError, Problem, ProofError
from ledger.log.merkle import NodeId, ReadNode, consistency_nodes, inclusion_nodes, proof_from, verify_consistency
from ledger.log.tiles import TileId, bundle_entries, hash_tile
from ledger.queries import FactRecord
from ledger.statement import Statement, restore
from ledger.store.batch import Tip, entry_text, moment
from ledger.store.connection import Connection, Row
from ledger.store.names import Names
from ledger.values import instant


class LogView:
    """The log of one ledger through one connection."""

    def __init__(self, connection: Connection, log: int, origin: str, names: Names) -> None:
        """Read only."""
        self.db = connection
        self.log = log
        self.origin = origin
        self.names = names

    def tip(self) -> Tip:
        """Where the log stands in the database."""
        row = self.db.one("SELECT size, root, last_entry, last_recorded FROM log WHERE log = ?", self.log)
        if row is None:
            raise NotFoundError(Problem("ledger-not-found"))
        return Tip(row[0], bytes(row[1]), bytes(row[2]), row[3])

    def node(self, level: int, number: int) -> bytes:
        """One stored node; raises ProofError where it is missing."""
        row = self.db.one("SELECT hash FROM node WHERE log = ? AND level = ? AND number = ?", self.log, level, number)
        if row is None:
            raise ProofError(Problem("node-missing", "", f"{level}/{number}"))
        return bytes(row[0])

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """The inclusion proof of an entry in the tree of a size."""
        return self._proof(inclusion_nodes(index, size))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The consistency proof between two sizes."""
        return self._proof(consistency_nodes(old, new))

    def check_consistent(self, old: int, old_root: bytes, new: int, new_root: bytes) -> None:
        """Prove from the stored nodes that the tree of `new` continues that of `old`; raises ProofError."""
        proof = self.consistency(old, new)
        try:
            verify_consistency(old, new, old_root, new_root, proof)
        except ProofError:
            raise ProofError(Problem("forked-from-remembered", "", new, old)) from None

    def _proof(self, groups: Sequence[tuple[NodeId, ...]]) -> list[bytes]:
        return proof_from(groups, self._reader([node for group in groups for node in group]))

    def tile(self, tile: TileId) -> bytes:
        """The hashes of a tile."""
        return hash_tile(tile, self._reader(tile.nodes()))

    def _reader(self, wanted: Sequence[NodeId]) -> ReadNode:
        """These nodes, read in one query; what reads them raises ProofError for one that is missing."""
        found: dict[tuple[int, int], bytes] = {}
        if wanted:
            cells = [cell for node in wanted for cell in node]
            for level, number, digest in self.db.all(_nodes_query(len(wanted)), *cells, self.log):
                found[level, number] = bytes(digest)

        def read(level: int, number: int) -> bytes:
            digest = found.get((level, number))
            if digest is None:
                raise ProofError(Problem("node-missing", "", f"{level}/{number}"))
            return digest

        return read

    def entries(self, first: int, after: int) -> list[bytes]:
        """The entry texts from `first` up to, but not including, `after`."""
        rows = self.db.all(
            "SELECT ix, recorded, hash, digest FROM entry WHERE log = ? AND ix >= ? AND ix < ? ORDER BY ix",
            self.log,
            max(0, first - 1),
            after,
        )
        previous = b""
        texts: list[bytes] = []
        for index, recorded, hashed, digest in rows:
            if index >= first:
                texts.append(entry_text(self.origin, index, recorded, previous, bytes(digest)))
            previous = bytes(hashed)
        if len(texts) != after - first:
            raise ProofError(Problem("entry-missing", "", first + len(texts)))
        return texts

    def entries_tile(self, tile: TileId) -> bytes:
        """The bundle of entries of a tile."""
        span = tile.entries()
        return bundle_entries(self.entries(span.start, span.stop))

    def size_at(self, moment_asked: str) -> int:
        """How many entries had been recorded by a moment (RFC 3339); raises NotFoundError for one before the first."""
        asked = int(instant(moment_asked).timestamp() * 1000)
        low, high = 0, self.tip().size
        # What is recorded never goes back in time, so the place is found by halving.
        while low < high:
            middle = (low + high) // 2
            row = self.db.one("SELECT recorded FROM entry WHERE log = ? AND ix = ?", self.log, middle)
            if row is not None and row[0] <= asked:
                low = middle + 1
            else:
                high = middle
        if low == 0:
            raise NotFoundError(Problem("moment-before-log", "", moment_asked, retry="after-change"))
        return low

    def index_of(self, id_or_digest: str) -> int:
        """The index of a fact by its id, its statement's digest, or its receipt code."""
        row: Row | None = None
        if len(id_or_digest) == 64:
            row = self.db.one("SELECT ix FROM entry WHERE log = ? AND digest = ?", self.log, _digest(id_or_digest))
        elif len(id_or_digest) == 16:
            row = self.db.one("SELECT ix FROM statement WHERE log = ? AND fact_id = ?", self.log, id_or_digest)
        if row is None:
            raise NotFoundError(Problem("fact-not-found", "", id_or_digest[:64]))
        return int(row[0])

    def statement(self, index: int) -> Statement:
        """The statement at an index."""
        row = self.db.one(
            "SELECT s.payload, s.signature, s.kid, e.digest FROM statement s"
            " JOIN entry e ON e.log = s.log AND e.ix = s.ix WHERE s.log = ? AND s.ix = ?",
            self.log,
            index,
        )
        if row is None:
            raise NotFoundError(Problem("fact-not-found", "", index))
        self.names.read(self.db, [row[2]])
        return restore(bytes(row[0]), bytes(row[1]), self.names.text(row[2]), bytes(row[3]).hex())

    def fact(self, id_or_digest: str) -> FactRecord:
        """A fact as it stands in the log, with its flags and whether it was corrected."""
        index = self.index_of(id_or_digest)
        statement = self.statement(index)
        row = self.db.one(
            "SELECT e.recorded, e.hash, s.ended FROM entry e JOIN statement s ON s.log = e.log AND s.ix = e.ix"
            " WHERE e.log = ? AND e.ix = ?",
            self.log,
            index,
        )
        if row is None:
            raise NotFoundError(Problem("fact-not-found", "", index))
        flags = self.db.all("SELECT code, problem FROM flag WHERE log = ? AND ix = ? ORDER BY slot", self.log, index)
        envelope = orjson.loads(statement.payload)
        return FactRecord(
            index=index,
            id=statement.envelope.id,
            type=statement.type,
            digest=statement.digest,
            entry=bytes(row[1]).hex(),
            recorded_at=moment(row[0]),
            at=statement.envelope.at,
            by=statement.envelope.by,
            actor=statement.actor,
            kid=statement.kid,
            assurance=self.assurance(statement),
            jws=statement.jws.decode(),
            envelope=envelope,
            flags=tuple(_flag(code, text) for code, text in flags),
            ended_by=row[2],
            withheld=statement.is_withheld,
        )

    def assurance(self, statement: Statement) -> str:
        """How sure it is who speaks: the kind of the key, or `vouched` where a registrar alone stood for it."""
        if statement.type == "statement.vouched/1":
            return "vouched"
        self.names.find(self.db, [statement.kid])
        row = self.db.one(
            "SELECT value FROM mark WHERE log = ? AND subject = ? AND kind = 'key' ORDER BY ix LIMIT 1",
            self.log,
            self.names.number(statement.kid),
        )
        if row is None:
            return "unknown"
        value = orjson.loads(row[0])
        return "vouched" if value.get("vouched") else str(value["kind"])


@cache
def _nodes_query(count: int) -> str:
    # The list drives the join, so that each node is one look-up; `(level, number) IN (...)` walks whole levels.
    wanted = ", ".join(["(?, ?)"] * count)
    return (
        f"WITH wanted (level, number) AS (VALUES {wanted}) SELECT n.level, n.number, n.hash FROM wanted w"
        " CROSS JOIN node n WHERE n.log = ? AND n.level = w.level AND n.number = w.number"
    )


def _flag(code: str, text: str) -> Problem:
    said = orjson.loads(text)
    return Problem(code, said["where"], said["found"], said["expected"], effect="flag", details=said["details"])


def _digest(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise NotFoundError(Problem("fact-not-found", "", text)) from None
