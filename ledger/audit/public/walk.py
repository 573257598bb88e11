"""Walking a log entry by entry: each is what it must be, continues the one before, and together they are the tree.

A walk starts where an earlier one had got to, at the end of a full bundle, or at nothing. It needs no proof from the
other side: the root it works out itself is the proof, for every size on its way.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Literal

from ledger.audit.public.source import LogSource
from ledger.audit.public.tile_tree import read_entries, read_hashes
from ledger.errors import FormatError, Problem, ProofError
from ledger.log.entry import NO_PREVIOUS, Entry, entry_hash
from ledger.log.merkle import EMPTY_ROOT, NodeId, leaf_hash, new_nodes, peaks, root
from ledger.log.tiles import WIDTH, TileId

_LEVELS: Final = 8
_AHEAD: Final = 16

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a log has been walked: `size` entries, the peaks of their tree, and what the next entry continues.

    `last_entry` is the hash of the last entry and `recorded_at` its time ("" before the first). Kept between walks,
    `size` is a multiple of 256.
    """

    size: int
    peaks: tuple[bytes, ...]
    last_entry: bytes
    recorded_at: str

    def root(self) -> bytes:
        """The root of the tree as walked."""
        known = dict(zip(peaks(self.size), self.peaks, strict=True))
        return root(self.size, lambda level, number: known[NodeId(level, number)]) if self.size else EMPTY_ROOT


NOTHING: Final = Standing(0, (), NO_PREVIOUS, "")
"""Before the first entry."""


@dataclass(slots=True)
class Walked:
    """What a walk found: where it ended, the last end of a full bundle, and the roots at the sizes asked for.

    `differing` are the hash tiles that are not those of the entries, in the order they were met, each with the index
    of the first entry it is about; whether the tile or the entry lies is for the checkpoint to say.
    """

    end: Standing
    boundary: Standing
    roots: dict[int, bytes] = field(default_factory=dict)
    differing: list[tuple[str, int]] = field(default_factory=list)
    tiles: int = 0


def walk(
    source: LogSource,
    origin: str,
    start: Standing,
    size: int,
    *,
    wanted: Iterable[int] = (),
    at_once: int = 1,
    progress: Progress | None = None,
) -> Walked:
    """Read and check every entry from `start.size` (a multiple of 256) up to `size`, and every hash tile over them.

    Raises ProofError entry-* for the first entry that is none, or none of this place; and as the source raises.
    `at_once` files are fetched at a time. `wanted` are sizes whose root is asked for, from `start.size` on.
    """
    walked = Walked(start, start, {start.size: start.root()})
    marks = sorted({each for each in wanted if start.size < each <= size} | {size})
    columns: dict[int, list[bytes]] = {}
    # Never all at once: what size a checkpoint claims is for whoever signed it to choose.
    pairs = (
        tile
        for bundle in _tiles("entries", start.size, size)
        for tile in (bundle, TileId(0, bundle.number, bundle.width))
    )
    with _Fetched(source, pairs, at_once) as fetched:
        for bundle in _tiles("entries", start.size, size):
            texts, hashes = next(fetched), next(fetched)
            leaves = _leaves(texts, origin, bundle, walked)
            if leaves != hashes:
                index = next(i for i, (ours, theirs) in enumerate(zip(leaves, hashes, strict=True)) if ours != theirs)
                walked.differing.append((TileId(0, bundle.number, bundle.width).format(), bundle.entries()[index]))
            _grow(walked, leaves, texts, marks, columns)
            walked.tiles += 2
            if progress is not None:
                progress(walked.end.size, size)
    _compare_upper_tiles(source, start.size, columns, walked)
    return walked


