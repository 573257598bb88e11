"""A whole log in memory, made of the log room's own functions: for tests that need one and care for no books."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from ledger.keys import SigningKey
from ledger.log import (
    NO_PREVIOUS,
    Entry,
    KeyKind,
    Note,
    TileId,
    TlogProof,
    VerifierKey,
    bundle_entries,
    bundles_of,
    consistency_proof,
    cosign_note,
    entry_hash,
    hash_tile,
    inclusion_proof,
    leaf_hash,
    new_nodes,
    root,
    sign_checkpoint,
    tiles_of,
)
from ledger.log.checkpoint import Checkpoint

ORIGIN = "example.org/log/tiny"
START = "2026-04-30T15:04:05.000Z"


def log_key(label: str = "log") -> SigningKey:
    return SigningKey.derived(b"tiny log", label)


@dataclass
class TinyLog:
    """Entries and stored nodes; checkpoints are signed on demand, at any size there has been."""

    origin: str = ORIGIN
    key: SigningKey = field(default_factory=log_key)
    witnesses: dict[str, SigningKey] = field(default_factory=dict)
    entries: list[bytes] = field(default_factory=list)
    nodes: dict[tuple[int, int], bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, size: int, batch: int = 7) -> TinyLog:
        """A log of that many entries, appended in batches."""
        log = cls()
        statements = [f"statement {index}".encode() for index in range(size)]
        for start in range(0, size, batch):
            log.append(*statements[start : start + batch])
        return log

    @property
    def size(self) -> int:
        return len(self.entries)

    @property
    def verifier(self) -> VerifierKey:
        return VerifierKey(self.origin, KeyKind.LOG, self.key.public)

    @property
    def witness_keys(self) -> tuple[VerifierKey, ...]:
        return tuple(VerifierKey(name, KeyKind.COSIGNER, key.public) for name, key in self.witnesses.items())

    def read_node(self, level: int, number: int) -> bytes:
        return self.nodes[level, number]

    def append(self, *statements: bytes) -> None:
        before = self.size
        for statement in statements:
            previous = entry_hash(self.entries[-1]) if self.entries else NO_PREVIOUS
            entry = Entry(self.origin, self.size, moment(self.size), previous, sha256(statement).digest())
            self.entries.append(entry.format())
        growth = new_nodes(before, [leaf_hash(entry) for entry in self.entries[before:]], self.read_node)
        for level, number, node in growth.nodes:
            assert (level, number) not in self.nodes, "a stored node is written once"
            self.nodes[level, number] = node

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        size = self.size if size is None else size
        return Checkpoint(self.origin, size, root(size, self.read_node))

    def note(self, size: int | None = None) -> Note:
        """The signed checkpoint, cosigned by every witness at a fixed second."""
        note = sign_checkpoint(self.checkpoint(size), [self.key])
        return note.with_signatures(
            cosign_note(note.text, name, key, 1_777_561_445) for name, key in self.witnesses.items()
        )

    def proof(self, index: int, size: int | None = None) -> TlogProof:
        size = self.size if size is None else size
        return TlogProof(index, tuple(inclusion_proof(index, size, self.read_node)), self.note(size))

    def consistency(self, old: int, new: int | None = None) -> list[bytes]:
        return consistency_proof(old, self.size if new is None else new, self.read_node)

    def files(self) -> dict[str, bytes]:
        """Everything a static web server would need, by path."""
        tiles = {tile.format(): hash_tile(tile, self.read_node) for tile in tiles_of(self.size)}
        bundles = {bundle.format(): self.bundle(bundle) for bundle in bundles_of(self.size)}
        return {"checkpoint": self.note().format(), **tiles, **bundles}

    def bundle(self, tile: TileId) -> bytes:
        return bundle_entries([self.entries[index] for index in tile.entries()])


def moment(index: int) -> str:
    """A time for an entry: one per millisecond from START on."""
    seconds, milliseconds = divmod(index, 1000)
    minutes, seconds = divmod(seconds + 5, 60)
    return f"2026-04-30T15:{4 + minutes:02d}:{seconds:02d}.{milliseconds:03d}Z"
