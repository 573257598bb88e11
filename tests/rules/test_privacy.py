"""Erasure: who asks, when it is done; withheld text; documents issued; the same person twice on one register."""

from __future__ import annotations

from typing import Any

import pytest

from ledger.errors import NotFoundError
from ledger.postings import post
from ledger.postings.privacy import restatement
from ledger.statement import parse_restated, restated_text
from tests.world import DAY, Draft, Farm, Party, World

SEED = "5e" * 32


@pytest.fixture
def farm(world: World) -> Farm:
    """A member of the co-operative."""
    return world.farm()


def asking(world: World, by: Party, person: str, **changes: Any) -> Draft:
    """A person asks for erasure through a party."""
    body = {"erasure": world.new_id("erasure"), "person": person, "asked_on": DAY, "grounds": "objected"}
    return world.draft("erasure.requested", body | changes, by)


def asked(world: World, by: Party, person: str) -> Draft:
    """The same, accepted."""
    draft = asking(world, by, person)
    world.say(draft)
    return draft


def doing(world: World, request: Draft, **changes: Any) -> bytes:
    """The operator says that it is destroyed."""
    counts = [{"kind": "person-key", "count": 1}]
    body = {"erasure": request["erasure"], "person": request["person"], "done_on": DAY, "destroyed": counts}
    return world.as_operator(world.draft("erasure.done", body | changes, world.operator))


def audit(world: World, by: Party, *parties: Party, **changes: Any) -> Draft:
    """An auditor opens an audit."""
    body = {
        "audit": world.new_id("audit"),
        "parties": [party.id for party in parties],
        "period_from": "2026-01-01",
        "period_to": "2026-06-30",
        "ends_on": "2026-09-30",
        "seed_digest": SEED,
    }
    return world.draft("audit.opened", body | changes, by)


def withholding(world: World, digest: str, *, mask: tuple[str, ...] = (), **changes: Any) -> Draft:
    """A text is taken out and restated by the book."""
    with world.ledger._readers.log_view() as view:
        statement = view.statement(view.index_of(digest))
    restated = restated_text(restatement(statement, post(statement), mask=mask))
    body = {"statement": digest, "reason": "personal-data-in-open-field", "restated": restated}
    return world.draft("statement.withheld", body | changes, world.operator)


def enrolment(world: World, coop: Party, code: str, document: str, **changes: Any) -> Draft:
    """A person with a document number goes on the register."""
    body = {"producer": world.new_id("producer"), "code": code, "district": "Moyobamba"}
    sealed = {"/person": {"name": "Persona Inventada", "document": document}}
    return world.draft("producer.enrolled", body | changes, coop, sealed=sealed)


# ---------------------------------------------------------------- asking


@pytest.mark.rule("erasure_is_asked_by_whom_it_concerns", "accepts")
def test_the_party_that_enrolled_a_person_the_person_and_a_registrar_may_ask(world: World, farm: Farm) -> None:
    world.say(asking(world, world.coop(), farm.producer))
    world.say(asking(world, world.operator, world.farm().producer))
    carrier = world.new_id("carrier")
    entered = {"party": carrier, "kind": "person", "country": "PE"}
    world.say(world.draft("party.registered", entered, world.operator, sealed={"/person": {"name": "Inventada"}}))
    own = world.own_key(carrier, "person")
    world.say(own.sign(asking(world, Party(carrier, "", ""), carrier)))


@pytest.mark.rule("erasure_is_asked_by_whom_it_concerns", "refuses")
def test_a_stranger_may_not_ask_for_anybody(world: World, farm: Farm) -> None:
    assert world.refused(asking(world, world.buyer(), farm.producer)) == ["erasure-not-yours"]


@pytest.mark.rule("erasure_is_of_a_person_and_asked_once", "accepts")
def test_a_request_that_was_taken_back_may_be_made_again(world: World, farm: Farm) -> None:
    coop = world.coop()
    first = world.say(asking(world, coop, farm.producer))
    world.say(world.retraction(coop, first))
    world.say(asking(world, coop, farm.producer))


@pytest.mark.rule("erasure_is_of_a_person_and_asked_once", "refuses")
def test_organisations_and_second_requests_are_turned_away(world: World, farm: Farm) -> None:
    coop = world.coop()
    world.say(asking(world, coop, farm.producer))
    assert world.refused(asking(world, coop, farm.producer)) == ["erasure-already-asked"]
    assert world.refused(asking(world, coop, coop.id)) == ["erasure-of-organisation"]


# ---------------------------------------------------------------- doing


