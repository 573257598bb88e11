"""What it is and where it comes from: known commodity, form and process, and a land or herd behind each delivery."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.errors import Problem
from ledger.facts.deliveries import DeliveryRejected, LotBought, LotHarvested, LotOpened
from ledger.facts.lots import LotPacked, LotTransformed, LotUnpacked
from ledger.facts.trade import LotSold
from ledger.rules.base import Heard, Packs, rule
from ledger.state import State


@rule(LotHarvested, LotBought, LotOpened, DeliveryRejected, LotTransformed, LotPacked, LotUnpacked, LotSold)
def commodity_is_known(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The log has adopted a pack for the commodity, and the pack knows the form."""
    fact = heard.fact
    commodity = getattr(fact, "commodity", "")
    pack = packs.in_force(state, commodity)
    if pack is None:
        yield Problem("commodity-unknown", "/body/commodity", commodity, retry="after-change")
        return
    form = getattr(fact, "form", None)
    if form is not None and form not in pack.forms:
        yield Problem("form-unknown", "/body/form", form, ", ".join(pack.forms))


@rule(LotHarvested, LotBought, LotOpened, LotTransformed)
def attributes_are_known(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """What is said of a lot (calibre, class, colour) is in the pack's words, for that form, and once."""
    fact = heard.fact
    if not isinstance(fact, LotHarvested | LotBought | LotOpened | LotTransformed):
        return
    pack = packs.in_force(state, fact.commodity)
    if pack is None:
        return
    if isinstance(fact, LotTransformed):
        said = [(f"/body/outputs/{i}/attributes", out.form, out.attributes) for i, out in enumerate(fact.outputs)]
    else:
        said = [("/body/attributes", fact.form, fact.attributes)]
    for where, form, attributes in said:
        seen: set[str] = set()
        for place, attribute in enumerate(attributes):
            known = pack.attributes.get(attribute.code)
            if known is None or form not in known.forms or attribute.code in seen:
                usual = ", ".join(code for code, found in pack.attributes.items() if form in found.forms)
                yield Problem("attribute-unknown", f"{where}/{place}/code", attribute.code, usual or "-")
            elif attribute.value not in known.values:
                yield Problem(
                    "attribute-value-unknown", f"{where}/{place}/value", attribute.value, ", ".join(known.values)
                )
            seen.add(attribute.code)


@rule(LotTransformed)
def process_takes_and_gives_these_forms(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The pack knows the process, it takes the inputs' forms, and it gives these outputs of these kinds."""
    fact = heard.fact
    if not isinstance(fact, LotTransformed):
        return
    pack = packs.in_force(state, fact.commodity)
    if pack is None:
        return
    process = pack.processes.get(fact.process)
    if process is None:
        yield Problem("process-unknown", "/body/process", fact.process, ", ".join(pack.processes))
        return
    forms: set[str] = set()
    for place, line in enumerate(fact.inputs):
        born = state.birth(line.lot)
        if born is None or born.get("commodity") != fact.commodity:
            continue
        form = str(born["form"])
        forms.add(form)
        if form not in process.input_forms:
            yield Problem("process-input-form", f"/body/inputs/{place}/lot", form, ", ".join(process.input_forms))
    allowed = {(out.form, out.kind) for out in process.outputs_from(frozenset(forms))}
    for place, out in enumerate(fact.outputs):
        if allowed and (out.form, out.kind) not in allowed:
            named = ", ".join(sorted(f"{form} ({kind})" for form, kind in allowed))
            yield Problem("process-output-form", f"/body/outputs/{place}/form", f"{out.form} ({out.kind})", named)


@rule(LotTransformed, LotPacked, LotUnpacked)
def inputs_are_of_the_commodity(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Commodities are never mixed, and packing changes no form."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotTransformed | LotPacked | LotUnpacked):
        return
    for place, line in enumerate(fact.inputs):
        born = state.birth(line.lot)
        if born is None:
            continue
        if born.get("commodity") != fact.commodity:
            yield Problem("commodity-differs", f"/body/inputs/{place}/lot", str(born.get("commodity")), fact.commodity)
        elif not isinstance(fact, LotTransformed) and born.get("form") != fact.form:
            yield Problem("form-differs", f"/body/inputs/{place}/lot", str(born.get("form")), fact.form)


@rule(LotHarvested)
def delivery_has_one_origin(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A delivery comes from a plot or from a herd, not from both."""
    del state, packs
    fact = heard.fact
    if isinstance(fact, LotHarvested) and fact.plot is not None and fact.herd is not None:
        yield Problem("origin-twofold", "/body/herd", fact.herd, fact.plot)


@rule(LotHarvested, effect="flag")
def origin_is_named(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A delivery names its plot or herd; without one it is taken, and its claims will be held."""
    del state, packs
    fact = heard.fact
    if isinstance(fact, LotHarvested) and fact.plot is None and fact.herd is None:
        yield Problem("origin-unnamed", "/body/plot")


@rule(LotTransformed, LotPacked, LotUnpacked)
def lineage_has_no_cycle(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """No lot becomes its own ancestor: neither by a correction nor by bearing again what was retracted."""
    del packs
    fact = heard.fact
    if not isinstance(fact, LotTransformed | LotPacked | LotUnpacked):
        return
    inputs = {line.lot for line in fact.inputs}
    for output in dict.fromkeys(edge.output for edge in heard.postings.edges):
        # A lot the log has never seen has nothing downstream.
        if state.lot(output) is not None and (output in inputs or inputs & state.downstream(output)):
            yield Problem("lineage-cycle", "/body/inputs", output)
            return
