"""Agreements: who speaks of them, under what they stand, terms that run on, breaches and sanctions that can be.

Whether somebody was eligible is never asked here: it is answered by `claims`, and no fact is refused for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import cast

from ledger.claims.agreement import text, words
from ledger.errors import Problem
from ledger.facts.agreements import (
    AgreementExtended,
    AgreementJoined,
    AgreementLeft,
    AgreementMonitored,
    AgreementRenewed,
    AgreementSigned,
    AgreementStatusSet,
    AgreementSuperseded,
    BenefitDelivered,
    BreachClosed,
    BreachRecorded,
)
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import State

LEVELS = ("family", "community", "cooperative", "jurisdiction")
_LOOKERS = ("authority", "certifier")
"""Roles that may look at land and record a breach under any agreement."""


def _birth(state: State, agreement: str) -> Mapping[str, object] | None:
    """What was said when an agreement was signed; None where the id is of no agreement, which another rule says."""
    born = state.birth(agreement)
    return born if born is not None and born.get("thing") == "agreement" else None


def institutions(born: Mapping[str, object]) -> list[tuple[str, str]]:
    """(party, role) of every institution on an agreement."""
    named = cast("list[Mapping[str, str]]", born["institutions"])
    return [(each["party"], each["role"]) for each in named]


def entitled(born: Mapping[str, object]) -> list[str]:
    """Who may decide about an agreement: authorities and implementers, the co-operative where there is no authority.

    Where none of these is named, any institution that signed.
    """
    named = institutions(born)
    roles = {"authority", "implementer"}
    if not any(role == "authority" for _, role in named):
        roles.add("cooperative")
    return [party for party, role in named if role in roles] or [party for party, _ in named]


@rule(
    AgreementSigned,
    AgreementJoined,
    AgreementLeft,
    AgreementExtended,
    AgreementRenewed,
    AgreementSuperseded,
    BenefitDelivered,
    AgreementMonitored,
    BreachRecorded,
)
def agreement_is_spoken_of_by_its_parties(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """An institution on the agreement speaks of it, or whoever recorded it.

    A party that joins or leaves speaks for itself, and what somebody saw may be told by an authority or certifier.
    """
    del packs
    fact = heard.fact
    if has_role(state, heard.statement.envelope.by, "registrar"):
        return
    if isinstance(fact, AgreementSigned):
        named = {each.party for each in fact.institutions}
    else:
        born = _birth(state, getattr(fact, "agreement", ""))
        if born is None:
            return
        named = {party for party, _ in institutions(born)} | {text(born, "party")}
    if isinstance(fact, AgreementJoined | AgreementLeft):
        named.add(fact.signatory)
    looked = isinstance(fact, AgreementMonitored | BreachRecorded) and any(
        has_role(state, heard.statement.envelope.by, role) for role in _LOOKERS
    )
    if heard.actor not in named and not looked:
        yield Problem("agreement-not-yours", "/by", heard.actor)


@rule(AgreementStatusSet, BreachClosed)
def decision_is_by_an_institution_entitled(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is decided about an agreement is decided by its authority or implementer, and told by it or from paper."""
    del packs
    fact = heard.fact
    born = _birth(state, getattr(fact, "agreement", ""))
    if not isinstance(fact, AgreementStatusSet | BreachClosed) or born is None:
        return
    able = entitled(born)
    if fact.decided_by not in able:
        yield Problem("decision-not-entitled", "/body/decided_by", fact.decided_by, ", ".join(able))
    if heard.actor == fact.decided_by:
        return
    named = {party for party, _ in institutions(born)} | {text(born, "party")}
    if heard.actor not in named or heard.statement.envelope.basis != "document":
        yield Problem("decision-not-yours", "/by", heard.actor, fact.decided_by)


