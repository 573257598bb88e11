#!/usr/bin/env python3
"""Checks an unpacked Chaski audit bundle. One file, Python 3.8 or newer, standard library only, no network.

    python3 -I -S verify.py [FOLDER]     the folder this file lies in, unless another is named

    --key KEY          the log's verifier key, from somebody you trust: the log's website, a contract, a label
    --policy FILE      the witnesses you trust and how many of them suffice (c2sp.org/tlog-policy)
    --checkpoint FILE  a checkpoint of this log kept from earlier: the log must still hold all it held then
    --json             one JSON document instead of sentences
    --lang es          en español
    --cores N          how many processes to use; default all cores

Read it before you believe it: it came with the bundle. It prints its own SHA-256, which you can compare with a copy
from elsewhere, or run that copy instead and name the folder.

The exit code is 0 where everything holds and otherwise says what kind of thing does not (KINDS, below). The formats
are those of docs/log-format.md and docs/bundle.md of the Chaski project; the clauses are cited where they are used.
The sections, in the order of the file: failures, Ed25519, text forms, signed notes, witness policies, the tree,
entries, statements, keys, disclosures, the bundle's files, the whole check, all cores, what it says.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime
import hashlib
import json
import multiprocessing
import os
import re
import sys
import time
import unicodedata
from functools import lru_cache
from typing import Any, Callable, Dict, FrozenSet, Iterator, List, NamedTuple, NoReturn, Sequence, Set, Tuple

FORMAT = "chaski.bundle/v1"

# ---------------------------------------------------------------------------------------- failures

# Every way a bundle can be wrong: the exit code, and the sentence in English and Spanish. What was found where is
# printed under the sentence.
KINDS: Dict[str, Tuple[int, str, str]] = {
    "file-missing": (10, "A file of the bundle is missing.", "Falta un archivo del paquete."),
    "file-unlisted": (10, "A file is here that is no part of the bundle.", "Hay un archivo que no es del paquete."),
    "file-altered": (10, "A file was changed after the bundle was made.", "Un archivo fue cambiado después."),
    "file-name": (10, "A file has a name no bundle holds.", "Un archivo tiene un nombre que ningún paquete tiene."),
    "manifest-malformed": (11, "manifest.json is not a list of files.", "manifest.json no es una lista de archivos."),
    "manifest-signature": (
        11,
        "The list of files was not signed by the log's key.",
        "La lista de archivos no está firmada por la clave del registro.",
    ),
    "checkpoint-malformed": (12, "The checkpoint is malformed.", "El punto de control está mal formado."),
    "checkpoint-signature": (
        12,
        "The checkpoint is not signed by the log's key.",
        "El punto de control no está firmado por la clave del registro.",
    ),
    "checkpoint-differs": (
        12,
        "The manifest speaks of another checkpoint.",
        "El manifiesto habla de otro punto de control.",
    ),
    "key-differs": (
        13,
        "The log's key is not the one you trust.",
        "La clave del registro no es la que usted conoce.",
    ),
    "policy-malformed": (14, "A witness policy is malformed.", "Una política de testigos está mal formada."),
    "quorum-missing": (
        14,
        "Too few of the witnesses you trust have cosigned.",
        "Han firmado muy pocos de los testigos en que usted confía.",
    ),
    "cosignature-invalid": (14, "A witness's signature is not valid.", "La firma de un testigo no es válida."),
    "kept-malformed": (
        15,
        "The checkpoint you kept is not a checkpoint of this log.",
        "El punto de control guardado no es de este registro.",
    ),
    "kept-forked": (
        15,
        "The log no longer holds what it held when you kept your checkpoint: it was rewritten, or there are two.",
        "El registro ya no contiene lo que contenía entonces: fue reescrito, o hay dos.",
    ),
    "kept-ahead": (
        15,
        "The checkpoint you kept is of a larger log: this bundle is older, or the log was cut short.",
        "El punto de control guardado es de un registro mayor: este paquete es anterior, o el registro fue cortado.",
    ),
    "kept-unprovable": (
        15,
        "A bundle of a period does not hold the hashes to compare your checkpoint with; ask for ALL.",
        "El paquete de un período no trae los resúmenes para comparar su punto de control; pida ALL.",
    ),
    "tile-missing": (16, "A tile of the tree is missing.", "Falta una parte del árbol."),
    "tile-altered": (16, "The tree does not lead to the checkpoint.", "El árbol no lleva al punto de control."),
    "entry-malformed": (17, "An entry is not one of this log.", "Una entrada no es de este registro."),
    "entry-chain": (17, "An entry does not follow the one before.", "Una entrada no sigue a la anterior."),
    "statement-missing": (18, "A statement is missing.", "Falta una declaración."),
    "statement-altered": (
        18,
        "A statement is not the one the log holds.",
        "Una declaración no es la que el registro contiene.",
    ),
    "statement-malformed": (18, "A statement is malformed.", "Una declaración está mal formada."),
    "statement-twice": (
        18,
        "Two statements bear one id or one number of a key.",
        "Dos declaraciones llevan un mismo código o número.",
    ),
    "signature-invalid": (19, "A signature is not valid.", "Una firma no es válida."),
    "key-unsound": (20, "A key is not sound, or its holder did not agree.", "Una clave no es válida."),
    "key-not-authorised": (
        20,
        "A key signed that nobody had authorised to.",
        "Firmó una clave que nadie había autorizado.",
    ),
    "key-revoked": (20, "A key signed after it was revoked.", "Firmó una clave que ya estaba revocada."),
    "key-not-for-this": (
        20,
        "A key signed for a party or a kind of fact it was not authorised for.",
        "Una clave firmó por una parte o un tipo de hecho que no le corresponde.",
    ),
    "withheld-differs": (
        21,
        "What stands in the place of a withheld statement is not what the log says of it.",
        "Lo que está en lugar de una declaración retirada no es lo que el registro dice.",
    ),
    "disclosure-differs": (
        22,
        "A disclosed value is not the one that was sealed.",
        "Un valor revelado no es el que fue sellado.",
    ),
    "document-differs": (
        23,
        "A document is not one that a statement here names.",
        "Un documento no es de los que aquí se nombran.",
    ),
    "pack-differs": (
        24,
        "The packs or rules are not those the log adopted.",
        "Los paquetes de reglas no son los que el registro adoptó.",
    ),
    "unreadable": (
        25,
        "The check itself stumbled over this bundle; no sound bundle does that.",
        "La comprobación misma tropezó con este paquete; ninguno sano hace eso.",
    ),
}


class Failed(Exception):
    """What is wrong (a kind), where (a file, an index), what was found and what should be there."""

    def __init__(self, kind: str, where: object = "", found: object = "", expected: object = "") -> None:
        super().__init__(kind, str(where), str(found)[:300], str(expected)[:300])
        self.kind, self.where, self.found, self.expected = self.args


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


# ---------------------------------------------------------------------------------------- Ed25519
#
# RFC 8032 with the strict choices of libsodium, where the RFC leaves a choice: S below the group order, the public
# key and R canonical and not of small order, and no cofactor: R must be exactly S*B - h*A.
#
# Points of the curve -x^2 + y^2 = 1 + d x^2 y^2 modulo P are kept as (X, Y, Z, T) with x = X/Z, y = Y/Z, xy = T/Z
# (section 5.1.4). Nothing here needs to be secret, so nothing takes constant time.

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_OF_MINUS_1 = pow(2, (P - 1) // 4, P)

Point = Tuple[int, int, int, int]
NEUTRAL: Point = (0, 1, 1, 0)

# A point in the form in which adding it is cheapest: (y + x, y - x, 2dxy).
Ready = Tuple[int, int, int]
Table = List[List[Ready]]

# y of the points whose order divides 8. Under a key of small order one signature is good for every message.
_Y_OF_ORDER_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
SMALL_ORDER_Y = {0, 1, P - 1, _Y_OF_ORDER_8, P - _Y_OF_ORDER_8}


def decompress(data: bytes) -> tuple[int, int] | None:
    """X and y of an encoded point, or None where it is no point, no canonical encoding, or of small order."""
    number = int.from_bytes(data, "little")
    y, sign = number & (2**255 - 1), number >> 255
    if y >= P or y in SMALL_ORDER_Y:
        return None
    # x^2 = u/v; the root by the formula of section 5.1.3. x is not 0 here: that y is of small order.
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if (v * x * x - u) % P:
        x = x * SQRT_OF_MINUS_1 % P
        if (v * x * x - u) % P:
            return None
    return (x if x & 1 == sign else P - x), y


def double(point: Point) -> Point:
    x, y, z, _ = point
    a, b, c = x * x, y * y, 2 * z * z
    h = (a + b) % P
    e, g = (h - (x + y) * (x + y)) % P, (a - b) % P
    f = (c + g) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def add(one: Point, other: Point) -> Point:
    (x1, y1, z1, t1), (x2, y2, z2, t2) = one, other
    a, b = (y1 - x1) * (y2 - x2), (y1 + x1) * (y2 + x2)
    c, d = 2 * D * t1 * t2, 2 * z1 * z2
    e, f, g, h = (b - a) % P, (d - c) % P, (d + c) % P, (b + a) % P
    return e * f % P, g * h % P, f * g % P, e * h % P


def make_table(x: int, y: int, bits: int) -> Table:
    """All multiples of a point that walk() may need: row i holds d * 2^(bits*i) times the point.

    With such a table a multiplication is one addition per row and no doubling. Digits d go from -2^(bits-1) to
    2^(bits-1): Python's negative indexes find the negative ones at the end of the row.
    """
    half = 1 << (bits - 1)
    rows = []
    base: Point = (x, y, 1, x * y % P)
    for _ in range(255 // bits + 1):
        row = [base]
        while len(row) < half:
            row.append(add(row[-1], base))
        rows.append(row)
        base = double(row[-1])
    return [
        [(0, 0, 0), *ready, *((minus, plus, P - c) for plus, minus, c in reversed(ready))] for ready in _ready(rows)
    ]


def _ready(rows: Sequence[Sequence[Point]]) -> Iterator[list[Ready]]:
    """The rows divided by their Z, with one modular inversion for all of them (Montgomery's trick)."""
    products = [1]
    for row in rows:
        for point in row:
            products.append(products[-1] * point[2] % P)
    inverse = pow(products.pop(), P - 2, P)
    done: list[list[Ready]] = []
    for row in reversed(rows):
        ready: list[Ready] = []
        for big_x, big_y, z, _ in reversed(row):
            one_over_z, inverse = inverse * products.pop() % P, inverse * z % P
            x, y = big_x * one_over_z % P, big_y * one_over_z % P
            ready.append(((y + x) % P, (y - x) % P, 2 * D * x * y % P))
        done.append(ready[::-1])
    return reversed(done)


def walk(start: Point, table: Table, number: int, bits: int) -> Point:
    """Start + number * (the table's point), for 0 <= number < 2^255."""
    x, y, z, t = start
    half, full = 1 << (bits - 1), 1 << bits
    for row in table:
        digit, number = number & (full - 1), number >> bits
        if digit > half:
            digit, number = digit - full, number + 1
        if digit:
            plus, minus, c = row[digit]
            # add() for a second point whose Z is 1; unreduced where reducing costs more than it saves.
            a, b, c, d = (y - x) * minus, (y + x) * plus, t * c % P, z + z
            e, f, g, h = (b - a) % P, d - c, d + c, (b + a) % P
            x, y, z, t = e * f % P, g * h % P, f * g % P, e * h % P
    return x, y, z, t


WIDE, NARROW = 8, 4
"""Bits per row: wide tables are four times as much work to make and half as much to use."""

_BASE_Y = 4 * pow(5, P - 2, P) % P
_BASE = decompress(_BASE_Y.to_bytes(32, "little"))
assert _BASE is not None


@lru_cache(maxsize=1)
def base_table() -> Table:
    assert _BASE is not None
    return make_table(_BASE[0], _BASE[1], WIDE)


@lru_cache(maxsize=128)
def key_table(public: bytes, bits: int) -> Table | None:
    """The table of minus the key: what is subtracted is added. None for a key that verifies nothing."""
    point = decompress(public) if len(public) == 32 else None
    return None if point is None else make_table(P - point[0], point[1], bits)


def is_in_main_subgroup(public: bytes) -> bool:
    """Whether a key may be enrolled at all: a point, canonical, and without a part of small order."""
    table = key_table(public, NARROW)
    if table is None:
        return False
    x, y, z, _ = walk(NEUTRAL, table, ORDER, NARROW)
    return x == 0 and y == z


def ed25519(public: bytes, signature: bytes, message: bytes, bits: int = NARROW) -> bool:
    """Whether the key made this signature over these bytes (RFC 8032 section 5.1.7, without the cofactor)."""
    s = int.from_bytes(signature[32:], "little")
    table = key_table(public, bits)
    if table is None or len(signature) != 64 or s >= ORDER:
        return False
    h = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % ORDER
    x, y, z, _ = walk(walk(NEUTRAL, base_table(), s, WIDE), table, h, bits)
    one_over_z = pow(z, -1, P)
    x, y = x * one_over_z % P, y * one_over_z % P
    # Comparing bytes leaves R one spelling, the canonical one.
    return y not in SMALL_ORDER_Y and signature[:32] == (y | (x & 1) << 255).to_bytes(32, "little")


Signed = Callable[[bytes, bytes, bytes, int], bool]
"""ed25519(), or another implementation with the same verdicts."""

# ---------------------------------------------------------------------------------------- text forms
#
# One spelling per value everywhere: whoever could write the same thing in two ways could change a byte unseen.

LARGEST_INTEGER = 2**53 - 1
HEX = re.compile(r"[0-9a-f]{64}")
DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}")


