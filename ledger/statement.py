"""A signed fact as bytes, and the submission that carries it with its disclosures.

A statement is a compact JWS whose payload is the RFC 8785 form of an envelope around one fact.
Parsing is complete: what comes out has been checked in every respect that needs no books.
Whether the key was authorised is judged later, at an index.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, create_model

from ledger import canonical, keys
from ledger.errors import FormatError, Problem
from ledger.facts import Fact, Reference, known_types, references, sealed_fields
from ledger.facts.log import StatementVouched
from ledger.facts.misfits import echo, misfits
from ledger.facts.privacy import Restated, Withheld
from ledger.values import Basis, Digest, Moment, Origin, OwnCode, Thing

JWS_TYPE = "chaski-fact+jws"
MAX_PAYLOAD = 256 * 1024
Nonce = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]
"""16 random bytes, base64url."""


class Seen(BaseModel):
    """The last checkpoint the signer had verified when it signed."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    size: Annotated[int, Field(ge=0, le=2**53 - 1)]
    root: Digest


class Envelope(BaseModel):
    """What is said around every fact; `at` carries the signer's offset and its day is the day as written."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)
    fact: str
    id: Thing
    log: Origin
    by: Thing
    at: Moment
    nonce: Nonce
    body: Fact
    on_behalf_of: Annotated[Thing | None, Field(alias="for")] = None
    basis: Basis | None = None
    basis_document: Digest | None = None
    hand: OwnCode | None = None
    seen: Seen | None = None
    replaces: Digest | None = None
    seq: Annotated[int, Field(ge=1, le=2**53 - 1)] | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A signed fact: its exact bytes, who signed, and the parsed envelope."""

    payload: bytes
    signature: bytes
    kid: str
    digest: str
    envelope: Envelope
    references: tuple[Reference, ...]

    @classmethod
    def of(cls, payload: bytes, signature: bytes, kid: str, digest: str, envelope: Envelope) -> Statement:
        """Put a statement together, with every id its fact names."""
        return cls(payload, signature, kid, digest, envelope, tuple(references(envelope.body)))

    @property
    def fact(self) -> Fact:
        """The fact itself."""
        return self.envelope.body

    @property
    def type(self) -> str:
        """The fact's type and version, as in `lot.harvested/1`."""
        return self.envelope.fact

    @property
    def is_withheld(self) -> bool:
        """Whether the text is gone and only what was restated of it is left."""
        return not self.signature

    @property
    def actor(self) -> str:
        """The party whose act this is: the principal where one is named, else the stater."""
        return self.envelope.on_behalf_of or self.envelope.by

    @property
    def jws(self) -> bytes:
        """The compact JWS whose SHA-256 is the digest; nothing where the text was withheld."""
        if self.is_withheld:
            return b""
        return b".".join((header(self.kid), _b64(self.payload), _b64(self.signature)))


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The clear value of one sealed field: where it belongs, its salt and the value."""

    text: str
    pointer: str
    digest: str


@dataclass(frozen=True, slots=True)
class Submission:
    """A statement on its way in, with every disclosure its sealed fields need and no other."""

    statement: Statement
    public_key: bytes | None
    disclosures: tuple[Disclosure, ...]


_b64 = canonical.b64url_bytes


@cache
def header(kid: str) -> bytes:
    """The one header a statement of this key may have, base64url."""
    return _b64(canonical.encode({"alg": "Ed25519", "kid": kid, "typ": JWS_TYPE}))


@cache
def _envelope_of(fact_type: str) -> type[Envelope]:
    fact_class = known_types()[fact_type]
    return create_model(f"{fact_class.__name__}Envelope", __base__=Envelope, body=(fact_class, ...))


def parse_payload(payload: bytes) -> Envelope:
    """Read the canonical bytes of an envelope; raise FormatError with every problem at once."""
    loaded = canonical.load_canonical(payload)
    if not isinstance(loaded, dict):
        raise FormatError(Problem("statement-not-an-object", "", found=type(loaded).__name__))
    if "fact" not in loaded:
        raise FormatError(Problem("field-missing", "/fact"))
    fact_type = loaded["fact"]
    if not isinstance(fact_type, str) or fact_type not in known_types():
        raise FormatError(Problem("fact-unknown", "/fact", found=echo(fact_type)))
    if b"null" in payload and (nulls := list(_nulls(loaded, ""))):
        # What is not said is left out: one meaning, one spelling, one digest.
        raise FormatError(Problem("field-null", where) for where in nulls)
    try:
        return _envelope_of(fact_type).model_validate_json(payload)
    except ValidationError as error:
        raise FormatError(misfits(error)) from None


def _nulls(value: canonical.JsonValue, where: str) -> Iterator[str]:
    if value is None:
        yield where
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _nulls(inner, f"{where}/{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from _nulls(inner, f"{where}/{place}")


def parse_fact(fact_type: str, body: Mapping[str, Any]) -> Fact:
    """Read the body of one fact from plain values; raise FormatError with pointers into the body."""
    if fact_type not in known_types():
        raise FormatError(Problem("fact-unknown", "/fact", found=echo(fact_type)))
    try:
        return known_types()[fact_type].model_validate_json(canonical.encode(dict(body)))
    except ValidationError as error:
        raise FormatError(p.at("/body") for p in misfits(error)) from None


def parse_statement(jws: bytes) -> Statement:
    """Read a compact JWS strictly; the signature is checked by `check_signature`, with a key."""
    parts = jws.split(b".")
    if len(parts) != 3:
        raise FormatError(Problem("jws-malformed", "", found=len(parts), expected=3))
    head, payload_text, signature_text = parts
    header_bytes = _unb64(head, "header")
    loaded = canonical.load_canonical(header_bytes)
    kid = loaded.get("kid") if isinstance(loaded, dict) else None
    if not isinstance(kid, str) or len(kid) != 43 or header(kid) != head:
        raise FormatError(Problem("jws-header", "", expected=f"alg Ed25519, typ {JWS_TYPE}, kid"))
    signature = _unb64(signature_text, "signature")
    if len(signature) != 64:
        raise FormatError(Problem("jws-signature-length", "", found=len(signature), expected=64))
    payload = _unb64(payload_text, "payload")
    if len(payload) > MAX_PAYLOAD:
        raise FormatError(Problem("json-too-large", "", found=len(payload), expected=MAX_PAYLOAD))
    return Statement.of(payload, signature, kid, hashlib.sha256(jws).hexdigest(), parse_payload(payload))


def meant(statement: Statement) -> Statement:
    """The statement whose words count: what another key vouches for speaks for itself, any other is its own."""
    fact = statement.fact
    return parse_statement(fact.jws.encode()) if isinstance(fact, StatementVouched) else statement


def restore(payload: bytes, signature: bytes, kid: str, digest: str) -> Statement:
    """A statement as the store kept it; the caller re-hashes where trust matters (`verify`).

    Without a signature it is one whose text was withheld: the payload is then what was restated of it.
    """
    if not signature:
        return _stand_in(payload, kid, digest)
    return Statement.of(payload, signature, kid, digest, _envelope_trusted(payload))


def parse_restated(text: bytes) -> Restated:
    """Read what was restated of a withheld statement; raises FormatError where it is no such thing."""
    canonical.load_canonical(text)
    try:
        return Restated.model_validate_json(text)
    except ValidationError as error:
        raise FormatError(misfits(error)) from None


def restated_text(restated: Restated) -> str:
    """The canonical text of a restatement; what is not said is left out."""
    return canonical.encode(restated.model_dump(mode="json", exclude_none=True)).decode()


def _stand_in(payload: bytes, kid: str, digest: str) -> Statement:
    """What is left of a withheld statement: its place, who stated it, and its postings as its body."""
    restated = parse_restated(payload)
    envelope = Envelope.model_construct(
        fact=restated.fact,
        id=restated.id,
        log="",
        by=restated.by,
        at=restated.at,
        nonce="",
        body=Withheld(restated=restated),
        on_behalf_of=restated.on_behalf_of,
        replaces=restated.replaces,
        seq=restated.seq,
    )
    born = tuple(
        Reference("", mark.subject, (str(mark.value["thing"]),), born=True)
        for mark in restated.marks
        if mark.kind == "born" and "thing" in mark.value
    )
    return Statement(payload, b"", kid, digest, envelope, born)


def _envelope_trusted(payload: bytes) -> Envelope:
    loaded = canonical.load_canonical(payload)
    if not isinstance(loaded, dict):
        raise FormatError(Problem("statement-not-an-object", "", found=type(loaded).__name__))
    return _envelope_of(str(loaded["fact"])).model_validate_json(payload)


def parse_submission(data: bytes) -> tuple[Statement, tuple[Disclosure, ...]]:
    """Read `<JWS>~<disclosure>~...`; every sealed field needs its disclosure and no other may come."""
    jws, *rest = data.strip().split(b"~")
    statement = parse_statement(jws)
    disclosures = tuple(parse_disclosure(text) for text in rest if text)
    check_disclosures(statement.fact, disclosures)
    return statement, disclosures


def parse_disclosure(text: bytes) -> Disclosure:
    """Read one RFC 9901 disclosure: base64url of the canonical `[salt, pointer, value]`."""
    raw = _unb64(text, "disclosure")
    loaded = canonical.load_canonical(raw)
    if not (
        isinstance(loaded, list)
        and len(loaded) == 3
        and isinstance(loaded[0], str)
        and isinstance(loaded[1], str)
        and len(canonical.unb64url(loaded[0])) >= 16
    ):
        raise FormatError(Problem("disclosure-malformed", ""))
    return Disclosure(text.decode(), loaded[1], disclosure_digest(text))


def disclosure_digest(text: bytes) -> str:
    """What the sealed field holds: base64url of SHA-256 of the disclosure's own text."""
    return canonical.b64url(hashlib.sha256(text).digest())


