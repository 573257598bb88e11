"""The slow, obvious twin of `ledger.claims.conservation`: every day of a harvest by itself, nothing remembered.

`day_by_day` asks the judge afresh for each day; `word_on` answers from the marks with a plain reading of the rules of
its own (one area, no successions, no monitoring), so that both the days that are skipped and the judging are checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from ledger.claims.conservation import ConservationStatus, conservation_status, keeper_of, merged
from ledger.claims.evidence import Place
from ledger.claims.membership import Keeper
from ledger.packs.framework import FrameworkPack
from ledger.state import Standing

Marks = Mapping[str, Sequence[Standing]]
BEST_FIRST = (
    "not-applicable",
    "compliant",
    "compliant-with-observations",
    "under-review",
    "lapsed",
    "unknown",
    "suspended",
    "no-agreement",
    "non-compliant",
)


def days(first: str, last: str) -> list[str]:
    """Every day from the first to the last."""
    begin, end = date.fromisoformat(first), date.fromisoformat(last)
    return [(begin + timedelta(days=n)).isoformat() for n in range((end - begin).days + 1)]


def day_by_day(place: Place, marks: Marks, framework: FrameworkPack) -> ConservationStatus:
    """A delivery judged on every single harvest day, each time from nothing."""
    first, last = place.delivery.harvested_from, place.delivery.harvested_to
    return merged(conservation_status(keeper_of(place), day, marks, framework) for day in days(first, last))


def worst_word(place: Place, marks: Marks) -> str:
    """The worst word over every harvest day."""
    delivery = place.delivery
    words = [word_on(keeper_of(place), day, marks) for day in days(delivery.harvested_from, delivery.harvested_to)]
    return max(words, key=BEST_FIRST.index)


def word_on(keeper: Keeper, day: str, marks: Marks) -> str:
    """The word on one day."""
    joined: list[tuple[str, str]] = []
    for through, subject in (("family", keeper.household), ("community", keeper.community)):
        signed = [m for m in marks.get(subject, ()) if m.kind == "agreement"] if subject else []
        joined += [(str(agreement), through) for agreement in dict.fromkeys(m.value["agreement"] for m in signed)]
    found = [_one(keeper, agreement, through, day, marks) for agreement, through in joined]
    mine = {agreement for agreement, _ in joined}
    pacts = [subject for subject, rows in marks.items() if any(m.value.get("thing") == "agreement" for m in rows)]
    # The land's own breaches count whoever picks there; a household's only under what the household or village joined.
    breaches = [
        _breaches((keeper.grown, keeper.household) if pact in mine else (keeper.grown,), marks[pact], day)
        for pact in pacts
    ]
    running = [(level, start, word, cascade) for word, level, start, cascade in found if start]
    if running:
        levels = ["family", "community"]
        deciding = min(running, key=lambda r: (levels.index(r[0]), -date.fromisoformat(r[1]).toordinal()))
        words = [deciding[2], *(cascade for _, _, _, cascade in running), *breaches]
    else:
        # Of those that are over, the one that ended last; `since` stands in the place of the level.
        over = max(
            found, key=lambda f: (f[1], f[0] == "lapsed" or f[3] == "lapsed"), default=("no-agreement", "", "", "")
        )
        words = [over[0], *breaches]
    return max((word or "compliant" for word in words), key=BEST_FIRST.index)


def _one(keeper: Keeper, agreement: str, through: str, day: str, marks: Marks) -> tuple[str, str, str, str]:
    """(word, level, first day of its term, cascading word) where it runs, else (word, since, "", "lapsed" or "")."""
    subject = keeper.household if through == "family" else keeper.community
    member = _latest([m for m in marks[subject] if m.kind == "agreement" and m.value["agreement"] == agreement], day)
    if member is None:
        return "no-agreement", "", "", ""
    if not member.value["joined"]:
        return "no-agreement", member.effective_from, "", ""
    rows = marks[agreement]
    born: Any = next(m.value for m in rows if m.kind == "born")
    own = born["level"] == "family" or through == "community"
    statuses = [m for m in rows if m.kind == "agreement-status"]
    words = []
    for scope in ("household", "plot"):
        named = keeper.household if scope == "household" else keeper.grown
        last = _latest([m for m in statuses if m.value.get(scope) == named], day)
        if last is not None and last.value["status"] == "terminated":
            return "no-agreement", last.effective_from, "", ""
        words.append("active" if last is None else str(last.value["status"]))
    whole = _latest([m for m in statuses if not {"household", "plot"} & set(m.value)], day)
    said = "active" if whole is None else str(whole.value["status"])
    if whole is not None and said == "terminated" and (own or "termination" in born["cascades"]):
        return "no-agreement", whole.effective_from, "", ""
    cascade = "suspended" if said == "suspended" and not own and "suspension" in born["cascades"] else ""
    if said in ("suspended", "under-review") and own:
        words.append(said)
    words.append(cascade)
    known = [word for word in words if word in ("suspended", "under-review")]
    terms = [[born["valid_from"], born.get("valid_to", "9999-12-31")]]
    for mark in rows:
        if mark.kind == "renewed":
            terms.append([mark.value["valid_from"], mark.value.get("valid_to", "9999-12-31")])
        if mark.kind == "extended":
            longest = max(terms, key=lambda term: term[1])
            longest[1] = max(longest[1], mark.value["valid_to"])
    now = [begin for begin, end in terms if begin <= day <= end]
    if now:
        return max(known, key=BEST_FIRST.index, default="compliant"), str(born["level"]), max(now), cascade
    ended = [end for begin, end in terms if begin <= day]
    if not ended:
        return "no-agreement", "", "", ""
    return max(["lapsed", *known], key=BEST_FIRST.index), max(ended), "", "lapsed"


def _breaches(names: tuple[str, ...], rows: Sequence[Standing], day: str) -> str:
    """The worst breach that names one of these: the plot or, naming none, the household."""
    words = ["compliant"]
    for mark in rows:
        if mark.kind != "breach" or mark.value.get("plot", mark.value.get("household")) not in names:
            continue
        whose, cured, dismissed = mark.value["attributed_to"], "9999-12-31", False
        for closing in rows:
            if closing.kind == "breach-closed" and closing.value["breach"] == mark.value["breach"]:
                match closing.value["outcome"]:
                    case "cured":
                        cured = closing.effective_from
                    case "dismissed":
                        dismissed = True
                    case _:
                        whose, dismissed = closing.value["attributed_to"], False
        if dismissed or not mark.effective_from <= day < cured:
            continue
        if whose == "unknown":
            words.append("under-review")
        elif whose == "producer":
            critical = mark.value["commitment"] == "no-felling"
            words.append("non-compliant" if critical else "compliant-with-observations")
    return max(words, key=BEST_FIRST.index)


def _latest(marks: Sequence[Standing], day: str) -> Standing | None:
    known = [mark for mark in marks if mark.effective_from <= day]
    return max(known, key=lambda mark: (mark.effective_from, mark.index), default=None)
