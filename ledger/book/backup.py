"""Backing a ledger up while it is in use: the ledger into one folder, everything secret into another.

Whoever has both halves reads and signs everything; whoever has the first alone reads no sealed value and signs nothing.
What can be lost together is not a backup, so the two folders must not lie in each other, and belong on two machines.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import orjson

from ledger.book.backup_manifest import Manifest, copy_folder, filed
from ledger.book.pg_dumps import DUMP, PERSONS_DUMP, check_dump, commands, tip_in_dump
from ledger.errors import ConflictError, FormatError, NotFoundError, Problem
from ledger.log.note import Note
from ledger.store.companions import Companions
from ledger.store.connection import MEMORY, sqlite_path
from ledger.store.copying import copy_database, copy_file, tip_of
from ledger.store.troubles import file_trouble

LOG: Final = 1

# Names inside a backup do not depend on what the database is called at home.
BASE: Final = "chaski.db"
SECRETS: Final = (".key", ".key.old", ".key.next", ".node.key", ".operator.key", ".master.key")


@dataclass(frozen=True, slots=True)
class Backup:
    """What was written where. `commands` is what still has to be run (PostgreSQL); then nothing else is there yet."""

    origin: str
    size: int
    root: str
    at: str
    files: int
    bytes: int
    with_keys: bool
    same_disk: bool = False
    commands: tuple[str, ...] = ()


def back_up(
    database: str,
    companions: Companions,
    *,
    folder: Path,
    keys_folder: Path | None,
    signed: Callable[[int, bytes], Note],
    at: str,
) -> Backup:
    """Write a backup; without `keys_folder` only the half that holds no secret.

    `signed` gives the checkpoint of a size. On PostgreSQL the first call prepares the folders and says which pg_dump to
    run; the next one checks the dumps and finishes. Raises FormatError backup-keys-together, backup-in-memory or
    backup-dump-bad, ConflictError backup-folder-used.
    """
    if database == MEMORY:
        raise FormatError(Problem("backup-in-memory"))
    file = sqlite_path(database)
    if keys_folder is not None:
        _apart(folder, keys_folder)
    if file is None and not (folder / DUMP).exists():
        for each in (folder, keys_folder):
            _fresh(each)
        return Backup("", 0, "", at, 0, 0, keys_folder is not None, commands=commands(database, folder, keys_folder))
    if file is not None:
        _fresh(folder)
        _fresh(keys_folder)
        # The order makes the parts fit: what a statement in the log needs was in the vault before it, and its key
        # before that, so each part is copied after the one that needs it. What is too much is swept at the next start.
        copy_database(file, folder / BASE)
        copy_database(companions.vault, folder / f"{BASE}.vault")
        origin, size, root = tip_of(folder / BASE, LOG)
    else:
        check_dump(folder / DUMP)
        origin, size, root = tip_in_dump(folder / DUMP, LOG)
    copy_folder(companions.documents, folder / f"{BASE}.docs")
    (folder / f"{BASE}.head").write_bytes(orjson.dumps([size, root.hex()]))
    (folder / "checkpoint").write_bytes(signed(size, root).format())
    halves = [_finished(Manifest("ledger", origin, size, root.hex(), at, filed(folder)), folder)]
    if keys_folder is not None:
        if file is not None:
            copy_database(companions.person_keys, keys_folder / f"{BASE}.persons")
        else:
            check_dump(keys_folder / PERSONS_DUMP)
        for ending in SECRETS:
            if companions.path(ending).exists():
                copy_file(companions.path(ending), keys_folder / f"{BASE}{ending}")
        halves.append(_finished(Manifest("keys", origin, size, root.hex(), at, filed(keys_folder)), keys_folder))
    companions.path(".backup").write_bytes(orjson.dumps({"at": at, "size": size, "keys": keys_folder is not None}))
    every = [each for half in halves for each in half.files]
    return Backup(
        origin,
        size,
        root.hex(),
        at,
        len(every),
        sum(each.size for each in every),
        keys_folder is not None,
        same_disk=keys_folder is not None and folder.stat().st_dev == keys_folder.stat().st_dev,
    )


def last_backup(companions: Companions) -> tuple[str, int, bool] | None:
    """When this machine last made a backup, of which size, and whether with the keys; None for never."""
    try:
        said = orjson.loads(companions.path(".backup").read_bytes())
        return str(said["at"]), int(said["size"]), bool(said["keys"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _finished(manifest: Manifest, folder: Path) -> Manifest:
    manifest.write(folder)
    return manifest


def _apart(folder: Path, keys_folder: Path) -> None:
    one, other = folder.resolve(), keys_folder.resolve()
    if one == other or one in other.parents or other in one.parents:
        raise FormatError(Problem("backup-keys-together", found=str(keys_folder), retry="after-change"))


def _fresh(folder: Path | None) -> None:
    """Make the folder, readable by its owner alone; nothing is ever written over an older backup."""
    if folder is None:
        return
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise ConflictError(Problem("backup-folder-used", found=str(folder), retry="after-change"))
    except NotADirectoryError:
        raise NotFoundError(Problem("backup-folder-used", found=str(folder), retry="after-change")) from None
    except OSError as error:
        raise file_trouble(error, folder.name) from None
