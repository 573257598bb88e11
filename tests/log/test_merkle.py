from __future__ import annotations

import json
import random
from base64 import b64decode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, ProofError
from ledger.log import (
    EMPTY_ROOT,
    consistency_nodes,
    consistency_proof,
    inclusion_nodes,
    inclusion_proof,
    leaf_hash,
    new_nodes,
    node_hash,
    peaks,
    root,
    verify_consistency,
    verify_inclusion,
)
from tests.log.reference import ReferenceTree
from tests.log.tiny_log import TinyLog
from tests.vectors_dir import shared_vectors

SIZES = 600
LEAVES = [f"leaf {number}".encode() for number in range(SIZES)]
REFERENCE = ReferenceTree(LEAVES)


def grown(batches: list[int]) -> tuple[dict[tuple[int, int], bytes], int, bytes]:
    """The stored nodes after appending batches of these sizes, with the last size and root."""
    nodes: dict[tuple[int, int], bytes] = {}
    size, found = 0, EMPTY_ROOT
    for batch in batches:
        hashes = [leaf_hash(leaf) for leaf in LEAVES[size : size + batch]]
        growth = new_nodes(size, hashes, lambda level, number: nodes[level, number])
        size, found = growth.size, growth.root
        for level, number, node in growth.nodes:
            assert (level, number) not in nodes
            nodes[level, number] = node
    return nodes, size, found


NODES = grown([100] * 6)[0]


def read(level: int, number: int) -> bytes:
    return NODES[level, number]


# ---------------------------------------------------------------- against the slow reference


def test_every_root_up_to_600_is_that_of_the_rfc() -> None:
    for size in range(SIZES + 1):
        assert root(size, read) == REFERENCE.root(size)


def test_every_inclusion_proof_of_every_size_up_to_130_is_that_of_the_rfc_and_verifies() -> None:
    for size in range(1, 131):
        for index in range(size):
            check_inclusion(index, size)


def test_inclusion_proofs_of_every_size_up_to_600_are_those_of_the_rfc_and_verify() -> None:
    for size in range(131, SIZES + 1):
        edges = {0, 1, size // 2, size - 2, size - 1, *(1 << bit for bit in range(size.bit_length() - 1))}
        sampled = random.Random(size).sample(range(size), 12)
        for index in edges.union(sampled):
            check_inclusion(index, size)


def test_every_consistency_proof_between_sizes_up_to_100_is_that_of_the_rfc_and_verifies() -> None:
    for new in range(1, 101):
        for old in range(1, new + 1):
            check_consistency(old, new)


def test_consistency_proofs_between_all_sizes_up_to_600_are_those_of_the_rfc_and_verify() -> None:
    for new in range(101, SIZES + 1):
        edges = {1, 2, new // 2, new - 1, new, *(1 << bit for bit in range(new.bit_length()))}
        sampled = random.Random(new).sample(range(1, new), 12)
        for old in edges.union(sampled):
            check_consistency(old, new)


def check_inclusion(index: int, size: int) -> None:
    proof = inclusion_proof(index, size, read)
    assert proof == REFERENCE.inclusion(index, size)
    verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, REFERENCE.root(size))


def check_consistency(old: int, new: int) -> None:
    proof = consistency_proof(old, new, read)
    assert proof == REFERENCE.consistency(old, new)
    verify_consistency(old, new, REFERENCE.root(old), REFERENCE.root(new), proof)


@given(st.lists(st.integers(0, 90), max_size=6))
def test_batches_of_any_sizes_store_the_same_nodes_as_one(batches: list[int]) -> None:
    nodes, size, found = grown(batches)

    assert found == REFERENCE.root(size)
    assert nodes == {place: node for place, node in NODES.items() if (place[1] + 1) << place[0] <= size}


@given(st.integers(0, SIZES - 100), st.integers(0, 100))
def test_appending_reads_only_the_peaks(size: int, batch: int) -> None:
    asked: list[tuple[int, int]] = []

    def spying(level: int, number: int) -> bytes:
        asked.append((level, number))
        return NODES[level, number]

    growth = new_nodes(size, [leaf_hash(leaf) for leaf in LEAVES[size : size + batch]], spying)

    assert growth.root == REFERENCE.root(size + batch)
    assert asked == peaks(size)


@given(st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))
def test_a_proof_in_the_largest_tree_needs_at_most_63_hashes(one: int, other: int) -> None:
    low, high = sorted((one, other))

    assert len(consistency_nodes(low, high)) <= 64
    if low < high:
        assert len(inclusion_nodes(low, high)) <= 63


def test_the_nodes_of_a_proof_can_be_read_in_one_query() -> None:
    groups = inclusion_nodes(90, 100)

    assert [len(group) for group in groups] == [1, 1, 1, 1, 1, 1, 1]
    assert len(inclusion_nodes(0, 600)[-1]) == 3
    for group in groups:
        for level, number in group:
            assert (level, number) in NODES


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (6, 5), (-1, 5)])
def test_no_proof_is_made_for_a_leaf_outside_the_tree(index: int, size: int) -> None:
    with pytest.raises(FormatError, match="tree-range"):
        inclusion_proof(index, size, read)


def test_no_proof_is_made_from_a_larger_tree_to_a_smaller_one() -> None:
    with pytest.raises(FormatError, match="tree-range"):
        consistency_proof(6, 5, read)


# ---------------------------------------------------------------- attacks


@given(st.data())
def test_any_flipped_bit_of_an_inclusion_proof_is_found(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, SIZES))
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, read)
    which = data.draw(st.integers(0, len(proof) - 1))
    proof[which] = flipped(proof[which], data.draw(st.integers(0, 255)))

    with pytest.raises(ProofError, match="inclusion-proof-wrong"):
        verify_inclusion(leaf_hash(LEAVES[index]), index, size, proof, REFERENCE.root(size))


