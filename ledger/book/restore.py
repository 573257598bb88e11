"""Putting a backup back: never behind what anybody has seen, and what was erased since stays erased.

A log that goes on from an old copy tells two histories under one key: whoever has seen the newer one can prove it. So a
restored log is written to again only where its operator shows that nothing newer was seen, by a checkpoint kept
elsewhere or the head this machine remembers, or answers for it. Read it may be always.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from ledger.book.backup import BASE, LOG, SECRETS
from ledger.book.backup_manifest import Manifest
from ledger.book.copy import Copy
from ledger.book.ledger import Ledger
from ledger.errors import ConflictError, FormatError, NotFoundError, Problem, ProofError
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.note import Note, VerifierKey
from ledger.queries import Verification
from ledger.store.catalogue import Catalogue
from ledger.store.companions import Companions, RememberedHead
from ledger.store.connection import open_engine, sqlite_path
from ledger.store.copying import copy_file, digest_of, sync

# What is put back; whatever else stands in a backup stays there.
_BESIDE: Final = (".vault", ".docs")
_PART: Final = ".restoring"


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, what was checked, and how many erasures were carried out again."""

    manifest: Manifest
    verification: Verification
    erased_again: int
    to_read: bool


def restore(  # noqa: PLR0913 - what an operator can say about a backup
    folder: Path,
    *,
    keys_folder: Path | None,
    database: str,
    state_dir: Path | None = None,
    kept: Sequence[str] = (),
    log_key: str | None = None,
    nothing_newer: bool = False,
    sealed_only: bool = False,
    workers: int | None = None,
) -> Restored:
    """Check a backup, put it where `database` says, verify it, and carry out recorded erasures again.

    `kept` are checkpoints from elsewhere: one of exactly the backup's size shows that it is the newest anybody has, or
    the head this machine remembers does. `log_key` is the log's key from outside; they and the backup's own checkpoint
    are opened under it.
    Without `keys_folder` it can be read but not continued. `sealed_only` puts back vault, persons' keys and documents
    beside a ledger that is there. On PostgreSQL the database, or these two schemas, are there already, by pg_restore.

    Raises, before anything is touched: FormatError for what is no backup, ProofError backup-altered,
    older-than-remembered, older-than-checkpoint, forked-from-checkpoint or restore-unproven, ConflictError where
    something else lies there already.
    """
    companions = Companions.beside(database, state_dir)
    manifest = _checked(folder, keys_folder, log_key)
    target = sqlite_path(database)
    to_read = keys_folder is None
    if sealed_only:
        return _sealed_again(folder, keys_folder, manifest, database, state_dir, workers)
    _not_over_another(target, manifest, database)
    seen = _seen_before(companions)
    newest_seen = _not_behind(manifest, seen, kept, log_key)
    # What was seen of a smaller log says nothing about what was seen since.
    if not (to_read or nothing_newer or newest_seen == manifest.size):
        raise ProofError(Problem("restore-unproven", found=manifest.size, retry="after-change"))
    if keys_folder is not None:
        _place_keys(keys_folder, companions)
    _place(folder, companions)
    if target is not None and not target.exists():
        # Last of all and in one step: until then there is no ledger here, and a crash before leaves none.
        part = target.with_name(target.name + _PART)
        copy_file(folder / BASE, part)
        part.replace(target)
        sync(target.parent)
    newest = max(kept, key=_size_of, default=None)
    if to_read:
        with Copy(database, verifier_key=log_key) as copy:
            return Restored(manifest, copy.verify(checkpoint=newest, workers=workers), 0, to_read=True)
    return _opened(manifest, database, state_dir, newest, workers)


def _opened(
    manifest: Manifest, database: str, state_dir: Path | None, checkpoint: str | None, workers: int | None
) -> Restored:
    """Opening asks the remembered head; before anybody is served, what was destroyed is destroyed again."""
    with Ledger.open(database, state_dir=state_dir) as ledger:
        erased = ledger.repeat_erasures()
        return Restored(manifest, ledger.verify(checkpoint=checkpoint, workers=workers), erased, to_read=False)


def _checked(folder: Path, keys_folder: Path | None, log_key: str | None) -> Manifest:
    manifest = Manifest.read(folder, "ledger")
    manifest.check(folder)
    signed = _opened_checkpoint((folder / "checkpoint").read_text(), log_key)
    if (signed.origin, signed.size, signed.root.hex()) != (manifest.origin, manifest.size, manifest.root):
        raise ProofError(Problem("backup-altered", "", "checkpoint", manifest.root, retry="after-change"))
    if keys_folder is not None:
        keys = Manifest.read(keys_folder, "keys")
        keys.check(keys_folder)
        if keys.origin != manifest.origin:
            raise FormatError(Problem("backup-keys-of-another", found=keys.origin, expected=manifest.origin))
        if keys.size < manifest.size:
            # People enrolled in between have sealed values here and no keys there.
            raise FormatError(Problem("backup-keys-older", found=keys.size, expected=manifest.size))
    return manifest


