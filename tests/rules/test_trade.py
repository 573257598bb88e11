"""Contracts, sales, reversals and pledges: sold once, by who owns it, as agreed, and what is pledged stays."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import Draft, Party, World, codes, lots_of

ORGANIC = {"kind": "certificate", "name": "eu-organic", "model": "segregated"}


def certificate(world: World, holder: Party, **changes: Any) -> str:
    """A certificate with a licensed volume of dry parchment of 2026."""
    body = {
        "certificate": world.new_id("certificate"),
        "scheme": "eu-organic",
        "scheme_version": "2018-848",
        "number": "EU-1",
        "holder": holder.id,
        "body": world.certifier().id,
        "products": [{"commodity": "coffee"}],
        "models": ["segregated"],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        "volumes": [{"commodity": "coffee", "form": "dry-parchment", "season": "2026", "grams": 100_000}],
    }
    world.say(world.draft("certificate.recorded", body | changes, holder))
    return str(body["certificate"])


def met(world: World, draft: Draft) -> set[str]:
    """Every code the draft would meet, refusing or flagging, without stating it."""
    outcome = world.check(draft)[0]
    return {*codes(outcome), *(flag.code for flag in outcome.flags)}


def claimed(lot: str, grams: int, *claims: dict[str, Any]) -> dict[str, Any]:
    """A sale's line with claims."""
    return {"lot": lot, "grams": grams, "invoiced_grams": grams, "claims": list(claims)}


# ---------------------------------------------------------------- title


@pytest.mark.rule("book_is_not_overdrawn", "accepts")
@pytest.mark.rule("book_is_not_overdrawn", "refuses")
def test_a_gram_is_not_sold_twice(world: World) -> None:
    coop, buyer, other = world.coop(), world.buyer(), world.buyer("Otro")
    lot = world.deliver(world.farm(), 1_000)
    world.say(world.sale(coop, buyer, (lot, 700)))
    assert world.refused(world.sale(coop, other, (lot, 301))) == ["title-overdrawn"]
    assert world.check(world.sale(coop, other, (lot, 301)))[0].problems[0].where == "/body/lots/0/grams"
    world.say(world.sale(coop, other, (lot, 300)))
    assert world.refused(world.sale(coop, other, (lot, 1))) == ["title-overdrawn"]


@pytest.mark.rule("book_is_not_overdrawn", "refuses")
def test_stock_of_others_is_not_sold(world: World) -> None:
    lot = world.deliver(world.farm(), 1_000)
    assert world.refused(world.sale(world.mill(), world.buyer(), (lot, 1))) == ["title-overdrawn"]


def test_the_buyer_owns_what_was_sold_wherever_it_lies(world: World) -> None:
    coop, buyer, roaster = world.coop(), world.buyer(), world.buyer("Tostador")
    lot = world.deliver(world.farm(), 1_000)
    world.say(world.sale(coop, buyer, (lot, 1_000)))
    assert world.stock(lot) == {coop.id: 1_000}
    world.say(world.sale(buyer, roaster, (lot, 400)))
    world.say(world.receipt(buyer, world.send(coop, buyer, (lot, 1_000))))
    assert world.refused(world.sale(buyer, roaster, (lot, 601))) == ["title-overdrawn"]


