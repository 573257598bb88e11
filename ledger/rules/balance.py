"""How much there is: net is gross less tare, nothing leaves that is not there, and nothing is made from nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ledger.errors import Problem
from ledger.facts.deliveries import LotBought, LotHarvested, LotOpened
from ledger.facts.land import HerdShorn
from ledger.facts.lots import Input, LotDispatched, LotPacked, LotReceived, LotTransformed, LotUnpacked
from ledger.packs.figure import Ratio
from ledger.packs.pack import CommodityPack, Process
from ledger.packs.yields import (
    band_grams,
    inputs_in_basis,
    outputs_in_basis,
    physical_limit_grams,
    scale_tolerance_grams,
)
from ledger.postings import Account
from ledger.rules.base import Heard, Packs, rule
from ledger.rules.correction import overdrawn_by_correction
from ledger.rules.plausibility import plausibility
from ledger.state import State

_FROM_STOCK = ("stock", "title")


@rule(LotHarvested, LotBought)
def net_is_gross_less_tare(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Net enters stock exactly as weighed; what is not paid for is a deduction and stays in stock."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, LotHarvested | LotBought):
        return
    if fact.tare >= fact.gross:
        # No net weight can be asked for here: one of the two weights is wrong, or they have changed places.
        yield Problem("tare-not-below-gross", "/body/tare", fact.tare, fact.gross)
    elif fact.net != fact.gross - fact.tare:
        yield Problem("net-differs", "/body/net", fact.net, fact.gross - fact.tare)
    if isinstance(fact, LotHarvested):
        deducted = sum(line.grams for line in fact.deductions)
        if deducted > fact.net:
            yield Problem("deductions-exceed-net", "/body/deductions", deducted, fact.net)


@rule()
def book_is_not_overdrawn(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Nothing is taken that the book does not hold: neither stock nor title."""
    del packs
    wanted: dict[Account, int] = {}
    for move in heard.postings.moves:
        if move.amount < 0 and move.account.kind in _FROM_STOCK:
            wanted[move.account] = wanted.get(move.account, 0) - move.amount
    for account, grams in wanted.items():
        there = state.balance(account)
        if account.kind == "stock" and there <= 0 and state.lot(account.a) is not None:
            # Not a gram of it: that is a question of custody, and the custody rule answers it.
            continue
        if grams > there and state.birth(account.a) is not None:
            code = "book-overdrawn" if account.kind == "stock" else "title-overdrawn"
            yield Problem(
                code, _place_of(heard, account.a), grams, there, details={"lot": account.a, "party": account.b}
            )
    for (_, lot, party, _), where, grams, there in overdrawn_by_correction(heard, state, "title"):
        yield Problem("title-overdrawn", where, grams, there, details={"lot": lot, "party": party})


