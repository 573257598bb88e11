"""The one place where eligibility refuses: a sale, or a mass-balance credit, on a claim that is not carried.

What a lot carries is worked out in claims/ from the lot's evidence; here it is only compared with what is sold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ledger.claims import Asked, Evidence, lot_claims
from ledger.claims.certification import Part, Product, combine, paper_sells
from ledger.claims.debits import debits_wanted
from ledger.claims.reasons import status_of
from ledger.errors import Problem
from ledger.facts.certificates import MassBalanceCredited
from ledger.facts.trade import LotSold, SoldLot, TradedClaim
from ledger.packs.scheme import SchemePack
from ledger.queries import Claim
from ledger.rules.base import Heard, Packs, rule
from ledger.state import State
from ledger.values import day_of

MASS_BALANCE = "mass-balance"


@rule(LotSold)
def sold_claims_are_carried(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Every claim sold with a lot is carried by it on the day of sale, for this seller; held is not carried.

    Under mass balance the lot itself carries nothing: the seller's own certificate must serve the sale.
    """
    fact = heard.fact
    if not isinstance(fact, LotSold):
        return
    asked = _asked(heard, fact, state)
    for place, line in enumerate(fact.lots):
        evidence = heard.evidence.get(line.lot)
        if evidence is None or not line.claims:
            continue
        carried = {(claim.kind, claim.name): claim for claim in lot_claims(evidence, asked)}
        for number, claim in enumerate(line.claims):
            where = f"/body/lots/{place}/claims/{number}"
            if claim.model != MASS_BALANCE:
                yield from _against(claim, carried.get((claim.kind, claim.name)), evidence, where)
            elif (scheme := packs.scheme(state, claim.name)) is not None:
                yield from _against_credits(claim, asked, evidence, scheme, where)


def _against(claim: TradedClaim, found: Claim | None, evidence: Evidence, where: str) -> Iterator[Problem]:
    about = {"lot": evidence.lot, "claim": claim.name}
    if found is None:
        yield Problem("claim-not-carried", where, "-", claim.name, details=about)
        return
    if found.status != "carried":
        code = "claim-held" if found.status == "held" else "claim-not-carried"
        why = ", ".join(dict.fromkeys(reason.code for reason in found.reasons if reason.effect != "note"))
        yield Problem(code, where, why, claim.name, retry="after-change", details=about)
        return
    if claim.kind != "certificate":
        return
    if claim.certificate is not None and claim.certificate not in {paper.id for paper in found.papers}:
        yield Problem("claim-certificate-differs", f"{where}/certificate", claim.certificate, _numbers(found))
    scheme = evidence.schemes.get(claim.name)
    if claim.model is not None and scheme is not None and not _fits(claim, found, evidence, scheme):
        yield Problem("claim-model-not-carried", f"{where}/model", claim.model, found.model, details=about)


def _against_credits(
    claim: TradedClaim, asked: Asked, evidence: Evidence, scheme: SchemePack, where: str
) -> Iterator[Problem]:
    """Credits of a certificate are sold by its holder and sellers alone, while it serves a sale of the product."""
    read = evidence.appraiser.register(scheme).certificate(claim.certificate or "")
    if read is None or asked.party not in (read.holder, *read.sellers):
        holder = read.holder if read is not None else "-"
        yield Problem("certificate-not-yours", f"{where}/certificate", asked.party, holder)
        return
    product = Product(evidence.commodity, evidence.form, MASS_BALANCE, evidence.pack)
    signed_on = asked.contract_day
    was_in_order = status_of(paper_sells(read, signed_on, scheme, False, product)) == "carried" if signed_on else False
    reasons = tuple(paper_sells(read, asked.at, scheme, was_in_order, product))
    if (status := status_of(reasons)) != "carried":
        code = "claim-held" if status == "held" else "claim-not-carried"
        why = ", ".join(dict.fromkeys(reason.code for reason in reasons if reason.effect != "note"))
        about = {"lot": evidence.lot, "claim": claim.name}
        yield Problem(code, where, why, claim.name, retry="after-change", details=about)


def _fits(claim: TradedClaim, found: Claim, evidence: Evidence, scheme: SchemePack) -> bool:
    """Whether the model sold is the one the lot carries, or (one origin alone) identity preserved, or a weaker one."""
    if claim.model == found.model:
        return True
    if claim.model == "controlled-blending":
        return "controlled-blending" in scheme.models_for(evidence.commodity, evidence.form)
    if claim.model == "identity-preserved" and found.model == "segregated":
        parts = [Part(share.origin.producer, share.grams, "carried") for share in evidence.shares]
        return combine("identity-preserved", parts, scheme, evidence.commodity, evidence.form).status == "carried"
    return False