def unbase64(text: str) -> bytes | None:
    """Standard base64 (RFC 4648 section 4), or None."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (ValueError, binascii.Error):
        return None
    return data if base64.b64encode(data).decode() == text else None


def base64url(data: bytes) -> str:
    """base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def unbase64url(text: str) -> bytes | None:
    try:
        data = base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_")
    except (ValueError, binascii.Error):
        return None
    return data if base64url(data) == text else None


def canonical(value: Any) -> bytes:
    """RFC 8785 for values without floats: no spaces, keys sorted by their UTF-16 units, UTF-8."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    if max(text) > "\uffff":
        # Only beyond the basic plane does Python's order of keys differ from that of UTF-16.
        text = json.dumps(_by_utf16(value), ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _by_utf16(value: Any) -> Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: str(key).encode("utf-16-be", "surrogatepass"))
        return {key: _by_utf16(value[key]) for key in keys}
    return [_by_utf16(each) for each in value] if isinstance(value, list) else value


def parse_json(data: bytes, limit: int = 262_144, longest_list: int = 2_500) -> Any:
    """Canonical JSON as docs/log-format.md restricts it; raises ValueError for everything else.

    That the value writes itself as the same bytes excludes keys given twice, spaces, other escapes and encodings.
    """
    if len(data) > limit:
        raise ValueError("too large")
    text = data.decode("utf-8")
    try:
        value = json.loads(text, parse_float=_refuse, parse_int=_integer, parse_constant=_refuse)
    except RecursionError:
        raise ValueError("too deep") from None
    _look_at(value, 0, longest_list)
    if canonical(value) != data or not unicodedata.is_normalized("NFC", text):
        raise ValueError("not canonical")
    return value


def _refuse(text: str) -> NoReturn:
    raise ValueError("number " + text[:40])


def _integer(text: str) -> int:
    """Python takes the square of their number in time to read digits: a million of them would keep it for minutes."""
    return int(text) if len(text) < 20 else _refuse(text)


def _look_at(value: Any, depth: int, longest_list: int) -> None:
    """No deep nesting, long list, large integer, NUL or half a surrogate pair."""
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("NUL")
        value.encode()
    elif isinstance(value, int):
        if abs(value) > LARGEST_INTEGER:
            raise ValueError("integer")
    elif isinstance(value, (dict, list)):
        if depth >= 32 or (isinstance(value, list) and len(value) > longest_list):
            raise ValueError("too deep or too long")
        for each in value.values() if isinstance(value, dict) else value:
            _look_at(each, depth + 1, longest_list)
        if isinstance(value, dict) and any("\0" in key for key in value):
            raise ValueError("NUL")


# ---------------------------------------------------------------------------------------- signed notes
#
# c2sp.org/signed-note: text, an empty line, and lines "— <name> <base64(4 bytes of key id || signature)>".

LOG_KEY, WITNESS_KEY = 0x01, 0x04


class VerifierKey(NamedTuple):
    """A public key under a name; `kind` is 0x01 for a log, 0x04 for a witness."""

    name: str
    kind: int
    public: bytes

    @property
    def key_id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public)[:4]

    @property
    def text(self) -> str:
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{material}"


def parse_verifier_key(text: str) -> VerifierKey | None:
    """Read `name+key id+base64(kind || public)`. Split from the left: a name holds no plus, base64 may."""
    name, _, rest = text.partition("+")
    material = unbase64(rest.partition("+")[2]) or b""
    if len(material) != 33 or material[0] not in (LOG_KEY, WITNESS_KEY) or not re.fullmatch(r"[^\s+\x00-\x1f]+", name):
        return None
    key = VerifierKey(name, material[0], material[1:])
    try:
        return key if key.text == text else None
    except UnicodeEncodeError:  # a name that is no text, out of a file or off a command line
        return None


class Line(NamedTuple):
    """One signature line of a note; unverified."""

    name: str
    key_id: bytes
    payload: bytes


class Note(NamedTuple):
    text: str
    lines: list[Line]


def parse_note(data: bytes) -> Note | None:
    """A note with its signature lines, perhaps none, or None where it is no note."""
    try:
        text, blank, below = data.decode().rpartition("\n\n")
    except UnicodeDecodeError:
        return None
    if not blank or len(data) > 1_000_000 or re.search(r"[\x00-\x09\x0b-\x1f]", data.decode()):
        return None
    lines = []
    if below and not below.endswith("\n"):
        return None
    for each in below.split("\n")[:-1]:
        found = re.fullmatch(r"\u2014 ([^\s+\x00-\x1f]+) ([A-Za-z0-9+/=]+)", each)
        payload = unbase64(found.group(2)) if found else None
        if found is None or payload is None or len(payload) < 5:
            return None
        lines.append(Line(found.group(1), payload[:4], payload[4:]))
    return Note(text + "\n", lines) if len(lines) <= 100 else None


def signed_by(note: Note, key: VerifierKey, signed: Signed) -> bool | None:
    """Whether the key's line verifies; None where the note has no line by it. A second line by one key is ignored."""
    for line in note.lines:
        if (line.name, line.key_id) == (key.name, key.key_id):
            if key.kind == LOG_KEY:
                return signed(key.public, line.payload, note.text.encode(), NARROW)
            # c2sp.org/tlog-cosignature: eight bytes of seconds since 1970, then the signature over them and the text.
            seconds = int.from_bytes(line.payload[:8], "big")
            message = f"cosignature/v1\ntime {seconds}\n{note.text}".encode()
            return len(line.payload) == 72 and signed(key.public, line.payload[8:], message, NARROW)
    return None


class Head(NamedTuple):
    """What a checkpoint says: a log's name, its size and the root of its tree."""

    origin: str
    size: int
    root: bytes


