"""Reading the log itself: entries, statements, tree nodes, proofs and receipts."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import orjson

from ledger.canonical import b64url_bytes, unb64url
from ledger.errors import NotFoundError, Problem, ProofError
from ledger.facts.log import LogKeyRotated, LogOpened
from ledger.log.merkle import (
    NodeId,
    ReadNode,
    consistency_nodes,
    inclusion_nodes,
    peaks,
    proof_from,
    root,
    verify_consistency,
)
from ledger.log.note import VerifierKey
from ledger.log.succession import Handover, Succession
from ledger.log.tiles import TileId, bundle_entries, hash_tile
from ledger.postings.log import LOG as LOG_SUBJECT
from ledger.queries import FactRecord, Logged, Standing
from ledger.statement import Statement, header, restore
from ledger.store.batch import Tip, entry_text, moment
from ledger.store.connection import Connection, Row
from ledger.store.names import Names
from ledger.values import instant, read_receipt_code, receipt_code_bits


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

    def root_at(self, size: int) -> bytes:
        """The root the tree had at a size, from the stored nodes."""
        return root(size, self._reader(peaks(size)))

    def recorded(self, index: int) -> int:
        """When an entry was recorded, in milliseconds since 1970; raises NotFoundError."""
        row = self.db.one("SELECT recorded FROM entry WHERE log = ? AND ix = ?", self.log, index)
        if row is None:
            raise NotFoundError(Problem("fact-not-found", "", index))
        return int(row[0])

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
        elif len(id_or_digest) == 20:
            row = self._by_code(receipt_code_bits(read_receipt_code(id_or_digest)))
        if row is None:
            raise NotFoundError(Problem("fact-not-found", "", id_or_digest[:64]))
        return int(row[0])

    def _by_code(self, bits: str) -> Row | None:
        """The row of the statement whose digest begins with these 25 hexadecimal characters.

        Two such statements take 2^50 tries to make: the first one in the log counts, and whoever holds the statement
        itself compares the whole digest. What another key vouched for answers under its own code too.
        """
        row = self.db.one(
            "SELECT ix FROM entry WHERE log = ? AND digest >= ? AND digest <= ? ORDER BY digest LIMIT 1",
            self.log,
            bytes.fromhex(bits.ljust(64, "0")),
            bytes.fromhex(bits.ljust(64, "f")),
        )
        return row or self.db.one(
            "SELECT m.ix FROM name n JOIN mark m ON m.log = n.log AND m.subject = n.n"
            " WHERE n.log = ? AND n.text >= ? AND n.text <= ? AND m.kind = 'vouched' ORDER BY m.ix LIMIT 1",
            self.log,
            bits.ljust(64, "0"),
            bits.ljust(64, "f"),
        )

    def succession(self) -> Succession | None:
        """The log's keys in their order, as its facts name them; None before the genesis. Raises ProofError."""
        facts = [self.statement(index).fact for index in self.log_key_indices()]
        if not facts or not isinstance(facts[0], LogOpened):
            return None
        handovers = tuple(
            Handover(VerifierKey.parse(fact.log_key), unb64url(fact.old_key_signature))
            for fact in facts[1:]
            if isinstance(fact, LogKeyRotated)
        )
        return Succession(VerifierKey.parse(facts[0].log_key), handovers)

    def log_key_indices(self) -> list[int]:
        """Where the log's facts name its keys: the genesis, then every rotation."""
        self.names.find(self.db, [LOG_SUBJECT])
        number = self.names.number(LOG_SUBJECT)
        rows = self.db.all(
            "SELECT ix FROM mark WHERE log = ? AND subject = ? AND kind = 'log-key' AND gone IS NULL ORDER BY ix",
            self.log,
            -1 if number is None else number,
        )
        return [index for (index,) in rows]

    def standing(self, code: str) -> Standing:
        """What became of the statement a receipt code stands for, as the log is now; an unknown one is no error."""
        tip = self.tip()
        row = self._by_code(receipt_code_bits(code))
        if row is None:
            return Standing(code, "unknown", self.origin, tip.size)
        said = self.db.one(
            "SELECT e.recorded, e.digest, s.ended, c.recorded FROM entry e"
            " JOIN statement s ON s.log = e.log AND s.ix = e.ix"
            " LEFT JOIN entry c ON c.log = s.log AND c.ix = s.ended WHERE e.log = ? AND e.ix = ?",
            self.log,
            row[0],
        )
        if said is None:
            raise ProofError(Problem("entry-missing", "", row[0]))
        recorded, digest, ended, ended_at = said
        return Standing(
            code,
            "standing" if ended is None else "corrected",
            self.origin,
            tip.size,
            index=row[0],
            recorded_at=moment(recorded),
            digest=bytes(digest).hex(),
            ended_by=ended,
            ended_at="" if ended is None else moment(ended_at),
        )

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

    def of_type(self, fact_type: str) -> list[int]:
        """The indexes of all facts of a type; walks the whole log, for who reads all of it anyway."""
        sql = "SELECT ix FROM statement WHERE log = ? AND type = ? ORDER BY ix"
        return [int(row[0]) for row in self.db.all(sql, self.log, fact_type)]

    def of_types(self, fact_types: Sequence[str]) -> list[int]:
        """The same of several types at once."""
        sql = "SELECT ix FROM statement WHERE log = ? AND type IN @list ORDER BY ix"
        return [int(row[0]) for row in self.db.all(sql, self.log, list(fact_types))]

    def logged(self, first: int, after: int) -> list[Logged]:
        """The statements from `first` up to `after`, as they lie there and unread, with the flags raised then.

        Raises ProofError where a row is missing.
        """
        rows = self.db.all(
            "SELECT e.ix, e.recorded, e.digest, s.kid, s.payload, s.signature FROM entry e"
            " JOIN statement s ON s.log = e.log AND s.ix = e.ix"
            " WHERE e.log = ? AND e.ix >= ? AND e.ix < ? ORDER BY e.ix",
            self.log,
            first,
            after,
        )
        if [row[0] for row in rows] != list(range(first, after)):
            raise ProofError(Problem("entry-missing", "", first))
        self.names.read(self.db, (row[3] for row in rows))
        flags: dict[int, list[Problem]] = {}
        for index, code, text in self.db.all(
            "SELECT ix, code, problem FROM flag WHERE log = ? AND ix >= ? AND ix < ? ORDER BY ix, slot",
            self.log,
            first,
            after,
        ):
            flags.setdefault(index, []).append(_flag(code, text))
        return [
            _logged(index, recorded, bytes(digest).hex(), self.names.text(kid), tuple(flags.get(index, ())), said)
            for index, recorded, digest, kid, *said in rows
        ]

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


def _logged(
    index: int, recorded: int, digest: str, kid: str, flags: tuple[Problem, ...], said: Sequence[object]
) -> Logged:
    """Payload and signature as one compact JWS, byte for byte what its digest is of; or what stands in its stead."""
    payload, signature = said
    if not isinstance(payload, bytes) or not isinstance(signature, bytes):
        # SQLite keeps whatever type somebody puts into a column.
        raise ProofError(Problem("statement-altered", "", index))
    if not signature:
        return Logged(index, recorded, digest, None, payload, "withheld", flags)
    jws = b".".join((header(kid), b64url_bytes(payload), b64url_bytes(signature)))
    return Logged(index, recorded, digest, jws, flags=flags)


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
