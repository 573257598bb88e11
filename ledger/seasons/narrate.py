"""Tells a traced lot in the trade's words: deliveries, pools, mill, bags, dispatch, receipt, and whose goods."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from ledger.book import Ledger
from ledger.packs.pack import CommodityPack, Names
from ledger.queries import Claim, Contribution, LotView, Step, Trace
from ledger.seasons.story import Story
from ledger.seasons.voice import Voice
from ledger.words import Language
from ledger.words.reasons import say_reason

_SHOWN = 3
_KINDS = {
    "lot.harvested": Names("entrega en la balanza", "delivery at the scale"),
    "lot.packed": Names("envasado", "packing"),
    "lot.unpacked": Names("desenvasado", "unpacking"),
    "lot.dispatched": Names("despacho", "dispatch"),
    "lot.received": Names("recepción", "receipt"),
    "lot.returned": Names("devolución", "return"),
    "lot.held": Names("retención", "hold"),
    "lot.released": Names("liberación", "release"),
    "lot.lost": Names("merma o pérdida", "loss"),
    "lot.sampled": Names("muestra", "sample"),
    "lot.inspected": Names("control de calidad", "quality check"),
    "conditions.recorded": Names("registro de temperatura", "temperature record"),
    "label.printed": Names("impresión de etiquetas", "printing of labels"),
}


def kilograms(grams: int) -> str:
    """Grams as kilograms, exact: 18,975 kg, 225.15 kg."""
    whole, rest = divmod(grams, 1000)
    decimals = f".{rest:03d}".rstrip("0") if rest else ""
    return f"{whole:,}{decimals} kg"


def narrate(ledger: Ledger, story: Story, voice: Voice, language: Language) -> Trace:
    """Say what happened to the story's traced lot, step by step; returns its trace."""
    view, trace = ledger.lot(story.traced), ledger.trace(story.traced)
    voice.tell(
        "{name}: {families} families, {weight} brought in",
        name=story.cooperative_name,
        families=story.families,
        weight=kilograms(story.brought_in),
    )
    voice.tell(
        "Lot {lot}: {weight} of {product}", lot=view.lot, weight=kilograms(view.grams), product=_product(view, language)
    )
    voice.line(f"  {_deliveries(trace.contributions, language)}")
    for line in journey(trace.steps, ledger.pack(view.commodity), language):
        voice.line(f"  {line}")
    _whose(trace.contributions, view, voice)
    for line in claim_lines(view.claims, voice, language):
        voice.line(line)
    if story.shared not in ("", story.traced):
        voice.tell("Lot {lot}, where goods of all families were put together:", lot=story.shared)
        for line in claim_lines(kept_claims(ledger.lot(story.shared)), voice, language):
            voice.line(line)
    return trace


def journey(steps: Sequence[Step], pack: CommodityPack, language: Language) -> list[str]:
    """A line per kind of step, in log order: steps of one kind at one place that follow each other are one line."""
    lines = []
    ordered = sorted(steps, key=lambda step: step.index)
    for (name, place), group in groupby(ordered, key=lambda step: (_name(step, pack, language), step.place)):
        told = list(group)
        grams = sum(step.grams for step in told)
        times = f"{len(told)} x " if len(told) > 1 else ""
        where = f", {place}" if place else ""
        weight = f": {kilograms(grams)}" if grams else ""
        lines.append(f"{_span(step.at[:10] for step in told)}  {times}{name}{where}{weight}")
    return lines


def families(contributions: Sequence[Contribution]) -> set[str]:
    """The producers behind contributions."""
    return {one.producer for one in contributions if one.producer}


def _whose(contributions: Sequence[Contribution], view: LotView, voice: Voice) -> None:
    voice.tell(
        "It comes from {families} families in {districts}; some of them:",
        families=len(families(contributions)),
        districts=", ".join(view.districts),
    )
    for one in sorted(contributions, key=lambda one: (-one.grams, one.delivery))[:_SHOWN]:
        voice.tell(
            "  {code}: {part} of {whole} delivered on {day}",
            code=one.producer_code,
            part=kilograms(one.grams),
            whole=kilograms(one.at_most_grams),
            day=one.delivered_on,
        )
    voice.tell(
        "  {count} deliveries in all, which sum to {weight}",
        count=len(contributions),
        weight=kilograms(sum(one.grams for one in contributions)),
    )


def claim_lines(claims: Iterable[Claim], voice: Voice, language: Language) -> list[str]:
    """Each claim: what it is called, how it stands, the share of the lot behind it, and the reasons that weigh most."""
    lines = []
    for claim in claims:
        # A phrase stands in the catalogue whole, so that each language can put its words in its own order.
        text = {
            "carried": "{name}: carried; {part} of {whole} from {families} families",
            "held": "{name}: held; {part} of {whole} from {families} families",
            "not-carried": "{name}: not carried; {part} of {whole} from {families} families",
        }[claim.status]
        part, whole = kilograms(claim.covered_grams), kilograms(claim.total_grams)
        name = claim.names.get(language, claim.name)
        lines.append(voice.phrase(text, name=name, part=part, whole=whole, families=claim.covered_families))
        lines += [f"  {say_reason(one.code, language)} ({kilograms(one.grams)})" for one in claim.totals[:_SHOWN]]
    return lines


def kept_claims(view: LotView) -> list[Claim]:
    """The claims of a lot that rest on agreements."""
    return [claim for claim in view.claims if claim.kind == "conservation"]


def _deliveries(contributions: Sequence[Contribution], language: Language) -> str:
    brought = kilograms(sum(one.at_most_grams for one in contributions))
    name = getattr(_KINDS["lot.harvested"], language)
    return f"{_span(one.delivered_on for one in contributions)}  {len(contributions)} x {name}: {brought}"


def _span(days: Iterable[str]) -> str:
    ordered = sorted(set(days))
    return ordered[0] if len(ordered) == 1 else f"{ordered[0]} … {ordered[-1]}"


def _name(step: Step, pack: CommodityPack, language: Language) -> str:
    process = pack.processes.get(step.process)
    kind = step.type.partition("/")[0]
    names = process.names if process is not None else _KINDS.get(kind)
    return kind if names is None else str(getattr(names, language))


def _product(view: LotView, language: Language) -> str:
    commodity = view.commodity_names.get(language, view.commodity)
    form = view.form_names.get(language, view.form)
    return form if commodity in form else f"{commodity}, {form}"
