"""Mills, boxes and bags: nothing comes out that did not go in, and what dries dries by the formula."""

from __future__ import annotations

from datetime import timedelta

from ledger.seasons.planted import goods
from ledger.seasons.planted.goods import PARCHMENT
from ledger.seasons.planted.planting import Planting, plant, retract
from ledger.seasons.planted.stated import DigestOf


@plant(
    "more-than-there-is",
    "fraud",
    "Se juntan más kilos de los que el lote tiene en el libro.",
    "More kilograms are pooled than the book has of the lot.",
    "book_is_not_overdrawn",
)
def more_than_there_is(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    body = {"lot": lot, "grams": grams + p.dice.roll(1, 5_000), "kind": "pest"}
    p.refused(p.say(p.cast.coop, "lot.lost", body), "book-overdrawn", "title-overdrawn")


@plant(
    "rest-hidden",
    "fraud",
    "Se da por vacío un lote del que aún quedan kilos sin anotar.",
    "A lot is called empty while kilograms of it are left unwritten.",
    "emptied_lot_leaves_exactly_the_rest",
)
def rest_hidden(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    line = {"lot": lot, "grams": grams - 3_000, "empties": True, "loss_grams": 1_000, "loss_kind": "handling"}
    draft = goods.transform(p, p.cast.coop, [line], [(PARCHMENT, "main", grams - 3_000)])
    p.refused(draft, "rest-differs")


@plant(
    "input-twice",
    "mistake",
    "El mismo lote aparece en dos líneas de un proceso.",
    "The same lot stands on two lines of a process.",
    "inputs_are_named_once",
)
def input_twice(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    half = grams // 2
    draft = goods.transform(p, p.cast.coop, [(lot, half), (lot, half)], [(PARCHMENT, "main", 2 * half)])
    p.refused(draft, "lot-named-twice")


@plant(
    "deposit-taken",
    "fraud",
    "Café que un socio dejó en depósito sale del proceso como de la cooperativa.",
    "Coffee a member left in deposit comes out of the process as the co-operative's.",
    "owners_stay",
)
def deposit_taken(p: Planting) -> None:
    family = p.neighbour()
    lot, grams = goods.delivered(p, family, terms="deposit")
    line = {"lot": lot, "grams": grams, "owner": family.producer}
    p.refused(goods.transform(p, p.cast.coop, [line], [(PARCHMENT, "main", grams)]), "owner-changed")


@plant(
    "mass-from-nothing",
    "fraud",
    "Del molino salen más kilos, con merma y todo, de los que entraron.",
    "More kilograms leave the mill, losses and all, than went in.",
    "outputs_and_losses_add_up",
)
def mass_from_nothing(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    main = grams * 80 // 100
    outputs = [("green", "main", main), ("husk", "by-product", grams - main + 2_500)]
    p.refused(goods.transform(p, p.cast.coop, [(lot, grams)], outputs, "hulling"), "mass-does-not-add-up")


@plant(
    "yield-above-physics",
    "fraud",
    "El pilado rinde más de lo posible: entró café que nadie anotó.",
    "Hulling yields more than is possible: coffee came in that nobody wrote down.",
    "yield_is_possible",
)
def yield_above_physics(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    main = grams * p.dice.roll(870, 920) // 1_000
    outputs = [("green", "main", main), ("husk", "by-product", grams - main)]
    # So much is also outside the usual band; what is refused is never flagged.
    p.refused(goods.transform(p, p.cast.coop, [(lot, grams)], outputs, "hulling"), "yield-impossible")


@plant(
    "yield-odd",
    "fraud",
    "El pilado rinde muy poco: quizá parte del café salió por otra puerta.",
    "Hulling yields very little: perhaps part of the coffee left by another door.",
    "yield_is_in_band",
)
def yield_odd(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    main = grams * p.dice.roll(600, 700) // 1_000
    outputs = [("green", "main", main), ("husk", "by-product", grams - main)]
    draft = goods.transform(p, p.cast.coop, [(lot, grams)], outputs, "hulling")
    p.flagged(draft, "yield-out-of-band", lot)


@plant(
    "bags-grow",
    "fraud",
    "En los sacos hay más café del que se puso.",
    "There is more coffee in the bags than was put in.",
    "packing_conserves_mass",
)
def bags_grow(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    body = {
        "commodity": "coffee",
        "form": PARCHMENT,
        "facility": p.cast.coop.place,
        "inputs": [{"lot": lot, "grams": grams}],
        "packages": [{"lot": p.thing("bag"), "kind": "bag", "grams": grams + 69_000}],
    }
    p.refused(p.say(p.cast.coop, "lot.packed", body), "packing-does-not-add-up")


@plant(
    "husk-as-green",
    "fraud",
    "Se tuesta pergamino sin pilar: un proceso que no existe.",
    "Parchment is roasted without hulling: a process that does not exist.",
    "process_takes_and_gives_these_forms",
)
def husk_as_green(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    outputs = [("roasted", "main", grams * 80 // 100)]
    losses = [{"kind": "process", "grams": grams - grams * 80 // 100}]
    draft = goods.transform(p, p.cast.coop, [(lot, grams)], outputs, "roasting", losses=losses)
    p.refused(draft, "process-input-form")


@plant(
    "bag-of-another-form",
    "mistake",
    "Se ensaca pergamino con el rótulo de café verde.",
    "Parchment is packed under the name of green coffee.",
    "inputs_are_of_the_commodity",
)
def bag_of_another_form(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    body = {
        "commodity": "coffee",
        "form": "green",
        "facility": p.cast.coop.place,
        "inputs": [{"lot": lot, "grams": grams}],
        "packages": [{"lot": p.thing("bag"), "kind": "bag", "grams": grams}],
    }
    p.refused(p.say(p.cast.coop, "lot.packed", body), "form-differs")


@plant(
    "own-ancestor",
    "fraud",
    "Con una corrección, un lote pasa a salir de lo que se hizo con él mismo.",
    "By a correction, a lot comes to be made from what was made of it.",
    "lineage_has_no_cycle",
)
def own_ancestor(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    made = goods.transform(p, p.cast.coop, [(lot, grams)], [(PARCHMENT, "main", grams)])
    child, _ = goods.pool(p, p.cast.coop, (made["outputs"][0]["lot"], grams))
    goods.pool(p, p.cast.coop, (child, grams - 20_000))
    circle = {**made.body, "inputs": [{"lot": child, "grams": 20_000}]}
    circle["outputs"] = [{**made["outputs"][0], "grams": 20_000}]
    said = p.say(p.cast.coop, "lot.transformed", circle, around={"replaces": DigestOf(made.id)})
    p.refused(said, "lineage-cycle")


@plant(
    "worked-before-born",
    "mistake",
    "Un lote aparece pilado el día antes de haber llegado.",
    "A lot is worked on the day before it came in.",
    "inputs_were_born_before",
)
def worked_before_born(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    body = {
        "commodity": "coffee",
        "process": "pooling",
        "facility": p.cast.coop.place,
        "inputs": [{"lot": lot, "grams": grams}],
        "outputs": [{"lot": p.thing("lot"), "form": PARCHMENT, "kind": "main", "grams": grams}],
    }
    draft = p.say(p.cast.coop, "lot.transformed", body, at=p.now - timedelta(days=1))
    p.flagged(draft, "worked-before-born", lot)


@plant(
    "never-happened",
    "mistake",
    "Se retira una entrega que nunca ocurrió, cuando ya se había juntado: todo lo que salió de ella queda en duda.",
    "A delivery that never happened is taken back after it was pooled: all that was made of it is in question.",
)
def never_happened(p: Planting) -> None:
    draft = goods.deliver(p, p.neighbour())
    grams = draft["net"]
    made, whole = goods.pool(p, p.cast.coop, (draft["lot"], grams), goods.delivered(p))
    last, _ = goods.pool(p, p.cast.coop, (made, whole))
    p.days_later(1)
    retract(p, p.cast.coop, draft)
    for lot in (made, last):
        p.blocked(lot, "in-question")
        p.claimed(lot, "lot-in-question", "origin-untraced", "land-unnamed")


@plant(
    "band-edge",
    "honest",
    "El pilado rinde exactamente el borde de lo usual.",
    "Hulling yields exactly the edge of what is usual.",
)
def band_edge(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    green, _ = goods.hull(p, p.cast.coop, (lot, grams), permille=p.dice.pick((720, 840)))
    p.is_about(green)
    p.stands(green, "eu-organic", "forest-agreement", "eudr")


@plant(
    "dried-by-the-formula",
    "honest",
    "El pergamino pierde al secar exactamente lo que dice la fórmula de humedad.",
    "Parchment loses in drying exactly what the moisture formula says.",
)
def dried_by_the_formula(p: Planting) -> None:
    before, after = p.dice.roll(125, 140), p.dice.roll(105, 115)
    lot, grams = goods.delivered(p)
    dry = grams * (1_000 - before) // (1_000 - after)
    measures = [
        {"kind": kind, "value": value, "scale": 1, "unit": "percent"}
        for kind, value in (("moisture-in", before), ("moisture-out", after))
    ]
    draft = goods.transform(
        p,
        p.cast.coop,
        [(lot, grams)],
        [(PARCHMENT, "main", dry)],
        "re-drying",
        losses=[{"kind": "moisture", "grams": grams - dry}],
        measures=measures,
    )
    p.is_about(draft["outputs"][0]["lot"])
    p.stands(p.about, "eu-organic", "forest-agreement", "eudr")
