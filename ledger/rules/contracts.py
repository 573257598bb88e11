"""Contracts: two parties, products the log knows, terms that fit together, and changes by who is bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from ledger.errors import Problem
from ledger.facts.trade import (
    ContractAmended,
    ContractAssigned,
    ContractCancelled,
    ContractChange,
    ContractLine,
    ContractPriceFixed,
    ContractSigned,
)
from ledger.rules.base import Heard, Packs, rule
from ledger.state import State


@rule(ContractSigned)
def contract_has_two_parties(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Seller and buyer are two, and one of them states the contract."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, ContractSigned):
        return
    if fact.seller == fact.buyer:
        yield Problem("buyer-is-seller", "/body/buyer", fact.buyer)
    if heard.actor not in (fact.seller, fact.buyer):
        yield Problem("not-a-party-to-contract", "/by", heard.actor)


@rule(ContractSigned)
def contract_price_fits_its_terms(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A fixed price is said at once; one to be fixed comes later, and only it has a differential."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, ContractSigned):
        return
    if (fact.price_terms == "fixed") != (fact.price is not None):
        yield Problem("price-terms-contradict", "/body/price", fact.price_terms)
    if fact.price_terms == "fixed" and fact.differential is not None:
        yield Problem("price-terms-contradict", "/body/differential", fact.price_terms)


@rule(ContractSigned, ContractAmended)
def contract_products_are_known(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Each line is a form of a commodity the log has a pack for, and stands once."""
    fact = heard.fact
    if not isinstance(fact, ContractSigned | ContractAmended):
        return
    lines: Sequence[ContractLine | ContractChange] = fact.lines
    seen: set[tuple[str, str, str | None]] = set()
    for place, line in enumerate(lines):
        where = f"/body/lines/{place}"
        pack = packs.in_force(state, line.commodity)
        if pack is None:
            yield Problem("commodity-unknown", f"{where}/commodity", line.commodity, retry="after-change")
        elif line.form not in pack.forms:
            yield Problem("form-unknown", f"{where}/form", line.form, ", ".join(pack.forms))
        key = (line.commodity, line.form, line.season)
        if key in seen:
            yield Problem("contract-line-twice", where, "/".join(part for part in key if part))
        seen.add(key)


@rule(ContractPriceFixed, ContractAmended, ContractCancelled, ContractAssigned)
def contract_parties_speak(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A contract is changed by its seller or its buyer, and only while it has not been cancelled."""
    del packs
    contract = str(getattr(heard.fact, "contract", ""))
    if state.birth(contract) is None:
        return
    if heard.actor not in (party_of(state, contract, "seller"), party_of(state, contract, "buyer")):
        yield Problem("not-a-party-to-contract", "/by", heard.actor)
    if state.marks(contract, "cancelled"):
        yield Problem("contract-cancelled", "/body/contract", contract)


@rule(ContractPriceFixed)
def price_is_fixed_within_the_contract(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only a price that was left open is fixed, and for no more grams than the contract has."""
    del packs
    fact = heard.fact
    born = state.birth(fact.contract) if isinstance(fact, ContractPriceFixed) else None
    if not isinstance(fact, ContractPriceFixed) or born is None:
        return
    earlier = [mark.value.get("grams") for mark in state.marks(fact.contract, "price")]
    if born["price_terms"] == "fixed" or None in earlier or (fact.grams is None and earlier):
        yield Problem("price-already-fixed", "/body/contract", fact.contract)
    elif fact.grams is not None:
        fixed = fact.grams + sum(grams for grams in earlier if isinstance(grams, int))
        whole = sum(contracted(state, fact.contract).values())
        if fixed > whole:
            yield Problem("fixed-beyond-contract", "/body/grams", fixed, whole)


@rule(ContractAmended)
def amendment_starts_from_what_stands(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What a line is said to have held is what it holds, so that two amendments do not cross unseen."""
    del packs
    fact = heard.fact
    if not isinstance(fact, ContractAmended) or state.birth(fact.contract) is None:
        return
    standing = contracted(state, fact.contract)
    for place, line in enumerate(fact.lines):
        holds = standing.get((line.commodity, line.form, line.season or ""), 0)
        if line.grams_before != holds:
            yield Problem("contract-line-differs", f"/body/lines/{place}/grams_before", line.grams_before, holds)
    first, last = fact.deliver_from or _window(state, fact.contract)[0], fact.deliver_to
    if first is not None and last is not None and last < first:
        yield Problem("period-reversed", "/body/deliver_to", last, first)


@rule(ContractAssigned)
def assignor_holds_the_place(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only the seller's or buyer's own place is given up, and never to the other side."""
    del packs
    fact = heard.fact
    if not isinstance(fact, ContractAssigned) or state.birth(fact.contract) is None:
        return
    holds = party_of(state, fact.contract, fact.side)
    if fact.assignor != holds:
        yield Problem("assignor-differs", "/body/assignor", fact.assignor, holds)
    if fact.assignee in (party_of(state, fact.contract, "seller"), party_of(state, fact.contract, "buyer")):
        yield Problem("buyer-is-seller", "/body/assignee", fact.assignee)


def party_of(state: State, contract: str, side: str) -> str:
    """Who is the seller or the buyer of a contract as the books stand."""
    for mark in reversed(state.marks(contract, "assigned")):
        if mark.value["side"] == side:
            return str(mark.value["assignee"])
    born = state.birth(contract)
    return str(born[side]) if born is not None else ""


def contracted(state: State, contract: str) -> dict[tuple[str, str, str], int]:
    """Grams by (commodity, form, season or "") as signed and amended."""
    found: dict[tuple[str, str, str], int] = {}
    said = [*state.marks(contract, "born"), *state.marks(contract, "amended")]
    for mark in said:
        for line in rows(mark.value, "lines"):
            key = (str(line["commodity"]), str(line["form"]), str(line.get("season", "")))
            found[key] = grams_of(line)
    return found


def _window(state: State, contract: str) -> tuple[str | None, str | None]:
    first: str | None = None
    last: str | None = None
    for mark in [*state.marks(contract, "born"), *state.marks(contract, "amended")]:
        first = str(mark.value["deliver_from"]) if "deliver_from" in mark.value else first
        last = str(mark.value["deliver_to"]) if "deliver_to" in mark.value else last
    return first, last


def rows(value: Mapping[str, object], name: str) -> list[Mapping[str, object]]:
    """The lines of a mark's value under a name; none where it has none."""
    found = value.get(name)
    return found if isinstance(found, list) else []


def grams_of(line: Mapping[str, object], name: str = "grams") -> int:
    """The grams a line of a mark's value says."""
    grams = line[name]
    return grams if isinstance(grams, int) else 0