@rule(LotTransformed, LotPacked, LotUnpacked)
def emptied_lot_leaves_exactly_the_rest(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """`empties` comes with exactly the rest as loss, and a loss on an input comes with `empties`."""
    del packs
    for place, line in enumerate(_inputs(heard)):
        where = f"/body/inputs/{place}"
        if not line.empties:
            if line.loss_grams:
                yield Problem("loss-without-emptying", f"{where}/loss_grams", line.loss_grams, 0)
            continue
        rest = state.balance(Account("stock", line.lot, heard.actor)) - line.grams
        if rest >= 0 and line.loss_grams != rest:
            yield Problem("rest-differs", f"{where}/loss_grams", line.loss_grams, rest)


@rule(LotTransformed, LotPacked, LotUnpacked)
def inputs_are_named_once(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Each input lot stands on one line, so that its grams are plain to see."""
    del state, packs
    seen: set[str] = set()
    for place, line in enumerate(_inputs(heard)):
        if line.lot in seen:
            yield Problem("lot-named-twice", f"/body/inputs/{place}/lot", line.lot)
        seen.add(line.lot)


@rule(LotTransformed, LotPacked, LotUnpacked)
def owners_stay(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Working or packing stock gives it to nobody: what comes out belongs to the owners of what went in.

    By-products and waste may stay with the mill, as service milling often agrees.
    """
    del state, packs
    fact = heard.fact
    owners = {line.owner or heard.actor for line in _inputs(heard)}
    if isinstance(fact, LotTransformed):
        given = [
            (f"/body/outputs/{i}/owner", out.owner)
            for i, out in enumerate(fact.outputs)
            if out.kind in ("main", "second")
        ]
    elif isinstance(fact, LotPacked):
        given = [(f"/body/packages/{i}/owner", package.owner) for i, package in enumerate(fact.packages)]
    else:
        given = [("/body/owner", fact.owner if isinstance(fact, LotUnpacked) else None)]
    for where, owner in given:
        if (owner or heard.actor) not in owners:
            yield Problem("owner-changed", where, owner or heard.actor, ", ".join(sorted(owners)))


@rule(LotTransformed)
def outputs_and_losses_add_up(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Where inputs and outputs are counted in one unit, outputs and losses are exactly the inputs."""
    fact = heard.fact
    if not isinstance(fact, LotTransformed):
        return
    pack = packs.in_force(state, fact.commodity)
    if pack is None:
        return
    forms = [*(_form(state, line.lot) for line in fact.inputs), *(out.form for out in fact.outputs)]
    units = {pack.forms[form].unit for form in forms if form in pack.forms}
    if len(units) > 1:
        return
    taken = sum(line.grams for line in fact.inputs)
    given = sum(out.grams for out in fact.outputs) + sum(loss.grams for loss in fact.losses)
    if taken != given:
        yield Problem("mass-does-not-add-up", "/body/outputs", given, taken)


@rule(LotTransformed)
def yield_is_possible(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No process gives more than physics allows: more means that unrecorded stock came in."""
    fact = heard.fact
    if not isinstance(fact, LotTransformed):
        return
    found = _process(fact, state, packs)
    if found is None:
        return
    pack, process = found
    taken, given = _in_basis(fact, state, pack, process, counted=process.conserves_mass)
    limit = physical_limit_grams(process, taken, *_moistures(fact))
    if given > limit:
        yield Problem("yield-impossible", "/body/outputs", given, limit, details={"process": fact.process})


@rule(LotTransformed, effect="flag")
def yield_is_in_band(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Main and second outputs lie in the band the pack gives for the process."""
    fact = heard.fact
    if not isinstance(fact, LotTransformed):
        return
    found = _process(fact, state, packs)
    if found is None:
        return
    pack, process = found
    taken, given = _in_basis(fact, state, pack, process, counted=False)
    band = band_grams(process, taken)
    if band is not None and not band[0] <= given <= band[2]:
        yield Problem(
            "yield-out-of-band", "/body/outputs", given, f"{band[0]}-{band[2]}", details={"process": fact.process}
        )


@rule(LotPacked, LotUnpacked)
def packing_conserves_mass(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is in the packages is what went in, to the gram."""
    del state, packs
    fact = heard.fact
    taken = sum(line.grams for line in _inputs(heard))
    if isinstance(fact, LotPacked):
        packed = sum(package.grams for package in fact.packages)
        if packed != taken:
            yield Problem("packing-does-not-add-up", "/body/packages", packed, taken)
    elif isinstance(fact, LotUnpacked) and fact.grams != taken:
        yield Problem("packing-does-not-add-up", "/body/grams", fact.grams, taken)


@rule(LotTransformed, LotDispatched, LotReceived, effect="flag")
def scale_stays_in_tolerance(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A weighing above book within the tolerance is the scale; above it somebody should look."""
    for where, lot, book, weighed in _weighings(heard):
        born = state.birth(lot)
        pack = packs.in_force(state, str(born["commodity"])) if born is not None else None
        if pack is not None and weighed > book + scale_tolerance_grams(pack, book):
            yield Problem("scale-gain", where, weighed, book, details={"lot": lot})


@rule(LotTransformed, LotPacked, LotReceived, effect="flag")
def shortage_is_explained(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is missing has a reason."""
    del state, packs
    fact = heard.fact
    if isinstance(fact, LotReceived):
        for place, line in enumerate(fact.lots):
            if line.missing:
                yield Problem("shortage-unexplained", f"/body/lots/{place}/missing", line.missing, 0)
        return
    for place, taken in enumerate(_inputs(heard)):
        if taken.loss_grams and taken.loss_kind == "unexplained":
            yield Problem("shortage-unexplained", f"/body/inputs/{place}/loss_grams", taken.loss_grams, 0)


@rule(LotHarvested, effect="flag")
def delivery_is_within_estimate(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Deliveries of a plot or herd stay within what it was estimated to give (amber to 110 %, red above)."""
    del packs
    found = plausibility(heard.fact, state)
    if found is None or found.level == "green":
        return
    code = "estimate-exceeded" if found.level == "amber" else "estimate-far-exceeded"
    yield Problem(code, "/body/net", found.delivered_grams + found.this_grams, found.estimated_grams)


@rule(HerdShorn, effect="flag")
def shorn_animals_are_alive(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No more animals are shorn than the last count found."""
    del packs
    fact = heard.fact
    if not isinstance(fact, HerdShorn):
        return
    counts = [mark.value["counted"] for mark in state.marks(fact.herd, "animals") if "counted" in mark.value]
    if counts and isinstance(counts[-1], int) and fact.animals > counts[-1]:
        yield Problem("shorn-above-alive", "/body/animals", fact.animals, counts[-1])


@rule(LotBought, LotOpened)
def declared_origins_fit_the_lot(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Declared origins do not exceed the lot they are declared for."""
    del state, packs
    fact = heard.fact
    if not isinstance(fact, LotBought | LotOpened):
        return
    declared = sum(line.grams for line in fact.origins)
    grams = fact.net if isinstance(fact, LotBought) else fact.grams
    if declared > grams:
        yield Problem("origins-exceed-lot", "/body/origins", declared, grams)
    if (fact.origin == "none") == bool(fact.origins):
        yield Problem("origins-contradict", "/body/origin", fact.origin)


def _inputs(heard: Heard) -> tuple[Input, ...]:
    fact = heard.fact
    return fact.inputs if isinstance(fact, LotTransformed | LotPacked | LotUnpacked) else ()


def _form(state: State, lot: str) -> str:
    born = state.birth(lot)
    return str(born["form"]) if born is not None and "form" in born else ""


def _process(fact: LotTransformed, state: State, packs: Packs) -> tuple[CommodityPack, Process] | None:
    pack = packs.in_force(state, fact.commodity)
    if pack is None or fact.process not in pack.processes:
        return None
    forms = [*(_form(state, line.lot) for line in fact.inputs), *(out.form for out in fact.outputs)]
    if any(form not in pack.forms for form in forms):
        return None
    return pack, pack.processes[fact.process]


def _in_basis(
    fact: LotTransformed, state: State, pack: CommodityPack, process: Process, *, counted: bool
) -> tuple[int, int]:
    """Inputs and outputs in the process's unit; `counted` takes every output, else main and second only."""
    taken = inputs_in_basis(pack, process, [(_form(state, line.lot), line.grams) for line in fact.inputs])
    outputs = [(o.form, o.grams) for o in fact.outputs if counted or o.kind in ("main", "second")]
    return taken, outputs_in_basis(pack, process, outputs)


def _moistures(fact: LotTransformed) -> tuple[Ratio | None, Ratio | None]:
    """Moisture before and after where both were recorded on the process (`moisture-in`, `moisture-out`, percent)."""
    found = {m.kind: Ratio(m.value, m.scale + 2) for m in fact.measures if m.unit == "percent" and m.value >= 0}
    return found.get("moisture-in"), found.get("moisture-out")


def _weighings(heard: Heard) -> Iterable[tuple[str, str, int, int]]:
    fact = heard.fact
    if isinstance(fact, LotTransformed):
        for place, taken in enumerate(fact.inputs):
            if taken.weighed_grams is not None:
                yield f"/body/inputs/{place}/weighed_grams", taken.lot, taken.grams, taken.weighed_grams
    elif isinstance(fact, LotDispatched):
        for place, sent in enumerate(fact.lots):
            if sent.weighed_grams is not None:
                yield f"/body/lots/{place}/weighed_grams", sent.lot, sent.grams, sent.weighed_grams
    elif isinstance(fact, LotReceived):
        for place, came in enumerate(fact.lots):
            if came.weighed_grams is not None:
                book = came.accepted + came.refused
                yield f"/body/lots/{place}/weighed_grams", came.lot, book, came.weighed_grams


def _place_of(heard: Heard, lot: str) -> str:
    fact = heard.fact
    for field in ("inputs", "lots"):
        for place, line in enumerate(getattr(fact, field, ())):
            if getattr(line, "lot", None) == lot:
                return f"/body/{field}/{place}/grams"
    return "/body/grams"
