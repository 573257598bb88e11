"""Everything a ledger answers without a key: the log and its proofs, facts, lots, traces, packs, keys."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from ledger.book.readers import Readers
from ledger.claims import Asked, lot_claims
from ledger.errors import NotFoundError, Problem
from ledger.log.succession import Succession
from ledger.log.tiles import TileId
from ledger.packs.framework import FrameworkPack
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack
from ledger.postings.privacy import ERASURES
from ledger.queries import (
    AffectedLot,
    BlastRadius,
    FactRecord,
    Logged,
    LotClaims,
    LotLine,
    LotView,
    Standing,
    Trace,
    Verification,
)
from ledger.rules import Packs
from ledger.statement import Statement
from ledger.store.batch import Clock
from ledger.store.blast_radius import affected, blast_radius
from ledger.store.books import Books
from ledger.store.catalogue import Catalogue, KeyRow
from ledger.store.clock import today
from ledger.store.evidence_of import EvidenceOf
from ledger.store.log_view import LogView
from ledger.store.lot_list import lot_lines
from ledger.store.lot_view import lot_view, trace
from ledger.store.reach import reach
from ledger.values import read_receipt_code


class Reading:
    """The reading half of a ledger. Ids are 16 characters; `size` asks what was known at that log size."""

    origin: str
    _readers: Readers
    _packs: Packs
    _catalogue: Catalogue
    _clock: Clock

    def fact(self, id_or_digest: str) -> FactRecord:
        """A fact by its id, its statement's digest or its receipt code; raises NotFoundError."""
        with self._readers.log_view() as view:
            return view.fact(id_or_digest)

    def log_key_index(self) -> int:
        """The index of the fact that names the log's key in force."""
        with self._readers.log_view() as view:
            return max(view.log_key_indices(), default=0)

    def succession(self) -> Succession | None:
        """The log's keys, oldest first, each signed for by the one before; None before the genesis."""
        with self._readers.log_view() as view:
            return view.succession()

    def standing(self, receipt_code: str) -> Standing:
        """What became of the statement behind a receipt code, as typed; raises FormatError where it can be none."""
        code = read_receipt_code(receipt_code)
        with self._readers.log_view() as view:
            return view.standing(code)

    def facts(self) -> Iterator[FactRecord]:
        """Every fact in the order of the log, as it stands, with its flags: for whoever reads all of it."""
        with self._readers.log_view() as view:
            for index in range(view.tip().size):
                yield view.fact(view.statement(index).digest)

    def logged(self, first: int, after: int) -> list[Logged]:
        """The statements from index `first` up to `after` as they lie in the log, byte for byte and unread.

        Raises NotFoundError beyond the end of the log.
        """
        with self._readers.log_view() as view:
            size = view.tip().size
            if not 0 <= first <= after <= size:
                raise NotFoundError(Problem("size-unknown", "", after, size))
            return view.logged(first, after)

    def root_at(self, size: int) -> bytes:
        """The root the log's tree had at a size; raises NotFoundError beyond its end."""
        with self._readers.log_view() as view:
            if not 0 <= size <= view.tip().size:
                raise NotFoundError(Problem("size-unknown", "", size))
            return view.root_at(size)

    def stands_at(self) -> tuple[int, str]:
        """Size and root of the log as the database has them, signed by nobody."""
        with self._readers.log_view() as view:
            tip = view.tip()
        return tip.size, tip.root.hex()

    def statements_of(self, fact_type: str) -> list[tuple[int, Statement]]:
        """Every statement of a type (`audit.attested/1`) with its index, in order; those withheld are left out."""
        with self._readers.log_view() as view:
            found = [(index, view.statement(index)) for index in view.of_type(fact_type)]
        return [(index, statement) for index, statement in found if not statement.is_withheld]

    def indexes_of(self, fact_types: Sequence[str]) -> list[int]:
        """The indexes of all facts of these types, in order."""
        with self._readers.log_view() as view:
            return view.of_types(fact_types)

    def size_by(self, moment: str) -> int:
        """How many entries had been recorded by a moment (RFC 3339); raises NotFoundError before the first."""
        with self._readers.log_view() as view:
            return view.size_at(moment)

    def pack_digests(self) -> list[str]:
        """The digests of all packs whose bytes are kept."""
        return sorted(self._packs.by_digest)

    def pack_data(self, digest: str) -> bytes:
        """The bytes of a pack of any kind by their SHA-256; raises NotFoundError."""
        return self._catalogue.pack_data(digest)

    def entry(self, index: int) -> bytes:
        """The text of one entry."""
        with self._readers.log_view() as view:
            return view.entries(index, index + 1)[0]

    def lot(self, lot: str, *, size: int | None = None, at: str | None = None) -> LotView:
        """A lot as known now, or when the log held `size` entries, with its claims on a day; raises NotFoundError."""
        with self._readers.books(size) as books:
            return lot_view(books, lot, self._packs, at or today(self._clock))

    def lots(
        self, *, party: str | None = None, commodity: str | None = None, after: str = "", limit: int = 100
    ) -> list[LotLine]:
        """Lots in order of their birth; those a party holds or held, where one is named."""
        with self._readers.books(None) as books:
            return lot_lines(books, party=party, commodity=commodity, after=after, limit=limit)

    def claims(
        self, lot: str, at: str | None = None, *, known_at: int | str | None = None, party: str | None = None
    ) -> LotClaims:
        """What a lot carries on a day and why; raises NotFoundError.

        `at` is the day asked (None: today, in Lima), `known_at` a log size or a moment (RFC 3339):
        what the log did not know then does not count. With `party`, as that owner stands, or would.
        """
        with self._readers.books(self._size_at(known_at)) as books:
            if party is not None and party not in books.births([party]):
                raise NotFoundError(Problem("party-unknown", "/party", party))
            day = at or today(self._clock)
            evidence = EvidenceOf(books, self._packs).lot(lot)
            claims = lot_claims(evidence, Asked(day, party))
            return LotClaims(lot, day, books.size, evidence.grams, evidence.claimable, claims)

    def blast_radius(
        self, subject: str, *, at: str | None = None, size: int | None = None, limit: int = 200
    ) -> BlastRadius:
        """Everything downstream of a subject: grams, who holds them, and which claims rest on it; or NotFoundError.

        A subject is a producer, household, plot, herd, area, agreement, certificate, place, lot, document or key.
        """
        with self._readers.books(size) as books:
            return blast_radius(books, self._packs, subject, at or today(self._clock), limit)

    def affected(self, subject: str, *, at: str | None = None, size: int | None = None) -> Iterator[AffectedLot]:
        """Every lot of a blast radius, one after the other, however many they are."""
        with self._readers.books(size) as books:
            yield from affected(books, self._packs, subject, reach(books, subject), at or today(self._clock))

    @contextmanager
    def books_and_packs(self, size: int | None = None) -> Iterator[tuple[Books, Packs]]:
        """The books as known at a log size, inside one read transaction, and the packs of the log: for reports."""
        with self._readers.books(size) as books:
            yield books, self._packs

    def today(self) -> str:
        """The day it is in Lima."""
        return today(self._clock)

    def _size_at(self, known_at: int | str | None) -> int | None:
        if known_at is None or isinstance(known_at, int):
            return known_at
        with self._readers.log_view() as view:
            return view.size_at(known_at)

    def size_at(self, moment: str) -> int:
        """How many entries had been recorded by a moment (RFC 3339); raises NotFoundError for one before the first."""
        with self._readers.log_view() as view:
            return view.size_at(moment)

    def trace(self, lot: str, *, size: int | None = None) -> Trace:
        """Back to producers with grams, forward to receivers; raises NotFoundError."""
        with self._readers.books(size) as books:
            return trace(books, lot, self._packs, today(self._clock))

    def tile(self, level: int, index: int, width: int = 256) -> bytes:
        """Hashes of a tile; raises NotFoundError beyond the tree."""
        tile = TileId(level, index, width)
        with self._readers.log_view() as view:
            _must_fit(tile, view)
            return view.tile(tile)

    def entries_tile(self, index: int, width: int = 256) -> bytes:
        """A bundle of entries; raises NotFoundError beyond the tree."""
        tile = TileId("entries", index, width)
        with self._readers.log_view() as view:
            _must_fit(tile, view)
            return view.entries_tile(tile)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Inclusion proof; raises NotFoundError beyond the tree, FormatError for numbers without one."""
        with self._readers.log_view() as view:
            if size > view.tip().size:
                raise NotFoundError(Problem("size-unknown", "", size))
            return view.inclusion(index, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Consistency proof between two sizes."""
        with self._readers.log_view() as view:
            if new > view.tip().size:
                raise NotFoundError(Problem("size-unknown", "", new))
            return view.consistency(old, new)

    def pack(self, commodity: str) -> CommodityPack:
        """The pack of a commodity; raises NotFoundError."""
        found = self.packs().get(commodity)
        if found is None:
            raise NotFoundError(Problem("commodity-unknown", "", commodity))
        return found

    def packs(self) -> Mapping[str, CommodityPack]:
        """The packs in force, by commodity."""
        with self._readers.books(None) as books:
            return self._packs.among(books.adopted_packs()).commodities

    def schemes(self) -> Mapping[str, SchemePack]:
        """The certification schemes in force, by code."""
        with self._readers.books(None) as books:
            return self._packs.among(books.adopted_packs()).schemes

    def frameworks(self) -> Mapping[str, FrameworkPack]:
        """The agreement frameworks in force, by code."""
        with self._readers.books(None) as books:
            return self._packs.among(books.adopted_packs()).frameworks

    def with_persons(self, found: Verification) -> Verification:
        """A verification with how many persons asked for erasure (hidden) and whose data is destroyed (erased)."""
        with self._readers.books(None) as books:
            asked = {str(mark.value["erasure"]) for mark in books.marks([ERASURES]).get(ERASURES, ())}
            done = len(books.marks(asked, ("done",)))
        return replace(found, hidden=len(asked) - done, erased=done)

    def name_of(self, thing: str) -> str:
        """The public name of a party or facility, or its own code or id."""
        with self._readers.books(None) as books:
            return books.names_of([thing]).get(thing, thing)

    @property
    def operator_party(self) -> str:
        """The party that runs the log."""
        return self._catalogue.operator()

    def keys(self) -> list[KeyRow]:
        """Every key the log has authorised."""
        return self._catalogue.keys()

    def delegations(self) -> dict[str, tuple[str, ...]]:
        """The fact types the node may sign, by party."""
        return self._catalogue.delegations()


def _must_fit(tile: TileId, view: LogView) -> None:
    if not tile.fits(view.tip().size):
        raise NotFoundError(Problem("tile-unknown", "", tile.format()))
