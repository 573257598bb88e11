"""Who speaks: keys, parties, roles, mandates and names, each with what is let through and what is turned away."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import pytest

from ledger import FormatError, SigningKey, canonical, keys
from ledger.log import KeyKind, VerifierKey
from tests.world import Draft, OwnKey, World, codes

# ------------------------------------------------------------ the log itself


@pytest.mark.rule("log_is_named", "accepts")
@pytest.mark.rule("key_is_authorised", "accepts")
@pytest.mark.rule("stater_stands", "accepts")
@pytest.mark.rule("log_is_open", "accepts")
def test_a_device_states_a_delivery_under_its_own_key(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    office, device = world.own_key(coop, "organisation"), world.unproven_key(coop, label="phone")
    world.say(office.sign(world.authorisation(device, by=coop)))
    draft = world.delivery(farm, 50_000)
    outcome = world.say(device.sign(draft))
    assert world.ledger.fact(outcome.id).assurance == "device"
    assert world.stock(draft["lot"]) == {coop.id: 50_000}


def test_a_key_that_only_a_registrar_stood_for_reads_vouched(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    outcome = world.say(world.own_key(coop).sign(world.delivery(farm, 50_000)))
    assert world.ledger.fact(outcome.id).assurance == "vouched"


@pytest.mark.rule("log_is_named", "refuses")
def test_a_statement_made_for_another_log_is_not_taken(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    assert world.refused(device.sign(world.delivery(farm, 50_000), log="ledger.example/log/otro")) == [
        "statement-wrong-log"
    ]


@pytest.mark.rule("log_is_open", "refuses")
def test_a_closed_log_takes_no_more(world: World) -> None:
    world.say(world.draft("log.closed", {}, world.operator))
    assert world.refused(world.draft("role.granted", _registrar(world), world.operator)) == ["log-closed"]


@pytest.mark.rule("log_is_open", "refuses")
def test_a_log_has_one_beginning(world: World) -> None:
    genesis = world.ledger.fact(world.ledger.entry(0).decode().splitlines()[5]).envelope
    operator = OwnKey(world.operator.id, "organisation", world.ledger.operator_key)
    body = genesis["body"]
    assert isinstance(body, Mapping)
    again = world.draft("log.opened", body, world.operator)
    assert "genesis-only-once" in world.refused(operator.sign(again))


# ------------------------------------------------------------ keys


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_key_nobody_authorised_states_nothing(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    stranger = world.unproven_key(coop)
    assert world.refused(stranger.sign(world.delivery(farm, 50_000))) == ["key-unknown"]


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_key_speaks_for_its_own_party_only(world: World) -> None:
    farm, mill = world.farm(), world.mill()
    device = world.own_key(mill)
    assert "key-not-of-party" in world.refused(device.sign(world.delivery(farm, 50_000)))


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_device_must_count_its_statements(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    assert world.refused(device.sign(world.delivery(farm, 50_000), seq=0)) == ["seq-missing"]


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_copied_device_that_counts_twice_is_a_forked_key(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    first = world.say(device.sign(world.delivery(farm, 50_000), seq=7))
    clone = world.state(device.sign(world.delivery(farm, 60_000), seq=7))
    assert codes(clone) == ["key-forked"]
    assert clone.problems[0].details["other"] == first.digest


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_forked_key_is_seen_within_one_batch(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    two = [device.sign(world.delivery(farm, grams), seq=3) for grams in (50_000, 60_000)]
    first, second = world.ledger.state(*two)
    assert (first.status, codes(second)) == ("accepted", ["key-forked"])


@pytest.mark.rule("key_is_authorised", "accepts")
def test_gaps_in_a_devices_count_never_block_it(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    for seq in (9, 2, 40):
        world.say(device.sign(world.delivery(farm, 50_000), seq=seq))


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_key_for_some_facts_states_no_others(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop, fact_types=["delivery.rejected/1"])
    assert world.refused(device.sign(world.delivery(farm, 50_000))) == ["key-not-for-fact"]


@pytest.mark.rule("key_is_authorised", "refuses")
def test_the_node_signs_only_what_a_party_delegated(world: World) -> None:
    farm = world.farm()
    silent = world.party("Callada", "cooperative", delegates=False)
    draft = world.delivery(farm, 50_000).said_by(silent)
    assert world.refused(draft) == ["key-not-for-fact"]
    world.ledger.delegate(silent.id, ["lot.bought/1"])
    assert world.refused(draft) == ["key-not-for-fact"]


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_farmers_word_is_never_delegated_to_the_node(world: World) -> None:
    farm, coop = world.farm(), world.coop()
    draft = world.delivery(farm, 50_000)
    outcome = world.say(draft)
    body = {"lot": draft["lot"], "statement": outcome.digest, "producer": farm.producer}
    assert "fact-not-delegable" in world.refused(world.draft("delivery.confirmed", body, coop))


@pytest.mark.rule("key_is_revoked_by_its_own", "accepts")
@pytest.mark.rule("key_is_authorised", "accepts")
def test_a_retired_devices_earlier_work_still_arrives(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    offline = [device.sign(world.delivery(farm, 50_000)) for _ in range(3)]
    world.say_as_operator(world.revocation(device, "retired", last_good_seq=2))
    world.say(offline[0])
    world.say(offline[1])
    assert world.refused(offline[2]) == ["key-revoked"]


@pytest.mark.rule("key_is_authorised", "refuses")
@pytest.mark.parametrize("reason", ["lost", "stolen"])
def test_a_lost_or_stolen_key_states_nothing_more_not_even_its_earlier_work(world: World, reason: str) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    offline = device.sign(world.delivery(farm, 50_000))
    world.say_as_operator(world.revocation(device, reason, last_good_seq=5))
    assert world.refused(offline) == ["key-revoked"]


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_key_cut_without_a_count_is_cut_by_its_place_in_the_log(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    office = world.own_key(coop, "organisation")
    before = office.sign(world.delivery(farm, 50_000))
    world.say_as_operator(world.revocation(office, "retired"))
    assert world.refused(before) == ["key-revoked"]


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_key_revoked_earlier_in_the_same_batch_is_revoked(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    revoke = world.as_operator(world.revocation(device, "stolen"))
    first, second = world.ledger.state(revoke, device.sign(world.delivery(farm, 50_000)))
    assert (first.status, codes(second)) == ("accepted", ["key-revoked"])


@pytest.mark.rule("key_is_authorised", "refuses")
def test_a_forged_signature_is_found_even_when_its_key_came_in_the_same_batch(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.unproven_key(coop)
    good = device.sign(world.delivery(farm, 50_000))
    forged = b".".join([*good.split(b".")[:2], canonical.b64url(bytes(64)).encode()])
    enrol = world.as_operator(world.authorisation(device))
    outcomes = world.ledger.state(enrol, forged, good)
    assert [o.status for o in outcomes] == ["accepted", "refused", "accepted"]
    assert codes(outcomes[1]) == ["signature-invalid"]


@pytest.mark.rule("key_may_be_enrolled", "accepts")
def test_a_partys_own_key_enrols_the_next_one(world: World) -> None:
    coop = world.coop()
    first = world.own_key(coop, "organisation")
    second = world.unproven_key(coop, "device", "two")
    world.say(first.sign(world.authorisation(second, by=coop)))
    keys = world.ledger.keys()
    row = next(row for row in keys if row.kid == second.kid)
    assert (row.party, row.kind) == (coop.id, "device")


@pytest.mark.rule("key_may_be_enrolled", "refuses")
def test_a_small_order_key_is_never_enrolled(world: World) -> None:
    coop = world.coop()
    draft = world.authorisation(world.unproven_key(coop), key=canonical.b64url(bytes(32)))
    assert "key-small-order" in world.refused(world.as_operator(draft))


def test_another_spelling_of_a_key_or_a_signature_is_refused_at_the_door(world: World) -> None:
    """Base64url has four spellings of a key and sixteen of a signature; one of each is taken."""
    draft = world.authorisation(world.unproven_key(world.coop()))
    for field in ("key", "proof"):
        other = draft[field][:-1] + chr(ord(draft[field][-1]) + 1)
        with pytest.raises(FormatError) as refusal:
            world.as_operator(draft.but(**{field: other}))
        assert [(p.code, p.where) for p in refusal.value.problems] == [("field-malformed", f"/body/{field}")]


@pytest.mark.rule("key_may_be_enrolled", "refuses")
def test_a_key_is_enrolled_only_by_who_has_it(world: World) -> None:
    coop = world.coop()
    mine, other = world.unproven_key(coop), world.unproven_key(coop, label="other")
    borrowed = world.authorisation(other)["proof"]
    assert world.refused(world.as_operator(world.authorisation(mine, proof=borrowed))) == ["key-proof-invalid"]


@pytest.mark.rule("key_may_be_enrolled", "refuses")
def test_a_proof_for_one_party_does_not_serve_another(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    stolen = world.authorisation(world.unproven_key(coop)).but(party=mill.id)
    assert world.refused(world.as_operator(stolen)) == ["key-proof-invalid"]


@pytest.mark.rule("key_may_be_enrolled", "refuses")
def test_one_key_belongs_to_one_party_for_ever(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    device = world.own_key(coop)
    assert world.refused(world.as_operator(world.authorisation(device))) == ["key-already-authorised"]
    taken = OwnKey(mill.id, "device", device.key)
    assert world.refused(world.as_operator(world.authorisation(taken))) == ["key-of-another-party"]
    world.say_as_operator(world.revocation(device, "lost"))
    assert world.refused(world.as_operator(world.authorisation(taken))) == ["key-of-another-party"]


@pytest.mark.rule("key_may_be_enrolled", "refuses")
def test_nobody_enrols_a_key_for_another_party(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    office = world.own_key(mill, "organisation")
    intruder = world.unproven_key(coop, label="intruder")
    assert world.refused(office.sign(world.authorisation(intruder, by=mill))) == ["key-not-yours"]


@pytest.mark.rule("key_may_be_enrolled", "refuses")
def test_only_the_nodes_own_key_can_be_delegated_to(world: World) -> None:
    coop = world.coop()
    device = world.own_key(coop)
    stranger = world.unproven_key(coop, "node", "stranger")
    types = ["lot.harvested/1"]
    assert world.refused(world.as_operator(world.authorisation(stranger, fact_types=types))) == ["node-key-unknown"]
    posing = OwnKey(coop.id, "node", device.key)
    assert world.refused(world.as_operator(world.authorisation(posing, fact_types=types))) == ["node-key-unknown"]


@pytest.mark.rule("key_may_be_enrolled", "refuses")
def test_an_empty_delegation_is_a_mistake(world: World) -> None:
    coop = world.coop()
    node = OwnKey(coop.id, "node", world.ledger.node_key)
    assert world.refused(world.as_operator(world.authorisation(node))) == ["delegation-empty"]


@pytest.mark.rule("key_is_revoked_by_its_own", "refuses")
def test_nobody_revokes_the_key_of_another(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    device, office = world.own_key(coop), world.own_key(mill, "organisation")
    assert world.refused(office.sign(world.revocation(device, "stolen").said_by(mill))) == ["key-not-yours"]


@pytest.mark.rule("key_is_revoked_by_its_own", "refuses")
def test_a_key_the_log_never_saw_cannot_be_revoked(world: World) -> None:
    stranger = world.unproven_key(world.coop())
    assert world.refused(world.as_operator(world.revocation(stranger, "lost"))) == ["key-unknown"]


# ------------------------------------------------------------ vouched statements


@pytest.mark.rule("vouched_statement_is_sound", "accepts")
def test_another_key_of_the_party_vouches_for_what_a_lost_phone_had_recorded(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    phone, office = world.own_key(coop), world.own_key(coop, "organisation", "office")
    draft = world.delivery(farm, 50_000)
    offline = phone.sign(draft)
    world.say_as_operator(world.revocation(phone, "lost"))
    assert world.refused(offline) == ["key-revoked"]
    outcome = world.say(office.sign(world.draft("statement.vouched", {"jws": offline.decode()}, coop)))
    assert world.stock(draft["lot"]) == {coop.id: 50_000}
    assert world.ledger.fact(outcome.id).assurance == "vouched"


@pytest.mark.rule("vouched_statement_is_sound", "refuses")
def test_a_statement_whose_key_is_good_needs_no_vouching(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    phone, office = world.own_key(coop), world.own_key(coop, "organisation", "office")
    inner = phone.sign(world.delivery(farm, 50_000)).decode()
    assert world.refused(office.sign(world.draft("statement.vouched", {"jws": inner}, coop))) == [
        "vouched-key-still-good"
    ]


@pytest.mark.rule("vouched_statement_is_sound", "refuses")
def test_nobody_vouches_for_the_statement_of_another_party(world: World) -> None:
    coop, mill, farm = world.coop(), world.mill(), world.farm()
    phone, office = world.own_key(coop), world.own_key(mill, "organisation")
    inner = phone.sign(world.delivery(farm, 50_000)).decode()
    world.say_as_operator(world.revocation(phone, "lost"))
    assert "vouched-not-yours" in world.refused(office.sign(world.draft("statement.vouched", {"jws": inner}, mill)))


@pytest.mark.rule("vouched_statement_is_sound", "refuses")
def test_a_key_the_log_never_saw_cannot_be_vouched_for(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    office = world.own_key(coop, "organisation", "office")
    inner = world.unproven_key(coop, label="stranger").sign(world.delivery(farm, 50_000)).decode()
    assert world.refused(office.sign(world.draft("statement.vouched", {"jws": inner}, coop))) == ["key-unknown"]


@pytest.mark.rule("vouched_statement_is_sound", "refuses")
def test_a_forged_statement_is_not_mended_by_vouching(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    phone, office = world.own_key(coop), world.own_key(coop, "organisation", "office")
    good = phone.sign(world.delivery(farm, 50_000))
    world.say_as_operator(world.revocation(phone, "lost"))
    forged = b".".join([*good.split(b".")[:2], canonical.b64url(bytes(64)).encode()]).decode()
    assert world.refused(office.sign(world.draft("statement.vouched", {"jws": forged}, coop))) == ["signature-invalid"]


@pytest.mark.rule("vouched_statement_is_sound", "refuses")
def test_a_thief_cannot_have_keys_enrolled_by_vouching(world: World) -> None:
    coop = world.coop()
    stolen, office = world.own_key(coop, "organisation"), world.own_key(coop, "organisation", "office")
    inner = stolen.sign(world.authorisation(world.unproven_key(coop, label="thief"), by=coop)).decode()
    world.say_as_operator(world.revocation(stolen, "stolen"))
    assert "fact-not-vouchable" in world.refused(office.sign(world.draft("statement.vouched", {"jws": inner}, coop)))


@pytest.mark.rule("vouched_statement_is_sound", "refuses")
def test_vouching_does_not_make_kilograms_from_nothing(world: World) -> None:
    """What is vouched for is judged like any other statement of its kind."""
    coop, farm, buyer = world.coop(), world.farm(), world.buyer()
    phone, office = world.own_key(coop), world.own_key(coop, "organisation", "office")
    lot = world.deliver(farm, 50_000)
    swollen = phone.sign(world.pooling(coop, [(lot, 50_000)]).but(outputs=[_main(world, 90_000)])).decode()
    empty = phone.sign(world.dispatch(coop, buyer, (lot, 50_001))).decode()
    reborn = phone.sign(world.delivery(farm, 70_000, lot=lot)).decode()
    world.say_as_operator(world.revocation(phone, "lost"))

    def vouch(jws: str) -> list[str]:
        return world.refused(office.sign(world.draft("statement.vouched", {"jws": jws}, coop)))

    assert "mass-does-not-add-up" in vouch(swollen)
    assert "book-overdrawn" in vouch(empty)
    assert "lot-restated-differently" in vouch(reborn)


@pytest.mark.rule("vouched_statement_is_sound", "refuses")
def test_a_statement_is_vouched_for_once(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    phone, office = world.own_key(coop), world.own_key(coop, "organisation", "office")
    lot = world.deliver(farm, 50_000)
    inner = phone.sign(world.loss(coop, lot, 10_000)).decode()
    already = phone.sign(world.loss(coop, lot, 5_000))
    world.say(already)
    world.say_as_operator(world.revocation(phone, "lost"))
    world.say(office.sign(world.draft("statement.vouched", {"jws": inner}, coop)))
    assert "vouched-already-stands" in world.refused(
        office.sign(world.draft("statement.vouched", {"jws": inner}, coop))
    )
    known = world.draft("statement.vouched", {"jws": already.decode()}, coop)
    assert "vouched-already-stands" in world.refused(office.sign(known))
    assert world.stock(lot) == {coop.id: 35_000}


@pytest.mark.rule("vouched_statement_is_sound", "accepts")
def test_a_vouched_hold_holds_and_a_vouched_delivery_can_be_corrected(world: World) -> None:
    coop, farm, buyer = world.coop(), world.farm(), world.buyer()
    phone, office = world.own_key(coop), world.own_key(coop, "organisation", "office")
    lot = world.deliver(farm, 50_000)
    hold, delivery = phone.sign(world.hold(coop, lot)), world.delivery(farm, 20_000)
    offline = phone.sign(delivery)
    world.say_as_operator(world.revocation(phone, "lost"))
    world.say(office.sign(world.draft("statement.vouched", {"jws": hold.decode()}, coop)))
    assert world.refused(world.dispatch(coop, buyer, (lot, 50_000))) == ["lot-held"]
    vouched = world.say(office.sign(world.draft("statement.vouched", {"jws": offline.decode()}, coop)))
    world.say(world.retraction(coop, vouched))
    assert "lot-unknown" in world.refused(world.pooling(coop, [(delivery["lot"], 1)]))


@pytest.mark.rule("vouched_statement_is_sound", "refuses")
def test_a_correction_is_stated_again_rather_than_vouched_for(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    phone, office = world.own_key(coop), world.own_key(coop, "organisation", "office")
    draft = world.delivery(farm, 50_000)
    first = world.say(draft)
    inner = phone.sign(world.delivery(farm, 40_000, lot=draft["lot"]).replacing(first)).decode()
    world.say_as_operator(world.revocation(phone, "lost"))
    assert "fact-not-vouchable" in world.refused(office.sign(world.draft("statement.vouched", {"jws": inner}, coop)))


# ------------------------------------------------------------ parties, roles, packs


@pytest.mark.rule("stater_stands", "refuses")
def test_a_party_nobody_registered_is_not_spoken_for(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    ghost = world.new_id("ghost")
    assert "party-unknown" in world.refused(world.delivery(farm, 50_000).for_(ghost))
    assert "party-unknown" in world.refused(world.delivery(farm, 50_000).for_(coop.place))


@pytest.mark.rule("registrar_speaks", "accepts")
def test_a_granted_registrar_registers_until_the_role_ends(world: World) -> None:
    coop = world.coop()
    world.say(world.role(coop, "registrar"))
    entered = {"party": world.new_id(), "kind": "buyer", "country": "PE", "name": "Nueva"}
    world.say(world.draft("party.registered", entered, coop))
    ended = {"party": coop.id, "role": "registrar", "effective_from": "2026-06-13"}
    world.say(world.draft("role.ended", ended, world.operator))
    another = entered | {"party": world.new_id()}
    assert world.refused(world.draft("party.registered", another, coop)) == ["role-required"]


@pytest.mark.rule("registrar_speaks", "refuses")
@pytest.mark.parametrize(
    "fact", ["party.registered", "role.granted", "role.ended", "rules.adopted", "log.trusted", "log.closed"]
)
def test_only_a_registrar_states_the_logs_own_affairs(world: World, fact: str) -> None:
    coop = world.coop()
    bodies: dict[str, dict[str, object]] = {
        "party.registered": {"party": world.new_id(), "kind": "buyer", "country": "PE", "name": "Nueva"},
        "role.granted": {"party": coop.id, "role": "registrar", "effective_from": "2026-01-01"},
        "role.ended": {"party": world.operator.id, "role": "registrar", "effective_from": "2026-01-01"},
        "rules.adopted": {"version": 1},
        "log.trusted": {"origin": "ledger.example/log/otro", "log_key": world.ledger.verifier_key},
        "log.closed": {},
    }
    assert world.refused(world.draft(fact, bodies[fact], coop)) == ["role-required"]


@pytest.mark.rule("rules_are_known", "accepts")
def test_a_log_adopts_the_rules_the_program_brings(world: World) -> None:
    world.say(world.draft("rules.adopted", {"version": 1}, world.operator))


@pytest.mark.rule("rules_are_known", "refuses")
def test_rules_of_a_later_program_are_not_adopted(world: World) -> None:
    assert world.refused(world.draft("rules.adopted", {"version": 2}, world.operator)) == ["rules-unknown"]


@pytest.mark.rule("pack_bytes_are_at_hand", "accepts")
def test_a_pack_whose_bytes_are_kept_is_adopted_again(world: World) -> None:
    digest = next(d for d, pack in world.ledger._packs.by_digest.items() if pack.code == "coffee")
    world.say(world.draft("pack.adopted", {"kind": "commodity", "code": "coffee", "digest": digest}, world.operator))


@pytest.mark.rule("pack_bytes_are_at_hand", "accepts")
@pytest.mark.parametrize(("kind", "code"), [("scheme", "fairtrade"), ("framework", "forest-agreement")])
def test_schemes_and_frameworks_are_adopted_like_commodities(world: World, kind: str, code: str) -> None:
    digest = next(d for d, pack in world.ledger._packs.by_digest.items() if pack.code == code)
    world.say(world.draft("pack.adopted", {"kind": kind, "code": code, "digest": digest}, world.operator))


@pytest.mark.rule("pack_bytes_are_at_hand", "accepts")
def test_a_legality_pack_is_adopted_by_its_digest_alone(world: World) -> None:
    body = {"kind": "legality", "code": "peru", "digest": hashlib.sha256(b"elsewhere").hexdigest()}
    world.say(world.draft("pack.adopted", body, world.operator))


@pytest.mark.rule("pack_bytes_are_at_hand", "refuses")
@pytest.mark.parametrize(("kind", "code"), [("scheme", "eu-organic"), ("framework", "fairtrade")])
def test_a_pack_is_not_adopted_under_anothers_name(world: World, kind: str, code: str) -> None:
    digest = next(d for d, pack in world.ledger._packs.by_digest.items() if pack.code == "fairtrade")
    body = {"kind": kind, "code": code, "digest": digest}
    assert world.refused(world.draft("pack.adopted", body, world.operator)) == ["pack-is-another"]


@pytest.mark.rule("pack_bytes_are_at_hand", "refuses")
def test_a_pack_nobody_can_read_is_not_adopted(world: World) -> None:
    body = {"kind": "commodity", "code": "coffee", "digest": hashlib.sha256(b"lost").hexdigest()}
    assert world.refused(world.draft("pack.adopted", body, world.operator)) == ["pack-bytes-missing"]


# ------------------------------------------------------------ mandates


@pytest.mark.rule("agent_has_mandate", "accepts")
def test_a_mill_speaks_for_the_cooperative_under_its_mandate(world: World) -> None:
    coop, mill, farm = world.coop(), world.mill(), world.farm()
    lot = world.deliver(farm, 100_000)
    world.say(world.mandate(coop, mill, "lot", facilities=[mill.place]))
    draft = world.transformation(mill, [(lot, 100_000)], [("dry-parchment", 100_000)], process="pooling")
    world.say(draft.for_(coop))
    assert world.stock(draft["outputs"][0]["lot"]) == {coop.id: 100_000}


@pytest.mark.rule("agent_has_mandate", "accepts")
def test_a_mandate_given_earlier_in_the_same_batch_serves(world: World) -> None:
    coop, mill, farm = world.coop(), world.mill(), world.farm()
    lot = world.deliver(farm, 100_000)
    mandate = world.mandate(coop, mill, "lot")
    loss = world.loss(mill, lot, 10).for_(coop)
    prepared = [world.ledger.prepare_unsigned(d.unsigned(), party=d.by) for d in (mandate, loss)]
    assert [o.status for o in world.ledger.offer(prepared).result()] == ["accepted", "accepted"]


@pytest.mark.rule("agent_has_mandate", "refuses")
def test_nobody_speaks_for_another_without_a_mandate(world: World) -> None:
    coop, mill, farm = world.coop(), world.mill(), world.farm()
    lot = world.deliver(farm, 100_000)
    assert world.refused(world.loss(mill, lot, 10).for_(coop)) == ["mandate-missing"]


@pytest.mark.rule("agent_has_mandate", "refuses")
def test_a_mandate_holds_for_its_theme_its_place_and_its_days(world: World) -> None:
    coop, mill, farm = world.coop(), world.mill(), world.farm()
    lot = world.deliver(farm, 100_000)
    given = world.mandate(coop, mill, "lot", facilities=[mill.place], valid_from="2026-06-01", valid_to="2026-06-30")
    world.say(given)

    def pooled(place: str, day: str) -> list[str]:
        draft = world.pooling(mill, [(lot, 10)], facility=place).for_(coop).on(day)
        return codes(world.check(draft)[0])

    assert pooled(mill.place, "2026-06-12") == []
    assert pooled(coop.place, "2026-06-12") == ["mandate-missing"]
    assert pooled(mill.place, "2026-05-31") == ["mandate-missing"]
    assert pooled(mill.place, "2026-07-01") == ["mandate-missing"]
    plot = world.plot(mill).for_(coop)
    assert world.refused(plot) == ["mandate-missing"]
    world.say(world.draft("mandate.ended", {"mandate": given["mandate"], "effective_from": "2026-06-12"}, coop))
    assert pooled(mill.place, "2026-06-11") == []
    assert pooled(mill.place, "2026-06-12") == ["mandate-missing"]


@pytest.mark.rule("mandate_is_given_by_its_principal", "refuses")
def test_nobody_writes_himself_a_mandate_of_another(world: World) -> None:
    coop, thief, farm = world.coop(), world.buyer("Ladron"), world.farm()
    lot = world.deliver(farm, 100_000)
    assert world.refused(world.mandate(coop, thief, "lot").said_by(thief)) == ["mandate-not-yours"]
    assert world.refused(world.dispatch(thief, thief, (lot, 100_000)).for_(coop)) == ["mandate-missing"]


@pytest.mark.rule("mandate_is_given_by_its_principal", "accepts")
def test_a_mandate_is_given_by_its_principal_and_ended_by_either_side(world: World) -> None:
    coop, mill = world.coop(), world.mill()
    for ender in (coop, mill):
        given = world.mandate(coop, mill, "lot")
        world.say(given)
        world.say(world.draft("mandate.ended", {"mandate": given["mandate"], "effective_from": "2026-07-01"}, ender))


@pytest.mark.rule("mandate_is_given_by_its_principal", "refuses")
def test_a_stranger_does_not_end_a_mandate(world: World) -> None:
    coop, mill, buyer = world.coop(), world.mill(), world.buyer()
    given = world.mandate(coop, mill, "lot")
    world.say(given)
    ended = world.draft("mandate.ended", {"mandate": given["mandate"], "effective_from": "2026-06-01"}, buyer)
    assert world.refused(ended) == ["mandate-not-yours"]


# ------------------------------------------------------------ names


@pytest.mark.rule("names_stand_or_are_new", "accepts")
def test_a_thing_born_earlier_in_the_batch_can_be_named_later_in_it(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    delivery = world.delivery(farm, 50_000)
    drafts = [delivery, world.pooling(coop, [(delivery["lot"], 50_000)])]
    prepared = [world.ledger.prepare_unsigned(d.unsigned(), party=d.by) for d in drafts]
    assert [o.status for o in world.ledger.offer(prepared).result()] == ["accepted", "accepted"]


@pytest.mark.rule("names_stand_or_are_new", "refuses")
def test_a_lot_the_log_does_not_know_is_asked_for_with_a_remedy(world: World) -> None:
    coop = world.coop()
    outcome = world.state(world.pooling(coop, [(world.new_id("lost lot"), 10)]))
    assert codes(outcome) == ["lot-unknown"]
    assert outcome.problems[0].retry == "after-sync"


@pytest.mark.rule("names_stand_or_are_new", "refuses")
def test_a_name_must_be_of_the_right_kind(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    assert world.refused(world.delivery(farm, 10, producer=coop.id)) == ["reference-wrong-kind"]
    assert world.refused(world.delivery(farm, 10, plot=world.new_id("no plot"))) == ["reference-unknown"]
    assert world.refused(world.delivery(farm, 10, lot=farm.plot)) == ["id-already-used"]


@pytest.mark.rule("names_stand_or_are_new", "refuses")
def test_one_id_is_not_given_to_two_outputs(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    lot = world.deliver(farm, 100)
    twin = world.new_id("twin")
    lines = [{"lot": twin, "form": "dry-parchment", "kind": "main", "grams": 50}] * 2
    assert "id-used-twice" in world.refused(world.transformation(coop, [(lot, 100)], lines, process="splitting"))


@pytest.mark.rule("names_stand_or_are_new", "refuses")
def test_a_delivery_recorded_by_two_devices_is_one_delivery(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    first, second = world.own_key(coop), world.own_key(coop, label="two")
    draft = world.delivery(farm, 50_000)
    again = world.delivery(farm, 50_000, lot=draft["lot"], receipt=draft["receipt"])
    other = world.delivery(farm, 49_000, lot=draft["lot"], receipt=draft["receipt"])
    world.say(first.sign(draft))
    assert world.refused(second.sign(again)) == ["lot-already-recorded"]
    assert world.refused(second.sign(other)) == ["lot-restated-differently"]


# ------------------------------------------------------------ the same statement again


def test_a_replayed_statement_returns_the_first_receipt(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    submission = device.sign(world.delivery(farm, 50_000))
    first = world.say(submission)
    world.deliver(farm, 10)
    again = world.state(submission)
    assert (again.status, again.index, again.digest) == ("duplicate", first.index, first.digest)
    assert again.receipt_code == first.receipt_code
    # Also after its key was revoked: what is in the log is in the log.
    world.say_as_operator(world.revocation(device, "stolen"))
    assert world.state(submission).index == first.index


def test_an_unsigned_fact_sent_again_is_the_same_fact(world: World) -> None:
    draft = world.delivery(world.farm(), 50_000)
    first, again = world.say(draft), world.state(draft)
    assert (again.status, again.index, again.digest) == ("duplicate", first.index, first.digest)


def test_the_same_id_with_another_body_is_a_conflict(world: World) -> None:
    coop, farm = world.coop(), world.farm()
    device = world.own_key(coop)
    draft = world.delivery(farm, 50_000)
    first = world.say(draft)
    for outcome in (world.state(draft.but(net=49_000, gross=50_200)), world.state(device.sign(draft))):
        assert codes(outcome) == ["id-conflict"]
        assert outcome.problems[0].details["standing"] == first.digest


def test_an_atomic_request_is_all_or_nothing(world: World) -> None:
    farm = world.farm()
    good, bad = world.delivery(farm, 50_000), world.delivery(farm, 50_000, net=1)
    prepared = [world.ledger.prepare_unsigned(d.unsigned(), party=d.by) for d in (good, bad)]
    before = world.ledger.head()
    outcomes = world.ledger.offer(prepared, atomic=True).result()
    assert [codes(o) for o in outcomes] == [["atomic-refused"], ["net-differs"]]
    assert world.ledger.head() == before
    world.say(good)


def _registrar(world: World) -> dict[str, str]:
    return {"party": world.operator.id, "role": "registrar", "effective_from": "2026-06-12"}


def _main(world: World, grams: int) -> dict[str, object]:
    return {"lot": world.new_id("lot"), "form": "dry-parchment", "kind": "main", "grams": grams}


# ------------------------------------------------------------ the log's own key


@pytest.mark.rule("old_log_key_agrees", "accepts")
@pytest.mark.rule("old_log_key_agrees", "refuses")
def test_only_the_logs_key_so_far_names_its_successor(world: World) -> None:
    origin, old, new = world.ledger.origin, world.ledger._log_key, SigningKey.derived(b"rotation", "new log key")

    def rotation(by: SigningKey, name: str = origin, key: bytes = new.public) -> Draft:
        log_key = VerifierKey(name, KeyKind.LOG, key).format()
        signature = canonical.b64url(by.sign(keys.rotation_message(origin, log_key)))
        return world.draft("log.key-rotated", {"log_key": log_key, "old_key_signature": signature}, world.operator)

    assert world.refused(rotation(new)) == ["log-key-not-agreed"]
    assert world.refused(rotation(old, key=bytes(32))) == ["log-key-not-agreed"]
    assert world.refused(rotation(old, name="other.example/log/valle")) == ["verifier-key-differs"]
    assert world.refused(rotation(old, key=old.public)) == ["log-key-used-before"]
    world.say(rotation(old))
    assert world.refused(rotation(old)) == ["log-key-not-agreed"]
