"""Members of certificates: expelled, listed too late, in two groups, with more land than a group may have."""

from __future__ import annotations

from typing import Any

from ledger.seasons.planted import goods
from ledger.seasons.planted.cast import ORGANIC, certificate, listing
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Stated
from ledger.seasons.planted.valley import Family


def listed(p: Planting, paper: str, family: Family, status: str = "listed", **changes: Any) -> Stated:
    """The holder of a certificate lists, suspends or removes a family from today on."""
    body = listing(paper, family, status, p.today) | changes
    return p.say(family.group, "member.status-set", body)


@plant(
    "expelled-mid-season",
    "fraud",
    "Un socio expulsado a media campaña sigue entregando, y su café se quiere vender como orgánico.",
    "A member expelled in mid-season goes on delivering, and the coffee is to be sold as organic.",
    "sold_claims_are_carried",
)
def expelled_mid_season(p: Planting) -> None:
    family = p.family()
    goods.deliver(p, family)
    listed(p, p.cast.organic, family, "removed")
    p.days_later(20)
    lot, grams = goods.delivered(p, family)
    pooled = goods.pool(p, p.cast.coop, (lot, grams), goods.delivered(p))
    p.refused(
        goods.sell(p, p.cast.coop, p.cast.buyer, pooled, goods.claim(p, "certificate", ORGANIC), form=goods.PARCHMENT),
        "claim-held",
    )
    p.claimed(family.producer, "member-removed")


@plant(
    "never-a-member",
    "fraud",
    "Café de quien no es socio se vende como orgánico.",
    "Coffee of somebody who is no member is sold as organic.",
    "sold_claims_are_carried",
)
def never_a_member(p: Planting) -> None:
    family = p.family(organic="")
    part = goods.delivered(p, family)
    draft = goods.sell(p, p.cast.coop, p.cast.buyer, part, goods.claim(p, "certificate", ORGANIC), form=goods.PARCHMENT)
    p.refused(draft, "claim-not-carried")
    p.claimed(family.producer, "member-not-listed")


@plant(
    "back-dated-membership",
    "fraud",
    "A un productor lo ponen en la lista con fecha de enero, cuando ya había entregado.",
    "A producer is put on the list as of January, after having delivered.",
    "listing_comes_before_the_delivery",
)
def back_dated_membership(p: Planting) -> None:
    family = p.family(organic="")
    goods.deliver(p, family)
    p.days_later(p.dice.roll(3, 20))
    body = {**listing(p.cast.organic, family), "plots": [family.plot]}
    p.flagged(p.say(p.cast.coop, "member.status-set", body), "listed-after-delivery", family.producer)


@plant(
    "listed-before-harvest",
    "honest",
    "La lista llega tarde a la oficina, pero antes de la primera entrega.",
    "The list reaches the office late, but before the first delivery.",
)
def listed_before_harvest(p: Planting) -> None:
    family = p.family(organic="")
    p.say(p.cast.coop, "member.status-set", {**listing(p.cast.organic, family), "plots": [family.plot]})
    p.days_later(p.dice.roll(1, 9))
    draft = goods.deliver(p, family)
    p.is_about(draft["lot"])
    p.stands(draft["lot"], ORGANIC)


@plant(
    "list-entered-late",
    "honest",
    "La lista se firmó a tiempo y se digitó semanas después, ya con una entrega hecha.",
    "The list was signed in time and entered weeks later, after a first delivery.",
)
def list_entered_late(p: Planting) -> None:
    family = p.family(organic="")
    signed_on = p.today
    p.days_later(16)
    draft = goods.deliver(p, family)
    p.days_later(p.dice.roll(1, 9))
    body = {**listing(p.cast.organic, family, "listed", signed_on), "plots": [family.plot]}
    p.say(p.cast.coop, "member.status-set", body)
    p.is_about(draft["lot"])
    p.stands(draft["lot"], ORGANIC)


@plant(
    "in-two-groups",
    "fraud",
    "Un productor figura en dos grupos orgánicos: la misma cosecha se certifica dos veces.",
    "A producer is listed by two organic groups: the same harvest is certified twice.",
    "member_is_in_one_group",
)
def in_two_groups(p: Planting) -> None:
    other = p.group("Ladera")
    family = p.enrolled(group=p.cast.union)
    first = certificate(p.valley, p.cast, p.cast.union, ORGANIC)
    second = certificate(p.valley, p.cast, other, ORGANIC)
    listed(p, first, family)
    p.days_later(p.dice.roll(1, 10))
    twice = p.say(other, "member.status-set", listing(second, family, "listed", p.today))
    p.flagged(twice, "member-of-two-groups", family.producer)


@plant(
    "too-many-hectares",
    "fraud",
    "Figura como pequeño productor quien tiene más hectáreas de las que un grupo admite.",
    "Somebody with more hectares than a group admits is listed as a smallholder.",
    "member_fits_the_group",
)
def too_many_hectares(p: Planting) -> None:
    family = p.enrolled(group=p.cast.union)
    paper = certificate(p.valley, p.cast, p.cast.union, ORGANIC)
    area = p.dice.roll(36, 80) * 1_000
    body = {"plot": p.thing("plot"), "area_m2": area, "district": "Moyobamba"}
    sealed = {"/geometry": p.valley.outline(p.valley.ground("outside"), area)}
    big = p.say(p.cast.union, "plot.mapped", body, sealed=sealed)
    listing_of_both = listed(p, paper, family, plots=[family.plot, big["plot"]])
    p.flagged(listing_of_both, "member-above-hectares", family.producer)


@plant(
    "suspended-and-back",
    "honest",
    "Un socio estuvo suspendido y volvió a la lista; la certificadora liberó lo que quedó en medio.",
    "A member was suspended and listed again; the certifier freed what lay in between.",
)
def suspended_and_back(p: Planting) -> None:
    family = p.family()
    listed(p, p.cast.organic, family, "suspended")
    p.days_later(15)
    listed(p, p.cast.organic, family)
    p.days_later(20)
    draft = goods.deliver(p, family)
    p.is_about(draft["lot"])
    p.stands(draft["lot"], ORGANIC)
