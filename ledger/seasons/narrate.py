"""Tells a traced lot in the trade's words: deliveries, pools, mill, bags, dispatch, receipt, and whose goods."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from ledger.book import Ledger
from ledger.queries import Contribution, LotView, Step, Trace
from ledger.seasons.story import Story

Say = Callable[[str], None]


def silent(line: str) -> None:
    """Say nothing."""
    del line


_WORDS = {
    "lot.harvested": "delivery at the scale",
    "lot.transformed": "",
    "lot.packed": "packing",
    "lot.dispatched": "dispatch",
    "lot.received": "receipt",
    "lot.returned": "return",
    "lot.held": "held",
    "lot.released": "released",
    "lot.lost": "loss",
    "lot.sampled": "sample taken",
    "lot.inspected": "quality measured",
    "conditions.recorded": "cold chain recorded",
    "label.printed": "labels printed",
}


def kilograms(grams: int) -> str:
    """Grams as kilograms, exact: 18,975 kg, 225.15 kg."""
    whole, rest = divmod(grams, 1000)
    decimals = f".{rest:03d}".rstrip("0") if rest else ""
    return f"{whole:,}{decimals} kg"


def narrate(ledger: Ledger, story: Story, say: Say) -> Trace:
    """Say what happened to the story's traced lot, step by step; returns its trace."""
    view, trace = ledger.lot(story.traced), ledger.trace(story.traced)
    say(f"{story.cooperative_name}: {story.families} families, {kilograms(story.brought_in)} brought in")
    say(f"Lot {view.lot}: {kilograms(view.grams)} of {_product(view)}")
    say(f"  {_deliveries(trace.contributions)}")
    for line in journey(trace.steps):
        say(f"  {line}")
    say(f"It comes from {len(families(trace.contributions))} families in {', '.join(view.districts)}:")
    for contribution in sorted(trace.contributions, key=lambda one: (-one.grams, one.delivery))[:3]:
        say(
            f"  {contribution.producer_code}: {kilograms(contribution.grams)} of"
            f" {kilograms(contribution.at_most_grams)} delivered on {contribution.delivered_on}"
        )
    say(f"  ... {len(trace.contributions)} deliveries in all, which sum to {kilograms(_sum(trace.contributions))}")
    for link in view.links:
        covered = f"{kilograms(link.covered_grams)} from {link.covered_families} families"
        which = link.code if link.id else f"{link.code} {link.kind}s"
        say(f"{link.kind.capitalize()} {link.name} ({which}): {link.status}, {covered}")
    return trace


def journey(steps: Sequence[Step]) -> list[str]:
    """A line per kind of step, in log order: steps of one kind and process that follow each other are told together."""
    lines = []
    ordered = sorted(steps, key=lambda step: step.index)
    for (name, place), group in groupby(ordered, key=lambda step: (_name(step), step.place)):
        told = list(group)
        days = sorted({step.at[:10] for step in told})
        span = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
        times = f"{len(told)} x " if len(told) > 1 else ""
        where = f", {place}" if place else ""
        grams = sum(step.grams for step in told)
        lines.append(f"{span}  {times}{name}{where}" + (f": {kilograms(grams)}" if grams else ""))
    return lines


def families(contributions: Sequence[Contribution]) -> set[str]:
    """The producers behind contributions."""
    return {one.producer for one in contributions if one.producer}


def _deliveries(contributions: Sequence[Contribution]) -> str:
    days = sorted(one.delivered_on for one in contributions)
    brought = kilograms(sum(one.at_most_grams for one in contributions))
    return f"{days[0]} to {days[-1]}  {len(contributions)} x delivery at the scale: {brought}"


def _name(step: Step) -> str:
    kind = step.type.partition("/")[0]
    return _WORDS.get(kind, kind) or step.process


def _product(view: LotView) -> str:
    commodity, form = view.commodity_names.get("en", view.commodity), view.form_names.get("en", view.form)
    return form if commodity in form else f"{commodity}, {form}"


def _sum(contributions: Sequence[Contribution]) -> int:
    return sum(one.grams for one in contributions)
