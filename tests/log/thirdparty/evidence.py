"""What a stranger gets from a log: a signed checkpoint, a verifier key, entries, proofs and a folder of tiles.

Every verifier of this folder takes Evidence, so the same checks run over the tests' tiny log and a real ledger's.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tests.log.tiny_log import TinyLog


class RefusedByStrangerError(Exception):
    """A verifier we did not write says no; the text is its own."""


@dataclass(frozen=True)
class Inclusion:
    """The entry's bytes at an index, and the hashes of its proof in the checkpoint's tree."""

    index: int
    entry: bytes
    hashes: tuple[bytes, ...]


@dataclass(frozen=True)
class Consistency:
    """An older size and root, and the hashes that lead to the checkpoint's tree."""

    size: int
    root: bytes
    hashes: tuple[bytes, ...]


@dataclass(frozen=True)
class Evidence:
    """`note` is a signed checkpoint; keys are in text form; `files` (if any) has the layout of c2sp.org/tlog-tiles."""

    note: bytes
    verifier_key: str
    inclusions: tuple[Inclusion, ...] = ()
    consistencies: tuple[Consistency, ...] = ()
    witness_keys: tuple[str, ...] = ()
    files: Path | None = field(default=None, compare=False)

    def to_json(self) -> bytes:
        """For verifiers that are other programs: bytes as standard base64."""
        return json.dumps({
            "note": text(self.note),
            "verifierKey": self.verifier_key,
            "witnessKeys": [*self.witness_keys],
            "inclusions": [
                {"index": each.index, "entry": text(each.entry), "hashes": [text(one) for one in each.hashes]}
                for each in self.inclusions
            ],
            "consistencies": [
                {"size": each.size, "root": text(each.root), "hashes": [text(one) for one in each.hashes]}
                for each in self.consistencies
            ],
            "files": None if self.files is None else str(self.files),
        }).encode()  # fmt: skip


def text(data: bytes) -> str:
    return b64encode(data).decode()


def evidence_of(log: TinyLog, folder: Path | None = None, *, indexes: Iterable[int] | None = None) -> Evidence:
    """Evidence from a tiny log: proofs of the given indexes (all) and from every older size; tiles into `folder`."""
    wanted = range(log.size) if indexes is None else indexes
    if folder is not None:
        for path, data in log.files().items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(data)
    return Evidence(
        note=log.note().format(),
        verifier_key=log.verifier.format(),
        inclusions=tuple(Inclusion(index, log.entries[index], log.proof(index).hashes) for index in wanted),
        consistencies=tuple(
            Consistency(size, log.checkpoint(size).root, tuple(log.consistency(size)))
            for size in range(1, log.size, max(1, log.size // 50))
        ),
        witness_keys=tuple(key.format() for key in log.witness_keys),
        files=folder,
    )
