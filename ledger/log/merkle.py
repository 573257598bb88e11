"""The Merkle tree of RFC 6962 section 2.1, over stored nodes: append, root, inclusion and consistency proofs.

Only the roots of perfect subtrees are stored: the node (level, number) covers the 2^level leaves from number x 2^level
on, is written once when its last leaf arrives, and never changes. Everything on the ragged right edge is worked out
from those. Proofs are made and checked by the same walk from the root down, so they cannot disagree about its length.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, NoReturn

from ledger.errors import FormatError, Problem, ProofError

HASH_BYTES: Final = 32

# The root of the tree without leaves.
EMPTY_ROOT: Final = sha256(b"").digest()


class NodeId(NamedTuple):
    """Where a stored node stands: level 0 are the leaves, `number` counts from 0 within the level."""

    level: int
    number: int


class Node(NamedTuple):
    """A node to be stored."""

    level: int
    number: int
    hash: bytes


class Growth(NamedTuple):
    """What appending did: the tree's new size and root, and the nodes to store, lower levels first."""

    size: int
    root: bytes
    nodes: list[Node]


# Reads one stored node by level and number; called only for nodes that the tree of the asked size has.
ReadNode = Callable[[int, int], bytes]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf; the first byte keeps an inner node from being offered as a leaf."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node."""
    return sha256(b"\x01" + left + right).digest()


def peaks(size: int) -> list[NodeId]:
    """The roots of the perfect subtrees that make up a tree, from left to right: at most 63, one per bit of size."""
    return _cover(0, size)


def root(size: int, read_node: ReadNode) -> bytes:
    """The root of the tree of `size` leaves, from its peaks."""
    return _fold([read_node(*peak) for peak in peaks(size)]) if size else EMPTY_ROOT


def new_nodes(size_before: int, leaf_hashes: Sequence[bytes], read_node: ReadNode) -> Growth:
    """Append leaves: the nodes they complete, and the new root.

    Reads nothing but peaks(size_before), each at most once: keep those at hand and appending needs no reads at all.
    """
    old_peaks = {peak: read_node(*peak) for peak in peaks(size_before)}
    size = size_before + len(leaf_hashes)
    nodes: list[Node] = []
    edge = dict(old_peaks)
    level, start, hashes = 0, size_before, list(leaf_hashes)
    while hashes:
        nodes.extend([Node(level, number, each) for number, each in enumerate(hashes, start)])
        # The last node may stay alone: if so it is a peak of the new tree.
        edge[NodeId(level, start + len(hashes) - 1)] = hashes[-1]
        if start & 1:
            # Our first node is a right child, whose left sibling is therefore a peak of the old tree.
            start -= 1
            hashes.insert(0, old_peaks[NodeId(level, start)])
        pairs = iter(hashes)
        hashes = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
        level, start = level + 1, start >> 1
    return Growth(size, _fold([edge[peak] for peak in peaks(size)]) if size else EMPTY_ROOT, nodes)


def inclusion_nodes(index: int, size: int) -> list[tuple[NodeId, ...]]:
    """For each hash of the inclusion proof, leaf upwards, the stored nodes it is folded from (one, or the ragged edge).

    Lets a store read all of them in one query; raises FormatError tree-range unless 0 <= index < size.
    """
    return [tuple(_cover(low, high)) for _, low, high in _path(index, size)]


def consistency_nodes(old: int, new: int) -> list[tuple[NodeId, ...]]:
    """For each hash of the consistency proof, in the order of RFC 6962, the stored nodes it is folded from."""
    return [tuple(_cover(low, high)) for _, low, high in _descent(old, new)]


def proof_from(groups: Iterable[Iterable[NodeId]], read_node: ReadNode) -> list[bytes]:
    """The hashes of a proof whose nodes were named by inclusion_nodes() or consistency_nodes()."""
    return [_fold([read_node(*node) for node in group]) for group in groups]


def inclusion_proof(index: int, size: int, read_node: ReadNode) -> list[bytes]:
    """The inclusion proof of RFC 6962 section 2.1.1, from the leaf's sibling up to the root's child."""
    return proof_from(inclusion_nodes(index, size), read_node)


def consistency_proof(old: int, new: int, read_node: ReadNode) -> list[bytes]:
    """The consistency proof of RFC 6962 section 2.1.2; empty for old = new and for old = 0."""
    return proof_from(consistency_nodes(old, new), read_node)


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], expected_root: bytes) -> None:
    """Return if the leaf hash stands at `index` of the tree with that size and root, else raise ProofError.

    A proof of any other length than the one the position demands is refused before anything is hashed.
    """
    if root_of_proof(leaf, index, size, proof) != expected_root:
        _unproven("inclusion-proof-wrong")


