"""What facts about personal data mean, and how a statement's meaning is restated when its text must go."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, assert_never

from ledger.facts import privacy
from ledger.facts.privacy import MASK, Restated, RestatedEdge, RestatedMark, RestatedMove
from ledger.postings.born import born, noted
from ledger.postings.shapes import Account, Edge, Mark, Move, Postings
from ledger.statement import Statement, restated_text

ERASURES = "m/erasures"
WITHHELD = "m/withheld"
"""Subjects under which all of them are listed; judge never loads such lists."""

MASKABLE = frozenset({"name", "district", "sector", "code", "number"})
"""Members of a mark's value that hold free words; only these may be masked in a restatement."""


def post(fact: privacy.PrivacyFact | privacy.Withheld, statement: Statement) -> Postings:
    """The postings of a fact of this theme; of a withheld statement, those that were restated for it."""
    if isinstance(fact, privacy.Withheld):
        return meaning(fact.restated)
    return Postings(marks=_marks(fact, statement))


def _marks(fact: privacy.PrivacyFact, statement: Statement) -> tuple[Mark, ...]:
    match fact:
        case privacy.ErasureRequested(erasure=erasure, person=person):
            return (
                born(statement, erasure, "erasure", person=person, asked_on=fact.asked_on, by=statement.actor),
                noted(statement, person, "erasure", erasure=erasure, asked_on=fact.asked_on, grounds=fact.grounds),
                noted(statement, ERASURES, "asked", erasure=erasure, person=person),
            )
        case privacy.ErasureDone(erasure=erasure, person=person):
            day = fact.done_on
            return (
                noted(statement, erasure, "done", day=day, destroyed={d.kind: d.count for d in fact.destroyed}),
                noted(statement, person, "erased", day=day, erasure=erasure),
            )
        case privacy.DocumentIssued(document=document):
            issued = noted(
                statement,
                document,
                "issued",
                kind=fact.kind,
                form=fact.form,
                size=fact.size,
                log_size=fact.log_size,
                packs=list(fact.packs),
                about=list(fact.about),
            )
            # The way back: whoever looks from a lot or producer finds what was issued about it.
            named = (
                noted(statement, issued_about(thing), "in", document=document, kind=fact.kind, log_size=fact.log_size)
                for thing in fact.about
            )
            return (issued, *named)
        case privacy.StatementWithheld(statement=withheld):
            # Not on the statement itself: the operator does not act on what it says by taking its text out.
            return (noted(statement, WITHHELD, "withheld", statement=withheld, reason=fact.reason),)
        case _:
            assert_never(fact)


def issued_about(thing: str) -> str:
    """Under which subject the documents issued about a thing are listed; naming a lot in one is no act on the lot."""
    return f"m/d/{thing}"


def meaning(restated: Restated) -> Postings:
    """Restated postings as postings."""
    return Postings(
        tuple(Move(Account(each.kind, each.a, each.b, each.c), each.amount) for each in restated.moves),
        tuple(Mark(each.subject, each.kind, each.effective_from, each.value) for each in restated.marks),
        tuple(Edge(each.output, each.input, each.grams) for each in restated.edges),
    )


def restatement(statement: Statement, postings: Postings, *, mask: Collection[str] = ()) -> Restated:
    """What `statement.withheld` has to say of a statement; `mask` names members of marks whose words go too."""
    envelope = statement.envelope
    return Restated(
        at=envelope.at,
        by=envelope.by,
        fact=envelope.fact,
        id=envelope.id,
        key=statement.kid,
        on_behalf_of=envelope.on_behalf_of,
        replaces=envelope.replaces,
        seq=envelope.seq,
        moves=tuple(
            RestatedMove(kind=m.account.kind, a=m.account.a, b=m.account.b, c=m.account.c, amount=m.amount)
            for m in postings.moves
        ),
        marks=tuple(
            RestatedMark(subject=m.subject, kind=m.kind, effective_from=m.effective_from, value=_masked(m.value, mask))
            for m in postings.marks
        ),
        edges=tuple(RestatedEdge(output=e.output, input=e.input, grams=e.grams) for e in postings.edges),
    )


def _masked(value: Mapping[str, Any], mask: Collection[str]) -> dict[str, Any]:
    hidden = MASKABLE & set(mask)
    return {name: MASK if name in hidden and isinstance(said, str) else said for name, said in value.items()}


def is_faithful(restated: Restated, statement: Statement, postings: Postings) -> bool:
    """Whether a restatement says what the statement itself means, but for masked words."""
    original = restatement(statement, postings)
    if len(restated.marks) != len(original.marks):
        return False
    marks = []
    for said, meant in zip(restated.marks, original.marks, strict=True):
        mask = [name for name, word in said.value.items() if word == MASK]
        marks.append(meant.model_copy(update={"value": _masked(meant.value, mask)}))
    # As texts: what is a tuple here is a list once it was read from JSON.
    return restated_text(restated) == restated_text(original.model_copy(update={"marks": tuple(marks)}))
