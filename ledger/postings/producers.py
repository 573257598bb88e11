"""What facts about producers and households mean."""

from __future__ import annotations

from typing import assert_never

from ledger.facts import producers
from ledger.postings.born import born, noted, own_number, reached_by
from ledger.postings.shapes import Mark, Postings
from ledger.statement import Statement


def post(fact: producers.ProducerFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    return Postings(marks=_marks(fact, statement))


def code_subject(party: str, code: str) -> str:
    """Under which subject the use of a party's own code for a producer is marked."""
    return "c/" + own_number(party, code)


def _reached(statement: Statement, kind: str, thing: str, producer: str) -> Mark:
    return noted(statement, reached_by(kind, thing), "reached", producer=producer)


def _marks(fact: producers.ProducerFact, statement: Statement) -> tuple[Mark, ...]:
    match fact:
        case producers.ProducerEnrolled():
            enrolled = born(
                statement,
                fact.producer,
                "producer",
                party=statement.actor,
                code=fact.code,
                district=fact.district,
                sector=fact.sector,
                community=fact.community,
            )
            own_code = noted(statement, code_subject(statement.actor, fact.code), "code", producer=fact.producer)
            if fact.community is None:
                return (enrolled, own_code)
            return (enrolled, own_code, _reached(statement, "community", fact.community, fact.producer))
        case producers.ProducerSucceeded():
            day = fact.effective_from
            return (
                noted(statement, fact.producer, "succeeded", day=day, by=fact.successor, reason=fact.reason),
                noted(statement, fact.successor, "succeeds", day=day, producer=fact.producer),
            )
        case producers.HouseholdRegistered():
            return (
                born(
                    statement,
                    fact.household,
                    "household",
                    code=fact.code,
                    district=fact.district,
                    sector=fact.sector,
                    party=statement.actor,
                ),
                *(noted(statement, p, "household", household=fact.household, member=True) for p in fact.producers),
                *(_reached(statement, "household", fact.household, p) for p in fact.producers),
            )
        case producers.HouseholdChanged():
            day, household = fact.effective_from, fact.household
            return (
                *(noted(statement, p, "household", day=day, household=household, member=True) for p in fact.joined),
                *(_reached(statement, "household", household, p) for p in fact.joined),
                *(noted(statement, p, "household", day=day, household=household, member=False) for p in fact.left),
            )
        case producers.ProducerStatusSet():
            status = noted(
                statement,
                fact.producer,
                "status",
                day=fact.effective_from,
                programme=fact.programme,
                status=fact.status,
                season=fact.season,
            )
            return (status,)
        case producers.InspectionMade():
            inspected = noted(
                statement,
                fact.subject,
                "inspected",
                day=fact.visited_on,
                inspection=fact.inspection,
                kind=fact.kind,
                result=fact.result,
            )
            estimates = (
                noted(
                    statement,
                    line.grown,
                    "estimate",
                    commodity=line.commodity,
                    form=line.form,
                    season=line.season,
                    grams=line.grams,
                    inspection=fact.inspection,
                )
                for line in fact.estimates
            )
            return (born(statement, fact.inspection, "inspection", subject=fact.subject), inspected, *estimates)
        case producers.ProducerDeclared():
            answers = {line.code: line.answer for line in fact.declarations}
            return (noted(statement, fact.producer, "declared", year=fact.year, answers=answers),)
        case producers.ConsentGiven():
            given = noted(
                statement,
                fact.producer,
                "consent",
                consent=fact.consent,
                to=fact.to,
                purpose=fact.purpose,
                scope=list(fact.scope),
                valid_to=fact.valid_to,
            )
            return (born(statement, fact.consent, "consent", producer=fact.producer), given)
        case producers.ConsentWithdrawn():
            return (noted(statement, fact.consent, "withdrawn", day=fact.effective_from),)
        case _:
            assert_never(fact)