def _not_over_another(target: Path | None, manifest: Manifest, database: str) -> None:
    if target is not None:
        if target.exists():
            raise ConflictError(Problem("ledger-exists", "", target.name))
        return
    engine = open_engine(database, must_exist=True)
    try:
        catalogue = Catalogue(engine, LOG)
        if not catalogue.exists():
            raise NotFoundError(Problem("ledger-not-found", "", "PostgreSQL"))
        if (catalogue.identity()[0], catalogue.size()) != (manifest.origin, manifest.size):
            raise ProofError(Problem("backup-altered", "", "PostgreSQL", manifest.size))
    finally:
        engine.dispose()


def _seen_before(companions: Companions) -> tuple[int, bytes]:
    """What this machine remembers of the log that was here, if anything."""
    if not companions.path(".head").exists():
        return 0, b""
    head = RememberedHead(companions.path(".head"))
    try:
        return head.size, head.root
    finally:
        head.close()


def _not_behind(manifest: Manifest, seen: tuple[int, bytes], kept: Sequence[str], log_key: str | None) -> int:
    """The largest size anybody is shown to have seen; raises ProofError where the backup stands behind or beside it."""
    size, root = seen
    newest = size
    if size > manifest.size:
        raise ProofError(Problem("older-than-remembered", "", manifest.size, size))
    if size == manifest.size and size and root.hex() != manifest.root:
        raise ProofError(Problem("forked-from-remembered", "", manifest.root, root.hex()))
    for text in kept:
        checkpoint = _opened_checkpoint(text, log_key)
        if checkpoint.origin != manifest.origin:
            raise ProofError(Problem("checkpoint-origin", found=checkpoint.origin, expected=manifest.origin))
        if checkpoint.size > manifest.size:
            raise ProofError(Problem("older-than-checkpoint", "", manifest.size, checkpoint.size))
        if checkpoint.size == manifest.size and checkpoint.root.hex() != manifest.root:
            raise ProofError(Problem("forked-from-checkpoint", "", manifest.root, checkpoint.root.hex()))
        newest = max(newest, checkpoint.size)
    return newest


def _opened_checkpoint(text: str, log_key: str | None) -> Checkpoint:
    """A kept checkpoint; its signature is checked under the key from outside here, and by `verify` in any case."""
    if log_key is not None:
        return open_checkpoint(text.encode(), VerifierKey.parse(log_key)).checkpoint
    return Checkpoint.parse(Note.parse(text.encode()).text)


def _size_of(text: str) -> int:
    return Checkpoint.parse(Note.parse(text.encode()).text).size


def _sealed_again(
    folder: Path,
    keys_folder: Path | None,
    manifest: Manifest,
    database: str,
    state_dir: Path | None,
    workers: int | None,
) -> Restored:
    if keys_folder is None:
        raise FormatError(Problem("option-missing", expected="--keys", details={"command": "chaski restore"}))
    with Copy(database) as copy:
        if copy.origin != manifest.origin:
            raise FormatError(Problem("backup-keys-of-another", found=manifest.origin, expected=copy.origin))
    companions = Companions.beside(database, state_dir)
    # On PostgreSQL both schemas are back already, by pg_restore: what is left to do are documents and erasures.
    if sqlite_path(database) is not None:
        _put(keys_folder / f"{BASE}.persons", companions.person_keys)
    _place(folder, companions, head=False)
    return _opened(manifest, database, state_dir, None, workers)


def _place_keys(keys_folder: Path, companions: Companions) -> None:
    for ending in SECRETS:
        if (keys_folder / f"{BASE}{ending}").exists():
            _put(keys_folder / f"{BASE}{ending}", companions.path(ending))
    if (keys_folder / f"{BASE}.persons").exists():
        _put(keys_folder / f"{BASE}.persons", companions.person_keys)


def _place(folder: Path, companions: Companions, *, head: bool = True) -> None:
    for ending in _BESIDE:
        source = folder / f"{BASE}{ending}"
        if source.is_file():
            _put(source, companions.path(ending))
        for path in sorted(source.rglob("*")) if source.is_dir() else []:
            if path.is_file():
                _put(path, companions.path(ending) / path.relative_to(source))
    if head:
        size, root = orjson.loads((folder / f"{BASE}.head").read_bytes())
        remembered = RememberedHead(companions.path(".head"))
        try:
            remembered.remember(size, bytes.fromhex(root))
        finally:
            remembered.close()


def _put(source: Path, target: Path) -> None:
    """Put a file back; what an interrupted attempt has put there stays, another file is never written over."""
    if target.exists():
        if digest_of(target) != digest_of(source):
            raise ConflictError(Problem("restore-file-there", found=target.name, retry="after-change"))
        return
    part = target.with_name(target.name + _PART)
    copy_file(source, part)
    part.replace(target)
    sync(target.parent)


__all__ = ["Restored", "restore"]