@rule(LotSold)
def debits_follow_the_origins(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Where a scheme licenses volume, a sale draws exactly what it sells, from the seasons its grams come from."""
    fact = heard.fact
    if not isinstance(fact, LotSold):
        return
    names = {claim.name for line in fact.lots for claim in line.claims if claim.kind == "certificate"}
    for name in sorted(names):
        scheme = packs.scheme(state, name)
        if scheme is None:
            continue
        wanted: dict[str, int] = {}
        if scheme.volume.value == "licensed":
            for line in fact.lots:
                for season, grams in _drawn(heard, fact, line, name).items():
                    wanted[season] = wanted.get(season, 0) + grams
        given: dict[str, int] = {}
        for debit in fact.debits:
            if (state.birth(debit.certificate) or {}).get("scheme") == name:
                given[debit.season] = given.get(debit.season, 0) + debit.grams
        if given != wanted:
            yield Problem("debits-differ", "/body/debits", _lines(given), _lines(wanted), details={"claim": name})


def _drawn(heard: Heard, fact: LotSold, line: SoldLot, name: str) -> Mapping[str, int]:
    """Grams to draw per season for one line; mass balance draws the periods of its credits."""
    claim = next((c for c in line.claims if c.kind == "certificate" and c.name == name), None)
    evidence = heard.evidence.get(line.lot)
    if claim is None or evidence is None:
        return {}
    if claim.model == MASS_BALANCE:
        by_period: dict[str, int] = {}
        for used in fact.credits:
            if used.certificate == claim.certificate:
                by_period[used.period] = by_period.get(used.period, 0) + used.grams
        first = next(one for one in fact.lots if any(c.name == name and c.model == MASS_BALANCE for c in one.claims))
        # Credits stand on the sale, not on a line: they are counted once, with the first line that uses them.
        return by_period if first is line else {}
    seasons: dict[str, int] = {}
    for share in evidence.shares:
        delivery = evidence.deliveries.get(share.origin.delivery)
        season = delivery.season if delivery is not None else ""
        seasons[season] = seasons.get(season, 0) + share.grams
    return debits_wanted(seasons, line.grams, line.invoiced_grams)


@rule(LotSold)
def credits_cover_mass_balance(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A mass-balance claim is one the scheme knows for the product, and site credits cover it to the gram."""
    fact = heard.fact
    if not isinstance(fact, LotSold):
        return
    sold: dict[str, int] = {}
    for place, line in enumerate(fact.lots):
        for number, claim in enumerate(line.claims):
            if claim.kind != "certificate" or claim.model != MASS_BALANCE or claim.certificate is None:
                continue
            scheme = packs.scheme(state, claim.name)
            allowed = scheme.models_for(fact.commodity, fact.form) if scheme is not None else ()
            if MASS_BALANCE not in allowed:
                where = f"/body/lots/{place}/claims/{number}/model"
                yield Problem("model-not-allowed", where, MASS_BALANCE, ", ".join(allowed) or "-")
            sold[claim.certificate] = sold.get(claim.certificate, 0) + max(line.grams, line.invoiced_grams)
    given: dict[str, int] = {}
    for place, used in enumerate(fact.credits):
        given[used.certificate] = given.get(used.certificate, 0) + used.grams
        sites = {_site(heard.evidence[line.lot]) for line in fact.lots if line.lot in heard.evidence}
        if sites and used.facility not in sites:
            yield Problem("credit-of-another-site", f"/body/credits/{place}/facility", used.facility)
    for certificate in sorted(sold.keys() | given.keys()):
        if sold.get(certificate, 0) != given.get(certificate, 0):
            found, expected = given.get(certificate, 0), sold.get(certificate, 0)
            yield Problem("credits-differ", "/body/credits", found, expected, details={"certificate": certificate})


def _site(evidence: Evidence) -> str:
    """Where the lot came to be: the site whose account it may use."""
    if evidence.steps:
        return evidence.steps[-1].facility
    delivery = evidence.deliveries.get(evidence.lot)
    return delivery.facility if delivery is not None else ""


@rule(MassBalanceCredited)
def credited_lots_carry_the_claim(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only grams that carry the scheme's claim by themselves become credits."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, MassBalanceCredited):
        return
    asked = Asked(day_of(heard.statement.envelope.at), heard.actor)
    for place, line in enumerate(fact.lots):
        evidence = heard.evidence.get(line.lot)
        if evidence is None:
            continue
        found = next(
            (c for c in lot_claims(evidence, asked) if (c.kind, c.name) == ("certificate", fact.scheme)),
            None,
        )
        # A blend carries its claim for a share only: crediting all its grams would make certified mass.
        if found is None or found.status != "carried" or found.share_permille < 1000:
            reasons = found.reasons if found is not None else ()
            why = ", ".join(dict.fromkeys(reason.code for reason in reasons if reason.effect != "note"))
            where = f"/body/lots/{place}/lot"
            yield Problem("claim-not-carried", where, why or "-", fact.scheme, details={"lot": line.lot})


def _asked(heard: Heard, fact: LotSold, state: State) -> Asked:
    contract = state.birth(fact.contract) if fact.contract is not None else None
    signed_on = str(contract.get("signed_on", "")) if contract is not None else ""
    return Asked(day_of(heard.statement.envelope.at), heard.actor, selling=True, contract_day=signed_on)


def _numbers(claim: Claim) -> str:
    return ", ".join(paper.number for paper in claim.papers)


def _lines(grams: Mapping[str, int]) -> str:
    return ", ".join(f"{season}: {amount}" for season, amount in sorted(grams.items())) or "0"
