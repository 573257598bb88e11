"""The small values facts are made of: ids, days, moments, amounts, money, measures and sealed fields.

Each is a type that cannot be wrong once parsed. Markers (`Names`, `Births`, `SealedField`) tell the
generic machinery which fields name a thing, which bring one into being and which hide personal data.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from ledger.errors import FormatError, Problem

MAX_INTEGER = 2**53 - 1
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

_RECEIPT_CODE = re.compile(r"[0-9A-HJKMNP-TV-Z]{20}")
# Crockford's alphabet leaves out what looks like a digit and reads it as that digit; hyphens and spaces mean nothing.
_READ_AS = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


@dataclass(frozen=True, slots=True)
class Names:
    """Marks a field that names a thing which must stand already; `kinds` says what it may be."""

    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Births:
    """Marks a field whose thing is born by this fact."""

    kind: str


@dataclass(frozen=True, slots=True)
class SealedField:
    """Marks a field that holds only the digest of a sealed disclosure."""


_PAIRS = tuple(high + low for high in CROCKFORD for low in CROCKFORD)


def _spelled(number: int, pairs: int) -> str:
    """A number of ten bits a pair as Crockford base32; every fact passes here, so two characters are made at a time."""
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(10 * (pairs - 1), -1, -10)])


def crockford(data: bytes) -> str:
    """Bytes as Crockford base32, five bits a character from the left: 10 random bytes make the 16 of an id.

    The length must be a multiple of five bytes, so that no bit is left over.
    """
    return _spelled(int.from_bytes(data, "big"), len(data) * 8 // 10)


def receipt_code(digest: str) -> str:
    """The first 100 bits of a statement's digest as 20 characters: known before the statement is synchronised."""
    return _spelled(int(digest[:25], 16), 10)


def read_receipt_code(text: str) -> str:
    """The receipt code meant by what a person types or reads out; raises FormatError receipt-code-malformed.

    Small letters, hyphens and spaces mean nothing; O is read as 0, I and L as 1: the alphabet has none of them.
    """
    code = text.upper().translate(_READ_AS) if len(text) <= 60 and text.isascii() else ""
    if _RECEIPT_CODE.fullmatch(code) is None:
        raise FormatError(Problem("receipt-code-malformed", "/code", expected="0-9 A-Z (20)"))
    return code


def receipt_code_bits(code: str) -> str:
    """What a receipt code says of the digest: its first 25 hexadecimal characters."""
    number = 0
    for character in code:
        number = number << 5 | CROCKFORD.index(character)
    return f"{number:025x}"


def in_fours(text: str) -> str:
    """An id or code in groups of four, as people read it out: 9D3W 0XKZ 5T7M 2QAB."""
    return " ".join(text[place : place + 4] for place in range(0, len(text), 4))


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)")


def _real_day(text: str) -> str:
    date.fromisoformat(text)
    return text


def _real_moment(text: str) -> str:
    datetime.fromisoformat(text)
    return text


def instant(moment: str) -> datetime:
    """The point in time an RFC 3339 text stands for, in UTC."""
    return datetime.fromisoformat(moment).astimezone(UTC)


def day_of(moment: str) -> str:
    """The day of a moment is the day as its signer wrote it, whatever UTC says."""
    return moment[:10]


Thing = Annotated[str, StringConstraints(pattern=r"^[0-9A-HJKMNP-TV-Z]{16}$")]
"""An id: 16 characters of Crockford base32 (80 random bits), made by whoever creates the thing."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 as 64 lower-case hex characters."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
"""A word of a fixed vocabulary: lower case, digits and single hyphens."""

OwnCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z ./_-]*$", max_length=40)]
"""A code of the users' own system (member number, receipt number); never a person's name or document."""

PlaceName = Annotated[str, StringConstraints(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f<>]+$")]
"""A district, sector or community as people write it."""

PublicName = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[^\x00-\x1f<>]+$")]
"""The name of an organisation; a person's name is always sealed."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Season = Annotated[str, StringConstraints(pattern=r"^\d{4}(-\d{4})?$")]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$"), AfterValidator(_real_day)]
Moment = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,3})?(Z|[+-]\d\d:\d\d)$"),
    AfterValidator(_real_moment),
]
Origin = Annotated[str, StringConstraints(pattern=r"^[a-z0-9.-]+(:\d+)?(/[A-Za-z0-9._~-]+)+$", max_length=200)]
"""The name of a log: host and path without scheme, as in `ledger.example/log/valle`."""

PublicKey = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$")]
"""32 bytes of an Ed25519 public key, base64url without padding, in its one spelling."""

Thumbprint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""RFC 7638 thumbprint of a key."""

Signature = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{85}[AQgw]$")]
"""64 bytes, base64url without padding, in its one spelling (of 16 that decode to the same)."""
Checkpoint = Annotated[str, StringConstraints(min_length=40, max_length=16_384, pattern=r"^[^\x00-\x09\x0b-\x1f]+\n$")]
"""A signed checkpoint as the log gave it out (C2SP signed note), whole, with its signature lines."""

FactType = Annotated[str, StringConstraints(pattern=r"^[a-z-]+\.[a-z-]+/[1-9]\d*$")]
Sealed = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$"), SealedField()]
"""base64url of SHA-256 of a disclosure (RFC 9901); the clear value lives in the vault."""

Count = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
Positive = Annotated[int, Field(ge=1, le=MAX_INTEGER)]
Grams = Annotated[int, Field(ge=0, le=MAX_INTEGER)]
"""Whole grams; for a form the pack counts in millilitres or pieces, whole millilitres or pieces."""

SomeGrams = Annotated[int, Field(ge=1, le=MAX_INTEGER)]
AreaM2 = Annotated[int, Field(ge=1, le=MAX_INTEGER)]
Permille = Annotated[int, Field(ge=1, le=1000)]


class Value(BaseModel):
    """Base of the values inside facts: frozen, closed, nothing converted."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Measure(Value):
    """A decimal: value x 10^-scale in `unit`, as measured (moisture 14.5 percent is 145, scale 1)."""

    kind: Code
    value: Annotated[int, Field(ge=-MAX_INTEGER, le=MAX_INTEGER)]
    scale: Annotated[int, Field(ge=0, le=9)]
    unit: Code


class Attribute(Value):
    """What distinguishes lots of one form, in the words of the pack: calibre, class, colour, species."""

    code: Code
    value: Code


class Money(Value):
    """Integer minor units (centimos) of a currency."""

    minor: Annotated[int, Field(ge=0, le=MAX_INTEGER)]
    currency: Currency


class Price(Value):
    """Minor units x 10^-scale for `per_grams` grams (or millilitres, or pieces)."""

    minor: Annotated[int, Field(ge=0, le=MAX_INTEGER)]
    scale: Annotated[int, Field(ge=0, le=6)]
    currency: Currency
    per_grams: Positive


Basis = Literal["witnessed", "document", "told"]
