"""A file with somebody's own signing key: the 32 bytes as base64url on its first line, readable by its owner alone."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli.opening import read
from ledger.errors import ConflictError, FormatError, Problem, ProofError

if TYPE_CHECKING:
    from ledger.keys import SigningKey

_SECRET_BYTES = 32


def read_seed(path: Path) -> bytes:
    """The secret behind the key; raises ProofError key-file-damaged where the file holds none."""
    from ledger.canonical import unb64url

    try:
        seed = unb64url(read(path).decode("ascii", "replace").partition("\n")[0])
    except FormatError:
        seed = b""
    if len(seed) != _SECRET_BYTES:
        raise ProofError(Problem("key-file-damaged", found=path.name, retry="after-change"))
    return seed


def read_key(path: Path) -> SigningKey:
    """The key of a file; raises ProofError key-file-damaged where it holds none."""
    from ledger.keys import SigningKey

    return SigningKey.from_seed(read_seed(path))


def write_new_key(path: Path) -> SigningKey:
    """Make a key and keep it in a new file; raises ConflictError key-file-exists where there is one already."""
    from ledger.canonical import b64url
    from ledger.keys import SigningKey, new_secret_key

    seed = new_secret_key()
    try:
        # A key that is overwritten is lost for ever, and with it whatever it was authorised for.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(b64url(seed) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except FileExistsError:
        raise ConflictError(Problem("key-file-exists", found=str(path), retry="after-change")) from None
    except OSError as error:
        details = {"reason": error.strerror or ""}
        raise FormatError(
            Problem("file-not-writable", found=str(path), details=details, retry="after-change")
        ) from None
    return SigningKey.from_seed(seed)
