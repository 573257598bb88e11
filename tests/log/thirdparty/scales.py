"""tlog-scales, an independent Python reader of C2SP logs, as a verifier; it also reads our tiles from a folder."""

from __future__ import annotations

from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import (
    Checkpoint,
    ConsistencyProof,
    ConsistencyProofInvalid,
    InclusionProof,
    InclusionProofInvalid,
)

from tests.log.thirdparty.evidence import Evidence, RefusedByStrangerError


def check(evidence: Evidence) -> int:
    """The number of proofs it accepted; raises RefusedByStrangerError with its words."""
    try:
        return _check(evidence)
    except (ConsistencyProofInvalid, InclusionProofInvalid, InvalidSignature, RuntimeError, ValueError) as error:
        raise RefusedByStrangerError(repr(error)) from error


def _check(evidence: Evidence) -> int:
    checkpoint = Checkpoint.from_text(evidence.note.decode())
    for key in (evidence.verifier_key, *evidence.witness_keys):
        checkpoint.verify(Vkey.from_string(key))
    for inclusion in evidence.inclusions:
        leaf = sha256(b"\x00" + inclusion.entry).digest()
        proof = InclusionProof(inclusion.index, checkpoint.size, [*inclusion.hashes])
        proof.check(leaf, checkpoint.root_hash)
    for consistency in evidence.consistencies:
        proof_of_growth = ConsistencyProof(consistency.size, checkpoint.size, [*consistency.hashes])
        proof_of_growth.check(consistency.root, checkpoint.root_hash)
    if evidence.files is not None:
        _check_tiles(evidence, checkpoint)
    return len(evidence.inclusions) + len(evidence.consistencies)


def _check_tiles(evidence: Evidence, checkpoint: Checkpoint) -> None:
    """Its own reader finds the same root, entries and proofs in our folder of tiles."""
    assert evidence.files is not None
    reader = TilesReader(LocalBackend(evidence.files))
    if reader.get_checkpoint() != checkpoint or reader.calculate_root_hash() != checkpoint.root_hash:
        raise ValueError("the tiles are those of another tree")
    for inclusion in evidence.inclusions:
        theirs = reader.get_inclusion_proof(inclusion.index, checkpoint.size)
        if reader.get_entry(inclusion.index) != inclusion.entry or theirs.node_hashes != [*inclusion.hashes]:
            raise ValueError(f"the tiles hold another entry or proof at {inclusion.index}")
    for consistency in evidence.consistencies:
        growth = reader.get_consistency_proof(consistency.size, checkpoint.size)
        if growth.node_hashes != [*consistency.hashes]:
            raise ValueError(f"the tiles give another consistency proof from {consistency.size}")
