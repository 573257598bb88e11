"""Everything the log format refuses at the door, as files a user could send, each with the code that names it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ledger import canonical
from ledger.canonical import b64url
from ledger.statement import header

KID = "A" * 43
NONCE = "A" * 22
ORIGIN = "ledger.example/log/valle"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that must be refused: its name, its bytes, and the code it must be refused with."""

    name: str
    suffix: str
    data: bytes
    code: str


ENVELOPE = (
    b'{"at":"2026-05-01T08:00:00-05:00","body":%s,"by":"0123456789ABCDEF","fact":"vessel.emptied/1",'
    b'"id":"ABCDEFGH12345678","log":"' + ORIGIN.encode() + b'","nonce":"' + NONCE.encode() + b'"}'
)
UNSIGNED = b'{"fact":"vessel.emptied/1","id":"ABCDEFGH12345678","at":"2026-05-01T08:00:00-05:00","body":%s}'
BODY = b'{"vessel":"0123456789ABCDEF"}'

# What stands in place of the vessel's id; none of it is fit to be signed.
BODIES: list[tuple[str, bytes, str]] = [
    ("duplicate-key", b'{"vessel":"0123456789ABCDEF","vessel":"0123456789ABCDEG"}', "json-duplicate-key"),
    ("float", b'{"vessel":1.5}', "json-float"),
    ("exponent", b'{"vessel":1e3}', "json-float"),
    ("integer-beyond-2-53", b'{"vessel":9007199254740992}', "json-integer-range"),
    ("negative-integer-beyond-2-53", b'{"vessel":-9007199254740992}', "json-integer-range"),
    ("nan", b'{"vessel":NaN}', "json-not-finite"),
    ("infinity", b'{"vessel":-Infinity}', "json-not-finite"),
    ("lone-surrogate", b'{"vessel":"\\ud800"}', "json-surrogate"),
    ("nul", b'{"vessel":"\\u0000"}', "json-nul"),
    ("not-nfc", b'{"vessel":"%s"}' % unicodedata.normalize("NFD", "ñandú").encode(), "json-not-nfc"),
    ("nested-too-deep", b'{"vessel":' + b"[" * 40 + b"]" * 40 + b"}", "json-too-deep"),
    ("list-too-long", b'{"vessel":[' + b",".join([b"1"] * 2501) + b"]}", "json-list-too-long"),
    ("too-large", b'{"vessel":"' + b"x" * 256 * 1024 + b'"}', "json-too-large"),
    ("not-json", b'{"vessel":', "json-malformed"),
    ("unknown-field", b'{"colour":"red","vessel":"0123456789ABCDEF"}', "field-unknown"),
    ("missing-field", b"{}", "field-missing"),
]


def signed(payload: bytes, *, kid: str = KID) -> bytes:
    """A compact JWS around any bytes; its signature is 64 zero bytes, for all of these fail before it is looked at."""
    return b".".join((header(kid), b64url(payload).encode(), b64url(bytes(64)).encode()))


def refusals() -> Iterator[Refusal]:
    """Every refusal, as an unsigned JSON file and as a signed submission where both can be."""
    for name, body, code in BODIES:
        yield Refusal(f"{name}-unsigned", ".json", UNSIGNED % body, code)
        yield Refusal(f"{name}-signed", ".jose", signed(ENVELOPE % body), code)
    good = UNSIGNED % BODY
    yield Refusal("bom-unsigned", ".json", b"\xef\xbb\xbf" + good, "json-bom")
    yield Refusal("utf-16-unsigned", ".json", good.decode().encode("utf-16-le"), "json-encoding")
    yield Refusal("utf-16-with-mark-unsigned", ".json", good.decode().encode("utf-16"), "json-encoding")
    yield Refusal("latin-1-unsigned", ".json", UNSIGNED % b'{"vessel":"\xf1"}', "json-encoding")
    payload = ENVELOPE % BODY
    yield Refusal("bom-signed", ".jose", signed(b"\xef\xbb\xbf" + payload), "json-bom")
    yield Refusal("utf-16-signed", ".jose", signed(payload.decode().encode("utf-16-le")), "json-encoding")
    yield Refusal("spaces-do-not-round-trip", ".jose", signed(payload.replace(b",", b", ")), "json-not-canonical")
    yield Refusal("unordered-does-not-round-trip", ".jose", signed(UNSIGNED % BODY), "json-not-canonical")
    yield Refusal(
        "escape-does-not-round-trip",
        ".jose",
        signed(payload.replace(b'"vessel"', b'"\\u0076essel"')),
        "json-not-canonical",
    )
    yield Refusal(
        "unknown-fact", ".jose", signed(payload.replace(b"vessel.emptied/1", b"vessel.painted/1")), "fact-unknown"
    )
    yield Refusal("list-instead-of-envelope", ".jose", signed(b"[]"), "statement-not-an-object")
    whole = signed(payload)
    yield Refusal("two-parts", ".jose", whole.rpartition(b".")[0], "jws-malformed")
    # The last character of 64 bytes holds four bits that mean nothing: 15 more spellings of one signature.
    yield Refusal("another-spelling-of-the-signature", ".jose", whole[:-1] + b"B", "jws-encoding")
    yield Refusal("padded-payload", ".jose", whole.replace(b".", b"=.", 2), "jws-encoding")
    yield Refusal("short-signature", ".jose", whole[:-6], "jws-signature-length")
    other = canonical.encode({"alg": "EdDSA", "kid": KID, "typ": "chaski-fact+jws"})
    yield Refusal("other-algorithm", ".jose", b".".join((b64url(other).encode(), *whole.split(b".")[1:])), "jws-header")
    disclosure = b64url(canonical.encode([b64url(bytes(16)), "/note", "hola"])).encode()
    yield Refusal("unmatched-disclosure", ".jose", whole + b"~" + disclosure, "disclosure-unmatched")
    yield Refusal("malformed-disclosure", ".jose", whole + b"~" + b64url(b"[1]").encode(), "disclosure-malformed")
    yield Refusal("missing-disclosure", ".jose", signed(sealed_without_disclosure()), "disclosure-missing")


def sealed_without_disclosure() -> bytes:
    """A closing of the log whose sealed reason was not sent along."""
    return canonical.encode(
        {
            "at": "2026-05-01T08:00:00-05:00",
            "body": {"reason": "A" * 43},
            "by": "0123456789ABCDEF",
            "fact": "log.closed/1",
            "id": "ABCDEFGH12345678",
            "log": ORIGIN,
            "nonce": NONCE,
        }
    )
