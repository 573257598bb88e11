"""Personal data: who asks for erasure, when it may be done, and when a statement's text may be taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ledger.errors import FormatError, Problem
from ledger.facts.privacy import DocumentIssued, ErasureDone, ErasureRequested, StatementWithheld
from ledger.facts.producers import ProducerEnrolled
from ledger.packs.retention import retention_ends
from ledger.postings import post
from ledger.postings.privacy import is_faithful
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import State
from ledger.statement import parse_restated
from ledger.values import day_of

NOT_WITHHELD: Final = (
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
"""Facts that hold no free words, or on which it rests who may speak and what was corrected: their text stays."""


@rule(ErasureRequested)
def erasure_is_asked_by_whom_it_concerns(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The person itself asks, the party that enrolled it for it, or a registrar; never a stranger."""
    del packs
    fact = heard.fact
    if not isinstance(fact, ErasureRequested):
        return
    born = state.birth(fact.person) or {}
    if heard.actor in (fact.person, born.get("party")) or has_role(state, heard.statement.envelope.by, "registrar"):
        return
    yield Problem("erasure-not-yours", "/body/person", heard.actor, str(born.get("party") or fact.person))


@rule(ErasureRequested)
def erasure_is_of_a_person_and_asked_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Organisations have no personal data to erase, and one request is enough."""
    del packs
    fact = heard.fact
    if not isinstance(fact, ErasureRequested):
        return
    born = state.birth(fact.person) or {}
    if born.get("thing") == "party" and born.get("kind") != "person":
        yield Problem("erasure-of-organisation", "/body/person", str(born.get("kind", "")))
    for mark in state.marks(fact.person, "erasure"):
        yield Problem("erasure-already-asked", "/body/person", str(mark.value["erasure"]))


@rule(ErasureDone)
def erasure_is_done_by_the_operator(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Whoever runs the ledger destroys, and says so."""
    del packs
    by = heard.statement.envelope.by
    if not has_role(state, by, "operator"):
        yield Problem("role-required", "/by", by, "operator")


@rule(ErasureDone)
def erasure_follows_its_request(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is destroyed was asked for, by this request, and not destroyed before."""
    del packs
    fact = heard.fact
    if not isinstance(fact, ErasureDone):
        return
    request = state.birth(fact.erasure)
    if request is None:
        # That the request stands at all is asked of every name.
        return
    if request["person"] != fact.person:
        yield Problem("erasure-of-another", "/body/person", fact.person, str(request["person"]))
    if state.marks(fact.erasure, "done"):
        yield Problem("erasure-already-done", "/body/erasure", fact.erasure)
    today = day_of(heard.recorded_at)
    if not str(request["asked_on"]) <= fact.done_on <= today:
        yield Problem("erasure-day-impossible", "/body/done_on", fact.done_on, f"{request['asked_on']} - {today}")


@rule(ErasureDone)
def retention_has_ended(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Data behind a trade is kept as long as the law says, counted by the log's own clock."""
    del state, packs
    for person, keeping in heard.keeping.items():
        if keeping.last_fact is None:
            continue
        ends_on, period = retention_ends(keeping.last_fact)
        if day_of(heard.recorded_at) < ends_on:
            details = {"period": period.code, "person": person, "last_fact": keeping.last_fact}
            yield Problem(
                "retention-running", "/body/person", keeping.last_fact, ends_on, "after-change", details=details
            )


@rule(ErasureDone)
def no_audit_is_open(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """While a party is audited, who its producers are must stay checkable: until it is attested or its last day."""
    del state, packs
    for keeping in heard.keeping.values():
        for audit, last_day in keeping.audits:
            if day_of(heard.recorded_at) <= last_day:
                yield Problem("audit-open", "/body/person", audit, last_day, "after-change")


@rule(StatementWithheld)
def text_is_withheld_by_the_operator(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only whoever runs the ledger can take a text out of it, and answers for that with its own key."""
    del packs
    by = heard.statement.envelope.by
    if not has_role(state, by, "operator"):
        yield Problem("role-required", "/by", by, "operator")


@rule(StatementWithheld)
def withheld_statement_has_a_text_to_lose(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """It is in the log, its text is still there, and it is none of those that who may speak rests on.

    A statement that was corrected may be withheld too: its text stays readable after a correction, and taking
    out a name somebody typed into an open field begins with correcting it.
    """
    del packs
    fact = heard.fact
    if not isinstance(fact, StatementWithheld):
        return
    known = state.known(fact.statement)
    if known is None:
        yield Problem("statement-unknown", "/body/statement", fact.statement, retry="after-sync")
    elif known.statement.is_withheld:
        yield Problem("already-withheld", "/body/statement", fact.statement)
    elif known.statement.type.startswith(NOT_WITHHELD):
        yield Problem("not-withholdable", "/body/statement", known.statement.type)


@rule(StatementWithheld)
def restated_postings_are_the_same(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is restated means exactly what the statement meant; only free words may be masked."""
    del packs
    fact = heard.fact
    if not isinstance(fact, StatementWithheld):
        return
    known = state.known(fact.statement)
    if known is None or known.statement.is_withheld:
        return
    try:
        restated = parse_restated(fact.restated.encode())
    except FormatError:
        yield Problem("restated-malformed", "/body/restated")
        return
    if not is_faithful(restated, known.statement, post(known.statement)):
        yield Problem("restated-differently", "/body/restated", fact.statement)


@rule(DocumentIssued)
def document_is_issued_from_what_was_known(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nobody makes a document from entries the log does not have yet."""
    del state, packs
    fact = heard.fact
    if isinstance(fact, DocumentIssued) and fact.log_size > heard.index:
        yield Problem("size-unknown", "/body/log_size", fact.log_size, heard.index)


@rule(ProducerEnrolled, effect="flag")
def person_is_enrolled_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """One person is one producer of a programme: the node found the document number on the register already."""
    del packs
    fact = heard.fact
    if not isinstance(fact, ProducerEnrolled):
        return
    for place, other in enumerate(fact.also_enrolled):
        born: Mapping[str, object] = state.birth(other) or {}
        yield Problem("person-enrolled-twice", f"/body/also_enrolled/{place}", fact.code, str(born.get("code", other)))
