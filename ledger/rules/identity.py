"""Who speaks: the right log, an authorised key, a known party, a mandate, and names that stand or are new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.errors import Problem
from ledger.facts.log import (
    LogOpened,
)
from ledger.facts.parties import MandateEnded, MandateGiven
from ledger.postings.log import LOG
from ledger.rules.base import Heard, Packs, rule
from ledger.state import Standing, State
from ledger.values import day_of

NEVER_DELEGABLE = frozenset(
    {
        "key.authorised/1",
        "key.revoked/1",
        "statement.vouched/1",
        "delivery.confirmed/1",
        "erasure.done/1",
        "statement.withheld/1",
        "delivery.disputed/1",
        "payment.confirmed/1",
        "premium.confirmed/1",
        "finding.recorded/1",
        "finding.closed/1",
    }
)
"""Fact types nobody may let the node sign for them: key facts, an auditor's findings, the word of who was paid."""


@rule()
def log_is_named(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The statement was made for this log."""
    del state, packs
    if heard.statement.envelope.log != heard.origin:
        yield Problem("statement-wrong-log", "/log", heard.statement.envelope.log, heard.origin)


@rule()
def log_is_open(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The log has a beginning, only one, and no end yet."""
    del packs
    genesis = isinstance(heard.fact, LogOpened)
    if genesis != (heard.index == 0):
        yield Problem("genesis-only-once", "/fact", heard.statement.type)
    if heard.index > 0 and state.latest(LOG, "closed") is not None:
        yield Problem("log-closed")


@rule()
def key_is_authorised(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The key was authorised before this index for this party and fact, and not revoked before it."""
    del packs
    if heard.index == 0 or heard.vouched:
        return
    envelope, kid = heard.statement.envelope, heard.statement.kid
    key = state.latest(kid, "key")
    if key is None:
        yield Problem("key-unknown", "", kid, retry="after-sync")
        return
    yield from _belongs(heard, state, key)
    yield from _not_revoked(heard, state)
    if key["kind"] == "device" and envelope.seq is None:
        yield Problem("seq-missing", "/seq")
    if envelope.seq is not None:
        there = state.at_seq(kid, envelope.seq)
        if there is not None and there != heard.statement.digest:
            yield Problem("key-forked", "/seq", envelope.seq, details={"other": there})


def _belongs(heard: Heard, state: State, key: Mapping[str, object]) -> Iterator[Problem]:
    envelope = heard.statement.envelope
    if key["party"] == envelope.by:
        types = key.get("fact_types")
        if isinstance(types, list) and heard.statement.type not in types:
            yield Problem("key-not-for-fact", "/fact", heard.statement.type, details={"party": envelope.by})
        return
    if key["kind"] != "node":
        yield Problem("key-not-of-party", "/by", envelope.by, str(key["party"]))
        return
    if heard.statement.type in NEVER_DELEGABLE:
        yield Problem("fact-not-delegable", "/fact", heard.statement.type)
        return
    delegation = state.latest(envelope.by, "delegation")
    allowed = delegation.get("fact_types") if delegation is not None else []
    if not isinstance(allowed, list) or heard.statement.type not in allowed:
        yield Problem("key-not-for-fact", "/fact", heard.statement.type, details={"party": envelope.by})


def _not_revoked(heard: Heard, state: State) -> Iterator[Problem]:
    revoked = state.latest(heard.statement.kid, "revoked")
    if revoked is None:
        return
    last_good = revoked.get("last_good_seq")
    seq = heard.statement.envelope.seq
    # A retired key's earlier work may still arrive from a device that was offline.
    if revoked["reason"] == "retired" and seq is not None and isinstance(last_good, int) and seq <= last_good:
        return
    yield Problem("key-revoked", "", str(revoked["reason"]), retry="after-change")


@rule()
def stater_stands(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The party that speaks, and the one it speaks for, are registered."""
    del packs
    if heard.index == 0:
        return
    envelope = heard.statement.envelope
    for where, party in (("/by", envelope.by), ("/for", envelope.on_behalf_of)):
        if party is not None and not _is_kind(state, party, ("party",)):
            yield Problem("party-unknown", where, party, retry="after-change")


@rule()
def agent_has_mandate(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Whoever speaks for another holds its mandate for this theme on this day."""
    del packs
    envelope = heard.statement.envelope
    principal = envelope.on_behalf_of
    if principal is None or principal == envelope.by:
        return
    theme = heard.statement.type.partition(".")[0]
    day = day_of(envelope.at)
    facility = getattr(heard.fact, "facility", None)
    for mark in state.marks(principal, "mandate"):
        given = mark.value
        themes, places, until = given["themes"], given["facilities"], given.get("valid_to")
        ended = state.marks(str(given["mandate"]), "ended")
        if (
            given["agent"] == envelope.by
            and isinstance(themes, list)
            and theme in themes
            and isinstance(places, list)
            and (not places or facility is None or facility in places)
            and mark.effective_from <= day
            and (until is None or day <= str(until))
            and not any(end.effective_from <= day for end in ended)
        ):
            return
    yield Problem("mandate-missing", "/for", principal, theme)


@rule(MandateGiven, MandateEnded)
def mandate_is_given_by_its_principal(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only the principal gives a mandate; it or its agent ends it; a registrar may do both."""
    del packs
    fact = heard.fact
    if has_role(state, heard.statement.envelope.by, "registrar"):
        return
    if isinstance(fact, MandateGiven) and heard.actor != fact.principal:
        yield Problem("mandate-not-yours", "/body/principal", heard.actor, fact.principal)
    if isinstance(fact, MandateEnded):
        born = state.birth(fact.mandate)
        if born is not None and heard.actor not in (born["principal"], born["agent"]):
            yield Problem("mandate-not-yours", "/body/mandate", heard.actor, str(born["principal"]))


@rule()
def names_stand_or_are_new(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Every id a fact names is known and of the right kind; every id it bears is new."""
    del packs
    born_here: set[str] = set()
    for reference in heard.statement.references:
        where = f"/body{reference.where}"
        if reference.born:
            if reference.thing in born_here:
                yield Problem("id-used-twice", where, reference.thing)
            born_here.add(reference.thing)
            yield from _is_new(heard, state, reference.thing, reference.kinds[0], where)
        elif reference.thing not in born_here and not _is_kind(state, reference.thing, reference.kinds):
            yield _unknown(state, reference.thing, reference.kinds, where)


def _is_new(heard: Heard, state: State, thing: str, kind: str, where: str) -> Iterator[Problem]:
    born = state.birth(thing)
    if born is None:
        return
    if kind != "lot" or born.get("thing") != "lot":
        yield Problem("id-already-used", where, thing, details={"kind": str(born.get("thing", ""))})
        return
    again = next((m.value for m in heard.postings.marks if m.subject == thing and m.kind == "born"), {})
    same = again == born
    yield Problem("lot-already-recorded" if same else "lot-restated-differently", where, thing)


def _unknown(state: State, thing: str, kinds: tuple[str, ...], where: str) -> Problem:
    born = state.birth(thing)
    if born is not None:
        return Problem("reference-wrong-kind", where, str(born.get("thing", "")), " / ".join(kinds))
    if kinds == ("lot",):
        return Problem("lot-unknown", where, thing, retry="after-sync")
    return Problem("reference-unknown", where, thing, " / ".join(kinds), retry="after-sync")


def _is_kind(state: State, thing: str, kinds: tuple[str, ...]) -> bool:
    born = state.birth(thing)
    return born is not None and born.get("thing") in kinds


def has_role(state: State, party: str, role: str) -> bool:
    """Whether a party holds a role as the books stand."""
    granted: Standing | None = None
    for mark in state.marks(party, "role"):
        if mark.value["role"] == role:
            granted = mark
    return granted is not None and bool(granted.value["granted"])
