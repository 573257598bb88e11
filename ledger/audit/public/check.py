"""Checking a log from its public files alone: entries, their chain, the tree, the checkpoint, and who cosigned it.

What is not here: the statements. Their digests stand in the entries; the texts are for those who may read them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

from ledger.audit.public.source import LogSource
from ledger.audit.public.tile_tree import TileTree, read_entries
from ledger.audit.public.trust import Seen, Trust
from ledger.audit.public.walk import NOTHING, Progress, Walked, walk
from ledger.errors import LedgerError, Problem, ProofError
from ledger.log.fork import Fork
from ledger.log.proof import TlogProof, verify_proof
from ledger.log.tiles import WIDTH, TileId

FETCHED_AT_ONCE: Final = 4
"""Files asked of a web server at a time: enough to hide its distance, few enough to be a polite guest."""


@dataclass(frozen=True, slots=True)
class PublicVerification:
    """What checking a log's public files did and did not prove; codes in `proved` and `not_proved`.

    `witnesses` are the names of those whose cosignature verified, `witnessed_at` the newest of their times in seconds
    since 1970 (None without any).
    """

    source: str
    origin: str
    size: int
    root: str
    tiles: int
    last_recorded_at: str
    witnesses: tuple[str, ...]
    witnessed_at: int | None
    receipts: int
    seconds: float
    proved: tuple[str, ...]
    not_proved: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the log signed earlier: a checkpoint somebody kept, or that of a receipt, with the index it is for."""

    seen: Seen
    index: int | None = None

    @property
    def size(self) -> int:
        """The size that was signed."""
        return self.seen.checkpoint.size


def check_public(
    source: LogSource,
    trust: Trust,
    *,
    kept: bytes | None = None,
    receipts: Sequence[bytes] = (),
    at_once: int = 1,
    progress: Progress | None = None,
) -> PublicVerification:
    """Check everything a stranger can; raises ProofError naming the first thing that is wrong and where.

    `kept` is a checkpoint from before, which the log must continue. `receipts` are `.tlog-proof` files: what each is
    for must still stand where it stood. Both need a key in `trust`: what nobody signed was not promised.
    """
    started = perf_counter()
    seen = trust.open(source.checkpoint())
    trust.check_witnessed(seen)
    checkpoint = seen.checkpoint
    promises = [] if kept is None else [_kept(kept, trust)]
    promises += [_receipt(each, trust, source) for each in receipts]
    for each in promises:
        _not_behind(each, checkpoint.size)
        if each.seen.checkpoint.origin != checkpoint.origin:
            # A policy may name several logs: what one of them signed says nothing about another.
            raise ProofError(Problem("checkpoint-foreign", "", each.seen.checkpoint.origin))
    wanted = [each.size for each in promises]
    walked = walk(
        source, checkpoint.origin, NOTHING, checkpoint.size, wanted=wanted, at_once=at_once, progress=progress
    )
    must_end_at(source, seen, walked)
    for each in promises:
        _must_hold(each, walked.roots[each.size])
    return PublicVerification(
        source=source.name,
        origin=checkpoint.origin,
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        tiles=walked.tiles,
        last_recorded_at=walked.end.recorded_at,
        witnesses=tuple(each.key.name for each in seen.cosignatures),
        witnessed_at=seen.newest_cosignature,
        receipts=len(receipts),
        seconds=perf_counter() - started,
        proved=tuple(_proved(seen, trust, kept, receipts)),
        not_proved=tuple(_not_proved(seen, trust, kept)),
    )


def check_receipts(source: LogSource, size: int, trust: Trust, receipts: Sequence[bytes]) -> None:
    """Check receipts against a log of `size` entries whose tiles were checked otherwise; raises as `check_public`."""
    tree = TileTree(source, size)
    for each in receipts:
        promise = _receipt(each, trust, source)
        _not_behind(promise, size)
        _must_hold(promise, tree.root(promise.size))


