"""Sales and their reversal: as the contract says, once, with whole claims, and back only what was sold.

Whether the seller owned it is a question of balance. Whether a claim is carried and how much licensed volume a sale
must draw is asked of the lot's evidence elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ledger.errors import Problem
from ledger.facts.trade import CreditUsed, LotSold, SaleReversed, VolumeDebit
from ledger.postings import Account
from ledger.postings.trade import contract_account, credit_account, volume_account
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.contracts import contracted, grams_of, party_of, rows
from ledger.rules.correction import correction_target
from ledger.state import State
from ledger.statement import meant


@rule(LotSold)
def sale_fits_its_contract(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A sale under a contract has its seller, its buyer and one of its products, while it is not cancelled."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotSold) or fact.contract is None or state.birth(fact.contract) is None:
        return
    seller, buyer = party_of(state, fact.contract, "seller"), party_of(state, fact.contract, "buyer")
    if heard.actor != seller:
        yield Problem("contract-seller-differs", "/by", heard.actor, seller)
    if fact.buyer != buyer:
        yield Problem("contract-buyer-differs", "/body/buyer", fact.buyer, buyer)
    if state.marks(fact.contract, "cancelled"):
        yield Problem("contract-cancelled", "/body/contract", fact.contract)
    products = {f"{commodity}/{form}" for commodity, form, _ in contracted(state, fact.contract)}
    if f"{fact.commodity}/{fact.form}" not in products:
        yield Problem("contract-product-differs", "/body/form", f"{fact.commodity}/{fact.form}", ", ".join(products))


@rule(LotSold, effect="flag")
def contract_is_not_overshipped(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Shipments stay within the contract's grams and its tolerance."""
    del packs
    fact = heard.fact
    born = state.birth(fact.contract) if isinstance(fact, LotSold) and fact.contract is not None else None
    if not isinstance(fact, LotSold) or fact.contract is None or born is None:
        return
    product = (fact.commodity, fact.form)
    whole = sum(grams for key, grams in contracted(state, fact.contract).items() if key[:2] == product)
    tolerance = born.get("tolerance_permille", 0)
    allowed = whole * tolerance // 1000 if isinstance(tolerance, int) else 0
    left = state.balance(contract_account(fact.contract, *product)) + allowed
    invoiced = sum(line.invoiced_grams for line in fact.lots)
    if whole and invoiced > left:
        yield Problem("contract-exceeded", "/body/lots", invoiced, max(left, 0))