def root_of_proof(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes:
    """The root that follows from a leaf hash, its place and its proof; whoever asks compares it or its signature.

    Raises ProofError for a place outside the tree and for a proof of any other length than the place demands.
    """
    steps = _path(index, size) if 0 <= index < size else _unproven("inclusion-proof-wrong")
    if len(proof) != len(steps) or any(len(each) != HASH_BYTES for each in proof):
        raise ProofError(Problem("inclusion-proof-length", found=len(proof), expected=len(steps)))
    found = leaf
    for sibling, (is_left, _, _) in zip(proof, steps, strict=True):
        found = node_hash(sibling, found) if is_left else node_hash(found, sibling)
    return found


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Return if the tree (new, new_root) begins with the tree (old, old_root), else raise ProofError.

    Two trees of one size need the same root and an empty proof. old = 0 is refused (consistency-proof-from-nothing):
    every tree begins with the empty one, so nothing would be verified. Whoever sees a log for the first time says so
    and does not call this.
    """
    if old == 0:
        _unproven("consistency-proof-from-nothing")
    if not 0 < old <= new or len(old_root) != HASH_BYTES or len(new_root) != HASH_BYTES:
        _unproven("consistency-proof-wrong")
    steps = _descent(old, new)
    if len(proof) != len(steps) or any(len(each) != HASH_BYTES for each in proof):
        raise ProofError(Problem("consistency-proof-length", found=len(proof), expected=len(steps)))
    if old == new:
        if old_root != new_root:
            _unproven("consistency-proof-wrong")
        return
    rest = list(zip(proof, steps, strict=True))
    if _is_power_of_two(old):
        # The old tree is a node of the new one: its root needs no place in the proof.
        found_old = found_new = old_root
    else:
        (found_old, _), *rest = rest
        found_new = found_old
    for sibling, (is_left, _, _) in rest:
        if is_left:
            found_old, found_new = node_hash(sibling, found_old), node_hash(sibling, found_new)
        else:
            # To the right of the old tree's end: part of the new tree alone.
            found_new = node_hash(found_new, sibling)
    if found_old != old_root or found_new != new_root:
        _unproven("consistency-proof-wrong")


class _Step(NamedTuple):
    """One hash of a proof: whether it stands left of what it is joined with, and the leaves [low, high) it covers."""

    is_left: bool
    low: int
    high: int


def _path(index: int, size: int) -> list[_Step]:
    """The siblings on the way from a leaf to the root, leaf first (RFC 6962 section 2.1.1, PATH)."""
    if not 0 <= index < size:
        raise FormatError(Problem("tree-range", found=index, expected=size))
    low, high = 0, size
    steps: list[_Step] = []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            steps.append(_Step(False, middle, high))
            high = middle
        else:
            steps.append(_Step(True, low, middle))
            low = middle
    return steps[::-1]


def _descent(old: int, new: int) -> list[_Step]:
    """The subtrees that join the old tree's right edge to the new root, lowest first (section 2.1.2, SUBPROOF)."""
    if not 0 <= old <= new:
        raise FormatError(Problem("tree-range", found=old, expected=new))
    if old == 0:
        return []
    low, high = 0, new
    steps: list[_Step] = []
    while high != old:
        middle = low + _split(high - low)
        if old <= middle:
            steps.append(_Step(False, middle, high))
            high = middle
        else:
            steps.append(_Step(True, low, middle))
            low = middle
    if low:
        # Not the whole old tree: the verifier cannot know this subtree, so the proof opens with it.
        steps.append(_Step(True, low, high))
    return steps[::-1]


def _split(count: int) -> int:
    """The largest power of two smaller than `count`, for count > 1."""
    return 1 << ((count - 1).bit_length() - 1)


def _is_power_of_two(number: int) -> bool:
    return number & (number - 1) == 0


def _cover(low: int, high: int) -> list[NodeId]:
    """The perfect subtrees that make up the leaves [low, high) of one subtree, from left to right."""
    nodes: list[NodeId] = []
    while low < high:
        level = (high - low).bit_length() - 1
        nodes.append(NodeId(level, low >> level))
        low += 1 << level
    return nodes


def _fold(hashes: list[bytes]) -> bytes:
    """The root over neighbouring perfect subtrees, each smaller than the one before: joined from the right."""
    found = hashes[-1]
    for left in hashes[-2::-1]:
        found = node_hash(left, found)
    return found


def _unproven(code: str) -> NoReturn:
    raise ProofError(Problem(code))