def must_end_at(source: LogSource, seen: Seen, walked: Walked) -> None:
    """Return if the walk ends at the checkpoint's root and every tile agrees, else raise ProofError for what lies.

    Root right, tile wrong: the tile. Root wrong, and the tiles have it right: the entry. Neither: the checkpoint is
    over another log than is served.
    """
    checkpoint = seen.checkpoint
    if walked.end.root() == checkpoint.root:
        if walked.differing:
            raise ProofError(Problem("tile-differs", "", walked.differing[0][0]))
        return
    if walked.differing and _tiles_give(source, checkpoint.size) == checkpoint.root:
        index = walked.differing[0][1]
        raise ProofError(Problem("entry-not-in-tree", f"/entries/{index}", index))
    raise ProofError(Problem("checkpoint-over-other-entries", "", checkpoint.size))


def fork_between(source: LogSource, old: Seen, new: Seen) -> Fork | None:
    """The proof that two checkpoints contradict each other, or None where the larger one continues the smaller.

    The proof is made of the tiles of the larger one; raises ProofError tiles-of-another-tree where those do not give
    its root, for then nothing can be shown, and as the source raises.
    """
    smaller, larger = sorted((old, new), key=lambda each: each.checkpoint.size)
    low, high = smaller.checkpoint, larger.checkpoint
    if low.size == high.size:
        return None if low.root == high.root else Fork(smaller.note, larger.note)
    if low.size == 0:
        return None
    tree = TileTree(source, high.size)
    if tree.root() != high.root:
        raise ProofError(Problem("tiles-of-another-tree", "", high.size))
    root = tree.root(low.size)
    return None if root == low.root else Fork(smaller.note, larger.note, root, tuple(tree.consistency(low.size)))


def _kept(data: bytes, trust: Trust) -> Promise:
    try:
        return Promise(trust.open(data))
    except LedgerError as error:
        raise ProofError(Problem("checkpoint-foreign", "", error.problems[0].code)) from None


def _receipt(data: bytes, trust: Trust, source: LogSource) -> Promise:
    """A receipt that proves what it is for, by itself; whether the log still stands by it comes later."""
    read = TlogProof.parse(data)
    size = trust.open(read.note.format()).checkpoint.size
    if not 0 <= read.index < size:
        raise ProofError(Problem("inclusion-proof-wrong"))
    entry = read.extra
    if entry is None:
        # The receipt holds hashes alone: whatever the log serves there must be what they prove.
        first = read.index // WIDTH * WIDTH
        tile = TileId("entries", read.index // WIDTH, min(WIDTH, size - first))
        entry = read_entries(source, tile)[read.index - first]
    signed = verify_proof(read, entry, trust.log_keys).checkpoint
    return Promise(Seen(signed.checkpoint, signed.note, signed.log_keys), read.index)


def _not_behind(promise: Promise, size: int) -> None:
    if promise.size > size:
        raise ProofError(Problem("older-than-checkpoint", "", size, promise.size))


def _must_hold(promise: Promise, root: bytes) -> None:
    if root == promise.seen.checkpoint.root:
        return
    if promise.index is not None:
        raise ProofError(Problem("receipt-not-in-log", "", promise.index))
    raise ProofError(Problem("forked-from-checkpoint", "", promise.size))


def _tiles_give(source: LogSource, size: int) -> bytes | None:
    try:
        return TileTree(source, size).root()
    except LedgerError:
        return None


def _proved(seen: Seen, trust: Trust, kept: bytes | None, receipts: Sequence[bytes]) -> Iterator[str]:
    yield from ("chain", "tree", "tiles")
    if seen.log_keys:
        yield "checkpoint"
    if trust.policy is not None:
        yield "witnessed"
    if kept is not None:
        yield "kept-checkpoint"
    if receipts:
        yield "receipts"


def _not_proved(seen: Seen, trust: Trust, kept: bytes | None) -> Iterator[str]:
    if not seen.log_keys:
        yield "signature"
    yield from ("statements-absent", "rules-absent", "truth")
    if trust.policy is None or not seen.cosignatures:
        yield "no-second-log"
    if kept is None:
        yield "older-copy"