@pytest.mark.rule("erasure_is_done_by_the_operator", "accepts")
@pytest.mark.rule("erasure_follows_its_request", "accepts")
@pytest.mark.rule("retention_has_ended", "accepts")
@pytest.mark.rule("no_audit_is_open", "accepts")
def test_a_member_who_never_delivered_is_erased_at_once(world: World, farm: Farm) -> None:
    world.say(doing(world, asked(world, world.coop(), farm.producer)))


@pytest.mark.rule("erasure_is_done_by_the_operator", "refuses")
def test_nobody_else_destroys_and_the_node_does_not_sign_for_it(world: World, farm: Farm) -> None:
    coop = world.coop()
    request = asked(world, coop, farm.producer)
    own = world.own_key(coop, "organisation")
    body = {"erasure": request["erasure"], "person": farm.producer, "done_on": DAY, "destroyed": []}
    done = world.draft("erasure.done", body, coop)
    assert world.refused(own.sign(done)) == ["role-required"]
    assert world.refused(done) == ["fact-not-delegable", "role-required"]


@pytest.mark.rule("erasure_follows_its_request", "refuses")
def test_what_is_destroyed_was_asked_for_by_this_request_and_only_once(world: World, farm: Farm) -> None:
    coop, other = world.coop(), world.farm()
    request = asked(world, coop, farm.producer)
    assert world.refused(doing(world, request, person=other.producer)) == ["erasure-of-another"]
    assert world.refused(doing(world, request, done_on="2026-06-11")) == ["erasure-day-impossible"]
    assert world.refused(doing(world, request, done_on="2026-06-20")) == ["erasure-day-impossible"]
    assert world.refused(doing(world, request, erasure=world.new_id())) == ["reference-unknown"]
    world.say(doing(world, request))
    assert world.refused(doing(world, request)) == ["erasure-already-done"]


def test_a_destruction_is_not_taken_back(world: World, farm: Farm) -> None:
    done = world.say(doing(world, asked(world, world.coop(), farm.producer)))
    assert world.refused(world.retraction(world.operator, done)) == ["not-correctable"]


@pytest.mark.rule("retention_has_ended", "refuses")
def test_data_behind_a_delivery_is_kept_until_the_longest_period_ends(world: World, farm: Farm) -> None:
    world.deliver(farm, 46_000)
    request = asked(world, world.coop(), farm.producer)
    outcome = world.state(doing(world, request))
    assert [(p.code, p.found, p.expected) for p in outcome.problems] == [("retention-running", DAY, "2032-01-01")]
    world.clock.set("2031-12-31T23:00:00+00:00")
    assert world.refused(doing(world, request)) == ["retention-running"]
    world.clock.set("2032-01-01T06:00:00+00:00")
    world.say(doing(world, request))


def test_retention_counts_from_the_last_fact_that_moved_a_lot_with_the_persons_grams(world: World, farm: Farm) -> None:
    coop = world.coop()
    pooled = world.pool(coop, (world.deliver(farm, 46_000), 46_000), (world.deliver(world.farm(), 4_000), 4_000))
    world.clock.set("2027-02-03T15:00:00+00:00")
    world.send(coop, world.buyer(), (pooled, 50_000))
    request = asked(world, coop, farm.producer)
    outcome = world.state(doing(world, request))
    assert [(p.code, p.found, p.expected) for p in outcome.problems] == [
        ("retention-running", "2027-02-03", "2033-01-01")
    ]


@pytest.mark.rule("no_audit_is_open", "refuses")
def test_nobody_is_erased_while_the_party_that_enrolled_them_is_audited(world: World, farm: Farm) -> None:
    coop, auditor = world.coop(), world.certifier()
    opened = audit(world, auditor, coop)
    world.say(opened)
    request = asked(world, coop, farm.producer)
    outcome = world.state(doing(world, request))
    assert [(p.code, p.found, p.expected) for p in outcome.problems] == [("audit-open", opened["audit"], "2026-09-30")]
    said = {"audit": opened["audit"], "size": 3, "root": "ab" * 32, "rules_version": 1, "result": "passed"}
    world.say(world.draft("audit.attested", said, auditor))
    world.say(doing(world, request))


def test_an_audit_nobody_attested_ends_with_its_last_day(world: World, farm: Farm) -> None:
    coop = world.coop()
    world.say(audit(world, world.certifier(), coop, ends_on="2026-06-30"))
    request = asked(world, coop, farm.producer)
    world.clock.set("2026-06-30T20:00:00+00:00")
    assert world.refused(doing(world, request)) == ["audit-open"]
    world.clock.set("2026-07-01T20:00:00+00:00")
    world.say(doing(world, request))


