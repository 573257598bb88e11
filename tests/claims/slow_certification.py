"""The slow, obvious answer for one delivery: every certificate on every single day, read from the marks each time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from ledger.claims.calendar import months_later
from ledger.claims.evidence import Marks, Place
from ledger.packs.scheme import MODELS, SchemePack
from ledger.state import Standing

Found = set[tuple[str, str]]
RANK = {"note": 0, "held": 1, "not-carried": 2}
EFFECT = {"carried": "note", "held": "held", "not-carried": "not-carried"}


def slow_delivery(place: Place, commodity: str, marks: Marks, scheme: SchemePack, model: str, on: str = "") -> Found:
    """The codes and effects of one delivery."""
    delivery = place.delivery
    found: Found = set()
    if delivery.harvested_from:
        picked = list(_days(delivery.harvested_from, delivery.harvested_to))
    else:
        picked = [delivery.delivered_on]
        found.add(("harvest-days-unknown", EFFECT[scheme.unknown_harvest.value]))
    asked: set[str] = set()
    for day, harvest in [*((day, True) for day in picked), (delivery.delivered_on, False)]:
        if ("harvest" if harvest else "delivery") in scheme.member_days:
            options = [
                (_of_certificate(thing, place, commodity, marks, scheme, model, on, day), thing)
                for thing in _certificates(place, marks, scheme)
            ]
            if not options:
                found.add(("member-not-listed", "not-carried"))
            else:
                reasons, thing = min(options, key=lambda o: (_worst(o[0]), _bad(o[0]), o[1]))
                found |= reasons
                asked.add(thing)
        if harvest and scheme.plot_status.value:
            found |= _of_plot(place, marks, scheme, day)
    freed = any(m.kind == "released-claim" and m.value["certificate"] in asked for m in marks.get(delivery.lot, ()))
    return {(code, "note" if freed and effect == "held" else effect) for code, effect in found}


def _worst(reasons: Found) -> int:
    return max((RANK[effect] for _, effect in reasons), default=0)


def _bad(reasons: Found) -> int:
    return sum(effect != "note" for _, effect in reasons)


def _days(first: str, last: str) -> Iterator[str]:
    day = date.fromisoformat(first)
    while day.isoformat() <= last:
        yield day.isoformat()
        day += timedelta(days=1)


def _of(marks: Marks, subject: str, kind: str) -> list[Standing]:
    rows = [mark for mark in marks.get(subject, ()) if mark.kind == kind]
    return sorted(rows, key=lambda mark: (mark.effective_from, mark.index))


def _certificates(place: Place, marks: Marks, scheme: SchemePack) -> set[str]:
    named = {str(mark.value["certificate"]) for mark in _of(marks, place.producer, "member")}
    if scheme.members_listed.value == "no":
        named |= {str(mark.value["certificate"]) for mark in _of(marks, place.delivery.party, "certificate-of")}
    return {
        thing for thing in named if any(born.value.get("scheme") == scheme.code for born in _of(marks, thing, "born"))
    }


def _of_certificate(
    thing: str, place: Place, commodity: str, marks: Marks, scheme: SchemePack, model: str, on: str, day: str
) -> Found:
    found: Found = set()
    born = _of(marks, thing, "born")[-1].value
    if commodity not in [row["commodity"] for row in born["products"]]:  # type: ignore[attr-defined]
        found.add(("product-not-in-scope", "not-carried"))
    if not set(born["models"]) & set(MODELS[: MODELS.index(model) + 1]):  # type: ignore[call-overload]
        found.add(("model-not-on-certificate", "not-carried"))
    releases = [mark.value for mark in _of(marks, thing, "release")]
    now = [r for r in releases if str(r.get("from", "")) <= day <= str(r.get("to", "9999"))]
    if not any(not r.get("producers") and not r.get("lots") for r in now):
        found |= _lapses(thing, born, marks, scheme, day)
    freed = any(place.producer in r.get("producers", ()) for r in now)  # type: ignore[operator]
    mine = [mark for mark in _of(marks, place.producer, "member") if mark.value["certificate"] == thing]
    if mine or scheme.members_listed.value == "yes":
        found |= _of_member(mine, place, scheme, day, freed=freed)
    if scheme.ics_status_counts.value == "yes" and not freed:
        parties = {born["holder"], *(unit["party"] for unit in born["units"])}  # type: ignore[attr-defined]
        said = [m for m in _of(marks, place.producer, "status") if m.value.get("programme") in parties]
        said = [mark for mark in said if mark.effective_from <= day]
        if not said:
            found.add(("ics-status-unknown", "held"))
        elif said[-1].value["status"] == "expelled":
            found.add(("ics-removed", EFFECT[scheme.member_removed.value]))
    checks = [mark for mark in _of(marks, thing, "registry") if not on or mark.effective_from <= on]
    checks = [mark for mark in checks if mark.value["result"] != "not-found"]
    for place_of, against in enumerate(checks):
        # Whoever sells under the certificate lifts no contradiction but its own.
        own = {born["holder"], *born["sellers"]} - {against.value["checked_by"]}  # type: ignore[misc]
        lifted = any(m.value["result"] == "agrees" and m.value["checked_by"] not in own for m in checks[place_of:])
        if against.value["result"] == "contradicts" and not lifted:
            found.add(("registry-contradicts", "held"))
    return found


def _lapses(thing: str, born: object, marks: Marks, scheme: SchemePack, day: str) -> Found:
    found: Found = set()
    said = [mark for mark in _of(marks, thing, "certificate-status") if mark.effective_from <= day]
    status = str(said[-1].value["status"]) if said else "restored"
    if status == "suspended":
        found.add(("certificate-suspended", EFFECT[scheme.lapses["suspended"].new_sales]))
    elif status != "restored":
        found.add((f"certificate-{status}", "not-carried"))
    periods = [[str(born["valid_from"]), str(born.get("valid_to", "9999"))]]  # type: ignore[index,attr-defined]
    for mark in sorted(marks.get(thing, ()), key=lambda mark: mark.index):
        if mark.kind == "extended" and "valid_from" in mark.value:
            periods.append([str(mark.value["valid_from"]), str(mark.value["valid_to"])])
        elif mark.kind == "extended":
            end = max(last for _, last in periods)
            longest = next(period for period in periods if period[1] == end)
            longest[1] = max(end, str(mark.value["valid_to"]))
    if not any(first <= day <= last for first, last in periods):
        before = any(last < day for _, last in periods)
        after = any(first > day for first, _ in periods)
        word = "gap" if before and after else "expired" if before else "not-yet-valid"
        found.add((f"certificate-{word}", "not-carried"))
    return found


def _of_member(mine: list[Standing], place: Place, scheme: SchemePack, day: str, *, freed: bool) -> Found:
    now = [mark for mark in mine if mark.effective_from <= day]
    season = [mark for mark in now if mark.value["season"] == place.delivery.season]
    if not season:
        return {("member-not-listed", "not-carried")}
    found: Found = set()
    word = str(season[-1].value["status"])
    if word == "listed":
        word = str(now[-1].value["status"])
    if word != "listed" and not freed:
        ruling = scheme.member_suspended if word == "suspended" else scheme.member_removed
        found.add((f"member-{word}", EFFECT[ruling.value]))
    plots = season[-1].value["plots"]
    if plots and not place.grown:
        found.add(("plot-not-named", "held"))
    elif plots and place.grown not in plots:  # type: ignore[operator]
        found.add(("plot-not-listed", "not-carried"))
    return found


def _of_plot(place: Place, marks: Marks, scheme: SchemePack, day: str) -> Found:
    if not place.grown:
        return {("plot-not-named", "held")}
    found: Found = set()

    def status(plot: str) -> Standing | None:
        said = [m for m in _of(marks, plot, "status") if m.value.get("scheme") == scheme.code]
        said = [mark for mark in said if mark.effective_from <= day]
        return said[-1] if said else None

    here = status(place.grown)
    if here is None:
        found.add(("plot-status-unknown", "held"))
    elif here.value["status"] == "in-conversion":
        found.add(("plot-in-conversion", "not-carried"))
    elif here.value["status"] == "conventional":
        found.add(("plot-conventional", "not-carried"))
    elif "last_forbidden_input" in here.value and day < months_later(str(here.value["last_forbidden_input"]), 36):
        found.add(("forbidden-input-recent", "held"))
    others = {plot for mark in _of(marks, place.producer, "member") for plot in mark.value["plots"]}  # type: ignore[attr-defined]
    others |= {mark.value["plot"] for mark in _of(marks, place.producer, "holds")}
    for other in others - {place.grown}:
        beside = status(other)
        if beside is not None and beside.value["status"] == "conventional":
            found.add(("parallel-production", EFFECT[scheme.parallel_production.value]))
    return found
