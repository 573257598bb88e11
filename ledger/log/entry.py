"""An entry: the six public lines that are hashed into the log for one statement (docs/log-format.md, "Entry")."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final, NoReturn

from ledger.errors import FormatError, Found, Problem

MAGIC: Final = "chaski.entry/v1"

# What the entry at index 0 names as its predecessor: the SHA-256 of nothing.
NO_PREVIOUS: Final = hashlib.sha256(b"").digest()

# Go and SQL readers keep an index in a signed 64-bit integer.
MAX_INDEX: Final = 2**63 - 1

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}")
_HEX_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_TIME: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")

# The rules of key names in signed notes (c2sp.org/signed-note: no Unicode spaces, no plus), since the origin is the
# name of the log's key, and of origins (255 bytes, as cosigners limit them). Control characters would break lines.
_NOT_IN_ORIGIN: Final = re.compile(r"[\s+\x00-\x1f\x7f-\x9f]")
MAX_ORIGIN_BYTES: Final = 255


@lru_cache(maxsize=1024)
def check_origin(origin: str) -> str:
    """The origin itself if it may name a log, else FormatError origin-malformed."""
    encoded = origin.encode(errors="replace")
    if not 0 < len(encoded) <= MAX_ORIGIN_BYTES or _NOT_IN_ORIGIN.search(origin) or not origin.isprintable():
        raise FormatError(Problem("origin-malformed"))
    return origin


def parse_decimal(text: str) -> int | None:
    """A number below 2^63 without sign, leading zeros or any digits but ASCII's; None for everything else."""
    if _DECIMAL.fullmatch(text) is None:
        return None
    number = int(text)
    return number if number <= MAX_INDEX else None


@dataclass(frozen=True, slots=True)
class Entry:
    """One position of the log. Digests are 32 bytes; `recorded_at` is RFC 3339 in UTC with milliseconds.

    Free of business and personal data by construction: everyone may read it. `previous` is the entry hash of the
    entry before. The time is the operator's word; only cosignatures bracket it.
    """

    origin: str
    index: int
    recorded_at: str
    previous: bytes
    statement: bytes

    def __post_init__(self) -> None:
        """Refuse values that have no entry text, each by the line it would stand on."""
        check_origin(self.origin)
        if not 0 <= self.index <= MAX_INDEX:
            _malformed("/index", found=str(self.index))
        if not is_recorded_at(self.recorded_at):
            _malformed("/recorded_at", found=self.recorded_at[:40], expected="2026-04-30T15:04:05.678Z")
        if len(self.previous) != 32:
            _malformed("/previous", found=len(self.previous), expected=32)
        if self.index == 0 and self.previous != NO_PREVIOUS:
            _malformed("/previous", found=self.previous.hex(), expected=NO_PREVIOUS.hex())
        if len(self.statement) != 32:
            _malformed("/statement", found=len(self.statement), expected=32)

    def format(self) -> bytes:
        """The bytes that are hashed: six lines, each ended by a newline."""
        return entry_lines(self.origin, self.index, self.recorded_at, self.previous, self.statement)

    @classmethod
    def parse(cls, data: bytes) -> Entry:
        """Read exactly what format() writes; raises FormatError entry-malformed with the line in `where`."""
        try:
            lines = data.decode().split("\n")
        except UnicodeDecodeError:
            _malformed("")
        if len(lines) != 7 or lines[6]:
            _malformed("", found=len(lines) - 1, expected=6)
        magic, origin, index_text, recorded_at, previous, statement, _ = lines
        if magic != MAGIC:
            _malformed("/format", found=magic[:40], expected=MAGIC)
        index = parse_decimal(index_text)
        if index is None:
            _malformed("/index", found=index_text[:40])
        for name, digest in (("previous", previous), ("statement", statement)):
            if _HEX_DIGEST.fullmatch(digest) is None:
                _malformed(f"/{name}", found=digest[:64])
        return cls(origin, index, recorded_at, bytes.fromhex(previous), bytes.fromhex(statement))


def entry_lines(origin: str, index: int, recorded_at: str, previous: bytes, statement: bytes) -> bytes:
    """The text of an entry from values that are known to be good; `Entry` looks at them first."""
    return f"{MAGIC}\n{origin}\n{index}\n{recorded_at}\n{previous.hex()}\n{statement.hex()}\n".encode()


def entry_hash(entry: bytes) -> bytes:
    """What the next entry names as its predecessor: the SHA-256 of the entry text."""
    return hashlib.sha256(entry).digest()


def is_recorded_at(text: str) -> bool:
    """Whether the text is a real moment in the one spelling entries use (UTC, Z, three decimals, no leap second)."""
    if _TIME.fullmatch(text) is None:
        return False
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _malformed(where: str, *, found: Found = None, expected: Found = None) -> NoReturn:
    raise FormatError(Problem("entry-malformed", where, found, expected))
