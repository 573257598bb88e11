"""Write tests/vectors/log/*.json, the worked bytes of docs/log-format.md: `python -m tests.vectors.make_log_vectors`.

Everything derives from public seeds, so the files never change unless the format does; tests/log/test_vectors.py
fails then.
"""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from ledger.canonical import Plain, b64url, encode
from ledger.keys import SigningKey, thumbprint
from ledger.log import (
    NO_PREVIOUS,
    Entry,
    KeyKind,
    TlogProof,
    VerifierKey,
    bundle_entries,
    consistency_proof,
    cosign_note,
    entry_hash,
    hash_tile,
    inclusion_proof,
    leaf_hash,
    new_nodes,
    root,
    sign_checkpoint,
)
from ledger.log.checkpoint import Checkpoint
from ledger.log.fork import Fork
from ledger.log.tiles import TileId

FOLDER = Path(__file__).parent / "log"
ORIGIN = "example.org/log/worked"
WITNESS = "witness.example/w1"
SIZE = 5
FORKED_AT = 1


def statement(key: SigningKey, number: int) -> bytes:
    """A JWS over an envelope of the shape the ledger uses; what a body may say is no matter of this format."""
    header = {"alg": "Ed25519", "kid": thumbprint(key.public), "typ": "chaski-fact+jws"}
    body: dict[str, Plain] = {"grams": 46_000 + number, "note": "caf\u00e9 pergamino"}
    payload: dict[str, Plain] = {
        "at": f"2026-04-30T10:04:0{number}-05:00",
        "basis": "witnessed",
        "body": body,
        "by": "0123456789ABCDEF",
        "fact": "example.weighed/1",
        "id": f"000000000000000{number}",
        "log": ORIGIN,
        "nonce": b64url(sha256(b"nonce %d" % number).digest()[:16]),
    }
    signed = f"{b64url(encode(header))}.{b64url(encode(payload))}".encode()
    return signed + b"." + b64url(key.sign(signed)).encode()


def make() -> dict[str, object]:
    """The files by name."""
    person, log, witness = (SigningKey.derived(b"log vectors", label) for label in ("person", "log", "witness"))
    statements = [statement(person, number) for number in range(SIZE)]
    entries: list[bytes] = []
    for number, each in enumerate(statements):
        previous = entry_hash(entries[-1]) if entries else NO_PREVIOUS
        moment = f"2026-04-30T15:04:05.{number:03d}Z"
        entries.append(Entry(ORIGIN, number, moment, previous, sha256(each).digest()).format())
    growth = new_nodes(0, [leaf_hash(entry) for entry in entries], lambda level, number: nodes[level, number])
    nodes = {(level, number): node for level, number, node in growth.nodes}

    def read(level: int, number: int) -> bytes:
        return nodes[level, number]

    signed = sign_checkpoint(Checkpoint(ORIGIN, SIZE, growth.root), [log])
    note = signed.with_signatures([cosign_note(signed.text, WITNESS, witness, 1_777_561_446)])
    return {
        "keys": {
            name: {"seed": key.seed.hex(), "public": key.public.hex(), "thumbprint": key.thumbprint}
            for name, key in {"person": person, "log": log, "witness": witness}.items()
        },
        "entries": [
            {
                "statement": each.decode(),
                "statement_digest": sha256(each).hexdigest(),
                "entry": entry.decode(),
                "entry_hash": entry_hash(entry).hex(),
                "leaf_hash": leaf_hash(entry).hex(),
            }
            for each, entry in zip(statements, entries, strict=True)
        ],
        "tree": {
            "nodes": [{"level": level, "number": number, "hash": node.hex()} for level, number, node in growth.nodes],
            "roots": [root(size, read).hex() for size in range(SIZE + 1)],
            "inclusion": [
                {"index": index, "size": size, "proof": [each.hex() for each in inclusion_proof(index, size, read)]}
                for size in range(1, SIZE + 1)
                for index in range(size)
            ],
            "consistency": [
                {"old": old, "new": new, "proof": [each.hex() for each in consistency_proof(old, new, read)]}
                for new in range(1, SIZE + 1)
                for old in range(1, new + 1)
            ],
        },
        "checkpoint": {
            "log_key": VerifierKey(ORIGIN, KeyKind.LOG, log.public).format(),
            "witness_key": VerifierKey(WITNESS, KeyKind.COSIGNER, witness.public).format(),
            "text": signed.text,
            "signed": signed.format().decode(),
            "cosigned": note.format().decode(),
        },
        "tiles": {
            "tile/0/000.p/5": hash_tile(TileId(0, 0, SIZE), read).hex(),
            "tile/entries/000.p/5": bundle_entries(entries).hex(),
        },
        "proof": {
            "index": 3,
            "file": TlogProof(3, tuple(inclusion_proof(3, SIZE, read)), note).format().decode(),
        },
        "fork": {"at": FORKED_AT, "file": fork(entries, log, root(3, read)).format().decode()},
    }


def fork(entries: list[bytes], log: SigningKey, kept_root: bytes) -> Fork:
    """The checkpoint of size 3, against one of size 5 whose entry 1 is for another statement."""
    other = entries[:FORKED_AT]
    for number in range(FORKED_AT, SIZE):
        entry = Entry.parse(entries[number])
        digest = sha256(b"another statement").digest() if number == FORKED_AT else entry.statement
        other.append(replace(entry, previous=entry_hash(other[-1]), statement=digest).format())
    growth = new_nodes(0, [leaf_hash(entry) for entry in other], lambda level, number: nodes[level, number])
    nodes = {(level, number): node for level, number, node in growth.nodes}

    def read(level: int, number: int) -> bytes:
        return nodes[level, number]

    return Fork(
        sign_checkpoint(Checkpoint(ORIGIN, 3, kept_root), [log]),
        sign_checkpoint(Checkpoint(ORIGIN, SIZE, growth.root), [log]),
        root(3, read),
        tuple(consistency_proof(3, SIZE, read)),
    )


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, content in make().items():
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