def _leaves(texts: Sequence[bytes], origin: str, bundle: TileId, walked: Walked) -> list[bytes]:
    """The leaf hashes of a bundle whose entries are in order."""
    previous, recorded_at = walked.end.last_entry, walked.end.recorded_at
    for index, text in zip(bundle.entries(), texts, strict=True):
        where = f"/entries/{index}"
        try:
            entry = Entry.parse(text)
        except FormatError:
            raise ProofError(Problem("entry-malformed", where, index)) from None
        if entry.index != index:
            raise ProofError(Problem("entry-misplaced", where, entry.index, index))
        if entry.origin != origin:
            raise ProofError(Problem("entry-of-another-log", where, entry.origin, origin))
        if entry.previous != previous:
            raise ProofError(Problem("entry-chain-broken", where, index))
        if entry.recorded_at < recorded_at:
            raise ProofError(Problem("entry-back-in-time", where, entry.recorded_at, recorded_at))
        previous, recorded_at = entry_hash(text), entry.recorded_at
    return [leaf_hash(text) for text in texts]


def _grow(
    walked: Walked, leaves: list[bytes], texts: Sequence[bytes], marks: list[int], columns: dict[int, list[bytes]]
) -> None:
    """Append a bundle's leaves, halting at each size whose root is asked for."""
    first, done = walked.end.size, 0
    while done < len(leaves):
        until = min([len(leaves), *(mark - first for mark in marks if mark - first > done)])
        standing = walked.end
        known = dict(zip(peaks(standing.size), standing.peaks, strict=True))
        growth = new_nodes(standing.size, leaves[done:until], partial(_look_up, known))
        known |= {NodeId(level, number): digest for level, number, digest in growth.nodes}
        for level, _, digest in growth.nodes:
            if level and level % _LEVELS == 0:
                columns.setdefault(level // _LEVELS, []).append(digest)
        text = texts[until - 1]
        walked.end = Standing(
            growth.size,
            tuple(known[peak] for peak in peaks(growth.size)),
            entry_hash(text),
            Entry.parse(text).recorded_at,
        )
        if growth.size in marks:
            walked.roots[growth.size] = growth.root
        done = until
    if len(leaves) == WIDTH:
        walked.boundary = walked.end


def _look_up(known: Mapping[NodeId, bytes], level: int, number: int) -> bytes:
    return known[NodeId(level, number)]


def _compare_upper_tiles(source: LogSource, start: int, columns: dict[int, list[bytes]], walked: Walked) -> None:
    """The tiles above the leaves hold what follows from the entries, as far as this walk knows it."""
    for level, column in sorted(columns.items()):
        first = start >> level * _LEVELS
        for tile in _tiles(level, first, first + len(column)):
            hashes = read_hashes(source, tile)
            from_place = max(first, tile.number * WIDTH)
            ours = column[from_place - first : tile.number * WIDTH + tile.width - first]
            if hashes[from_place - tile.number * WIDTH :] != ours:
                walked.differing.append((tile.format(), tile.number * WIDTH << level * _LEVELS))
            walked.tiles += 1


def _tiles(level: int | Literal["entries"], first: int, after: int) -> Iterator[TileId]:
    """The tiles that hold the numbers from `first` up to `after` of a level."""
    for number in range(first // WIDTH, -(-after // WIDTH)):
        width = min(WIDTH, after - number * WIDTH)
        yield TileId(level, number, width)


class _Fetched:
    """The files of tiles in their order, a few fetched ahead where several may be under way at a time."""

    def __init__(self, source: LogSource, tiles: Iterable[TileId], at_once: int) -> None:
        self._source = source
        self._tiles = iter(tiles)
        self._pool = ThreadPoolExecutor(at_once, "chaski-fetch") if at_once > 1 else None
        self._waiting: deque[Future[list[bytes]]] = deque()

    def __enter__(self) -> _Fetched:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def __next__(self) -> list[bytes]:
        if self._pool is None:
            return self._read(next(self._tiles))
        while len(self._waiting) < _AHEAD and (tile := next(self._tiles, None)) is not None:
            self._waiting.append(self._pool.submit(self._read, tile))
        return self._waiting.popleft().result()

    def _read(self, tile: TileId) -> list[bytes]:
        return read_entries(self._source, tile) if tile.level == "entries" else read_hashes(self._source, tile)
