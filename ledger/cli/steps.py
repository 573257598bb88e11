"""What happened to a lot, in the words a person uses; a process has the name its pack gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ledger.packs.pack import CommodityPack
    from ledger.queries import Step

HOW: Final = {
    "harvested": "delivery",
    "bought": "purchase",
    "opened": "opening stock",
    "transformed": "processing",
    "packed": "packing",
    "unpacked": "unpacking",
}
STEPS: Final = {
    "lot.harvested": "delivery",
    "lot.bought": "purchase",
    "lot.opened": "opening stock",
    "lot.transformed": "processing",
    "lot.packed": "packing",
    "lot.unpacked": "unpacking",
    "lot.inspected": "inspection",
    "lot.sampled": "sample",
    "conditions.recorded": "conditions",
    "lot.dispatched": "dispatch",
    "lot.received": "arrival",
    "lot.returned": "return",
    "lot.lost": "loss",
    "lot.held": "hold",
    "lot.released": "release",
    "lot.recalled": "recall",
    "label.printed": "label printed",
    "label.spoiled": "label spoiled",
}


def form_name(form: str, pack: CommodityPack, language: str) -> str:
    """The pack's name for a form in the language; a form it does not know keeps its code."""
    known = pack.forms.get(form)
    return form if known is None else str(getattr(known.names, language))


def form_unit(form: str, pack: CommodityPack) -> str:
    """The unit stock of a form is counted in; grams for a form the pack no longer knows."""
    known = pack.forms.get(form)
    return "g" if known is None else known.unit


def step_name(step: Step, pack: CommodityPack, language: str) -> tuple[str, bool]:
    """The name of a step, and whether it is a phrase still to be said in the language."""
    process = pack.processes.get(step.process)
    if process is not None:
        return (process.names.es if language == "es" else process.names.en), False
    kind = step.type.partition("/")[0]
    return STEPS.get(kind, kind), True
