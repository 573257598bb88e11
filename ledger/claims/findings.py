"""What an agreement says of one household and its land on one day: findings, each a status word with its reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.claims.agreement import WHOLE, Agreement, Breach, Monitoring, Term
from ledger.claims.calendar import days_later, months_later
from ledger.claims.membership import Keeper
from ledger.claims.reasons import Effect, Reason
from ledger.packs.framework import FrameworkPack, StatusWord
from ledger.state import Standing

EFFECTS: dict[StatusWord, Effect] = {
    "not-applicable": "note",
    "compliant": "note",
    "compliant-with-observations": "note",
    "under-review": "held",
    "lapsed": "held",
    "unknown": "held",
    "suspended": "not-carried",
    "no-agreement": "not-carried",
    "non-compliant": "not-carried",
}
"""What each word does to a lot's claim, from the best word to the worst: of several the last counts."""

_ORDER = {word: place for place, word in enumerate(EFFECTS)}
ALERT = "remote-alert"
SEEN_BY_OTHERS = ("patrol", "inspection")
_FOUND = ("met", "partly", "breached")


class Finding(NamedTuple):
    """A word and why. A finding of `compliant` is a note: it is said, and changes nothing."""

    word: StatusWord
    reason: Reason


def finding(word: str, code: str, subject: str, day: str, at_index: int | None = None) -> Finding:
    """A finding whose reason has the effect of its word; words of a pack were checked when it was read."""
    known = next(each for each in EFFECTS if each == word)
    return Finding(known, Reason(code, EFFECTS[known], subject, day, at_index))


def worst(findings: Iterable[Finding]) -> StatusWord:
    """The worst word of all; without any, all is well."""
    return max((each.word for each in findings), key=_ORDER.__getitem__, default="compliant")


def worse(one: StatusWord, other: StatusWord) -> bool:
    """Whether one word is worse than another."""
    return _ORDER[one] > _ORDER[other]


class Bond(NamedTuple):
    """A keeper's place in an agreement: since when, by which term, at its own level or not, and what it superseded.

    A family stands at its own level in a family agreement, a community in a community one. What is decided for the
    agreement as a whole is decided for whoever stands at its level; it reaches those who joined from below one by
    one only where the agreement says that it cascades.
    """

    agreement: Agreement
    term: Term
    since: str
    own_level: bool
    superseded: tuple[Agreement, ...] = ()

    def status_on(self, key: str, day: str) -> Standing | None:
        """The last status set for one household or land, in the agreement or in one whose place it took."""
        found = [mark for each in (self.agreement, *self.superseded) if (mark := each.status_on(key, day)) is not None]
        return max(found, key=lambda mark: (mark.effective_from, mark.index), default=None)


def keys_of(keeper: Keeper) -> tuple[str, ...]:
    """Under which names something can concern a keeper, the narrowest first."""
    return tuple(key for key in (keeper.grown, keeper.household, keeper.producer) if key)


def status_findings(bond: Bond, keeper: Keeper, day: str) -> Iterator[Finding]:
    """The statuses set for this land, this household and the whole."""
    agreement = bond.agreement
    for key in keys_of(keeper):
        mark = bond.status_on(key, day)
        if mark is not None and mark.value["status"] in ("suspended", "under-review"):
            word = str(mark.value["status"])
            why = "agreement-suspended" if word == "suspended" else "agreement-under-review"
            yield finding(word, why, key, day, mark.index)
    whole = agreement.status_on(WHOLE, day)
    if whole is None or whole.value["status"] == "active":
        return
    word = str(whole.value["status"])
    if bond.own_level and word != "terminated":
        why = "agreement-suspended" if word == "suspended" else "agreement-under-review"
        yield finding(word, why, agreement.id, day, whole.index)
    elif not bond.own_level and word == "suspended" and "suspension" in agreement.cascades:
        yield finding(word, "agreement-suspension-cascades", agreement.id, day, whole.index)
    elif not bond.own_level:
        # A termination that did reach the keeper is no longer asked here: its membership has ended.
        yield finding("compliant", "agreement-decision-stays", agreement.id, day, whole.index)


