"""Everything a ledger answers without a key: the log and its proofs, facts, lots, traces, packs, keys."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.book.readers import Readers
from ledger.errors import NotFoundError, Problem
from ledger.log.tiles import TileId
from ledger.packs.pack import CommodityPack
from ledger.queries import FactRecord, LotLine, LotView, Trace
from ledger.rules import Packs
from ledger.store.books import Books
from ledger.store.catalogue import Catalogue, KeyRow
from ledger.store.log_view import LogView
from ledger.store.lot_list import lot_lines
from ledger.store.lot_view import lot_view, trace


class Reading:
    """The reading half of a ledger. Ids are 16 characters; `size` asks what was known at that log size."""

    _readers: Readers
    _packs: Packs
    _catalogue: Catalogue

    def fact(self, id_or_digest: str) -> FactRecord:
        """A fact by its id or its statement's digest; raises NotFoundError."""
        with self._readers.log_view() as view:
            return view.fact(id_or_digest)

    def entry(self, index: int) -> bytes:
        """The text of one entry."""
        with self._readers.log_view() as view:
            return view.entries(index, index + 1)[0]

    def lot(self, lot: str, *, size: int | None = None) -> LotView:
        """A lot as known now, or when the log held `size` entries; raises NotFoundError."""
        with self._readers.books(size) as books:
            birth = books.birth_of(lot)
            return lot_view(books, lot, _in_force(self._packs, books).get(str(birth.value["commodity"])))

    def lots(
        self, *, party: str | None = None, commodity: str | None = None, after: str = "", limit: int = 100
    ) -> list[LotLine]:
        """Lots in order of their birth; those a party holds or held, where one is named."""
        with self._readers.books(None) as books:
            return lot_lines(books, party=party, commodity=commodity, after=after, limit=limit)

    def trace(self, lot: str, *, size: int | None = None) -> Trace:
        """Back to producers with grams, forward to receivers; raises NotFoundError."""
        with self._readers.books(size) as books:
            return trace(books, lot)

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
            return _in_force(self._packs, books)

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


def _in_force(packs: Packs, books: Books) -> Mapping[str, CommodityPack]:
    at_hand = packs.by_digest
    digests = books.pack_digests({pack.code for pack in at_hand.values()})
    return {code: at_hand[digest] for code, digest in digests.items() if digest in at_hand}