def disclose(salt: bytes, pointer: str, value: Any) -> Disclosure:
    """Make the disclosure of a clear value at a pointer of the body."""
    text = _b64(canonical.encode([canonical.b64url(salt), pointer, value]))
    return Disclosure(text.decode(), pointer, disclosure_digest(text))


def disclosed_value(text: str) -> Any:
    """The clear value inside a disclosure."""
    loaded = canonical.load_canonical(canonical.unb64url(text))
    return loaded[2] if isinstance(loaded, list) else None


def check_disclosures(fact: Fact, disclosures: Iterable[Disclosure]) -> None:
    """Raise FormatError naming each sealed field without its disclosure and each disclosure without a field."""
    wanted = dict(sealed_fields(fact))
    given = {d.pointer: d.digest for d in disclosures}
    problems = [
        Problem("disclosure-missing", f"/body{pointer}")
        for pointer, digest in wanted.items()
        if given.get(pointer) != digest
    ]
    problems += [Problem("disclosure-unmatched", f"/body{pointer}") for pointer in given if pointer not in wanted]
    if problems:
        raise FormatError(problems)


def check_signature(statement: Statement, public_key: bytes) -> None:
    """Raise ProofError unless the key of the header signed these bytes."""
    keys.verify(public_key, statement.signature, header(statement.kid) + b"." + _b64(statement.payload))


def sign(envelope: Mapping[str, Any], key: keys.SigningKey) -> Statement:
    """Sign an envelope given as plain values; raise FormatError where it is not one."""
    payload = canonical.encode(dict(envelope))
    parsed = parse_payload(payload)
    signing_input = header(key.thumbprint) + b"." + _b64(payload)
    signature = key.sign(signing_input)
    digest = hashlib.sha256(signing_input + b"." + _b64(signature)).hexdigest()
    return Statement.of(payload, signature, key.thumbprint, digest, parsed)


def _unb64(text: bytes, part: str) -> bytes:
    try:
        return canonical.unb64url(text.decode("ascii"))
    except (FormatError, UnicodeDecodeError):
        raise FormatError(Problem("jws-encoding", "", found=part)) from None
