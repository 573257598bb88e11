"""Audits: who opens and attests them, what an auditor may be shown, how samples are drawn, whose word a finding is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from typing import Final

from ledger.errors import LedgerError, Problem
from ledger.facts.audits import (
    AccessEnded,
    AccessGranted,
    AccessUsed,
    AuditAttested,
    AuditOpened,
    Contradiction,
    FindingClosed,
    FindingRecorded,
    SampleDrawn,
)
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.claimed import claimed_origin
from ledger.log.fork import Fork
from ledger.log.note import Note, VerifierKey
from ledger.packs.sampling import sampling
from ledger.postings.log import LOG
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import State
from ledger.values import day_of

AUDITING: Final = ("auditor", "certifier", "authority")
_PROVEN: Final = ("log-fork", "log-rollback")
"""Kinds of findings that must prove themselves."""


@rule(AuditOpened, AuditAttested, SampleDrawn, FindingRecorded, FindingClosed)
def auditor_speaks(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Audits are opened, drawn for, found in and attested by whoever holds a role for it."""
    del packs
    if not _audits(state, heard.actor):
        yield Problem("role-required", "/by", heard.actor, " / ".join(AUDITING))


@rule(AuditOpened)
def audit_runs_forward(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Its period does not end before it begins; its last day, and that of its population, are not over yet."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, AuditOpened):
        return
    if fact.period_to < fact.period_from:
        yield Problem("period-reversed", "/body/period_to", fact.period_to, fact.period_from)
    opened_on = day_of(heard.statement.envelope.at)
    if fact.ends_on < opened_on:
        yield Problem("period-reversed", "/body/ends_on", fact.ends_on, opened_on)
    if fact.population_on is not None and fact.population_on < opened_on:
        yield Problem("period-reversed", "/body/population_on", fact.population_on, opened_on)


@rule(AuditAttested)
def attested_log_was_there(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nobody attests to entries the log does not have, and only whoever opened an audit attests to it."""
    del packs
    fact = heard.fact
    if not isinstance(fact, AuditAttested):
        return
    if fact.size > heard.index:
        yield Problem("size-unknown", "/body/size", fact.size, heard.index)
    if fact.audit is not None:
        yield from _of_its_auditor(state, fact.audit, heard.actor)


# ---------------------------------------------------------------- access


@rule(AccessGranted)
def access_is_given_by_whose_it_is(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A party opens what is its own; a registrar may open for others, and answers for it."""
    del packs
    fact = heard.fact
    if not isinstance(fact, AccessGranted) or has_role(state, heard.statement.envelope.by, "registrar"):
        return
    for place, party in enumerate(fact.parties):
        if party != heard.actor:
            yield Problem("access-not-yours", f"/body/parties/{place}", heard.actor, party)


@rule(AccessGranted)
def access_goes_to_an_auditor(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """It goes to whoever audits; where an audit is named, to whoever opened it and on the parties it is about."""
    del packs
    fact = heard.fact
    if not isinstance(fact, AccessGranted):
        return
    if not _audits(state, fact.auditor):
        yield Problem("role-required", "/body/auditor", fact.auditor, " / ".join(AUDITING))
    if fact.audit is not None:
        yield from _of_its_auditor(state, fact.audit, fact.auditor)
        for place, party in enumerate(fact.parties):
            yield from _is_audited(state, fact.audit, party, f"/body/parties/{place}")


@rule(AccessGranted)
def access_runs_forward(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """It does not end before it begins, and neither does the period it opens."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, AccessGranted):
        return
    if fact.period_from is not None and fact.period_to is not None and fact.period_to < fact.period_from:
        yield Problem("period-reversed", "/body/period_to", fact.period_to, fact.period_from)
    given_on = day_of(heard.statement.envelope.at)
    if fact.until < given_on:
        yield Problem("period-reversed", "/body/until", fact.until, given_on)


@rule(AccessEnded)
def access_is_ended_once_by_either_side(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Whoever gave it, whose it is or who got it ends it, or a registrar; what has ended does not end again."""
    del packs
    fact = heard.fact
    born = _birth(state, fact.grant, "grant") if isinstance(fact, AccessEnded) else None
    if not isinstance(fact, AccessEnded) or born is None:
        return
    sides = {str(born["by"]), str(born["auditor"]), *_listed(born, "parties")}
    if heard.actor not in sides and not has_role(state, heard.statement.envelope.by, "registrar"):
        yield Problem("access-not-yours", "/body/grant", heard.actor, str(born["by"]))
    if state.marks(fact.grant, "ended"):
        yield Problem("access-ended", "/body/grant", fact.grant)


@rule(AccessUsed)
def look_is_told_by_the_operator(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What was shown is said by whoever runs the ledger and showed it."""
    del packs
    by = heard.statement.envelope.by
    if not has_role(state, by, "operator"):
        yield Problem("role-required", "/by", by, "operator")


@rule(AccessUsed)
def look_stays_within_its_grant(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nothing is shown through a grant that has ended or run out, to who audits no more, or in a way it does not open.

    The node states a look before it answers: where this refuses it, there is no answer.
    """
    del packs
    fact = heard.fact
    born = _birth(state, fact.grant, "grant") if isinstance(fact, AccessUsed) else None
    if not isinstance(fact, AccessUsed) or born is None:
        return
    if state.marks(fact.grant, "ended"):
        yield Problem("access-ended", "/body/grant", fact.grant)
    if day_of(heard.recorded_at) > str(born["until"]):
        yield Problem("access-expired", "/body/grant", day_of(heard.recorded_at), str(born["until"]))
    if not _audits(state, str(born["auditor"])):
        yield Problem("role-required", "/body/grant", str(born["auditor"]), " / ".join(AUDITING))
    if fact.look not in _listed(born, "looks"):
        yield Problem("access-not-covered", "/body/look", fact.look, ", ".join(_listed(born, "looks")))
    if fact.log_size > heard.index:
        yield Problem("size-unknown", "/body/log_size", fact.log_size, heard.index)


# ---------------------------------------------------------------- samples


@rule(SampleDrawn)
def sample_shows_the_seed_committed_to(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The seed is the one whose digest the auditor gave when it opened the audit, and the sample is of that audit."""
    del packs
    fact = heard.fact
    born = _birth(state, fact.audit, "audit") if isinstance(fact, SampleDrawn) else None
    if not isinstance(fact, SampleDrawn) or born is None:
        return
    yield from _of_its_auditor(state, fact.audit, heard.actor)
    yield from _is_audited(state, fact.audit, fact.party, "/body/party")
    shown = hashlib.sha256(bytes.fromhex(fact.seed)).hexdigest()
    if shown != born["seed_digest"]:
        yield Problem("seed-not-committed", "/body/seed", shown, str(born["seed_digest"]))


@rule(SampleDrawn)
def population_came_after_the_seed(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The population is read from a log that holds the commitment already, and none from entries to come.

    Otherwise whoever draws could choose the seed by whom it draws. Nor is it read from what was recorded since a sample
    of the audit has shown the seed: whoever knows it steers the root with the next fact.
    """
    del packs
    fact = heard.fact
    if not isinstance(fact, SampleDrawn):
        return
    for opened in state.marks(fact.audit, "born"):
        if fact.log_size <= opened.index:
            yield Problem("population-before-seed", "/body/log_size", fact.log_size, opened.index + 1)
        fixed_on = opened.value.get("population_on")
        if fixed_on is not None and day_of(heard.recorded_at) <= str(fixed_on):
            yield Problem("population-open", "/body/log_size", day_of(heard.recorded_at), str(fixed_on), "after-change")
    for shown in state.marks(fact.audit, "sampled")[:1]:
        if fact.log_size > shown.index:
            yield Problem("population-after-seed", "/body/log_size", fact.log_size, shown.index, "after-change")
    if fact.log_size > heard.index:
        yield Problem("size-unknown", "/body/log_size", fact.log_size, heard.index)


@rule(SampleDrawn)
def sample_is_drawn_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """From one population for one purpose an audit draws once: drawing again until it pleases is choosing."""
    del packs
    fact = heard.fact
    if not isinstance(fact, SampleDrawn):
        return
    for mark in state.marks(fact.audit, "sampled"):
        before = (mark.value["party"], mark.value["population"], mark.value["purpose"])
        if before == (fact.party, fact.population, fact.purpose):
            yield Problem("sample-already-drawn", "/body/purpose", fact.purpose, str(mark.value["sample"]))


@rule(SampleDrawn)
def sample_is_large_enough(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """As many are drawn as the size rule asks for, each once, and no more than there are."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, SampleDrawn):
        return
    sizes = sampling().sizes
    if fact.size_rule not in sizes:
        yield Problem("size-rule-unknown", "/body/size_rule", fact.size_rule, ", ".join(sizes))
        return
    least, drawn = sizes[fact.size_rule].of(fact.population_size), len(fact.drawn)
    if len(set(fact.drawn)) < drawn:
        yield Problem("sample-repeats", "/body/drawn", drawn, len(set(fact.drawn)))
    elif drawn < least:
        yield Problem("sample-too-small", "/body/drawn", drawn, least)
    elif drawn > fact.population_size:
        yield Problem("sample-too-large", "/body/drawn", drawn, fact.population_size)


# ---------------------------------------------------------------- findings


@rule(FindingRecorded, FindingClosed)
def finding_is_its_auditors_own(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Whoever opened an audit finds in it; whoever recorded a finding closes it, once."""
    del packs
    fact = heard.fact
    if isinstance(fact, FindingRecorded):
        if fact.audit is not None:
            yield from _of_its_auditor(state, fact.audit, heard.actor)
        return
    born = _birth(state, fact.finding, "finding") if isinstance(fact, FindingClosed) else None
    if not isinstance(fact, FindingClosed) or born is None:
        return
    if born["by"] != heard.actor:
        yield Problem("finding-of-another", "/body/finding", heard.actor, str(born["by"]))
    if state.marks(fact.finding, "closed"):
        yield Problem("finding-closed", "/body/finding", fact.finding)


@rule(FindingRecorded)
def contradiction_holds(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Who says that a log forked or went back shows two checkpoints, both under that log's keys, which prove it.

    A fork: one size and two roots, or a larger tree that does not continue the smaller. A rollback: this log once
    signed a size it does not have as this is recorded.
    """
    del packs
    fact = heard.fact
    if not isinstance(fact, FindingRecorded):
        return
    shown = fact.contradiction
    if (shown is not None) != (fact.kind in _PROVEN):
        code = "contradiction-missing" if shown is None else "contradiction-misplaced"
        yield Problem(code, "/body/contradiction", fact.kind, " / ".join(_PROVEN))
        return
    if shown is None:
        return
    try:
        keys = _log_keys(shown, heard.origin, state)
        if fact.kind == "log-fork":
            _fork(shown).verify(keys)
            return
        # Both are opened: what is no checkpoint of a known log proves nothing, whatever lies beside it.
        ahead = [_is_ahead(note, keys, heard) for note in (shown.first, shown.second)]
        if not any(ahead):
            yield Problem("contradiction-unproven", "/body/contradiction", heard.index, fact.kind)
    except LedgerError as error:
        yield Problem("contradiction-unproven", "/body/contradiction", error.problems[0].code, fact.kind)


def _fork(shown: Contradiction) -> Fork:
    """The evidence as the log's formats have it, whichever checkpoint was named first."""
    notes = [Note.parse(text.encode()) for text in (shown.first, shown.second)]
    root = b"" if shown.root is None else bytes.fromhex(shown.root)
    smaller, larger = sorted(notes, key=lambda note: Checkpoint.parse(note.text).size)
    return Fork(smaller, larger, root, tuple(bytes.fromhex(each) for each in shown.proof))


def _is_ahead(note: str, keys: list[VerifierKey], heard: Heard) -> bool:
    """Whether this log signed a size that it does not have; raises ProofError where none of its keys signed."""
    checkpoint = open_checkpoint(note.encode(), keys).checkpoint
    return checkpoint.origin == heard.origin and checkpoint.size > heard.index


def _log_keys(shown: Contradiction, here: str, state: State) -> list[VerifierKey]:
    """Every key the log ever signed with: what it once signed binds it for ever."""
    origin = claimed_origin(shown.first.encode())
    if origin is None:
        return []
    marks = state.marks(LOG, "log-key") if origin == here else state.marks(origin, "trusted")
    return [VerifierKey.parse(text) for text in dict.fromkeys(str(mark.value["log_key"]) for mark in marks)]


# ---------------------------------------------------------------- what several ask


def _audits(state: State, party: str) -> bool:
    return any(has_role(state, party, role) for role in AUDITING)


def _birth(state: State, thing: str, kind: str) -> Mapping[str, object] | None:
    """What was said at the birth of a thing of this kind; that it stands and is one is asked of every name."""
    born = state.birth(thing)
    return born if born is not None and born.get("thing") == kind else None


def _of_its_auditor(state: State, audit: str, actor: str) -> Iterator[Problem]:
    """Nobody speaks in another's audit."""
    opened = _birth(state, audit, "audit")
    if opened is not None and opened["by"] != actor:
        yield Problem("audit-of-another", "/body/audit", actor, str(opened["by"]))


def _is_audited(state: State, audit: str, party: str, where: str) -> Iterator[Problem]:
    opened = _birth(state, audit, "audit")
    if opened is not None and party not in _listed(opened, "parties"):
        yield Problem("party-not-audited", where, party, ", ".join(_listed(opened, "parties")))


def _listed(value: Mapping[str, object], name: str) -> list[str]:
    found = value.get(name)
    return [str(each) for each in found] if isinstance(found, list) else []