def ended_whole(bond: Bond, day: str) -> Standing | None:
    """The termination of the whole that holds on a day for whoever stands at its level, or below it if it cascades."""
    whole = bond.agreement.status_on(WHOLE, day)
    if whole is None or whole.value["status"] != "terminated":
        return None
    return whole if bond.own_level or "termination" in bond.agreement.cascades else None


def cascade_findings(bond: Bond, day: str) -> Iterator[Finding]:
    """A suspension of the whole that reaches everyone who joined, whichever agreement decides for them otherwise."""
    agreement = bond.agreement
    whole = agreement.status_on(WHOLE, day)
    if (
        whole is not None
        and not bond.own_level
        and whole.value["status"] == "suspended"
        and "suspension" in agreement.cascades
    ):
        yield finding("suspended", "agreement-suspension-cascades", agreement.id, day, whole.index)


def term_findings(bond: Bond, day: str, framework: FrameworkPack) -> Iterator[Finding]:
    """A term that ran out and is in its days of grace, or one that not every authority has put its name to."""
    agreement, term = bond.agreement, bond.term
    if not term.covers(day):
        yield finding("compliant-with-observations", "agreement-in-grace", agreement.id, day, term.at_index)
    if not term.endorsed:
        yield finding(framework.unendorsed.value, "agreement-unendorsed", agreement.id, day, term.at_index)


def breach_findings(agreement: Agreement, keys: Iterable[str], day: str, framework: FrameworkPack) -> Iterator[Finding]:
    """Breaches that name this land, this household or this producer and count on this day."""
    for key in keys:
        for breach in agreement.breaches.get(key, ()):
            if breach.counts_on(day):
                yield _breach(agreement, breach, key, day, framework)


def nameless_findings(bond: Bond, day: str, framework: FrameworkPack) -> Iterator[Finding]:
    """Breaches that name nobody: they count for a community as such, and never for families that are not named."""
    agreement = bond.agreement
    for breach in agreement.breaches.get(WHOLE, ()):
        if breach.counts_on(day):
            if _names_community(bond):
                yield _breach(agreement, breach, agreement.id, day, framework)
            else:
                yield finding("compliant", "breach-names-nobody", agreement.id, day, breach.at_index)


def _names_community(bond: Bond) -> bool:
    return bond.own_level and bond.agreement.level != "family"


def _breach(agreement: Agreement, breach: Breach, subject: str, day: str, framework: FrameworkPack) -> Finding:
    if breach.attributed_to == "third-party":
        return finding("compliant", "breach-by-third-party", subject, day, breach.at_index)
    if breach.attributed_to == "natural":
        return finding("compliant", "breach-natural", subject, day, breach.at_index)
    if breach.attributed_to == "unknown":
        return finding(framework.unattributed_breach.value, "breach-unattributed", subject, day, breach.at_index)
    if _is_critical(agreement, breach.commitment, framework):
        return finding(framework.critical_breach.value, "breach-critical", subject, day, breach.at_index)
    return finding(framework.other_breach.value, "breach-not-critical", subject, day, breach.at_index)


def _is_critical(agreement: Agreement, commitment: str, framework: FrameworkPack) -> bool:
    """As the agreement says, else as the framework knows it; a commitment nobody knows is taken for critical."""
    if commitment in agreement.critical:
        return agreement.critical[commitment]
    known = framework.commitments.get(commitment)
    return known is None or known.critical


def monitoring_findings(bond: Bond, keeper: Keeper, day: str, framework: FrameworkPack) -> Iterator[Finding]:
    """What the last looks at each commitment found, open alerts, and whether anybody looked in time."""
    agreement = bond.agreement
    looked = [
        (key, seen)
        for key in (*keys_of(keeper), WHOLE)
        for seen in agreement.monitorings.get(key, ())
        if seen.day <= day
    ]
    looked.sort(key=lambda pair: (pair[1].day, pair[1].at_index))
    known = {(breach.monitoring, breach.commitment) for each in agreement.breaches.values() for breach in each}
    last_look = ""
    open_on: dict[str, tuple[str, Monitoring]] = {}
    alerts: list[tuple[str, Monitoring]] = []
    for key, seen in looked:
        if seen.kind == ALERT:
            alerts.append((key, seen))
            continue
        last_look = seen.day
        if seen.kind != "self-report":
            alerts = []
        for commitment, result in seen.assessed.items():
            if result == "not-assessed" or _only_says_so(seen, commitment, open_on.get(commitment)):
                continue
            if result == "met":
                open_on.pop(commitment, None)
            else:
                open_on[commitment] = (key, seen)
    for commitment, (key, seen) in open_on.items():
        if (seen.id, commitment) not in known or seen.assessed[commitment] == "partly":
            yield _open(bond, key, seen, commitment, day, framework)
    for key, alert in alerts:
        yield finding("compliant", "monitoring-alert", key or agreement.id, day, alert.at_index)
    if framework.monitoring_months is not None:
        due = months_later(max(last_look, bond.since), framework.monitoring_months.value)
        if day > due:
            yield _overdue(agreement, keeper, day, framework)