@rule(LotSold)
def sold_lots_are_what_the_sale_says(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Every lot sold is of the commodity and form of the sale, stands on one line, and goes to somebody else."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotSold):
        return
    if fact.buyer == heard.actor:
        yield Problem("buyer-is-seller", "/body/buyer", fact.buyer)
    seen: set[tuple[str, str]] = set()
    for place, line in enumerate(fact.lots):
        where = f"/body/lots/{place}/lot"
        born = state.birth(line.lot) or {}
        if "commodity" in born and born["commodity"] != fact.commodity:
            yield Problem("commodity-differs", where, str(born["commodity"]), fact.commodity)
        elif "form" in born and born["form"] != fact.form:
            yield Problem("form-differs", where, str(born["form"]), fact.form)
        if (line.lot, line.owner or heard.actor) in seen:
            yield Problem("lot-named-twice", where, line.lot)
        seen.add((line.lot, line.owner or heard.actor))


@rule(LotSold)
def deposit_is_of_the_sellers_producer(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Grams of another owner are sold only by the organisation that owner delivers to."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotSold):
        return
    for place, line in enumerate(fact.lots):
        if line.owner is None or line.owner == heard.actor:
            continue
        born = state.birth(line.owner)
        if born is not None and born.get("party") != heard.actor:
            yield Problem("not-your-deposit", f"/body/lots/{place}/owner", line.owner, heard.actor)


@rule(LotSold)
def sold_claims_are_said_once_and_whole(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A claim is sold once with a lot; a certificate's names the certificate, its own scheme and the model."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotSold):
        return
    for place, line in enumerate(fact.lots):
        seen: set[tuple[str, str]] = set()
        for number, claim in enumerate(line.claims):
            where = f"/body/lots/{place}/claims/{number}"
            if (claim.kind, claim.name) in seen:
                yield Problem("claim-named-twice", where, claim.name)
            seen.add((claim.kind, claim.name))
            if claim.kind != "certificate":
                continue
            if claim.model is None:
                yield Problem("claim-model-missing", f"{where}/model", None, claim.name)
            if claim.certificate is None:
                yield Problem("claim-certificate-missing", f"{where}/certificate", None, claim.name)
                continue
            scheme = (state.birth(claim.certificate) or {}).get("scheme", claim.name)
            if scheme != claim.name:
                yield Problem("claim-scheme-differs", f"{where}/name", claim.name, str(scheme))


@rule(LotSold)
def volume_is_drawn_for_a_claim(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Licensed volume and credits are drawn for a claim that is sold, of its product, once, from the seller's own."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotSold):
        return
    claimed = {claim.certificate for line in fact.lots for claim in line.claims}
    drawn: list[tuple[str, VolumeDebit | CreditUsed, Account]] = [
        *((f"/body/debits/{place}", line, volume_account(line)) for place, line in enumerate(fact.debits)),
        *((f"/body/credits/{place}", used, credit_account(used)) for place, used in enumerate(fact.credits)),
    ]
    seen: set[Account] = set()
    for where, draw, account in drawn:
        if draw.certificate not in claimed:
            yield Problem("debit-without-claim", f"{where}/certificate", draw.certificate)
        if (draw.commodity, draw.form) != (fact.commodity, fact.form):
            found, expected = f"{draw.commodity}/{draw.form}", f"{fact.commodity}/{fact.form}"
            yield Problem("debit-product-differs", f"{where}/form", found, expected)
        if account in seen:
            yield Problem("debit-named-twice", where, account.c)
        seen.add(account)
    for place, line in enumerate(fact.debits):
        born = state.birth(line.certificate)
        own = heard.actor if born is not None and born["holder"] != heard.actor else None
        if born is not None and line.seller != own:
            yield Problem("debit-of-another-seller", f"/body/debits/{place}/seller", line.seller, own)


@rule(SaleReversed)
def reversal_names_the_sale(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A sale is undone by its seller or its buyer, and as it was: parties, contract and product."""
    del packs
    fact = heard.fact
    born = state.birth(fact.sale) if isinstance(fact, SaleReversed) else None
    if not isinstance(fact, SaleReversed) or born is None:
        return
    if heard.actor not in (born["seller"], born["buyer"]):
        yield Problem("not-a-party-to-sale", "/by", heard.actor)
    for name in ("seller", "buyer", "contract", "commodity", "form"):
        said, was = getattr(fact, name), born.get(name)
        if said != was:
            yield Problem("sale-differs", f"/body/{name}", said, None if was is None else str(was))


@rule(SaleReversed)
def reversal_stays_within_the_sale(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No more grams, volume or credit go back than the sale moved and earlier reversals left."""
    del packs
    fact = heard.fact
    born = state.birth(fact.sale) if isinstance(fact, SaleReversed) else None
    if not isinstance(fact, SaleReversed) or born is None:
        return
    body = fact.model_dump(mode="json", exclude_none=True)
    for field, names in (("lots", _LOT), ("debits", _DEBIT), ("credits", _CREDIT)):
        for amount in ("grams", "invoiced_grams") if field == "lots" else ("grams",):
            left = _summed(rows(born, field), names, amount)
            for mark in state.marks(fact.sale, "reversed"):
                for key, grams in _summed(rows(mark.value, field), names, amount).items():
                    left[key] = left.get(key, 0) - grams
            for place, line in enumerate(rows(body, field)):
                key, grams = _key(line, names), grams_of(line, amount)
                if grams > left.get(key, 0):
                    where = f"/body/{field}/{place}/{amount}"
                    yield Problem("reversal-exceeds-sale", where, grams, max(left.get(key, 0), 0))
                left[key] = left.get(key, 0) - grams


_LOT = ("lot", "owner")
_DEBIT = ("certificate", "seller", "commodity", "form", "season")
_CREDIT = ("certificate", "facility", "commodity", "form", "period", "expires_on")


def _key(line: Mapping[str, object], names: Sequence[str]) -> tuple[object, ...]:
    return tuple(line.get(name) for name in names)


def _summed(lines: Iterable[Mapping[str, object]], names: Sequence[str], amount: str) -> dict[tuple[object, ...], int]:
    found: dict[tuple[object, ...], int] = {}
    for line in lines:
        key = _key(line, names)
        found[key] = found.get(key, 0) + grams_of(line, amount)
    return found


@rule(corrections=True)
def corrected_sale_takes_nothing_back_that_is_gone(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A sale is corrected only while the buyer still has the title of what it no longer gives."""
    del packs
    target = correction_target(heard)
    known = state.known(target[0]) if target is not None else None
    if target is None or known is None or known.ended:
        return
    old = meant(known.statement)
    if not isinstance(old.fact, LotSold):
        return
    given: dict[str, int] = {}
    if isinstance(heard.fact, LotSold):
        for line in heard.fact.lots:
            if heard.fact.buyer == old.fact.buyer:
                given[line.lot] = given.get(line.lot, 0) + line.grams
    for lot in dict.fromkeys(line.lot for line in old.fact.lots):
        # The books judged here are already without the old sale: below zero means that the buyer used it.
        short = state.balance(Account("title", lot, old.fact.buyer)) + given.get(lot, 0)
        if short < 0:
            yield Problem("sale-used-since", target[1], -short, 0, details={"lot": lot, "party": old.fact.buyer})