def test_an_audit_opened_in_the_same_breath_counts(world: World, farm: Farm) -> None:
    coop = world.coop()
    auditor = world.certifier()
    request = asked(world, coop, farm.producer)
    opened = audit(world, auditor, coop)
    prepared = [
        world.ledger.prepare_unsigned(opened.unsigned(), party=opened.by),
        world.ledger.prepare(doing(world, request)),
    ]
    outcomes = world.ledger.offer(prepared).result()
    assert [[p.code for p in each.problems] for each in outcomes] == [[], ["audit-open"]]


# ---------------------------------------------------------------- withholding


@pytest.mark.rule("text_is_withheld_by_the_operator", "accepts")
@pytest.mark.rule("withheld_statement_has_a_text_to_lose", "accepts")
@pytest.mark.rule("restated_postings_are_the_same", "accepts")
def test_the_operator_takes_out_a_text_and_the_books_stay(world: World, farm: Farm) -> None:
    coop = world.coop()
    loud = world.say(enrolment(world, coop, "S-77", "PE-DNI 1", sector="Señora Inventada 45871236"))
    world.say_as_operator(withholding(world, loud.digest, mask=("sector",)))
    record = world.ledger.fact(loud.id)
    assert record.withheld
    assert record.jws == ""
    assert "45871236" not in str(record)
    found = world.ledger.verify()
    assert found.withheld == (loud.index,)
    assert (found.statements, found.size) == (found.size - 1, found.size)
    assert "withheld" in found.not_proved


@pytest.mark.rule("text_is_withheld_by_the_operator", "refuses")
def test_a_party_does_not_take_out_even_its_own_text(world: World, farm: Farm) -> None:
    coop = world.coop()
    said = world.say(world.delivery(farm, 1000))
    own = world.own_key(coop, "organisation")
    assert world.refused(own.sign(withholding(world, said.digest).said_by(coop))) == ["role-required"]


@pytest.mark.rule("withheld_statement_has_a_text_to_lose", "refuses")
def test_only_a_text_that_is_there_and_may_go_is_withheld(world: World, farm: Farm) -> None:
    said = world.say(world.delivery(farm, 1000))
    draft = withholding(world, said.digest)
    assert world.refused(world.as_operator(draft.but(statement="ab" * 32))) == ["statement-unknown"]
    world.say_as_operator(draft)
    again = world.draft("statement.withheld", draft.body, world.operator)
    assert world.refused(world.as_operator(again)) == ["already-withheld"]
    role = world.say(world.role(world.buyer(), "buyer"))
    assert world.refused(world.as_operator(withholding(world, role.digest))) == ["not-withholdable"]


@pytest.mark.rule("restated_postings_are_the_same", "refuses")
def test_nothing_is_restated_to_mean_something_else(world: World, farm: Farm) -> None:
    said = world.say(world.delivery(farm, 1000))
    draft = withholding(world, said.digest)
    restated = parse_restated(str(draft["restated"]).encode())
    more = restated.moves[0].model_copy(update={"amount": 999_000})
    lie = restated.model_copy(update={"moves": (more, *restated.moves[1:])})
    assert world.refused(world.as_operator(draft.but(restated=restated_text(lie)))) == ["restated-differently"]
    other = restated.model_copy(update={"by": world.buyer().id})
    assert world.refused(world.as_operator(draft.but(restated=restated_text(other)))) == ["restated-differently"]
    fewer = restated.model_copy(update={"marks": restated.marks[1:]})
    assert world.refused(world.as_operator(draft.but(restated=restated_text(fewer)))) == ["restated-differently"]
    assert world.refused(world.as_operator(draft.but(restated='{"at":1}'))) == ["restated-malformed"]


def test_a_masked_word_is_never_an_id_or_a_status(world: World, farm: Farm) -> None:
    said = world.say(world.delivery(farm, 1000))
    draft = withholding(world, said.digest)
    hidden = str(draft["restated"]).replace(farm.producer, "\N{HORIZONTAL ELLIPSIS}")
    assert world.refused(world.as_operator(draft.but(restated=hidden))) == ["restated-differently"]


def test_a_withheld_delivery_is_corrected_like_any_other(world: World, farm: Farm) -> None:
    coop, buyer = world.coop(), world.buyer()
    draft = world.delivery(farm, 46_000)
    said = world.say(draft)
    world.say_as_operator(withholding(world, said.digest))
    assert world.stock(draft["lot"]) == {coop.id: 46_000}
    sent = world.send(coop, buyer, (draft["lot"], 46_000))
    world.say(world.receipt(buyer, sent))
    assert world.refused(world.retraction(coop, said)) == ["counterparty-not-endorsed"]
    world.say(world.endorsement(buyer, said))
    world.say(world.retraction(coop, said))
    with pytest.raises(NotFoundError, match="lot-unknown"):
        world.lot(draft["lot"])


