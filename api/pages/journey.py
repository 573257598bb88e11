"""A lot's way as a stranger may read it: like steps told together, and deliveries never one by one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ledger.packs.pack import CommodityPack
from ledger.queries import Step
from ledger.values import day_of

Json = dict[str, Any]

# Fewer families or deliveries than these are never counted out, and never told apart by place.
TOGETHER: Final = 5

# How a lot comes in. One of these alone may be one family's harvest.
_BIRTHS: Final = frozenset({"lot.harvested", "lot.bought", "lot.opened"})


def journey(steps: Iterable[Step], pack: CommodityPack | None, *, few_families: bool = False) -> list[Json]:
    """The steps in the order of their first day; each stands for all steps of its kind at its place.

    Every item: kind, process and form with names, first and last day, how often (`count`, or null with `fewer_than`),
    amount with unit, places, parties, the first and last entry, and the statement where there is just one. A receipt
    also says its evidence, whether the sender stated it for the receiver, and what was refused or missing. Of a lot
    of few families no place is told and no day: wet cocoa is pooled within hours, so any day may be the delivery's.
    """
    groups: dict[tuple[str, ...], list[Step]] = {}
    for step in steps:
        kind = step.type.partition("/")[0]
        told_by = (step.party_name, step.evidence, step.receiver)
        key = (kind,) if kind in _BIRTHS else (kind, step.process, step.form, step.facility, step.place, *told_by)
        groups.setdefault(key, []).append(step)
    told = [_told(key[0], group, pack, few_families=few_families) for key, group in groups.items()]
    return [item for _, item in sorted(told, key=lambda pair: pair[0])]


def step_item(kind: str) -> Json:
    """A step of which nothing but the kind is known yet."""
    return {
        "kind": kind,
        "births": False,
        "process": "",
        "process_names": {"es": "", "en": ""},
        "form": "",
        "form_names": {"es": "", "en": ""},
        "from": "",
        "to": "",
        "count": 1,
        "fewer_than": None,
        "families": None,
        "amount": None,
        "unit": "g",
        "places": [],
        "parties": [],
        "entries": None,
        "statement": None,
        "evidence": "",
        "by_sender": False,
        "refused": 0,
        "missing": 0,
    }


def _told(
    kind: str, steps: list[Step], pack: CommodityPack | None, *, few_families: bool
) -> tuple[tuple[str, int], Json]:
    """One item, behind the day and entry it is sorted by."""
    first = steps[0]
    days = sorted(day_of(step.at) for step in steps)
    indexes = sorted(step.index for step in steps)
    statements = {step.statement for step in steps}
    few = kind in _BIRTHS and len(statements) < TOGETHER
    forms = {step.form for step in steps if step.form}
    places = sorted({", ".join(p for p in (step.facility, step.place) if p) for step in steps} - {""})
    item = {
        **step_item(kind),
        "births": kind in _BIRTHS,
        "process": first.process,
        "process_names": names_of(pack, "process", first.process),
        "form": first.form if len(forms) == 1 else "",
        "form_names": names_of(pack, "form", first.form if len(forms) == 1 else ""),
        "from": "" if few_families else days[0],
        "to": "" if few_families else days[-1],
        "count": None if few else len(statements),
        "fewer_than": TOGETHER if few else None,
        "amount": sum(step.grams for step in steps),
        "unit": unit_of(pack, first.form),
        "places": [] if few or few_families else places,
        "parties": sorted({step.party_name for step in steps if step.party_name}),
        # Which entries would say how many there were.
        "entries": None if few else [indexes[0], indexes[-1]],
        "statement": first.statement if len(statements) == 1 and not few else None,
        "evidence": first.evidence,
        "by_sender": first.receiver not in ("", first.party),
        "refused": sum(step.refused_grams for step in steps),
        "missing": sum(step.missing_grams for step in steps),
    }
    return (days[0], indexes[0]), item


def names_of(pack: CommodityPack | None, what: str, code: str) -> Json:
    """The pack's names of a process or form; its code where the pack knows none."""
    if pack is not None and code:
        known = pack.processes.get(code) if what == "process" else pack.forms.get(code)
        if known is not None:
            return {"es": known.names.es, "en": known.names.en}
    return {"es": code, "en": code}


def unit_of(pack: CommodityPack | None, form: str) -> str:
    """The unit in which a form is counted."""
    known = pack.forms.get(form) if pack is not None else None
    return known.unit if known is not None else "g"
