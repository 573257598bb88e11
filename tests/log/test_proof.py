from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, LedgerError, ProofError
from ledger.log import Entry, TlogProof, verify_proof
from tests.log.tiny_log import TinyLog, log_key

LOG = TinyLog.of(11)
LOG.witnesses["witness.example/1"] = log_key("witness")
PROOF = LOG.proof(5)


def test_a_proof_file_has_the_lines_of_the_specification() -> None:
    lines = PROOF.format().decode().split("\n")

    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 5"]
    assert len(lines[2]) == len(lines[5]) == 44
    assert lines[6] == ""
    assert lines[7:9] == [LOG.origin, "11"]


def test_a_proof_shows_the_entry_the_checkpoint_and_its_witnesses() -> None:
    proven = verify_proof(PROOF.format(), LOG.entries[5], LOG.verifier, LOG.witness_keys)

    assert proven.entry == Entry.parse(LOG.entries[5])
    assert proven.checkpoint.checkpoint == LOG.checkpoint()
    assert [each.key.name for each in proven.checkpoint.cosignatures] == ["witness.example/1"]


def test_every_entry_is_proven_at_every_size() -> None:
    for size in range(1, LOG.size + 1):
        for index in range(size):
            verify_proof(LOG.proof(index, size), LOG.entries[index], LOG.verifier)


@given(st.integers(0, 2**63 - 1), st.lists(st.binary(min_size=32, max_size=32), max_size=63), st.none() | st.binary())
def test_what_is_written_reads_back(index: int, hashes: list[bytes], extra: bytes | None) -> None:
    proof = TlogProof(index, tuple(hashes), LOG.note(), extra)

    assert TlogProof.parse(proof.format()) == proof


@given(st.data())
def test_any_flipped_bit_of_a_proof_or_entry_is_found(data: st.DataObject) -> None:
    proof, entry = bytearray(LOG.proof(5).format()), bytearray(LOG.entries[5])
    target = data.draw(st.sampled_from([proof, entry]))
    bit = data.draw(st.integers(0, len(target) * 8 - 1))
    target[bit // 8] ^= 1 << bit % 8
    try:
        proven = verify_proof(bytes(proof), bytes(entry), LOG.verifier, LOG.witness_keys)
    except LedgerError:
        return
    # Only a witness's name or key id: its line then counts no more.
    assert proven.checkpoint.cosignatures == ()
    assert bytes(entry) == LOG.entries[5]


def test_extra_data_is_carried_but_proves_nothing() -> None:
    proof = dataclasses.replace(PROOF, extra=b"anything")

    assert TlogProof.parse(proof.format()).extra == b"anything"
    verify_proof(proof, LOG.entries[5], LOG.verifier)


def test_a_proof_for_another_entry_is_refused() -> None:
    with pytest.raises(ProofError, match="inclusion-proof-wrong"):
        verify_proof(PROOF, LOG.entries[6], LOG.verifier)


def test_a_proof_by_another_log_key_is_refused() -> None:
    with pytest.raises(ProofError, match="note-unsigned"):
        verify_proof(PROOF, LOG.entries[5], dataclasses.replace(LOG.verifier, public=log_key("other").public))


def test_an_entry_logged_under_an_index_it_does_not_name_is_refused() -> None:
    """A dishonest log can hash any bytes into its tree; readers must not take their position from elsewhere."""
    forged = TinyLog.of(6)
    forged.entries[-1] = dataclasses.replace(Entry.parse(forged.entries[-1]), index=9).format()
    rebuilt = rehashed(forged)

    with pytest.raises(ProofError, match="entry-index"):
        verify_proof(rebuilt.proof(5), rebuilt.entries[5], rebuilt.verifier)


def test_an_entry_of_another_log_is_refused() -> None:
    forged = TinyLog.of(6)
    forged.entries[-1] = dataclasses.replace(Entry.parse(forged.entries[-1]), origin="example.org/log/b").format()
    rebuilt = rehashed(forged)

    with pytest.raises(ProofError, match="entry-origin"):
        verify_proof(rebuilt.proof(5), rebuilt.entries[5], rebuilt.verifier)


def rehashed(log: TinyLog) -> TinyLog:
    """The log whose tree really holds the (forged) entries."""
    from ledger.log import leaf_hash, new_nodes

    growth = new_nodes(0, [leaf_hash(entry) for entry in log.entries], log.read_node)
    log.nodes = {(level, number): node for level, number, node in growth.nodes}
    return log


TEXT = PROOF.format().decode()
HASH_LINE = TEXT.split("\n")[2]

REFUSED = {
    "another version": TEXT.replace("@v1", "@v2"),
    "no index": TEXT.replace("index 5\n", ""),
    "leading zero": TEXT.replace("index 5\n", "index 05\n"),
    "index twice": TEXT.replace("index 5\n", "index 5\nindex 5\n"),
    "extra after index": TEXT.replace("index 5\n", "index 5\nextra AAAA\n"),
    "extra that is no base64": TEXT.replace("index 5\n", "extra ????\nindex 5\n"),
    "short hash": TEXT.replace(HASH_LINE, "AAAA"),
    "hash without padding": TEXT.replace(HASH_LINE, HASH_LINE[:-1]),
    "carriage returns": TEXT.replace("\n", "\r\n"),
    "no checkpoint": TEXT.split("\n\n")[0] + "\n",
    "64 hashes": TEXT.replace(HASH_LINE, "\n".join([HASH_LINE] * 64)),
    "empty": "",
    "only the first line": "c2sp.org/tlog-proof@v1\n\n" + TEXT.split("\n\n", 1)[1],
}


@pytest.mark.parametrize("case", REFUSED)
def test_every_other_spelling_is_refused(case: str) -> None:
    with pytest.raises(FormatError):
        TlogProof.parse(REFUSED[case].encode())


@pytest.mark.parametrize("change", ["one more", "one less"])
def test_a_proof_of_wrong_length_is_refused(change: str) -> None:
    hashes = (*PROOF.hashes, bytes(32)) if change == "one more" else PROOF.hashes[:-1]

    with pytest.raises(ProofError, match="inclusion-proof-length"):
        verify_proof(dataclasses.replace(PROOF, hashes=hashes), LOG.entries[5], LOG.verifier)