@given(st.data())
def test_any_flipped_bit_of_a_consistency_proof_or_root_is_found(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, SIZES))
    old = data.draw(st.integers(1, new - 1))
    parts = [REFERENCE.root(old), REFERENCE.root(new), *consistency_proof(old, new, read)]
    which = data.draw(st.integers(0, len(parts) - 1))
    parts[which] = flipped(parts[which], data.draw(st.integers(0, 255)))

    with pytest.raises(ProofError, match="consistency-proof-wrong"):
        verify_consistency(old, new, parts[0], parts[1], parts[2:])


@given(st.data())
def test_a_proof_shows_no_other_position(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, SIZES))
    index, other = data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True))

    with pytest.raises(ProofError):
        verify_inclusion(
            leaf_hash(LEAVES[index]), other, size, inclusion_proof(index, size, read), REFERENCE.root(size)
        )


@pytest.mark.parametrize("change", ["longer", "shorter", "short hash"])
def test_a_proof_of_wrong_length_is_refused_before_hashing(change: str) -> None:
    inclusion, consistency = inclusion_proof(5, 11, read), consistency_proof(5, 11, read)
    for proof in (inclusion, consistency):
        if change == "longer":
            proof.append(bytes(32))
        elif change == "shorter":
            proof.pop()
        else:
            proof[0] = proof[0][:31]

    with pytest.raises(ProofError, match="inclusion-proof-length"):
        verify_inclusion(leaf_hash(LEAVES[5]), 5, 11, inclusion, REFERENCE.root(11))
    with pytest.raises(ProofError, match="consistency-proof-length"):
        verify_consistency(5, 11, REFERENCE.root(5), REFERENCE.root(11), consistency)


def test_an_inner_node_offered_as_a_leaf_is_refused() -> None:
    """Without prefixes, the two halves of an inner node would be an entry nobody wrote."""
    size = 8
    pair = NODES[0, 0] + NODES[0, 1]

    with pytest.raises(ProofError):
        verify_inclusion(leaf_hash(pair), 0, 4, inclusion_proof(0, size, read)[1:], REFERENCE.root(size))


def test_a_rewritten_past_has_no_consistency_proof() -> None:
    honest, forged = TinyLog.of(20), TinyLog()
    forged.append(*(b"another story" for _ in range(30)))

    with pytest.raises(ProofError, match="consistency-proof-wrong"):
        verify_consistency(20, 30, honest.checkpoint().root, forged.checkpoint().root, forged.consistency(20))


@pytest.mark.parametrize("new", [0, 5])
def test_consistency_with_nothing_is_no_proof(new: int) -> None:
    with pytest.raises(ProofError, match="consistency-proof-from-nothing"):
        verify_consistency(0, new, EMPTY_ROOT, REFERENCE.root(new), [])


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


# ---------------------------------------------------------------- public vectors


def vector_files(kind: str) -> list[Path]:
    return sorted((shared_vectors("tlog") / "merkle" / kind).rglob("*.json"))


def hashes(encoded: list[str] | None) -> list[bytes]:
    return [b64decode(each) for each in encoded or []]


def test_public_inclusion_vectors(subtests: pytest.Subtests) -> None:
    files = vector_files("inclusion")
    assert files
    for path in files:
        case: dict[str, Any] = json.loads(path.read_bytes())
        with subtests.test(path.name):
            arguments = (
                b64decode(case["leafHash"]), case["leafIdx"], case["treeSize"], hashes(case["proof"]),
                b64decode(case["root"]),
            )  # fmt: skip
            if case["wantErr"]:
                with pytest.raises(ProofError):
                    verify_inclusion(*arguments)
            else:
                verify_inclusion(*arguments)


def test_public_consistency_vectors(subtests: pytest.Subtests) -> None:
    files = vector_files("consistency")
    assert files
    for path in files:
        case: dict[str, Any] = json.loads(path.read_bytes())
        with subtests.test(path.name):
            arguments = (
                case["size1"], case["size2"], b64decode(case["root1"]), b64decode(case["root2"]),
                hashes(case["proof"]),
            )  # fmt: skip
            if case["wantErr"]:
                with pytest.raises(ProofError):
                    verify_consistency(*arguments)
            else:
                verify_consistency(*arguments)


def test_public_reference_tree() -> None:
    case = json.loads((shared_vectors("tlog") / "rfc6962_reference_tree.json").read_bytes())
    leaves = [bytes.fromhex(leaf) for leaf in case["leaves_hex"]]
    nodes: dict[tuple[int, int], bytes] = {}
    for size, expected in enumerate(case["roots_hex_by_size"]):
        assert root(size, lambda level, number: nodes[level, number]).hex() == expected
        if size < len(leaves):
            growth = new_nodes(size, [leaf_hash(leaves[size])], lambda level, number: nodes[level, number])
            nodes.update({(level, number): node for level, number, node in growth.nodes})
    for leaf, expected in case["hash_leaf"].items():
        assert leaf_hash(bytes.fromhex(leaf)).hex() == expected
    assert node_hash(b"N123", b"N456").hex() == case["hash_children_N123_N456"]


def test_public_checkpoints_of_a_real_tree() -> None:
    case = json.loads((shared_vectors("tlog") / "checkpoints.json").read_bytes())["tessera_testdata"]
    tree = ReferenceTree([leaf.encode() for leaf in case["leaves"]])
    for checkpoint in case["checkpoints"]:
        assert b64decode(checkpoint["signed"].split("\n")[2]) == tree.root(checkpoint["size"])


def test_the_empty_root_is_the_hash_of_nothing() -> None:
    assert root(0, read) == EMPTY_ROOT == sha256(b"").digest()