def test_a_corrected_statement_loses_its_text_too(world: World, farm: Farm) -> None:
    """Taking out a name begins with correcting it; the old text would stay readable for ever otherwise."""
    loud = enrolment(world, world.coop(), "S-78", "PE-DNI 2", sector="Señora Inventada")
    old = world.say(loud)
    world.say(enrolment(world, world.coop(), "S-78", "PE-DNI 2", producer=loud["producer"]).replacing(old))
    world.say_as_operator(withholding(world, old.digest, mask=("sector",)))
    assert "Señora" not in str(world.ledger.fact(old.id))


def test_sending_a_withheld_statement_again_gives_its_receipt(world: World, farm: Farm) -> None:
    draft = world.delivery(farm, 1000)
    said = world.say(draft)
    world.say_as_operator(withholding(world, said.digest))
    again = world.state(draft)
    assert (again.status, again.digest, again.index) == ("duplicate", said.digest, said.index)
    assert world.ledger.receipt(said.id)


# ---------------------------------------------------------------- documents


@pytest.mark.rule("document_is_issued_from_what_was_known", "accepts")
def test_a_dossier_names_what_it_is_about(world: World, farm: Farm) -> None:
    lot = world.deliver(farm, 1000)
    body = {"document": "cd" * 32, "kind": "dossier", "size": 9000, "log_size": 3, "about": [lot, farm.producer]}
    world.say(world.draft("document.issued", body, world.coop()))


@pytest.mark.rule("document_is_issued_from_what_was_known", "refuses")
def test_no_document_is_made_of_entries_to_come(world: World) -> None:
    body = {"document": "cd" * 32, "kind": "report", "size": 9000, "log_size": 5000}
    assert world.refused(world.draft("document.issued", body, world.coop())) == ["size-unknown"]


# ---------------------------------------------------------------- twice on one register


@pytest.mark.rule("person_is_enrolled_once", "accepts")
def test_two_persons_and_two_programmes_raise_no_flag(world: World) -> None:
    coop, other = world.coop(), world.coop("Asociacion")
    assert world.flagged(enrolment(world, coop, "S-1", "PE-DNI 45871236")) == []
    assert world.flagged(enrolment(world, coop, "S-2", "PE-DNI 45871237")) == []
    assert world.flagged(enrolment(world, other, "A-1", "PE-DNI 45871236")) == []


@pytest.mark.rule("person_is_enrolled_once", "flags")
def test_a_person_enrolled_twice_is_flagged_however_the_number_is_written(world: World) -> None:
    coop = world.coop()
    first = enrolment(world, coop, "S-1", "PE-DNI 45871236")
    world.say(first)
    second = enrolment(world, coop, "S-2", "pe-dni 45.871.236")
    outcome = world.say(second)
    assert [(f.code, f.found, f.expected) for f in outcome.flags] == [("person-enrolled-twice", "S-2", "S-1")]
    assert world.ledger.fact(second.id).envelope["body"]["also_enrolled"] == [first["producer"]]  # type: ignore[index] # JSON


def test_a_person_entered_twice_in_one_list_is_flagged(world: World) -> None:
    coop = world.coop()
    drafts = [enrolment(world, coop, f"S-{n}", f"PE-DNI {n % 20:08d}") for n in range(24)]
    outcomes = world.ledger.state(*(d.unsigned() for d in drafts), party=coop.id)
    assert [o.status for o in outcomes] == ["accepted"] * 24
    assert [n for n, o in enumerate(outcomes) if o.flags] == [20, 21, 22, 23]


def test_an_enrolment_sent_again_gets_its_receipt_though_a_twin_came_after(world: World) -> None:
    coop = world.coop()
    first = enrolment(world, coop, "S-1", "PE-DNI 45871236")
    world.say(first)
    world.flagged(enrolment(world, coop, "S-2", "PE-DNI 45871236"))
    assert world.state(first).status == "duplicate"


def test_a_retracted_enrolment_is_no_twin(world: World) -> None:
    coop = world.coop()
    gone = world.say(enrolment(world, coop, "S-1", "PE-DNI 45871236"))
    world.say(world.retraction(coop, gone))
    assert world.flagged(enrolment(world, coop, "S-2", "PE-DNI 45871236")) == []