def parse_head(note: Note | None) -> Head | None:
    """The three lines of a checkpoint (c2sp.org/tlog-checkpoint, without extension lines)."""
    lines = [] if note is None else note.text.split("\n")
    if len(lines) != 4 or lines[3] or not DECIMAL.fullmatch(lines[1]) or int(lines[1]) >= 2**63:
        return None
    root = unbase64(lines[2])
    return Head(lines[0], int(lines[1]), root) if root is not None and len(root) == 32 else None


# ---------------------------------------------------------------------------------------- witness policies
#
# c2sp.org/tlog-policy: which witnesses there are, and which of them together suffice.


class Policy(NamedTuple):
    """Witnesses by name; groups as (name, how many, members) in the order they are defined; the quorum's name."""

    logs: list[VerifierKey]
    witnesses: dict[str, VerifierKey]
    groups: list[tuple[str, int, list[str]]]
    quorum: str


# Longer ones nobody reads, and a witness or a log costs time to check.
POLICY_BYTES, POLICY_LINES = 64 * 1024, 64
NOT_IN_POLICY = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")


def parse_policy(data: bytes, where: str) -> Policy:
    """Read a policy by the same rules as ledger/log/policy.py: only blanks and tabs part words."""
    policy = Policy([], {}, [], "")
    known: dict[str, bool] = {}  # name -> whether it already counts in a group
    publics: set[tuple[int, bytes]] = set()
    if len(data) > POLICY_BYTES or NOT_IN_POLICY.search(data):
        raise Failed("policy-malformed", where)
    for number, text in enumerate(data.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = [word for word in re.split("[ \t]+", text) if word]
        if not words or words[0].startswith("#"):
            continue
        if words[0] == "quorum" and len(words) == 2 and not policy.quorum and words[1] in {"none", *known}:
            policy = policy._replace(quorum=words[1])
        elif not _take_line(policy, known, publics, words):
            raise Failed("policy-malformed", f"{where} {number}", text)
    too_many = max(len(policy.logs), len(policy.witnesses), len(policy.groups)) > POLICY_LINES
    if not policy.quorum or too_many or not data.endswith(b"\n"):
        raise Failed("policy-malformed", where)
    return policy


def _take_line(policy: Policy, known: dict[str, bool], publics: set[tuple[int, bytes]], words: list[str]) -> bool:
    """Read a line that defines a log, a witness or a group; False where it is none, or wrong."""
    if words[0] == "log" and len(words) in (2, 3):
        key = _policy_key(words[1], LOG_KEY, publics)
        policy.logs.extend([key] if key else [])
        return key is not None
    if words[0] == "witness" and len(words) in (3, 4):
        key = _policy_key(words[2], WITNESS_KEY, publics)
        if key is None:
            return False
        policy.witnesses[words[1]] = key
    elif words[0] == "group" and len(words) > 3:
        members = words[3:]
        needed = {"any": "1", "all": str(len(members))}.get(words[2], words[2])
        if not re.fullmatch(r"[1-9][0-9]{0,3}", needed) or int(needed) > len(members):
            return False
        for member in members:
            # Each name counts in one place only, or a witness could count twice.
            if known.get(member, True):
                return False
            known[member] = True
        policy.groups.append((words[1], int(needed), members))
    else:
        return False
    if words[1] == "none" or words[1] in known:
        return False
    known[words[1]] = False
    return True


def _policy_key(text: str, kind: int, publics: set[tuple[int, bytes]]) -> VerifierKey | None:
    """A sound key of this kind that was not named before: one key under two names would count twice."""
    key = parse_verifier_key(text) if len(publics) < 2 * POLICY_LINES else None
    if key is None or key.kind != kind or (kind, key.public) in publics or not is_in_main_subgroup(key.public):
        return None
    publics.add((kind, key.public))
    return key


def cosigners(note: Note, policy: Policy, signed: Signed) -> list[str]:
    """The names of the policy's witnesses that cosigned; a known witness's line that fails rejects the note."""
    found = []
    for name, key in policy.witnesses.items():
        verdict = signed_by(note, key, signed)
        if verdict is False:
            raise Failed("cosignature-invalid", "log/checkpoint", name)
        if verdict:
            found.append(name)
    return found


def is_met(policy: Policy, cosigned: list[str]) -> bool:
    enough = {*cosigned, "none"}
    for name, needed, members in policy.groups:
        if sum(member in enough for member in members) >= needed:
            enough.add(name)
    return policy.quorum in enough


# ---------------------------------------------------------------------------------------- the tree
#
# RFC 6962 section 2.1 with SHA-256, cut into tiles of 256 hashes (c2sp.org/tlog-tiles). A leaf is
# SHA-256(0x00 || entry), a node SHA-256(0x01 || left || right): a node can never be offered as an entry.

WIDTH = 256


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right)


