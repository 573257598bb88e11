"""Land: outlines that cannot be, ground registered twice, and who holds it."""

from __future__ import annotations

from ledger.seasons.planted import goods
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import DigestOf, Stated
from ledger.seasons.planted.valley import point, ring


def drawn(p: Planting, outline: str, area_m2: int = 20_000, **changes: object) -> Stated:
    """A plot of the trader's register is mapped with an outline."""
    body = {"plot": p.thing("plot"), "area_m2": area_m2, "district": "Moyobamba", **changes}
    return p.say(p.cast.rival, "plot.mapped", body, sealed={"/geometry": outline})


@plant(
    "axes-swapped",
    "mistake",
    "La parcela se dibuja con latitud y longitud cambiadas: cae en la Antártida.",
    "A plot is drawn with latitude and longitude swapped: it falls on the Antarctic.",
    "outline_lies_on_earth",
)
def axes_swapped(p: Planting) -> None:
    south, west = p.valley.south, p.valley.west
    p.refused(drawn(p, ring(south, west, south + 1_270, west + 1_270)), "axes-swapped")


@plant(
    "point-for-a-field",
    "mistake",
    "Una parcela de más de cuatro hectáreas se registra con un solo punto.",
    "A plot above four hectares is registered as a single point.",
    "outline_can_be_relied_on",
)
def point_for_a_field(p: Planting) -> None:
    spot = point(p.valley.west + p.dice.roll(200_000, 300_000), p.valley.south + 210_000)
    draft = drawn(p, spot, p.dice.roll(45, 90) * 1_000)
    p.flagged(draft, "polygon-wanted", draft["plot"])


@plant(
    "area-inflated",
    "fraud",
    "Se declara más hectáreas de las que tiene el dibujo, para que quepa más café.",
    "More hectares are stated than the outline has, to make room for more coffee.",
    "area_is_that_of_the_outline",
)
def area_inflated(p: Planting) -> None:
    draft = drawn(p, p.valley.outline(p.valley.ground("outside")), p.dice.roll(26, 39) * 1_000)
    p.flagged(draft, "area-differs", draft["plot"])


@plant(
    "plot-under-two-names",
    "fraud",
    "La misma parcela se registra bajo dos productores.",
    "The same plot is registered under two producers.",
    "plot_is_registered_once",
)
def plot_under_two_names(p: Planting) -> None:
    ground = p.valley.ground("outside")
    drawn(p, p.valley.outline(ground))
    p.days_later(p.dice.roll(1, 9))
    second = drawn(p, p.valley.outline(ground, east_m=1))
    p.flagged(second, "plot-registered-twice", second["plot"])


@plant(
    "plot-over-neighbour",
    "fraud",
    "Una parcela se dibuja encima de la del vecino.",
    "A plot is drawn over its neighbour's.",
    "plots_lie_side_by_side",
)
def plot_over_neighbour(p: Planting) -> None:
    ground = p.valley.ground("outside")
    drawn(p, p.valley.outline(ground))
    p.days_later(p.dice.roll(1, 9))
    second = drawn(p, p.valley.outline(ground, east_m=p.dice.roll(60, 100)))
    p.flagged(second, "plot-overlaps", second["plot"])


@plant(
    "false-look",
    "fraud",
    "Una acopiadora firma ella misma el control de su dibujo.",
    "A trader signs the check of its own outline itself.",
    "node_looked_for_the_operator",
)
def false_look(p: Planting) -> None:
    mapped = drawn(p, p.valley.outline(p.valley.ground("outside")))
    body = {
        "plot": mapped["plot"],
        "statement": DigestOf(mapped.id),
        "area_m2": 20_000,
        "checked": {"by": "node", "version": 1, "area_m2_geodesic": 20_000},
    }
    p.refused(p.say(p.cast.rival, "plot.checked", body), "role-required")


@plant(
    "owned-one-and-a-half-times",
    "fraud",
    "De una parcela se declaran dueños por más del total.",
    "More of a plot is owned than there is.",
    "shares_fit_in_the_plot",
)
def owned_one_and_a_half_times(p: Planting) -> None:
    one, other = (p.enrolled(group=p.cast.rival) for _ in range(2))
    body = {"plot": one.plot, "tenure": "owner", "held_from": "2015-01-01"}
    p.say(p.cast.rival, "plot.held", {**body, "holder": one.producer})
    half = {**body, "holder": other.producer, "tenure": "co-owner", "share_permille": p.dice.roll(200, 700)}
    p.flagged(p.say(p.cast.rival, "plot.held", half), "shares-exceed-whole", one.plot)


@plant(
    "declared-sharecrop",
    "honest",
    "Dos familias trabajan la misma parcela a medias, y lo dicen.",
    "Two families work the same plot in shares, and say so.",
)
def declared_sharecrop(p: Planting) -> None:
    ground = p.valley.ground("outside")
    first = drawn(p, p.valley.outline(ground))
    owner, cropper = (p.enrolled(group=p.cast.rival) for _ in range(2))
    held = {"plot": first["plot"], "held_from": "2020-09-01"}
    p.say(p.cast.rival, "plot.held", {**held, "holder": owner.producer, "tenure": "owner"})
    share = {"holder": cropper.producer, "tenure": "sharecropper", "share_permille": p.dice.roll(300, 600)}
    p.say(p.cast.rival, "plot.held", {**held, **share})
    second = drawn(p, p.valley.outline(ground), shared_with=first["plot"])
    p.is_about(second["plot"])


@plant(
    "hedge-in-common",
    "honest",
    "Dos parcelas vecinas se rozan en el cerco: un descuido del GPS.",
    "Two neighbouring plots touch at the hedge: the receiver's carelessness.",
)
def hedge_in_common(p: Planting) -> None:
    ground = p.valley.ground("outside")
    drawn(p, p.valley.outline(ground))
    second = drawn(p, p.valley.outline(ground, east_m=139))
    p.is_about(second["plot"])


@plant(
    "after-a-death",
    "honest",
    "Murió el titular; su hija sigue con la parcela, el acuerdo y el café.",
    "The holder died; his daughter goes on with plot, agreement and coffee.",
)
def after_a_death(p: Planting) -> None:
    father = p.family()
    daughter = p.family(agreement="")
    held = {"plot": father.plot, "holder": father.producer, "tenure": "owner"}
    p.say(p.cast.coop, "plot.held", {**held, "held_from": "2001-01-01", "held_to": p.day(40)})
    heir = {**held, "holder": daughter.producer, "tenure": "heir", "held_from": p.day(39)}
    p.say(p.cast.coop, "plot.held", heir)
    body = {
        "producer": father.producer,
        "successor": daughter.producer,
        "reason": "inheritance",
        "effective_from": p.day(39),
    }
    p.say(p.cast.coop, "producer.succeeded", body)
    draft = goods.deliver(p, daughter, plot=father.plot)
    p.is_about(draft["lot"])
    p.stands(draft["lot"], "eu-organic", "forest-agreement", "eudr")