@rule(AgreementSigned)
def parent_is_of_a_wider_level(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """An agreement stands under one of a wider level: a family's under a community's, and so on."""
    del packs
    fact = heard.fact
    if not isinstance(fact, AgreementSigned) or fact.parent is None or fact.parent == fact.agreement:
        return
    above = _birth(state, fact.parent)
    if above is not None and LEVELS.index(str(above["level"])) <= LEVELS.index(fact.level):
        yield Problem("parent-not-wider", "/body/parent", str(above["level"]), fact.level)


@rule(AgreementSigned)
def no_agreement_is_above_itself(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No agreement stands under itself, neither at once nor by correcting what stands above it.

    Levels only widen upwards, so a circle needs corrections of levels; with four levels it closes within three steps.
    """
    del packs
    fact = heard.fact
    above = fact.parent if isinstance(fact, AgreementSigned) else None
    if not isinstance(fact, AgreementSigned) or above is None:
        return
    for _ in range(2):
        if above == fact.agreement or not above:
            break
        above = text(state.birth(above) or {}, "parent")
    if above == fact.agreement:
        yield Problem("agreement-above-itself", "/body/parent", fact.parent)


@rule(AgreementJoined, AgreementLeft)
def signatory_joins_once_and_leaves_what_it_joined(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Joining and leaving alternate, in the order of their days: nobody is in twice, nobody leaves from outside."""
    del packs
    fact = heard.fact
    if not isinstance(fact, AgreementJoined | AgreementLeft):
        return
    joins = isinstance(fact, AgreementJoined)
    day = fact.joined_on if isinstance(fact, AgreementJoined) else fact.left_on
    marks = [mark for mark in state.marks(fact.signatory, "agreement") if mark.value["agreement"] == fact.agreement]
    marks.sort(key=lambda mark: (mark.effective_from, mark.index))
    before = [mark for mark in marks if mark.effective_from <= day]
    after = [mark for mark in marks if mark.effective_from > day]
    inside = bool(before) and bool(before[-1].value["joined"])
    if joins and (inside or (after and after[0].value["joined"])):
        yield Problem("agreement-already-joined", "/body/signatory", fact.signatory)
    elif not joins and (not inside or (after and not after[0].value["joined"])):
        yield Problem("agreement-not-joined", "/body/signatory", fact.signatory)
    elif not joins and text(before[-1].value, "household") != (fact.household or ""):
        # Else the household would stay bound by a signature that is gone.
        yield Problem(
            "agreement-household-differs",
            "/body/household",
            fact.household or "-",
            text(before[-1].value, "household") or "-",
        )


@rule(AgreementExtended, AgreementRenewed)
def term_is_not_made_shorter(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """An extension or renewal adds days to what was agreed; to end sooner is a status or a correction."""
    del packs
    fact = heard.fact
    born = _birth(state, getattr(fact, "agreement", ""))
    if not isinstance(fact, AgreementExtended | AgreementRenewed) or born is None:
        return
    terms = _terms(born, state, fact.agreement)
    if isinstance(fact, AgreementExtended):
        last = max(until for _, until in terms)
        if fact.valid_to <= last:
            yield Problem("agreement-shortened", "/body/valid_to", fact.valid_to, last)
    elif any(begin <= fact.valid_from and (fact.valid_to or _NO_END) <= until for begin, until in terms):
        last = max(until for _, until in terms)
        yield Problem("agreement-shortened", "/body/valid_to", fact.valid_to or "-", last)


_NO_END = "9999-12-31"


def _terms(born: Mapping[str, object], state: State, agreement: str) -> list[tuple[str, str]]:
    """(first day, last day) of every term, extended as far as it was."""
    marks = sorted(
        (*state.marks(agreement, "renewed"), *state.marks(agreement, "extended")), key=lambda mark: mark.index
    )
    terms = [(text(born, "valid_from"), text(born, "valid_to") or _NO_END)]
    for mark in marks:
        if mark.kind == "renewed":
            terms.append((text(mark.value, "valid_from"), text(mark.value, "valid_to") or _NO_END))
        else:
            begin, until = max(terms, key=lambda term: term[1])
            terms[terms.index((begin, until))] = (begin, max(until, text(mark.value, "valid_to")))
    return terms


@rule(AgreementSuperseded)
def successor_is_another_agreement(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No agreement takes its own place, nor that of one that has taken its place already."""
    del packs
    fact = heard.fact
    if not isinstance(fact, AgreementSuperseded):
        return
    back = {text(mark.value, "by") for mark in state.marks(fact.by, "superseded")}
    if fact.by == fact.agreement or fact.agreement in back:
        yield Problem("agreement-succeeds-itself", "/body/by", fact.by)


@rule(AgreementMonitored, BreachRecorded)
def commitment_is_in_the_agreement(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only what was promised can be looked at or broken."""
    del packs
    fact = heard.fact
    born = _birth(state, getattr(fact, "agreement", ""))
    if born is None:
        return
    promised = [text(each, "code") for each in cast("list[Mapping[str, object]]", born["commitments"])]
    if isinstance(fact, BreachRecorded):
        named = [("/body/commitment", fact.commitment)]
    elif isinstance(fact, AgreementMonitored):
        named = [(f"/body/assessed/{i}/commitment", line.commitment) for i, line in enumerate(fact.assessed)]
    else:
        return
    for where, commitment in named:
        if commitment not in promised:
            yield Problem("commitment-unknown", where, commitment, ", ".join(promised))


@rule(BreachRecorded)
def producers_breach_names_somebody(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Under a family agreement a breach laid at a producer's door says whose: many families may stand in it."""
    del packs
    fact = heard.fact
    if not isinstance(fact, BreachRecorded) or fact.attributed_to != "producer":
        return
    born = _birth(state, fact.agreement)
    named = (fact.household, fact.producer, fact.plot, fact.herd)
    if born is not None and born.get("level") == "family" and not any(named):
        yield Problem("breach-without-name", "/body/attributed_to", fact.attributed_to)


@rule(AgreementMonitored, BreachRecorded, AgreementStatusSet)
def land_and_household_can_be_under_the_agreement(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Refused is only what cannot be: a plot that lies elsewhere, a household that never joined any agreement.

    Whether the household had joined this one on that day is a question of claims.
    """
    del packs
    fact = heard.fact
    born = _birth(state, getattr(fact, "agreement", ""))
    if not isinstance(fact, AgreementMonitored | BreachRecorded | AgreementStatusSet) or born is None:
        return
    if fact.plot is not None:
        within = text(state.birth(fact.plot) or {}, "within")
        areas = words(born, "areas")
        # An area inside another may lie in one of the agreement's: only the outermost is surely elsewhere.
        if areas and within and within not in areas and not text(state.birth(within) or {}, "within"):
            yield Problem("land-elsewhere", "/body/plot", within, ", ".join(areas))
    if born.get("level") == "family" and fact.household is not None and not state.marks(fact.household, "agreement"):
        producer = getattr(fact, "producer", None)
        if producer is None or not state.marks(producer, "agreement"):
            yield Problem("household-never-joined", "/body/household", fact.household)


@rule(AgreementStatusSet, BreachClosed)
def breach_is_of_this_agreement(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A sanction answers, and a closing ends, a breach of the same agreement."""
    del packs
    fact = heard.fact
    breach = fact.breach if isinstance(fact, AgreementStatusSet | BreachClosed) else None
    born = state.birth(breach) if breach is not None else None
    if born is not None and isinstance(fact, AgreementStatusSet | BreachClosed):
        of = text(born, "agreement")
        if of and of != fact.agreement:
            yield Problem("breach-of-another", "/body/breach", of, fact.agreement)


@rule(BreachClosed)
def closing_fits_its_breach(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A cure begins no earlier than the breach, and only a re-attribution says whose it was."""
    del packs
    fact = heard.fact
    if not isinstance(fact, BreachClosed):
        return
    if (fact.outcome == "re-attributed") != (fact.attributed_to is not None):
        yield Problem("attribution-misplaced", "/body/attributed_to", fact.attributed_to or "-", fact.outcome)
    for mark in state.marks(fact.agreement, "breach"):
        begun = text(mark.value, "window_from")
        if mark.value["breach"] == fact.breach and fact.outcome == "cured" and fact.effective_from < begun:
            yield Problem("cure-before-breach", "/body/effective_from", fact.effective_from, begun)


@rule(AgreementStatusSet, BreachRecorded)
def agreement_had_begun(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nothing is decided about an agreement, and nothing breaks it, before its first day."""
    del packs
    fact = heard.fact
    born = _birth(state, getattr(fact, "agreement", ""))
    if not isinstance(fact, AgreementStatusSet | BreachRecorded) or born is None:
        return
    first = min(begin for begin, _ in _terms(born, state, fact.agreement))
    if isinstance(fact, AgreementStatusSet):
        where, day = "/body/effective_from", fact.effective_from
    else:
        where, day = "/body/window_to", fact.window_to or first
    if day < first:
        yield Problem("before-agreement", where, day, first)


@rule(AgreementStatusSet)
def sanction_is_a_step_of_the_ladder(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A sanction is one the agreement names, or its framework where the agreement names none."""
    fact = heard.fact
    born = _birth(state, getattr(fact, "agreement", ""))
    if not isinstance(fact, AgreementStatusSet) or fact.sanction is None or born is None:
        return
    pack = packs.framework(state, text(born, "framework"))
    ladder = words(born, "ladder") or (pack.ladder if pack is not None else ())
    if ladder and fact.sanction not in ladder:
        yield Problem("sanction-not-in-ladder", "/body/sanction", fact.sanction, ", ".join(ladder))


@rule(AgreementJoined, effect="flag")
def family_keeps_one_agreement_of_a_framework(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A family stands in one family agreement of a framework at a time; in two, somebody should look."""
    del packs
    fact = heard.fact
    born = _birth(state, fact.agreement) if isinstance(fact, AgreementJoined) else None
    if not isinstance(fact, AgreementJoined) or born is None or born.get("level") != "family":
        return
    for subject in dict.fromkeys((fact.signatory, fact.household or fact.signatory)):
        for other in dict.fromkeys(text(mark.value, "agreement") for mark in state.marks(subject, "agreement")):
            theirs = state.birth(other) or {}
            if (
                other != fact.agreement
                and (theirs.get("level"), theirs.get("framework")) == ("family", born["framework"])
                and _inside(state, subject, other, fact.joined_on)
                and any(begin <= fact.joined_on <= until for begin, until in _terms(theirs, state, other))
            ):
                yield Problem("two-family-agreements", "/body/agreement", fact.agreement, other)
                return


def _inside(state: State, subject: str, agreement: str, day: str) -> bool:
    marks = [
        mark
        for mark in state.marks(subject, "agreement")
        if mark.value["agreement"] == agreement and mark.effective_from <= day
    ]
    last = max(marks, key=lambda mark: (mark.effective_from, mark.index), default=None)
    return last is not None and bool(last.value["joined"])