def _overdue(agreement: Agreement, keeper: Keeper, day: str, framework: FrameworkPack) -> Finding:
    """Nobody had looked in time, unless a later look speaks for the day."""
    after = _looked_afterwards(agreement, keeper, day)
    if after is None:
        return finding(framework.not_monitored.value, "monitoring-overdue", agreement.id, day)
    return finding("compliant", "monitored-afterwards", agreement.id, day, after.at_index)


def _looked_afterwards(agreement: Agreement, keeper: Keeper, day: str) -> Monitoring | None:
    """The first look after a day that vouches for it: on land one sees what was done to it. One's own word does not."""
    found = [
        seen
        for key in (*keys_of(keeper), WHOLE)
        for seen in agreement.monitorings.get(key, ())
        if seen.kind in SEEN_BY_OTHERS and seen.covers_from and seen.covers_from <= day < seen.day
    ]
    return min(found, key=lambda seen: (seen.day, seen.at_index), default=None)


def _only_says_so(seen: Monitoring, commitment: str, before: tuple[str, Monitoring] | None) -> bool:
    """Whether a signatory's own report makes better what a patrol or inspection saw: it does not count."""
    if before is None or seen.kind != "self-report" or before[1].kind == "self-report":
        return False
    return _FOUND.index(seen.assessed[commitment]) < _FOUND.index(before[1].assessed[commitment])


def _open(bond: Bond, key: str, seen: Monitoring, commitment: str, day: str, framework: FrameworkPack) -> Finding:
    """What a look found and nobody has mended since. (Where a breach came of it, the breach says more.)"""
    subject = key or bond.agreement.id
    if seen.assessed[commitment] == "partly":
        return finding(framework.partly_met.value, "monitoring-partly-met", subject, day, seen.at_index)
    if key == WHOLE and not _names_community(bond):
        return finding("compliant", "breach-names-nobody", subject, day, seen.at_index)
    return finding(framework.unattributed_breach.value, "monitoring-breached", subject, day, seen.at_index)


def change_days(agreement: Agreement, keys: Iterable[str], framework: FrameworkPack) -> Iterator[str]:
    """Every day on which what an agreement says of somebody named by these keys may change."""
    grace = grace_days(framework)
    for term in agreement.terms:
        yield term.valid_from
        if term.valid_to:
            yield days_later(term.valid_to)
            yield days_later(term.valid_to, grace + 1)
    for mark in agreement.successions:
        yield mark.effective_from
    for key in (*keys, WHOLE):
        for mark in agreement.statuses.get(key, ()):
            yield mark.effective_from
        for breach in agreement.breaches.get(key, ()):
            yield breach.window_from
            if breach.cured_from:
                yield breach.cured_from
        for seen in agreement.monitorings.get(key, ()):
            yield seen.day
            if seen.covers_from:
                yield seen.covers_from
            yield from overdue_days(seen.day, framework)


def overdue_days(since: str, framework: FrameworkPack) -> Iterator[str]:
    """The first day on which a monitoring is overdue, counted from a day."""
    if framework.monitoring_months is not None:
        yield days_later(months_later(since, framework.monitoring_months.value))


def grace_days(framework: FrameworkPack) -> int:
    """How many days after its last one a term still counts, while its renewal is signed."""
    return framework.renewal_grace_days.value if framework.renewal_grace_days is not None else 0
