"""Keys come and go: enrolled with proof of possession, revoked by their own, vouched for by another of the party."""

from __future__ import annotations

from collections.abc import Iterator

from ledger import canonical, keys
from ledger.errors import FormatError, LedgerError, Problem, ProofError
from ledger.facts.corrections import FactRetracted
from ledger.facts.log import KeyAuthorised, KeyRevoked, StatementVouched
from ledger.postings.log import thumbprint
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import State
from ledger.statement import check_signature, parse_statement


@rule(KeyAuthorised)
def key_may_be_enrolled(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A new key is sound, proves possession, belongs to no other party, and is authorised by its own or a registrar."""
    del packs
    fact = heard.fact
    if not isinstance(fact, KeyAuthorised):
        return
    public = canonical.unb64url(fact.key)
    speaker = heard.statement.envelope.by
    if speaker != fact.party and not has_role(state, speaker, "registrar"):
        yield Problem("key-not-yours", "/body/party", fact.party)
    try:
        keys.check_enrolment(public)
        keys.verify(public, canonical.unb64url(fact.proof), keys.possession_message(heard.origin, fact.party, public))
    except FormatError as error:
        yield from (p.at("/body/key") for p in error.problems)
    except ProofError:
        yield Problem("key-proof-invalid", "/body/proof")
    standing = state.latest(thumbprint(fact.key), "key")
    if fact.kind == "node":
        if standing is None or standing["kind"] != "node":
            yield Problem("node-key-unknown", "/body/key")
    elif standing is not None:
        code = "key-of-another-party" if standing["party"] != fact.party else "key-already-authorised"
        yield Problem(code, "/body/key")
    if not fact.fact_types and fact.kind == "node":
        yield Problem("delegation-empty", "/body/fact_types")


@rule(KeyRevoked)
def key_is_revoked_by_its_own(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A key is revoked by its party or a registrar."""
    del packs
    fact = heard.fact
    if not isinstance(fact, KeyRevoked):
        return
    key = state.latest(fact.key, "key")
    speaker = heard.statement.envelope.by
    if key is None:
        yield Problem("key-unknown", "/body/key", fact.key)
    elif key["party"] != speaker and not has_role(state, speaker, "registrar"):
        yield Problem("key-not-yours", "/body/key", speaker)


@rule(StatementVouched)
def vouched_statement_is_sound(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is vouched for is a statement of the same party, signed by one of its revoked keys."""
    del packs
    fact = heard.fact
    if not isinstance(fact, StatementVouched):
        return
    try:
        inner = parse_statement(fact.jws.encode())
        key = state.latest(inner.kid, "key")
        if key is None:
            yield Problem("key-unknown", "/body/jws", inner.kid)
            return
        check_signature(inner, canonical.unb64url(str(key["public"])))
    except LedgerError as error:
        yield from (p.at("/body/jws") for p in error.problems)
        return
    if state.known(inner.digest) is not None or state.marks(inner.digest, "vouched"):
        yield Problem("vouched-already-stands", "/body/jws", inner.digest)
    elif state.digest_of(inner.envelope.id) is not None:
        yield Problem("id-conflict", "/body/jws", inner.envelope.id)
    if inner.envelope.by != heard.statement.envelope.by or key["party"] != inner.envelope.by:
        yield Problem("vouched-not-yours", "/body/jws")
    if state.latest(inner.kid, "revoked") is None:
        yield Problem("vouched-key-still-good", "/body/jws")
    corrects = inner.envelope.replaces is not None
    if corrects or isinstance(inner.fact, StatementVouched | FactRetracted | KeyAuthorised | KeyRevoked):
        yield Problem("fact-not-vouchable", "/body/jws", inner.type)