@pytest.mark.rule("nothing_blocked_leaves", "accepts")
@pytest.mark.rule("nothing_blocked_leaves", "refuses")
def test_held_and_recalled_stock_is_not_sold(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot, other = world.deliver(world.farm(), 1_000), world.deliver(world.farm(), 1_000)
    hold = world.hold(coop, lot)
    world.say(hold)
    world.say(world.recall(coop, other))
    assert world.refused(world.sale(coop, buyer, (lot, 1))) == ["lot-held"]
    assert world.refused(world.sale(coop, buyer, (other, 1))) == ["lot-recalled"]
    world.say(world.release(coop, hold))
    world.say(world.sale(coop, buyer, (lot, 1)))


@pytest.mark.rule("nothing_blocked_leaves", "refuses")
def test_stock_in_question_is_not_sold(world: World) -> None:
    coop = world.coop()
    delivery = world.delivery(world.farm(), 1_000)
    outcome = world.say(delivery)
    pooled = world.pool(coop, (delivery["lot"], 1_000))
    world.say(world.retraction(coop, outcome))
    assert world.refused(world.sale(coop, world.buyer(), (pooled, 1))) == ["lot-in-question"]


@pytest.mark.rule("deposit_is_of_the_sellers_producer", "accepts")
@pytest.mark.rule("deposit_is_of_the_sellers_producer", "refuses")
def test_a_deposit_is_sold_only_by_who_took_it_in(world: World) -> None:
    north, south, buyer = world.coop("Norte"), world.coop("Sur"), world.buyer()
    farm = world.farm(north)
    lot = world.deliver(farm, 1_000, north, terms="deposit")
    line = {"lot": lot, "grams": 400, "invoiced_grams": 400, "owner": farm.producer}
    assert world.refused(world.sale(north, buyer, (lot, 400))) == ["title-overdrawn"]
    assert world.refused(world.sale(south, buyer, line)) == ["not-your-deposit"]
    world.say(world.sale(north, buyer, line))
    assert world.refused(world.sale(north, buyer, line | {"grams": 601})) == ["title-overdrawn"]


# ---------------------------------------------------------------- what a sale says


@pytest.mark.rule("commodity_is_known", "refuses")
def test_a_sale_is_of_a_known_commodity_and_form(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 1_000)
    assert "commodity-unknown" in met(world, world.sale(coop, buyer, (lot, 1), commodity="saffron"))
    assert "form-unknown" in met(world, world.sale(coop, buyer, (lot, 1), form="liquid"))


@pytest.mark.rule("sold_lots_are_what_the_sale_says", "accepts")
@pytest.mark.rule("sold_lots_are_what_the_sale_says", "refuses")
def test_a_sale_names_lots_of_its_product_once_and_another_party(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 1_000)
    assert world.refused(world.sale(coop, buyer, (lot, 1), form="green")) == ["form-differs"]
    assert world.refused(world.sale(coop, buyer, (lot, 1), commodity="cocoa", form="dry-beans")) == [
        "commodity-differs"
    ]
    assert world.refused(world.sale(coop, buyer, (lot, 1), (lot, 2))) == ["lot-named-twice"]
    assert world.refused(world.sale(coop, coop, (lot, 1))) == ["buyer-is-seller"]
    world.say(world.sale(coop, buyer, (lot, 3)))


@pytest.mark.rule("sold_claims_are_said_once_and_whole", "accepts")
@pytest.mark.rule("sold_claims_are_said_once_and_whole", "refuses")
def test_a_sold_claim_names_certificate_and_model_once(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot, organic = world.deliver(world.farm(), 1_000), certificate(world, coop)
    whole = {**ORGANIC, "certificate": organic}
    eudr = {"kind": "eudr", "name": "eudr"}
    ours = {"claim-named-twice", "claim-model-missing", "claim-certificate-missing", "claim-scheme-differs"}

    def said(*claims: dict[str, Any]) -> set[str]:
        return met(world, world.sale(coop, buyer, claimed(lot, 10, *claims))) & ours

    assert said(whole, eudr) == set()
    assert said(whole, whole) == {"claim-named-twice"}
    assert said({name: whole[name] for name in ("kind", "name", "certificate")}) == {"claim-model-missing"}
    assert said(ORGANIC) == {"claim-certificate-missing"}
    assert said({**whole, "name": "nop"}) == {"claim-scheme-differs"}


@pytest.mark.rule("volume_is_drawn_for_a_claim", "accepts")
@pytest.mark.rule("volume_is_drawn_for_a_claim", "refuses")
def test_volume_is_drawn_once_for_a_claim_that_is_sold_from_the_sellers_own_account(world: World) -> None:
    coop, central, buyer = world.coop(), world.coop("Central"), world.buyer()
    lot, organic = world.deliver(world.farm(), 1_000), certificate(world, coop, sellers=[coop.id, central.id])
    claim = {**ORGANIC, "certificate": organic}
    debit = {"certificate": organic, "commodity": "coffee", "form": "dry-parchment", "season": "2026", "grams": 10}
    ours = {"debit-without-claim", "debit-product-differs", "debit-named-twice", "debit-of-another-seller"}

    def said(seller: Party, *debits: dict[str, Any], claims: tuple[dict[str, Any], ...] = (claim,)) -> set[str]:
        draft = world.sale(seller, buyer, claimed(lot, 10, *claims), debits=list(debits))
        return met(world, draft) & ours

    assert said(coop, debit) == set()
    assert said(coop, debit, claims=()) == {"debit-without-claim"}
    assert said(coop, {**debit, "form": "green"}) == {"debit-product-differs"}
    assert said(coop, debit, debit) == {"debit-named-twice"}
    assert said(coop, {**debit, "seller": coop.id}) == {"debit-of-another-seller"}
    assert said(central, debit) == {"debit-of-another-seller"}
    assert said(central, {**debit, "seller": central.id}) == set()


# ---------------------------------------------------------------- contracts


@pytest.mark.rule("contract_has_two_parties", "accepts")
@pytest.mark.rule("contract_has_two_parties", "refuses")
def test_a_contract_is_between_two_and_stated_by_one_of_them(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    assert world.refused(world.contract(coop, coop, 1_000)) == ["buyer-is-seller"]
    draft = world.contract(coop, buyer, 1_000)
    assert world.refused(draft.said_by(world.mill())) == ["not-a-party-to-contract"]
    world.say(draft.said_by(buyer))


@pytest.mark.rule("contract_price_fits_its_terms", "accepts")
@pytest.mark.rule("contract_price_fits_its_terms", "refuses")
def test_a_fixed_contract_has_its_price_and_no_other(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    draft = world.contract(coop, buyer, 1_000)
    above = {"reference": "KC Z6", "side": "above", "price": draft["price"]}
    assert world.refused(draft.but(price=None)) == ["price-terms-contradict"]
    assert world.refused(draft.but(price_terms="to-be-fixed")) == ["price-terms-contradict"]
    assert world.refused(draft.but(differential=above)) == ["price-terms-contradict"]
    world.say(draft.but(price_terms="to-be-fixed", price=None, differential=above))


@pytest.mark.rule("contract_products_are_known", "accepts")
@pytest.mark.rule("contract_products_are_known", "refuses")
def test_a_contract_is_for_products_the_log_knows(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    line = {"commodity": "coffee", "form": "dry-parchment", "grams": 1_000}

    def of(*lines: dict[str, Any]) -> Draft:
        return world.contract(coop, buyer, 1, lines=list(lines))

    assert world.refused(of({**line, "commodity": "saffron"})) == ["commodity-unknown"]
    assert world.refused(of({**line, "form": "liquid"})) == ["form-unknown"]
    assert world.refused(of(line, line)) == ["contract-line-twice"]
    world.say(of({**line, "season": "2025"}, {**line, "season": "2026"}))


def test_a_delivery_window_runs_forward(world: World) -> None:
    draft = world.contract(world.coop(), world.buyer(), 1_000)
    assert world.refused(draft.but(deliver_to="2026-05-31")) == ["period-reversed"]


@pytest.mark.rule("contract_parties_speak", "accepts")
@pytest.mark.rule("contract_parties_speak", "refuses")
def test_a_contract_is_changed_by_its_parties_until_it_is_cancelled(world: World) -> None:
    coop, buyer, mill = world.coop(), world.buyer(), world.mill()
    contract = world.contract(coop, buyer, 1_000)
    world.say(contract)
    later = world.draft("contract.amended", {"contract": contract["contract"], "deliver_to": "2027-01-31"}, buyer)
    cancelled = world.draft("contract.cancelled", {"contract": contract["contract"], "reason": "crop-failed"}, coop)
    assert world.refused(later.said_by(mill)) == ["not-a-party-to-contract"]
    assert world.refused(cancelled.said_by(mill)) == ["not-a-party-to-contract"]
    world.say(later)
    world.say(cancelled)
    again = world.draft("contract.cancelled", cancelled.body, coop)
    assert world.refused(again) == ["contract-cancelled"]


@pytest.mark.rule("price_is_fixed_within_the_contract", "accepts")
@pytest.mark.rule("price_is_fixed_within_the_contract", "refuses")
def test_an_open_price_is_fixed_in_parts_up_to_the_contracts_grams(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    price = world.contract(coop, buyer, 1)["price"]
    fixed, opened = world.contract(coop, buyer, 1_000), world.contract(coop, buyer, 1_000, price=None)
    world.say(fixed)
    world.say(opened.but(price_terms="to-be-fixed"))

    def fixing(contract: Draft, grams: int | None) -> Draft:
        body = {"contract": contract["contract"], "price": price, "grams": grams, "fixed_on": "2026-06-12"}
        return world.draft("contract.price-fixed", body, buyer)

    assert world.refused(fixing(fixed, 1)) == ["price-already-fixed"]
    assert world.refused(fixing(opened, 1_001)) == ["fixed-beyond-contract"]
    world.say(fixing(opened, 600))
    assert world.refused(fixing(opened, 401)) == ["fixed-beyond-contract"]
    assert world.refused(fixing(opened, None)) == ["price-already-fixed"]
    world.say(fixing(opened, 400))


@pytest.mark.rule("amendment_starts_from_what_stands", "accepts")
@pytest.mark.rule("amendment_starts_from_what_stands", "refuses")
def test_two_amendments_do_not_cross_unseen(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    contract = world.contract(coop, buyer, 1_000)
    world.say(contract)

    def change(before: int, grams: int, **more: Any) -> Draft:
        line = {"commodity": "coffee", "form": "dry-parchment", "grams_before": before, "grams": grams}
        return world.draft("contract.amended", {"contract": contract["contract"], "lines": [line], **more}, buyer)

    world.say(change(1_000, 1_500))
    assert world.refused(change(1_000, 2_000)) == ["contract-line-differs"]
    assert world.refused(change(1_500, 2_000, deliver_to="2026-05-31")) == ["period-reversed"]
    world.say(change(1_500, 800))
    lot = world.deliver(world.farm(), 2_000)
    assert world.flagged(world.sale(coop, buyer, (lot, 801), contract=contract["contract"])) == ["contract-exceeded"]


@pytest.mark.rule("assignor_holds_the_place", "accepts")
@pytest.mark.rule("assignor_holds_the_place", "refuses")
def test_a_place_in_a_contract_is_given_up_by_who_holds_it(world: World) -> None:
    coop, buyer, central = world.coop(), world.buyer(), world.coop("Central")
    contract = world.contract(coop, buyer, 1_000)
    world.say(contract)
    body = {
        "contract": contract["contract"],
        "side": "seller",
        "assignor": coop.id,
        "assignee": central.id,
        "effective_from": "2026-06-12",
    }
    assigned = world.draft("contract.assigned", body, coop)
    assert world.refused(assigned.but(assignor=buyer.id)) == ["assignor-differs"]
    assert world.refused(assigned.but(assignee=buyer.id)) == ["buyer-is-seller"]
    world.say(assigned)
    lot = world.deliver(world.farm(), 100)
    sale = world.sale(coop, buyer, (lot, 100), contract=contract["contract"])
    assert world.refused(sale) == ["contract-seller-differs"]
    world.say(world.sale(coop, central, (lot, 100)))
    world.say(world.sale(central, buyer, (lot, 100), contract=contract["contract"]))


@pytest.mark.rule("sale_fits_its_contract", "accepts")
@pytest.mark.rule("sale_fits_its_contract", "refuses")
def test_a_sale_has_the_parties_and_the_product_of_its_contract(world: World) -> None:
    coop, buyer, other = world.coop(), world.buyer(), world.buyer("Otro")
    contract = world.contract(coop, buyer, 1_000)
    cancelled = world.contract(coop, buyer, 1_000)
    green = world.contract(coop, buyer, 1, lines=[{"commodity": "coffee", "form": "green", "grams": 1_000}])
    for draft in (contract, cancelled, green):
        world.say(draft)
    world.say(world.draft("contract.cancelled", {"contract": cancelled["contract"], "reason": "crop-failed"}, coop))
    lot = world.deliver(world.farm(), 1_000)

    def under(draft: Draft, to: Party = buyer) -> Draft:
        return world.sale(coop, to, (lot, 100), contract=draft["contract"])

    assert world.refused(under(contract, other)) == ["contract-buyer-differs"]
    assert world.refused(under(cancelled)) == ["contract-cancelled"]
    assert world.refused(under(green)) == ["contract-product-differs"]
    world.say(world.sale(coop, other, (lot, 100)))
    sold_on = world.sale(other, buyer, (lot, 100), contract=contract["contract"])
    assert world.refused(sold_on) == ["contract-seller-differs"]
    world.say(under(contract))


@pytest.mark.rule("contract_is_not_overshipped", "accepts")
@pytest.mark.rule("contract_is_not_overshipped", "flags")
def test_shipments_beyond_the_contract_and_its_tolerance_are_flagged(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    contract = world.contract(coop, buyer, 1_000, tolerance_permille=30)
    world.say(contract)
    lot = world.deliver(world.farm(), 2_000)
    first = world.sale(coop, buyer, (lot, 500), contract=contract["contract"])
    world.say(first)
    assert world.flagged(world.sale(coop, buyer, (lot, 530), contract=contract["contract"])) == []
    assert world.flagged(world.sale(coop, buyer, (lot, 1), contract=contract["contract"])) == ["contract-exceeded"]
    world.say(world.reversal(coop, first))
    assert world.flagged(world.sale(coop, buyer, (lot, 499), contract=contract["contract"])) == []


# ---------------------------------------------------------------- reversals


@pytest.mark.rule("reversal_names_the_sale", "accepts")
@pytest.mark.rule("reversal_names_the_sale", "refuses")
def test_a_sale_is_undone_by_its_parties_and_as_it_was(world: World) -> None:
    coop, buyer, other = world.coop(), world.buyer(), world.buyer("Otro")
    lot = world.deliver(world.farm(), 1_000)
    sale = world.sale(coop, buyer, (lot, 600))
    world.say(sale)
    back = world.reversal(coop, sale)
    assert world.refused(back.said_by(other)) == ["not-a-party-to-sale"]
    assert "sale-differs" in met(world, back.but(buyer=other.id))
    assert "sale-differs" in met(world, back.but(form="green"))
    world.say(back.said_by(buyer))
    world.say(world.sale(coop, other, (lot, 1_000)))


@pytest.mark.rule("reversal_stays_within_the_sale", "accepts")
@pytest.mark.rule("reversal_stays_within_the_sale", "refuses")
def test_no_more_goes_back_than_was_sold(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    lot = world.deliver(world.farm(), 1_000)
    sale, rest = world.sale(coop, buyer, (lot, 600)), world.sale(coop, buyer, (lot, 400))
    world.say(sale)
    world.say(rest)
    assert world.refused(world.reversal(coop, sale, (lot, 601))) == ["reversal-exceeds-sale", "reversal-exceeds-sale"]
    world.say(world.reversal(coop, sale, (lot, 200)))
    assert "reversal-exceeds-sale" in world.refused(world.reversal(coop, sale, (lot, 401)))
    assert "reversal-exceeds-sale" in world.refused(world.reversal(coop, sale, (lot, 300), (lot, 101)))
    debit = {
        "certificate": certificate(world, coop),
        "commodity": "coffee",
        "form": "dry-parchment",
        "season": "2026",
        "grams": 1,
    }
    assert "reversal-exceeds-sale" in world.refused(world.reversal(coop, sale, (lot, 1), debits=[debit]))
    world.say(world.reversal(coop, sale, (lot, 400)))


@pytest.mark.rule("book_is_not_overdrawn", "refuses")
def test_what_the_buyer_sold_on_does_not_go_back(world: World) -> None:
    coop, buyer, roaster = world.coop(), world.buyer(), world.buyer("Tostador")
    lot = world.deliver(world.farm(), 1_000)
    sale = world.sale(coop, buyer, (lot, 1_000))
    world.say(sale)
    world.say(world.sale(buyer, roaster, (lot, 300)))
    assert world.refused(world.reversal(buyer, sale)) == ["title-overdrawn"]
    world.say(world.reversal(buyer, sale, (lot, 700)))


@pytest.mark.rule("book_is_not_overdrawn", "accepts")
@pytest.mark.rule("book_is_not_overdrawn", "refuses")
def test_a_reversal_is_not_taken_back_once_the_goods_were_sold_again(world: World) -> None:
    coop, buyer, other = world.coop(), world.buyer(), world.buyer("Otro")
    lot = world.deliver(world.farm(), 1_000)
    sale = world.sale(coop, buyer, (lot, 1_000))
    world.say(sale)
    reversed_ = world.say(world.reversal(coop, sale))
    world.say(world.sale(coop, other, (lot, 400)))
    # Else the first buyer would own again what the second has bought.
    assert world.refused(world.retraction(coop, reversed_)) == ["title-overdrawn"]
    assert world.refused(world.reversal(coop, sale, (lot, 399)).replacing(reversed_)) == ["title-overdrawn"]
    less = world.say(world.reversal(coop, sale, (lot, 400)).replacing(reversed_))
    assert world.refused(world.retraction(coop, less)) == ["title-overdrawn"]


@pytest.mark.rule("corrected_sale_takes_nothing_back_that_is_gone", "accepts")
@pytest.mark.rule("corrected_sale_takes_nothing_back_that_is_gone", "refuses")
def test_a_sale_whose_goods_were_sold_on_is_not_retracted(world: World) -> None:
    coop, buyer, roaster = world.coop(), world.buyer(), world.buyer("Tostador")
    lot = world.deliver(world.farm(), 1_000)
    first, second = world.sale(coop, buyer, (lot, 500)), world.sale(coop, buyer, (lot, 100))
    sold, more = world.say(first), world.say(second)
    world.say(world.sale(buyer, roaster, (lot, 200)))
    assert world.refused(world.retraction(coop, sold)) == ["sale-used-since"]
    less = world.sale(coop, buyer, (lot, 99), sale=first["sale"]).replacing(sold)
    assert world.refused(less) == ["sale-used-since"]
    world.say(world.sale(coop, buyer, (lot, 400), sale=first["sale"]).replacing(sold))
    world.say(world.retraction(coop, more))
    assert world.refused(world.sale(coop, buyer, (lot, 601))) == ["title-overdrawn"]
    world.say(world.sale(coop, buyer, (lot, 600)))


# ---------------------------------------------------------------- pledges


@pytest.mark.rule("pledger_owns_what_is_pledged", "accepts")
@pytest.mark.rule("pledger_owns_what_is_pledged", "refuses")
def test_grams_are_pledged_once_by_their_owner(world: World) -> None:
    coop, buyer, bank = world.coop(), world.buyer(), world.party("Banco", "lender")
    lot = world.deliver(world.farm(), 1_000)
    assert world.refused(world.pledge(coop, coop, lot, 1)) == ["lender-is-pledger"]
    assert world.refused(world.pledge(buyer, bank, lot, 1)) == ["pledge-exceeds-title"]
    world.say(world.pledge(coop, bank, lot, 600))
    assert world.refused(world.pledge(coop, bank, lot, 401)) == ["pledge-exceeds-title"]
    world.say(world.pledge(coop, world.party("Caja", "lender"), lot, 400))


@pytest.mark.rule("pledged_grams_stay", "accepts")
@pytest.mark.rule("pledged_grams_stay", "refuses")
def test_pledged_grams_are_neither_sold_nor_sent(world: World) -> None:
    coop, buyer, bank = world.coop(), world.buyer(), world.party("Banco", "lender")
    lot = world.deliver(world.farm(), 1_000)
    world.say(world.pledge(coop, bank, lot, 600))
    assert world.refused(world.sale(coop, buyer, (lot, 401))) == ["lot-pledged"]
    assert world.refused(world.dispatch(coop, buyer, (lot, 401))) == ["lot-pledged"]
    assert world.refused(world.returning(coop, lot, 401, to=buyer.id)) == ["lot-pledged"]
    world.say(world.sale(coop, buyer, (lot, 400)))
    world.say(world.receipt(buyer, world.send(coop, buyer, (lot, 400))))
    assert world.refused(world.dispatch(coop, buyer, (lot, 1))) == ["lot-pledged"]
    world.say(world.dispatch(buyer, world.mill(), (lot, 400)))


@pytest.mark.rule("pledged_grams_stay", "refuses")
def test_a_warehouse_does_not_send_what_its_owner_pledged(world: World) -> None:
    coop, mill, buyer, bank = world.coop(), world.mill(), world.buyer(), world.party("Banco", "lender")
    lot = world.deliver(world.farm(), 1_000)
    world.say(world.receipt(mill, world.send(coop, mill, (lot, 1_000))))
    world.say(world.pledge(coop, bank, lot, 1_000))
    assert world.refused(world.dispatch(mill, buyer, (lot, 1))) == ["lot-pledged"]


@pytest.mark.rule("pledged_grams_stay", "refuses")
def test_a_buyer_does_not_give_back_what_it_pledged(world: World) -> None:
    coop, buyer, bank = world.coop(), world.buyer(), world.party("Banco", "lender")
    lot = world.deliver(world.farm(), 1_000)
    sale = world.sale(coop, buyer, (lot, 1_000))
    world.say(sale)
    world.say(world.pledge(buyer, bank, lot, 300))
    assert world.refused(world.reversal(coop, sale)) == ["lot-pledged"]
    world.say(world.reversal(coop, sale, (lot, 700)))


@pytest.mark.rule("pledged_stock_is_left_alone", "accepts")
@pytest.mark.rule("pledged_stock_is_left_alone", "flags")
@pytest.mark.rule("pledged_grams_stay", "accepts")
@pytest.mark.rule("pledged_grams_stay", "refuses")
def test_what_is_made_of_pledged_stock_stays_until_the_lender_lets_go(world: World) -> None:
    coop, buyer, bank = world.coop(), world.buyer(), world.party("Banco", "lender")
    lot = world.deliver(world.farm(), 1_000)
    before = world.pool(coop, (lot, 100))
    pledge = world.pledge(coop, bank, lot, 600)
    world.say(pledge)
    free = world.pooling(coop, [(lot, 300)])
    assert world.flagged(free) == []
    world.say(world.sale(coop, buyer, (lots_of(free)[0], 10)))
    worked = world.pooling(coop, [(lot, 1)])
    assert world.flagged(worked) == ["pledged-stock-worked"]
    bag = world.packing(coop, [(lots_of(worked)[0], 1)], [1])
    world.say(bag)
    for made in (lots_of(free)[0], lots_of(bag)[0]):
        assert world.refused(world.sale(coop, buyer, (made, 1))) == ["lot-pledged"]
        assert world.refused(world.dispatch(coop, buyer, (made, 1))) == ["lot-pledged"]
        assert world.blocks(made) == set()
    world.say(world.sale(coop, buyer, (before, 100)))
    named = {"pledge": pledge["pledge"], "lot": lot, "lender": bank.id, "pledger": coop.id}
    world.say(world.draft("pledge.released", {**named, "grams": 600}, bank))
    world.say(world.sale(coop, buyer, (lots_of(bag)[0], 1), (lots_of(free)[0], 290)))


@pytest.mark.rule("lender_releases_its_pledge", "accepts")
@pytest.mark.rule("lender_releases_its_pledge", "refuses")
def test_only_the_lender_lets_go_of_a_pledge(world: World) -> None:
    coop, buyer, bank = world.coop(), world.buyer(), world.party("Banco", "lender")
    lot = world.deliver(world.farm(), 1_000)
    pledge = world.pledge(coop, bank, lot, 600)
    world.say(pledge)
    named = {"pledge": pledge["pledge"], "lot": lot, "lender": bank.id, "pledger": coop.id}
    release = world.draft("pledge.released", {**named, "grams": 200}, bank)
    assert world.refused(release.said_by(coop)) == ["not-the-lender"]
    assert world.refused(release.but(pledger=buyer.id)) == ["pledge-differs"]
    assert world.refused(release.but(grams=601)) == ["release-exceeds-pledge"]
    world.say(release)
    assert world.refused(world.draft("pledge.released", {**named, "grams": 401}, bank)) == ["release-exceeds-pledge"]
    assert world.refused(world.sale(coop, buyer, (lot, 601))) == ["lot-pledged"]
    world.say(world.sale(coop, buyer, (lot, 600)))


def test_a_pledge_let_go_of_is_no_lot_of_the_store(world: World) -> None:
    coop, bank = world.coop(), world.party("Banco", "lender")
    lot = world.deliver(world.farm(), 1_000)
    pledge = world.pledge(coop, bank, lot, 600)
    world.say(pledge)
    named = {"pledge": pledge["pledge"], "lot": lot, "lender": bank.id, "pledger": coop.id}
    world.say(world.draft("pledge.released", {**named, "grams": 600}, bank))
    assert [line.lot for line in world.ledger.lots()] == [lot]


@pytest.mark.rule("counterparty_has_endorsed", "accepts")
@pytest.mark.rule("counterparty_has_endorsed", "refuses")
def test_a_pledge_is_not_talked_away_without_its_lender(world: World) -> None:
    coop, bank = world.coop(), world.party("Banco", "lender")
    lot = world.deliver(world.farm(), 1_000)
    pledged = world.say(world.pledge(coop, bank, lot, 600))
    assert world.refused(world.retraction(coop, pledged)) == ["counterparty-not-endorsed"]
    world.say(world.endorsement(bank, pledged))
    world.say(world.retraction(coop, pledged))
    world.say(world.sale(coop, world.buyer(), (lot, 1_000)))


@pytest.mark.rule("counterparty_has_endorsed", "refuses")
def test_a_contract_the_buyer_acted_on_is_not_talked_away(world: World) -> None:
    coop, buyer = world.coop(), world.buyer()
    contract = world.contract(coop, buyer, 1_000)
    signed = world.say(contract)
    world.say(world.draft("contract.amended", {"contract": contract["contract"], "deliver_to": "2027-01-31"}, buyer))
    assert world.refused(world.retraction(coop, signed)) == ["counterparty-not-endorsed"]