def perfect_root(hashes: list[bytes]) -> bytes:
    """The root above a power of two of hashes."""
    while len(hashes) > 1:
        hashes = [node_hash(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def number_path(number: int) -> str:
    """A tile's number as a path: 1234067 is x001/x234/067."""
    groups = [f"{number % 1000:03d}"]
    while number >= 1000:
        number //= 1000
        groups.insert(0, f"x{number % 1000:03d}")
    return "/".join(groups)


TILE = re.compile(r"log/tile/(entries|[0-9]+)/([x0-9/]+)(\.p/[0-9]+)?")


class Tree:
    """The tree of one size, read from its tiles.

    `here` are the tiles of hashes there are, as (level, number), and `entries_here` the numbers of those of entries.
    Loops go over what is here and never over what a size claims: a forged size costs its forger more than the reader.
    """

    def __init__(self, files: Files, size: int) -> None:
        self.files, self.size = files, size
        self.here: list[tuple[int, int]] = []
        self.entries_here: list[int] = []
        self._read: dict[str, list[bytes]] = {}
        for name in sorted(files.names):
            found = TILE.fullmatch(name)
            if found:
                number = int(re.sub("[x/]", "", found[2]))
                level = found[1] if found[1] == "entries" else int(found[1])
                if self.width(level, number) < 1 or self.path(level, number) != name:
                    raise Failed("file-name", name)
                if isinstance(level, int):
                    self.here.append((level, number))
                else:
                    self.entries_here.append(number)
        self.here.sort()
        self.entries_here.sort()

    def path(self, level: int | str, number: int) -> str:
        """Where a tile of hashes, or (level "entries") of entries, lies; one that is not full says how full it is."""
        width = self.width(level, number)
        partial = "" if width == WIDTH else f".p/{width}"
        return f"log/tile/{level}/{number_path(number)}{partial}"

    def width(self, level: int | str, number: int) -> int:
        """How many hashes or entries a tile of this tree holds; less than 1 where the tree has no such tile."""
        return min(WIDTH, (self.size >> (0 if isinstance(level, str) else 8 * level)) - number * WIDTH)

    def tiles(self, level: int) -> range:
        """The numbers of a level's tiles: those of level 0 stand above the entries."""
        return range(((self.size >> (8 * level)) + WIDTH - 1) // WIDTH)

    @property
    def levels(self) -> range:
        return range((self.size.bit_length() + 7) // 8)

    def hashes(self, level: int, number: int) -> list[bytes]:
        path = self.path(level, number)
        if path not in self._read:
            if not self.files.has(path):
                raise Failed("tile-missing", path)
            data = self.files.read(path)
            if len(data) != 32 * self.width(level, number):
                raise Failed("tile-altered", path, len(data), 32 * self.width(level, number))
            self._read[path] = [data[at : at + 32] for at in range(0, len(data), 32)]
        return self._read[path]

    def node(self, level: int, number: int) -> bytes:
        """A node of the tree, whose perfect subtree has 2^level leaves, from the tile it lies in or above of."""
        tile_level, above = divmod(level, 8)
        first = number << above
        at = first % WIDTH
        return perfect_root(self.hashes(tile_level, first // WIDTH)[at : at + (1 << above)])

    def root(self, size: int) -> bytes:
        """The root of the first `size` leaves: their perfect subtrees, folded from the right."""
        peaks, start = [], 0
        for level in reversed(range(size.bit_length())):
            if size >> level & 1:
                peaks.append(self.node(level, start >> level))
                start += 1 << level
        found = peaks.pop() if peaks else sha256(b"")
        while peaks:
            found = node_hash(peaks.pop(), found)
        return found

    def check(self, root: bytes) -> int:
        """Every hash of every tile here leads to the root; returns how many tiles there are.

        The tile at the right edge of each level, if it is not full, is made of peaks, which the root commits to. Any
        full tile is a perfect subtree, whose own root is one hash of the tile above it.
        """
        found = self.root(self.size)
        if found != root:
            raise Failed("tile-altered", "log/tile", found.hex(), root.hex())
        for level, number in self.here:
            hashes = self.hashes(level, number)
            if len(hashes) == WIDTH:
                above = self.hashes(level + 1, number // WIDTH)[number % WIDTH]
                if perfect_root(hashes) != above:
                    raise Failed("tile-altered", self.path(level, number))
        return len(self.here)


# ---------------------------------------------------------------------------------------- entries
#
# What is hashed into the log for one statement: six lines, public, without business or personal data.

ENTRY = re.compile(
    r"chaski\.entry/v1\n(?P<origin>[^\n]+)\n(?P<index>0|[1-9][0-9]{0,18})\n"
    r"(?P<recorded>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z)\n"
    r"(?P<previous>[0-9a-f]{64})\n(?P<statement>[0-9a-f]{64})\n"
)


def parse_entries_tile(data: bytes, where: str) -> list[bytes]:
    """Entries, each after its length in two bytes."""
    entries, at = [], 0
    while at < len(data):
        start, at = at + 2, at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at > len(data):
            raise Failed("entry-malformed", where)
        entries.append(data[start:at])
    return entries


class Entries:
    """What the entries here say: the statements' digests and the times by index. Filled tile by tile, in order."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.digests: dict[int, str] = {}
        self.recorded: dict[int, str] = {}
        self._last: tuple[int, bytes, str] = (-1, b"", "")

    def take(self, tree: Tree, number: int) -> None:
        """Check the tile of entries with this number against the tree and the entries before it."""
        path = tree.path("entries", number)
        entries = parse_entries_tile(tree.files.read(path), path)
        if [sha256(b"\x00" + entry) for entry in entries] != tree.hashes(0, number):
            raise Failed("tile-altered", path)
        for index, entry in enumerate(entries, number * WIDTH):
            self._take(index, entry)

    def _take(self, index: int, entry: bytes) -> None:
        try:
            found = ENTRY.fullmatch(entry.decode())
        except UnicodeDecodeError:
            found = None
        if found is None or found["origin"] != self.origin or int(found["index"]) != index:
            raise Failed("entry-malformed", index)
        try:
            datetime.datetime.fromisoformat(found["recorded"][:-1])
        except ValueError:
            raise Failed("entry-malformed", index, found["recorded"]) from None
        last_index, last_entry, last_recorded = self._last
        # A bundle of a period has gaps between its runs of entries; there nothing is said about the one before.
        if last_index == index - 1 and found["previous"] != sha256(last_entry).hex():
            raise Failed("entry-chain", index, found["previous"], sha256(last_entry).hex())
        # All times have one length and end in Z, so that their order is that of their letters.
        if found["recorded"] < last_recorded:
            raise Failed("entry-chain", index, found["recorded"], last_recorded)
        self.digests[index], self.recorded[index] = found["statement"], found["recorded"]
        self._last = (index, entry, found["recorded"])


# ---------------------------------------------------------------------------------------- statements
#
# A compact JWS whose SHA-256 stands in the entry. Its header has no choices, its payload is canonical JSON.

THING = re.compile(r"[0-9A-HJKMNP-TV-Z]{16}")
FACT_TYPE = re.compile(r"[a-z-]+\.[a-z-]+/[1-9][0-9]*")
REQUIRED = {"fact", "id", "log", "by", "at", "nonce", "body"}
OPTIONAL = {"for", "basis", "basis_document", "hand", "seen", "replaces", "seq"}


@lru_cache(maxsize=4096)
def header_of(kid: str) -> str:
    return base64url(canonical({"alg": "Ed25519", "kid": kid, "typ": "chaski-fact+jws"}))


@lru_cache(maxsize=4096)
def kid_of(header: str) -> str | None:
    """The key's name in a header, or None for any header but the one such a key may have."""
    if len(header) > 300:
        return None
    try:
        kid = json.loads(unbase64url(header) or b"")["kid"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    return kid if isinstance(kid, str) and header_of(kid) == header else None


class Statement(NamedTuple):
    """A statement taken apart; `payload` is bytes that nobody has looked at yet."""

    kid: str
    signing_input: bytes
    signature: bytes
    payload: bytes


def parse_statement(jws: str, index: int) -> Statement:
    parts = jws.split(".")
    kid = kid_of(parts[0]) if len(parts) == 3 else None
    payload = unbase64url(parts[1]) if len(parts) == 3 else None
    signature = unbase64url(parts[2]) if len(parts) == 3 else None
    if kid is None or payload is None or signature is None or len(signature) != 64:
        raise Failed("statement-malformed", index)
    return Statement(kid, (parts[0] + "." + parts[1]).encode(), signature, payload)


def parse_envelope(statement: Statement, origin: str, index: int) -> dict[str, Any]:
    """The envelope around the fact. What a fact may say is not looked at: that is judged by `chaski audit replay`."""
    try:
        said = parse_json(statement.payload)
    except ValueError as error:
        raise Failed("statement-malformed", index, error) from None
    if not isinstance(said, dict) or not REQUIRED <= said.keys() <= REQUIRED | OPTIONAL:
        raise Failed("statement-malformed", index)
    texts = [said[name] for name in ("fact", "id", "log", "by", "at", "nonce")]
    if not all(isinstance(text, str) for text in texts) or not isinstance(said["body"], dict):
        raise Failed("statement-malformed", index)
    seq = said.get("seq", 1)
    if not (FACT_TYPE.fullmatch(said["fact"]) and THING.fullmatch(said["id"]) and THING.fullmatch(said["by"])):
        raise Failed("statement-malformed", index)
    if said["log"] != origin or type(seq) is not int or seq < 1:
        raise Failed("statement-malformed", index, said["log"], origin)
    return said


# ---------------------------------------------------------------------------------------- keys
#
# Who may sign what follows from facts in the log itself. A key counts from the index after the fact that authorises
# it until the fact that revokes it. These are the rules of ledger/rules/identity.py and keys.py.

LOG_THEMES = ("log", "key", "role", "pack", "rules", "statement")

# How such a fact shows in a payload nobody has read yet: canonical JSON has no other spelling of it.
OF_THE_LOG = re.compile(('"fact":"(' + "|".join(LOG_THEMES) + r")\.").encode())

# What nobody may let the node sign in its place: key facts, an auditor's findings, the own word of who was paid.
NEVER_DELEGABLE = {
    "delivery.confirmed/1",
    "delivery.disputed/1",
    "erasure.done/1",
    "finding.closed/1",
    "finding.recorded/1",
    "key.authorised/1",
    "key.revoked/1",
    "payment.confirmed/1",
    "premium.confirmed/1",
    "statement.vouched/1",
    "statement.withheld/1",
}


# What may never be withheld: who may speak, what was corrected and erased, what auditors found, rests on it.
NOT_WITHHELD = (
    "log.",
    "role.",
    "key.",
    "pack.",
    "rules.",
    "statement.",
    "fact.retracted",
    "erasure.",
    "audit.",
    "access.",
    "sample.",
    "finding.",
)


class Key(NamedTuple):
    public: bytes
    party: str
    kind: str
    authorised_at: int
    fact_types: tuple[str, ...] | None


class Revocation(NamedTuple):
    at: int
    reason: str
    last_good_seq: int


class Facts:
    """What the facts about the log itself say, gathered in the order of the log."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.keys: dict[str, Key] = {}
        self.revoked: dict[str, list[Revocation]] = {}
        self.delegations: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        self.registrars: set[str] = set()
        self.operator = ""
        self.log_keys: list[VerifierKey] = []
        self.rotations: list[tuple[VerifierKey, bytes, bytes]] = []
        self.rules_version = 0
        self.packs: dict[str, str] = {}
        self.withheld: dict[str, tuple[int, str]] = {}

    def take(self, index: int, said: dict[str, Any]) -> None:
        """Read one fact; raises Failed for one that no sound log accepts."""
        fact, by, body = str(said["fact"]), str(said["by"]), said["body"]
        try:
            if (index == 0) != (fact == "log.opened/1"):
                raise Failed("key-not-authorised", index, fact, "log.opened/1")
            read = self._readers().get(fact)
            if read is not None:
                read(index, by, body)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Failed("statement-malformed", index, fact) from None

    def _readers(self) -> dict[str, Callable[[int, str, dict[str, Any]], None]]:
        """The facts that say something about keys, packs or rules, and what reads them. Others of the themes do not."""
        return {
            "key.authorised/1": self._key_authorised,
            "key.revoked/1": self._key_revoked,
            "log.key-rotated/1": self._log_key_rotated,
            "log.opened/1": self._log_opened,
            "pack.adopted/1": self._pack_adopted,
            "role.ended/1": self._role_ended,
            "role.granted/1": self._role_granted,
            "rules.adopted/1": self._rules_adopted,
            "statement.vouched/1": self._statement_vouched,
            "statement.withheld/1": self._statement_withheld,
        }

    def _log_opened(self, index: int, by: str, body: dict[str, Any]) -> None:
        operator = body["operator"]
        self.operator = str(operator["party"])
        self.registrars.add(self.operator)
        self._add(index, str(operator["key"]), self.operator, "organisation", None)
        self._add(index, str(body["node_key"]), self.operator, "node", None)
        self.log_keys.append(self._log_key(index, str(body["log_key"])))
        self.rules_version = int(body["rules_version"])
        for pack in body["packs"]:
            self.packs[str(pack["digest"])] = str(pack["kind"])
        if by != self.operator or str(body["origin"]) != self.origin:
            raise Failed("key-not-authorised", index, by, self.operator)

    def _key_authorised(self, index: int, by: str, body: dict[str, Any]) -> None:
        party, kind, types = str(body["party"]), str(body["kind"]), tuple(map(str, body.get("fact_types") or ()))
        if by != party and by not in self.registrars:
            raise Failed("key-not-authorised", index, by, party)
        if kind == "node":
            # A party lets the node's key, which is known already, sign these kinds of facts for it.
            known = self.keys.get(thumbprint(unbase64url(str(body["key"])) or b""))
            if known is None or known.kind != "node":
                raise Failed("key-not-authorised", index, body["key"])
            self.delegations.setdefault(party, []).append((index, types))
        else:
            self._add(index, str(body["key"]), party, kind, types or None)

    def _add(self, index: int, text: str, party: str, kind: str, types: tuple[str, ...] | None) -> None:
        public = unbase64url(text) or b""
        kid = thumbprint(public)
        # One key, one party, for ever.
        if kid in self.keys:
            raise Failed("key-unsound", index, kid)
        self.keys[kid] = Key(public, party, kind, index, types)

    def _key_revoked(self, index: int, by: str, body: dict[str, Any]) -> None:
        known = self.keys.get(str(body["key"]))
        if known is None or (by != known.party and by not in self.registrars):
            raise Failed("key-not-authorised", index, by)
        last = body.get("last_good_seq")
        revocation = Revocation(index, str(body["reason"]), -1 if last is None else int(last))
        self.revoked.setdefault(str(body["key"]), []).append(revocation)

    def _role_granted(self, index: int, by: str, body: dict[str, Any]) -> None:
        self._registrar(index, by)
        if body["role"] == "registrar":
            self.registrars.add(str(body["party"]))

    def _role_ended(self, index: int, by: str, body: dict[str, Any]) -> None:
        self._registrar(index, by)
        if body["role"] == "registrar":
            self.registrars.discard(str(body["party"]))

    def _pack_adopted(self, index: int, by: str, body: dict[str, Any]) -> None:
        self._registrar(index, by)
        self.packs[str(body["digest"])] = str(body["kind"])

    def _rules_adopted(self, index: int, by: str, body: dict[str, Any]) -> None:
        self._registrar(index, by)
        self.rules_version = int(body["version"])

    def _log_key_rotated(self, index: int, by: str, body: dict[str, Any]) -> None:
        self._registrar(index, by)
        old, new = self.log_keys[-1], self._log_key(index, str(body["log_key"]))
        message = f"chaski.log-key-rotation/v1\n{self.origin}\n{new.text}\n".encode()
        self.rotations.append((old, unbase64url(str(body["old_key_signature"])) or b"", message))
        self.log_keys.append(new)

    def _statement_vouched(self, index: int, _: str, body: dict[str, Any]) -> None:
        """What another key of the party vouches for counts as if it stood here, but for facts about keys."""
        said = parse_envelope(parse_statement(str(body["jws"]), index), self.origin, index)
        theme = said["fact"].partition(".")[0]
        if said["fact"].startswith(("key.", "statement.")):
            raise Failed("key-not-for-this", index, said["fact"])
        if theme in LOG_THEMES:
            self.take(index, said)

    def _statement_withheld(self, index: int, by: str, body: dict[str, Any]) -> None:
        if by != self.operator:
            raise Failed("key-not-authorised", index, by, self.operator)
        # A text goes once: what a later statement restates in its place counts for nothing.
        self.withheld.setdefault(str(body["statement"]), (index, str(body["restated"])))

    def _registrar(self, index: int, by: str) -> None:
        if by not in self.registrars:
            raise Failed("key-not-authorised", index, by)

    def _log_key(self, index: int, text: str) -> VerifierKey:
        key = parse_verifier_key(text)
        if key is None or key.kind != LOG_KEY or key.name != self.origin or not is_in_main_subgroup(key.public):
            raise Failed("key-unsound", index, text)
        # A key goes out of use for a reason, and readers who follow the keys need them in one order.
        if key in self.log_keys:
            raise Failed("key-unsound", index, text)
        return key


def thumbprint(public: bytes) -> str:
    """The name of a key (RFC 7638)."""
    return base64url(sha256(canonical({"crv": "Ed25519", "kty": "OKP", "x": base64url(public)})))


def key_may_sign(facts: Facts, index: int, kid: str, said: dict[str, Any]) -> Key:
    """The key, where the facts before this index let it sign this statement; raises Failed."""
    key = facts.keys.get(kid)
    if key is None or key.authorised_at >= max(index, 1):
        raise Failed("key-not-authorised", index, kid)
    # The genesis authorises the key that signs it: the operator's own, and not the node's.
    if index == 0 and key.kind == "node":
        raise Failed("key-not-authorised", index, kid)
    if key.party == said["by"]:
        if key.fact_types is not None and said["fact"] not in key.fact_types:
            raise Failed("key-not-for-this", index, said["fact"])
    else:
        allowed: tuple[str, ...] = ()
        for given_at, types in facts.delegations.get(said["by"], ()):
            if given_at < index:
                allowed = types
        if key.kind != "node" or said["fact"] in NEVER_DELEGABLE or said["fact"] not in allowed:
            raise Failed("key-not-for-this", index, said["fact"], said["by"])
    if key.kind == "device" and "seq" not in said:
        raise Failed("key-not-for-this", index, "seq")
    before = [each for each in facts.revoked.get(kid, ()) if each.at < index]
    if before:
        # A retired key's earlier work may arrive later, from a device that was offline.
        is_late = before[-1].reason == "retired" and 0 < said.get("seq", 0) <= before[-1].last_good_seq
        if not is_late:
            raise Failed("key-revoked", index, kid)
    return key


# ---------------------------------------------------------------------------------------- disclosures, and a tile
#
# The costly part, tile by tile, so that all cores can work at it.


class Task(NamedTuple):
    """Up to 256 statements: their lines (index, text), what the entries say of them, and what was disclosed."""

    lines: list[tuple[int, str]]
    digests: dict[int, str]
    disclosed: list[tuple[str, str]]


class Context(NamedTuple):
    """What every task needs: the facts about keys, the keys that sign often, and the documents in the bundle."""

    facts: Facts
    frequent: FrozenSet[str]
    documents: FrozenSet[str]


class Checked(NamedTuple):
    """What a task found: how many signatures, ids and (key, seq) that must be unique, and documents named."""

    signatures: int
    ids: List[str]
    numbers: List[Tuple[str, int]]
    documents: Set[str]


def check_task(context: Context, task: Task, signed: Signed) -> Checked:
    """Check statements one by one; raises Failed at the first that is wrong."""
    facts = context.facts
    done = Checked(0, [], [], set())
    bodies: dict[str, Any] = {}
    count = 0
    for index, jws in task.lines:
        statement = parse_statement(jws, index)
        said = parse_envelope(statement, facts.origin, index)
        key = key_may_sign(facts, index, statement.kid, said)
        bits = WIDE if statement.kid in context.frequent else NARROW
        if not signed(key.public, statement.signature, statement.signing_input, bits):
            raise Failed("signature-invalid", index, statement.kid)
        count += 1
        done.ids.append(said["id"])
        if said["fact"] in {"key.authorised/1", "log.opened/1"}:
            count += check_new_keys(facts, index, said, signed)
        elif said["fact"] == "statement.vouched/1":
            count += 1
            done.ids.append(check_vouched(facts, index, said, signed))
        if "seq" in said:
            done.numbers.append((statement.kid, said["seq"]))
        bodies[task.digests[index]] = said["body"]
        if context.documents:
            done.documents.update(
                context.documents.intersection(re.findall("[0-9a-f]{64}", statement.payload.decode()))
            )
    check_disclosures(task.disclosed, bodies)
    return done._replace(signatures=count)


def check_new_keys(facts: Facts, index: int, said: dict[str, Any], signed: Signed) -> int:
    """New keys are sound, and whoever holds one has signed that it belongs to the party; returns the signatures."""
    body = said["body"]
    if said["fact"] == "log.opened/1":
        # The operator's key signs the genesis itself, and answers for the node's.
        for text in (body["operator"]["key"], body["node_key"]):
            if not is_in_main_subgroup(unbase64url(str(text)) or b""):
                raise Failed("key-unsound", index, text)
        return 0
    public, proof = unbase64url(str(body.get("key"))) or b"", unbase64url(str(body.get("proof"))) or b""
    message = "chaski.possession/v1\n{}\n{}\n{}\n".format(facts.origin, body.get("party"), thumbprint(public))
    if not is_in_main_subgroup(public) or not signed(public, proof, message.encode(), NARROW):
        raise Failed("key-unsound", index, thumbprint(public))
    return 1


def check_vouched(facts: Facts, index: int, said: dict[str, Any], signed: Signed) -> str:
    """A statement inside a statement: another key of the party stands for what a revoked one signed; returns its id."""
    inner = parse_statement(str(said["body"].get("jws")), index)
    told = parse_envelope(inner, facts.origin, index)
    key = facts.keys.get(inner.kid)
    if key is None or key.party != said["by"] or told["by"] != said["by"]:
        raise Failed("key-not-authorised", index, inner.kid)
    if not any(each.at < index for each in facts.revoked.get(inner.kid, ())):
        raise Failed("key-not-for-this", index, inner.kid)
    if not signed(key.public, inner.signature, inner.signing_input, NARROW):
        raise Failed("signature-invalid", index, inner.kid)
    return str(told["id"])


def check_disclosures(disclosed: list[tuple[str, str]], bodies: dict[str, Any]) -> None:
    """Each disclosure is the text whose hash a sealed field of its statement holds (RFC 9901), and comes once."""
    seen = set()
    for digest, text in disclosed:
        try:
            salt, pointer, _ = parse_json(unbase64url(text) or b"")
            value = bodies[digest]
            for step in pointer.split("/")[1:]:
                value = value[int(step)] if isinstance(value, list) else value[step]
        except (ValueError, TypeError, KeyError, IndexError, AttributeError):
            raise Failed("disclosure-differs", digest, text[:40]) from None
        sealed = base64url(sha256(text.encode()))
        if value != sealed or (digest, pointer) in seen or len(unbase64url(str(salt)) or b"") < 16:
            raise Failed("disclosure-differs", f"{digest} {pointer}")
        seen.add((digest, pointer))


# ---------------------------------------------------------------------------------------- the bundle's files

# What a bundle may hold besides manifest.json and manifest.note. Whatever reads a path from a file checks it here
# first: nothing may lead out of the folder.
NAMES = re.compile(
    r"verify\.py|report\.html|log/checkpoint|log/policy"
    r"|log/tile/([0-9]|[1-5][0-9]|6[0-3]|entries)/(x[0-9]{3}/)*[0-9]{3}(\.p/[1-9][0-9]{0,2})?"
    r"|(statements|disclosures)/(x[0-9]{3}/)*[0-9]{3}\.txt"
    r"|documents/[0-9a-f]{64}|packs/[0-9a-f]{64}\.toml"
)

# What desktops put into folders people look at. Nothing reads these, so they are passed over.
OF_THE_DESKTOP = {".DS_Store", "Thumbs.db", "desktop.ini"}


class Files:
    """The files of an unpacked bundle by their path. A reader of ZIPs can stand in for it."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.names: set[str] = set()
        self._scan("")

    def _scan(self, below: str) -> None:
        with os.scandir(os.path.join(self.folder, below)) as found:
            for each in found:
                path = below + each.name
                if each.is_symlink():
                    raise Failed("file-unlisted", path)
                if each.is_dir():
                    self._scan(path + "/")
                elif not each.is_file():
                    # A pipe or a device: whoever opened it would wait for ever.
                    raise Failed("file-unlisted", path)
                elif each.name not in OF_THE_DESKTOP:
                    self.names.add(path)

    def has(self, path: str) -> bool:
        return path in self.names

    def read(self, path: str) -> bytes:
        if path not in self.names:
            raise Failed("file-missing", path)
        with open(os.path.join(self.folder, *path.split("/")), "rb") as file:
            return file.read()


class Scope(NamedTuple):
    """What the bundle is of: everything, one lot, or the entries from `first` up to, not including, `after`."""

    kind: str
    first: int
    after: int
    lot: str


class Manifest(NamedTuple):
    digest: str
    head: Head
    scope: Scope
    rules_version: int
    role: str


MANIFEST_SAYS = {"files", "format", "origin", "role", "root", "rules_version", "scope", "size"}
ALWAYS = ("log/checkpoint", "report.html", "verify.py")


def read_manifest(files: Files) -> Manifest:
    """The list of files; every file is there, has its size and digest, and no other file is."""
    data = files.read("manifest.json")
    try:
        said = parse_json(data, 2**31, 2**31)
        if said["format"] != FORMAT or said.keys() != MANIFEST_SAYS:
            raise ValueError("format")
        head = Head(_text(said["origin"]), _number(said["size"]), bytes.fromhex(said["root"]))
        rules_version, role = _number(said["rules_version"]), _text(said["role"])
        scope = _scope(said["scope"], head.size)
        listed = {_text(each["path"]): (_number(each["size"]), _text(each["sha256"])) for each in said["files"]}
        if any(each.keys() != {"path", "sha256", "size"} for each in said["files"]) or head.root.hex() != said["root"]:
            raise ValueError("files")
        in_order = [each["path"] for each in said["files"]] == sorted(listed)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Failed("manifest-malformed", "manifest.json", error) from None
    if not in_order or not head.size:
        raise Failed("manifest-malformed", "manifest.json")
    for path in listed:
        if not NAMES.fullmatch(path):
            raise Failed("file-name", path)
    for path in ALWAYS:
        if path not in listed:
            raise Failed("file-missing", path)
    for path in sorted(files.names - listed.keys() - {"manifest.json", "manifest.note"}):
        raise Failed("file-unlisted", path)
    for path, (size, digest) in sorted(listed.items()):
        found = files.read(path)
        if (len(found), sha256(found).hex()) != (size, digest):
            raise Failed("file-altered", path, sha256(found).hex(), digest)
    return Manifest(sha256(data).hex(), head, scope, rules_version, role)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("text")
    return value


def _number(value: object) -> int:
    if type(value) is not int:
        raise TypeError("number")
    return value


def _scope(said: dict[str, Any], size: int) -> Scope:
    if said == {"kind": "all"}:
        return Scope("all", 0, size, "")
    if said["kind"] == "lot" and said.keys() == {"kind", "lot"} and THING.fullmatch(said["lot"]):
        return Scope("lot", 0, size, said["lot"])
    first, after = _number(said["first"]), _number(said["after"])
    if said.keys() != {"kind", "first", "after"} or said["kind"] != "period" or not 0 <= first < after <= size:
        raise ValueError("scope")
    return Scope("period", first, after, "")


# ---------------------------------------------------------------------------------------- the whole check


class Trust(NamedTuple):
    """What the reader brings from outside the bundle; each part may be missing."""

    key: str | None = None
    policy: bytes | None = None
    kept: bytes | None = None


class Answer(NamedTuple):
    """What was found about a bundle in which everything holds."""

    head: Head
    scope: Scope
    role: str
    log_key: str
    signatures: int
    statements: int
    withheld: int
    not_included: int
    entries: int
    tiles: int
    disclosures: int
    documents: int
    packs: int
    files: int
    cosigned: list[str]
    first_recorded: str
    last_recorded: str
    is_signed: bool
    key_checked: bool
    policy_checked: bool
    kept_checked: bool


Runner = Callable[[Context, List[Task]], Iterator[Checked]]


def check(files: Files, trust: Trust, signed: Signed, run: Runner) -> Answer:
    """Check everything, in an order in which nothing is used before it was checked; raises Failed."""
    # 1. The files are those of the manifest. Who vouches for the manifest is settled in step 5.
    manifest = read_manifest(files)
    head, scope = manifest.head, manifest.scope
    checkpoint = parse_note(files.read("log/checkpoint"))
    found = parse_head(checkpoint)
    if checkpoint is None or found is None:
        raise Failed("checkpoint-malformed", "log/checkpoint")
    if found != head:
        raise Failed("checkpoint-differs", "log/checkpoint", found.size, head.size)

    # 2. The tree leads from the tiles to the checkpoint's root, and the entries are its leaves.
    tree = Tree(files, head.size)
    numbers = _tiles_wanted(tree, scope)
    tiles = tree.check(head.root)
    entries = Entries(head.origin)
    for number in numbers:
        entries.take(tree, number)

    # 3. Each statement is the one its entry names. Those about the log itself say who may sign.
    facts = Facts(head.origin)
    tasks, absent, frequency = [], {}, {}  # type: List[Task], Dict[int, str], Dict[str, int]
    for number in numbers:
        task = _read_statements(files, number, entries.digests, facts, absent, frequency)
        tasks.append(task)
    withheld = _check_absent(absent, entries.digests, facts, scope)

    # 4. The checkpoint is signed by the log's newest key, which the facts lead to from the first, and by witnesses.
    _check_log_keys(facts, checkpoint, signed)
    if trust.key is not None and parse_verifier_key(trust.key) not in facts.log_keys:
        raise Failed("key-differs", "log/checkpoint", facts.log_keys[-1].text, trust.key)
    cosigned, names_log = _check_witnesses(files, facts, checkpoint, trust.policy, signed)
    if trust.kept is not None:
        _check_kept(tree, facts, trust.kept, signed)

    # 5. The same key signed the list of files, or nobody did.
    is_signed = _check_manifest_note(files, manifest, facts.log_keys[-1], signed)

    # 6. Packs and rules are those the log adopted.
    packs = _check_packs(files, facts, manifest.rules_version)

    # 7. Every statement: form, key, signature, disclosures. All cores work at it.
    documents = frozenset(path[10:] for path in files.names if path.startswith("documents/"))
    often = sorted((kid for kid in frequency if frequency[kid] >= 100), key=lambda kid: -frequency[kid])[:50]
    context = Context(facts, frozenset(often), documents)
    signatures, named = 0, set()  # type: int, Set[str]
    once: set[object] = set()
    for checked in run(context, tasks):
        signatures += checked.signatures
        named |= checked.documents
        for each in [*checked.ids, *checked.numbers]:
            if each in once:
                raise Failed("statement-twice", each)
            once.add(each)

    # 8. Documents are what their names say, and statements here speak of them.
    for digest in sorted(documents):
        if sha256(files.read("documents/" + digest)).hex() != digest or digest not in named:
            raise Failed("document-differs", digest)

    times = [entries.recorded[index] for index in (min(entries.recorded), max(entries.recorded))]
    return Answer(
        head=head,
        scope=scope,
        role=manifest.role,
        log_key=facts.log_keys[-1].text,
        signatures=signatures,
        statements=sum(len(task.lines) for task in tasks),
        withheld=withheld,
        not_included=len(absent) - withheld,
        entries=len(entries.digests),
        tiles=tiles,
        disclosures=sum(len(task.disclosed) for task in tasks),
        documents=len(documents),
        packs=packs,
        files=len(files.names),
        cosigned=cosigned,
        first_recorded=times[0],
        last_recorded=times[1],
        is_signed=is_signed,
        key_checked=trust.key is not None or names_log,
        policy_checked=trust.policy is not None,
        kept_checked=trust.kept is not None,
    )


def _tiles_wanted(tree: Tree, scope: Scope) -> list[int]:
    """The numbers of the tiles of entries that are here. All that the scope asks for are, and each has its statements.

    A bundle of everything or of a lot holds the whole public log, so that nobody can leave out an entry unseen. One of
    a period holds the period's entries and those of the facts about keys.
    """
    must = tree.tiles(0) if scope.kind != "period" else range(scope.first // WIDTH, (scope.after - 1) // WIDTH + 1)
    numbers = set(tree.entries_here)
    if 0 not in numbers:
        raise Failed("tile-missing", tree.path("entries", 0))
    for number in must:
        if number not in numbers:
            raise Failed("tile-missing", tree.path("entries", number))
    if scope.kind != "period":
        for level in tree.levels:
            for number in tree.tiles(level):
                if not tree.files.has(tree.path(level, number)):
                    raise Failed("tile-missing", tree.path(level, number))
    beside = {f"{folder}/{number_path(number)}.txt" for number in numbers for folder in ("statements", "disclosures")}
    for path in sorted(tree.files.names):
        if path.startswith(("statements/", "disclosures/")) and path not in beside:
            raise Failed("file-unlisted", path)
    for number in tree.entries_here:
        if not tree.files.has(f"statements/{number_path(number)}.txt"):
            raise Failed("statement-missing", f"statements/{number_path(number)}.txt")
    return tree.entries_here


def _read_statements(
    files: Files,
    number: int,
    digests: dict[int, str],
    facts: Facts,
    absent: dict[int, str],
    frequency: dict[str, int],
) -> Task:
    """One file of statements, a line per entry: `<index> <JWS>`, `<index> withheld <text>`, `<index> not-included`."""
    path = f"statements/{number_path(number)}.txt"
    indexes = [index for index in range(number * WIDTH, (number + 1) * WIDTH) if index in digests]
    lines = _lines(files, path, "statement-malformed")
    if len(lines) != len(indexes):
        raise Failed("statement-missing", path, len(lines), len(indexes))
    task = Task([], {index: digests[index] for index in indexes}, [])
    for index, line in zip(indexes, lines):
        words = line.split(" ")
        if words[0] != str(index) or len(words) != (3 if words[1:2] == ["withheld"] else 2):
            raise Failed("statement-malformed", index)
        if words[1] in ("withheld", "not-included"):
            absent[index] = words[2] if len(words) == 3 else ""
            continue
        if sha256(words[1].encode()).hex() != digests[index]:
            raise Failed("statement-altered", index)
        statement = parse_statement(words[1], index)
        frequency[statement.kid] = frequency.get(statement.kid, 0) + 1
        if index == 0 or OF_THE_LOG.search(statement.payload):
            said = parse_envelope(statement, facts.origin, index)
            if index == 0 or said["fact"].partition(".")[0] in LOG_THEMES:
                facts.take(index, said)
        task.lines.append((index, words[1]))
    path = f"disclosures/{number_path(number)}.txt"
    for line in _lines(files, path, "disclosure-differs") if files.has(path) else ():
        digest, _, text = line.partition(" ")
        task.disclosed.append((digest, text))
    return task


def _lines(files: Files, path: str, kind: str) -> list[str]:
    try:
        text = files.read(path).decode("ascii")
    except UnicodeDecodeError:
        raise Failed(kind, path) from None
    if not text.endswith("\n"):
        raise Failed(kind, path)
    return text.split("\n")[:-1]


def _check_absent(absent: dict[int, str], digests: dict[int, str], facts: Facts, scope: Scope) -> int:
    """Statements that are not here: withheld ones stand as a later statement restates them; returns how many.

    Others may be left out of a lot's bundle alone, and never the first, which the keys rest on.
    """
    count = 0
    for index, text in absent.items():
        if not text:
            if index == 0 or scope.kind == "all" or (scope.kind == "period" and scope.first <= index < scope.after):
                raise Failed("statement-missing", index)
            continue
        count += 1
        said_at, restated = facts.withheld.get(digests[index], (-1, ""))
        if said_at <= index or unbase64url(text) != restated.encode() or not _may_be_withheld(index, restated, facts):
            raise Failed("withheld-differs", index)
    return count


def _may_be_withheld(index: int, restated: str, facts: Facts) -> bool:
    """Some facts are never withheld; of any other it stays known which key signed it, and that one could."""
    try:
        said = parse_json(restated.encode())
        if said["fact"].startswith(NOT_WITHHELD):
            return False
        key_may_sign(facts, index, said["key"], said)
    except (ValueError, TypeError, KeyError, AttributeError, Failed):
        return False
    return True


def _check_log_keys(facts: Facts, checkpoint: Note, signed: Signed) -> None:
    if not facts.log_keys:
        raise Failed("statement-missing", 0)
    for old, signature, message in facts.rotations:
        if not signed(old.public, signature, message, NARROW):
            raise Failed("key-not-authorised", old.text)
    # While a new key replaces an old one both sign; of both, each line that is there must be good.
    verdicts = [signed_by(checkpoint, key, signed) for key in facts.log_keys]
    if not verdicts[-1] or False in verdicts:
        raise Failed("checkpoint-signature", "log/checkpoint", "", facts.log_keys[-1].text)


def _check_witnesses(
    files: Files, facts: Facts, checkpoint: Note, outside: bytes | None, signed: Signed
) -> tuple[list[str], bool]:
    """The witnesses that cosigned, and whether the reader's policy names the log's key.

    Of the reader's policy, which must be met; without one, of the policy the bundle itself brings.
    """
    if files.has("log/policy"):
        data = files.read("log/policy")
        policy = parse_policy(data, "log/policy")
    else:
        data, policy = b"", Policy([], {}, [], "none")
    if outside is not None:
        policy = parse_policy(outside, "--policy")
        if policy.logs and not set(policy.logs) & set(facts.log_keys):
            raise Failed("key-differs", "--policy", facts.log_keys[-1].text, policy.logs[0].text)
    cosigned = cosigners(checkpoint, policy, signed)
    if outside is not None and not is_met(policy, cosigned):
        raise Failed("quorum-missing", "--policy", ", ".join(cosigned) or "none", policy.quorum)
    return cosigned, outside is not None and bool(policy.logs)


def _check_kept(tree: Tree, facts: Facts, kept: bytes, signed: Signed) -> None:
    """The log still begins with what it was when the reader kept a checkpoint of it."""
    note = parse_note(kept)
    head = parse_head(note)
    if note is None or head is None or head.origin != facts.origin or not head.size:
        raise Failed("kept-malformed", "--checkpoint")
    verdicts = [signed_by(note, key, signed) for key in facts.log_keys]
    if True not in verdicts or False in verdicts:
        raise Failed("kept-malformed", "--checkpoint")
    if head.size > tree.size:
        raise Failed("kept-ahead", "--checkpoint", tree.size, head.size)
    try:
        found = tree.root(head.size)
    except Failed as failed:
        raise Failed("kept-unprovable", failed.where) from None
    if found != head.root:
        raise Failed("kept-forked", "--checkpoint", found.hex(), head.root.hex())


def _check_manifest_note(files: Files, manifest: Manifest, log_key: VerifierKey, signed: Signed) -> bool:
    """The log's key signed the manifest; False where nobody did, because the key was not at hand."""
    note = parse_note(files.read("manifest.note"))
    text = f"{FORMAT}\n{manifest.head.origin}\n{manifest.digest}\n"
    if note is None or note.text != text or len(note.lines) > 1:
        raise Failed("manifest-signature", "manifest.note")
    if not note.lines:
        return False
    if not signed_by(note, log_key, signed):
        raise Failed("manifest-signature", "manifest.note", note.lines[0].name, log_key.text)
    return True


def _check_packs(files: Files, facts: Facts, rules_version: int) -> int:
    """Every pack the log adopted is here, byte for byte, and no other. Of a legality pack only the digest is kept."""
    here = {path[6:-5] for path in files.names if path.startswith("packs/")}
    for digest in sorted(here | {digest for digest, kind in facts.packs.items() if kind != "legality"}):
        if digest not in here or digest not in facts.packs:
            raise Failed("pack-differs", digest)
        if sha256(files.read(f"packs/{digest}.toml")).hex() != digest:
            raise Failed("pack-differs", digest)
    if rules_version != facts.rules_version:
        raise Failed("pack-differs", "manifest.json", rules_version, facts.rules_version)
    return len(here)


# ---------------------------------------------------------------------------------------- all cores

FEW = 2_000
"""Below so many signatures one process has finished before others would have begun."""

_CONTEXT: list[Context] = []


def _begin(context: Context) -> None:
    """Each process keeps the context and makes its own tables of the keys it meets."""
    _CONTEXT.append(context)


def _work(task: Task) -> Checked | Failed:
    try:
        return check_task(_CONTEXT[-1], task, ed25519)
    except Failed as failed:
        return failed


def on_cores(cores: int, tell: Callable[[int, int], None]) -> Runner:
    """Run tasks on this many processes; `tell` is told how many of how many signatures are done."""

    def run(context: Context, tasks: list[Task]) -> Iterator[Checked]:
        total, done = sum(len(task.lines) for task in tasks), 0
        if cores == 1 or total < FEW:
            _begin(context)
            results: Iterator[Checked | Failed] = map(_work, tasks)
            pool = None
        else:
            pool = multiprocessing.Pool(cores, _begin, (context,))
            results = pool.imap(_work, tasks, chunksize=1)
        try:
            for task, result in zip(tasks, results):
                if isinstance(result, Failed):
                    raise result
                done += len(task.lines)
                tell(done, total)
                yield result
        finally:
            if pool is not None:
                pool.terminate()
                pool.join()

    return run


def seconds_per_signature() -> float:
    """How long one signature takes here, measured on the base point as if it were a key."""
    signature = bytes(32) + (ORDER - 1).to_bytes(32, "little")
    public = _BASE_Y.to_bytes(32, "little")
    ed25519(public, signature, b"", WIDE)
    started = time.perf_counter()
    for _ in range(20):
        ed25519(public, signature, b"", WIDE)
    return (time.perf_counter() - started) / 20


# ---------------------------------------------------------------------------------------- what it says

SPANISH = {
    "This program has the SHA-256 {}.": "Este programa tiene el SHA-256 {}.",
    "Compare it with a copy of verify.py from elsewhere: it came with the bundle.": (
        "Compárelo con una copia de verify.py de otra fuente: vino con el paquete."
    ),
    "About {} s for {} signatures on {} cores.": "Unos {} s para {} firmas en {} núcleos.",
    "THE BUNDLE IS INTACT.": "EL PAQUETE ESTÁ INTACTO.",
    "THE BUNDLE IS NOT INTACT.": "EL PAQUETE NO ESTÁ INTACTO.",
    "Log": "Registro",
    "Entries": "Entradas",
    "Root": "Raíz",
    "Recorded": "Registrado",
    "Bundle of": "Paquete de",
    "the whole log": "todo el registro",
    "Made for": "Hecho para",
    "readers: nothing sealed": "lectores: sin nada sellado",
    "auditors: with what is sealed": "auditores: con lo sellado",
    "Statements": "Declaraciones",
    "Withheld": "Retiradas",
    "Not included": "No incluidas",
    "Signatures": "Firmas",
    "Disclosed values": "Valores revelados",
    "Documents": "Documentos",
    "Packs": "Paquetes de reglas",
    "Cosigned by": "Atestiguado por",
    "Time": "Tiempo",
    "Where": "Dónde",
    "Found": "Hallado",
    "Expected": "Esperado",
    "key checked against your copy": "clave comparada con su copia",
    "key not checked against an outside copy": "key not checked against an outside copy (clave no comparada con otra)",
    "This is the key to compare, with --key: {}": "Esta es la clave por comparar, con --key: {}",
    "the list of files is signed by the log's key": "la lista de archivos está firmada por la clave del registro",
    "THE LIST OF FILES IS NOT SIGNED: anybody with the log can have made this bundle": (
        "LA LISTA DE ARCHIVOS NO ESTÁ FIRMADA: cualquiera que tenga el registro pudo hacer este paquete"
    ),
    "witnesses: the policy you trust is met": "testigos: se cumple la política en que usted confía",
    "witnesses not checked against an outside policy": "testigos no comparados con una política de otra fuente",
    "the log still holds all it held at your checkpoint": "el registro conserva lo de su punto de control",
    "This does not prove:": "Esto no prueba:",
    "that what was stated is true: a statement is what its signer said": (
        "que lo declarado sea cierto: una declaración es lo que dijo quien firmó"
    ),
    "that nobody was shown another history: that takes witnesses or a checkpoint you kept": (
        "que a nadie se le mostró otra historia: para eso están los testigos o un punto de control guardado"
    ),
    "that the rules were kept: `chaski audit replay` judges every fact again": (
        "que se cumplieron las reglas: `chaski audit replay` juzga de nuevo cada hecho"
    ),
    "what the statements say that are not included, a revoked key among them": (
        "qué dicen las declaraciones no incluidas, entre ellas una clave revocada"
    ),
    "what the withheld statements said; what they meant is restated": (
        "qué decían las declaraciones retiradas; lo que significan está repetido"
    ),
    "that report.html was made from these facts: its figures are the operator's word": (
        "que report.html salga de estos hechos: sus cifras son palabra del operador"
    ),
}


NO_KEY = {
    "en": "--key: this is no verifier key; it reads name+8 letters+44 letters, and the log's operator publishes it",
    "es": "--key: esto no es una clave de verificación (no verifier key); se escribe nombre+8 letras+44 letras, y la"
    " publica quien opera el registro",
}


class Voice:
    """Speaks English or Spanish, or keeps quiet for --json."""

    def __init__(self, language: str, quiet: bool) -> None:
        self.language, self.quiet = language, quiet

    def word(self, text: str) -> str:
        return SPANISH[text] if self.language == "es" else text

    def say(self, text: str, *values: object) -> None:
        self.show(self.word(text).format(*values))

    def show(self, line: str) -> None:
        """Print a line; what a forger may have put into a name must not command the terminal."""
        if not self.quiet:
            print("".join(each if each.isprintable() else "?" for each in line))

    def rows(self, rows: Sequence[tuple[str, object]]) -> None:
        for name, value in rows:
            if value not in ("", None):
                self.show(f"  {self.word(name):<18} {value}")

    def failed(self, failed: Failed) -> None:
        code, english, spanish = KINDS[failed.kind]
        self.say("THE BUNDLE IS NOT INTACT.")
        self.show("  {} [{}, exit {}]".format(spanish if self.language == "es" else english, failed.kind, code))
        self.rows([("Where", failed.where), ("Found", failed.found), ("Expected", failed.expected)])

    def intact(self, answer: Answer, seconds: float) -> None:
        scope = answer.scope
        whole = self.word("the whole log")
        of = {"all": whole, "lot": scope.lot}.get(scope.kind, f"{scope.first}..{scope.after - 1}")
        made_for = "auditors: with what is sealed" if answer.role == "auditor" else "readers: nothing sealed"
        self.say("THE BUNDLE IS INTACT.")
        self.rows(
            [
                ("Log", answer.head.origin),
                ("Entries", f"{answer.head.size:,}"),
                ("Root", answer.head.root.hex()),
                ("Recorded", f"{answer.first_recorded} .. {answer.last_recorded}"),
                ("Bundle of", of),
                ("Made for", self.word(made_for)),
                ("Statements", f"{answer.statements:,}"),
                ("Withheld", answer.withheld or ""),
                ("Not included", f"{answer.not_included:,}" if answer.not_included else ""),
                ("Signatures", f"{answer.signatures:,}"),
                ("Disclosed values", answer.disclosures or ""),
                ("Documents", answer.documents or ""),
                ("Packs", answer.packs),
                ("Cosigned by", ", ".join(answer.cosigned)),
                ("Time", f"{seconds:.1f} s"),
            ]
        )
        for sign, sentence in self.judged(answer):
            self.show(f"  {sign} {self.word(sentence)}")
        if not answer.key_checked:
            self.say("This is the key to compare, with --key: {}", answer.log_key)
        self.say("This does not prove:")
        for sentence in not_proved(answer):
            self.show(f"  - {self.word(sentence)}")

    @staticmethod
    def judged(answer: Answer) -> Iterator[tuple[str, str]]:
        if answer.key_checked:
            yield "+", "key checked against your copy"
        else:
            yield "!", "key not checked against an outside copy"
        if answer.is_signed:
            yield "+", "the list of files is signed by the log's key"
        else:
            yield (
                "!",
                "THE LIST OF FILES IS NOT SIGNED: anybody with the log can have made this bundle",
            )
        if answer.policy_checked:
            yield "+", "witnesses: the policy you trust is met"
        else:
            yield "!", "witnesses not checked against an outside policy"
        if answer.kept_checked:
            yield "+", "the log still holds all it held at your checkpoint"


def not_proved(answer: Answer) -> Iterator[str]:
    yield "that what was stated is true: a statement is what its signer said"
    yield "that nobody was shown another history: that takes witnesses or a checkpoint you kept"
    yield "that the rules were kept: `chaski audit replay` judges every fact again"
    yield "that report.html was made from these facts: its figures are the operator's word"
    if answer.not_included or answer.scope.kind == "period":
        yield "what the statements say that are not included, a revoked key among them"
    if answer.withheld:
        yield "what the withheld statements said; what they meant is restated"


def as_document(answer: Answer) -> dict[str, Any]:
    """The answer as plain values."""
    values = answer._asdict()
    values["origin"], values["size"], values["root"] = answer.head.origin, answer.head.size, answer.head.root.hex()
    values["scope"] = {name: value for name, value in answer.scope._asdict().items() if value != ""}
    del values["head"]
    return values


def own_digest() -> str:
    with open(os.path.abspath(__file__), "rb") as file:
        return sha256(file.read()).hex()


def main(given: Sequence[str] | None = None) -> int:
    here = os.path.dirname(os.path.abspath(__file__))
    options = argparse.ArgumentParser("verify.py", description="Check an unpacked Chaski audit bundle, offline.")
    options.add_argument("folder", nargs="?", default=here)
    options.add_argument("--key", help="the log's verifier key, from a source you trust")
    options.add_argument("--policy", help="a file with the witnesses you trust")
    options.add_argument("--checkpoint", help="a file with a checkpoint of this log kept from earlier")
    options.add_argument("--json", action="store_true", help="one JSON document")
    options.add_argument("--lang", choices=["en", "es"], default="en")
    options.add_argument("--cores", type=int, default=os.cpu_count() or 1)
    asked = options.parse_args(given)
    if asked.key is not None and parse_verifier_key(asked.key) is None:
        options.error(NO_KEY[asked.lang])
    # A terminal of another century must not end the check with an error about a letter.
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]
    voice = Voice(asked.lang, asked.json)
    try:
        trust = Trust(asked.key, *(_outside(path) for path in (asked.policy, asked.checkpoint)))
    except OSError as error:
        options.error(str(error))
    voice.say("This program has the SHA-256 {}.", own_digest())
    voice.say("Compare it with a copy of verify.py from elsewhere: it came with the bundle.")
    started = time.perf_counter()
    code = 0
    try:
        answer = check(Files(asked.folder), trust, ed25519, _announced(voice, max(1, asked.cores)))
        voice.intact(answer, time.perf_counter() - started)
        document = {"intact": True, **as_document(answer)}
    except KeyboardInterrupt:
        return 130
    except Exception as error:  # a bundle made to confuse must not end in a stack of Python's own words
        failed = error if isinstance(error, Failed) else Failed("unreadable", type(error).__name__, error)
        code = KINDS[failed.kind][0]
        voice.failed(failed)
        document = {"intact": False, "kind": failed.kind, "sentence": KINDS[failed.kind][1]}
        document.update(where=failed.where, found=failed.found, expected=failed.expected)
    if asked.json:
        print(json.dumps({"exit": code, "program": own_digest(), **document}, sort_keys=True))
    return code


def _outside(path: str | None) -> bytes | None:
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()


def _announced(voice: Voice, cores: int) -> Runner:
    """Say beforehand how long it will take, and on a terminal how far it is."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty() and not voice.quiet:
            sys.stderr.write("\r  {:,} / {:,} {}".format(done, total, "\n" if done == total else ""))

    def run(context: Context, tasks: list[Task]) -> Iterator[Checked]:
        total = sum(len(task.lines) for task in tasks)
        used = cores if total >= FEW else 1
        # As much again for all that is around a signature.
        seconds = 2 * total * seconds_per_signature() / used
        voice.say("About {} s for {} signatures on {} cores.", max(1, round(seconds)), f"{total:,}", used)
        sys.stdout.flush()
        return on_cores(used, tell)(context, tasks)

    return run


if __name__ == "__main__":
    sys.exit(main())
