"""The project's own vectors, read the way another implementation would: bytes from the files, nothing made here."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from ledger.canonical import encode, load_canonical, unb64url
from ledger.errors import LedgerError
from ledger.keys import thumbprint, verify
from ledger.log import (
    NO_PREVIOUS,
    Entry,
    TileId,
    VerifierKey,
    entry_hash,
    leaf_hash,
    open_checkpoint,
    parse_bundle,
    parse_hash_tile,
    verify_consistency,
    verify_inclusion,
    verify_proof,
)
from ledger.log.fork import Fork
from tests.vectors import make_log_vectors

FOLDER = Path(__file__).parents[1] / "vectors" / "log"


def vectors(name: str) -> Any:  # each file has a shape of its own
    return json.loads((FOLDER / f"{name}.json").read_bytes())


def test_the_files_are_those_the_script_writes() -> None:
    """A difference here means the log format changed: after version 1.0 it must not."""
    made = make_log_vectors.make()

    assert sorted(path.stem for path in FOLDER.glob("*.json")) == sorted(made)
    for name, content in made.items():
        assert vectors(name) == json.loads(json.dumps(content))


def test_every_statement_is_signed_over_canonical_bytes() -> None:
    public = bytes.fromhex(vectors("keys")["person"]["public"])
    for each in vectors("entries"):
        header, payload, signature = each["statement"].split(".")
        assert load_canonical(unb64url(header)) == {
            "alg": "Ed25519",
            "kid": thumbprint(public),
            "typ": "chaski-fact+jws",
        }
        assert encode(load_canonical(unb64url(payload))) == unb64url(payload)
        verify(public, unb64url(signature), f"{header}.{payload}".encode())


def test_the_entries_chain() -> None:
    previous = NO_PREVIOUS
    for index, each in enumerate(vectors("entries")):
        entry = Entry.parse(each["entry"].encode())
        assert (entry.index, entry.previous) == (index, previous)
        assert entry.statement.hex() == each["statement_digest"] == sha256(each["statement"].encode()).hexdigest()
        assert leaf_hash(each["entry"].encode()).hex() == each["leaf_hash"]
        previous = entry_hash(each["entry"].encode())
        assert previous.hex() == each["entry_hash"]


def test_the_proofs_hold() -> None:
    tree = vectors("tree")
    leaves = [bytes.fromhex(each["leaf_hash"]) for each in vectors("entries")]
    roots = [bytes.fromhex(each) for each in tree["roots"]]
    for each in tree["inclusion"]:
        proof = [bytes.fromhex(one) for one in each["proof"]]
        verify_inclusion(leaves[each["index"]], each["index"], each["size"], proof, roots[each["size"]])
    for each in tree["consistency"]:
        proof = [bytes.fromhex(one) for one in each["proof"]]
        verify_consistency(each["old"], each["new"], roots[each["old"]], roots[each["new"]], proof)


def test_the_checkpoint_opens_under_the_pinned_keys() -> None:
    case = vectors("checkpoint")
    log, witness = (VerifierKey.parse(case[name]) for name in ("log_key", "witness_key"))

    opened = open_checkpoint(case["cosigned"].encode(), log, [witness])

    assert opened.note.text == case["text"]
    assert opened.checkpoint.root.hex() == vectors("tree")["roots"][-1]
    assert [each.seconds for each in opened.cosignatures] == [1_777_561_446]


def test_the_tiles_hold_the_leaves_and_the_entries() -> None:
    leaves = [each["leaf_hash"] for each in vectors("entries")]
    entries = [each["entry"].encode() for each in vectors("entries")]
    for path, data in vectors("tiles").items():
        tile = TileId.parse(path)
        if tile.level == "entries":
            assert parse_bundle(tile, bytes.fromhex(data)) == entries
        else:
            assert [each.hex() for each in parse_hash_tile(tile, bytes.fromhex(data))] == leaves


def test_the_proof_file_proves_its_entry_and_no_other() -> None:
    proof, keys = vectors("proof"), vectors("checkpoint")
    log, witness = (VerifierKey.parse(keys[name]) for name in ("log_key", "witness_key"))
    for index, each in enumerate(vectors("entries")):
        if index == proof["index"]:
            proven = verify_proof(proof["file"].encode(), each["entry"].encode(), log, [witness])
            assert proven.entry.index == index
        else:
            with pytest.raises(LedgerError):
                verify_proof(proof["file"].encode(), each["entry"].encode(), log, [witness])


def test_the_evidence_of_a_fork_holds() -> None:
    case = vectors("fork")

    smaller, larger = Fork.parse(case["file"].encode()).verify(VerifierKey.parse(vectors("checkpoint")["log_key"]))

    assert smaller.checkpoint.root.hex() == vectors("tree")["roots"][3]
    assert larger.checkpoint.root.hex() != vectors("tree")["roots"][5]


def test_the_worked_bytes_of_the_specification_are_those_of_the_vectors() -> None:
    page = (FOLDER.parents[2] / "docs" / "log-format.md").read_text(encoding="utf-8")
    entries, checkpoint = vectors("entries"), vectors("checkpoint")
    header, payload, _ = entries[0]["statement"].split(".")

    for worked in (
        unb64url(header).decode(),
        unb64url(payload).decode(),
        entries[3]["entry"],
        entries[3]["entry_hash"],
        entries[3]["leaf_hash"],
        vectors("tree")["roots"][-1],
        checkpoint["cosigned"],
        checkpoint["log_key"],
        checkpoint["witness_key"],
        vectors("proof")["file"],
        vectors("fork")["file"],
    ):
        assert worked in page
