"""Where a membership stands on a day: in force, in which agreement, or ended, when and why."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ledger.claims.agreement import Agreement, text
from ledger.claims.calendar import days_later
from ledger.claims.findings import Bond, Finding, ended_whole, finding, grace_days, keys_of
from ledger.claims.membership import Keeper, Membership
from ledger.packs.framework import FrameworkPack


class InForce(NamedTuple):
    """A membership that counts on the day, and what there is to note about how it came to the agreement."""

    membership: Membership
    bond: Bond
    notes: tuple[Finding, ...]


class Ended(NamedTuple):
    """A membership that does not count on the day: since when, why, and where it stood if it merely ran out."""

    since: str
    agreement: str
    why: Finding
    bond: Bond | None = None


def placed_on(
    membership: Membership,
    keeper: Keeper,
    day: str,
    agreement_of: Callable[[str], Agreement | None],
    framework: FrameworkPack,
) -> InForce | Ended:
    """Where a membership stands on a day: in which agreement (a successor's too), or why not in force."""
    agreement = agreement_of(membership.agreement)
    change = membership.last_change(day)
    if agreement is None or change is None:
        return Ended("", "", finding("no-agreement", "agreement-joined-later", membership.signatory, day))
    if not change.joined:
        why = finding("no-agreement", "agreement-left", membership.signatory, day, change.at_index)
        return Ended(change.day, agreement.id, why)
    notes: list[Finding] = []
    superseded: list[Agreement] = []
    while (mark := agreement.successor_on(day)) is not None:
        notes.append(finding("compliant", "agreement-superseded", agreement.id, day, mark.index))
        superseded.append(agreement)
        successor = agreement_of(text(mark.value, "by"))
        if successor is None or successor in superseded or successor.framework != framework.code:
            why = finding("no-agreement", "agreement-superseded", agreement.id, day, mark.index)
            return Ended(mark.effective_from, agreement.id, why)
        agreement = successor
    own = agreement.level == "family" or (agreement.level == "community" and membership.through == "community")
    over = _terminated(Bond(agreement, agreement.terms[0], "", own, tuple(superseded)), keeper, day)
    if over is not None:
        return over
    begun = [each for each in agreement.terms if each.valid_from <= day]
    if not begun:
        why = finding("no-agreement", "agreement-not-yet-valid", agreement.id, day, agreement.at_index)
        return Ended("", agreement.id, why)
    since = max(change.day, membership.not_before, agreement.terms[0].valid_from)
    running = agreement.term_on(day)
    last = running or max(begun, key=lambda each: each.valid_to)
    bond = Bond(agreement, last, since, own, tuple(superseded))
    if running is not None or day <= days_later(last.valid_to, grace_days(framework)):
        return InForce(membership, bond, tuple(notes))
    why = finding("lapsed", "agreement-lapsed", agreement.id, day, last.at_index)
    return Ended(last.valid_to, agreement.id, why, bond)


def _terminated(bond: Bond, keeper: Keeper, day: str) -> Ended | None:
    """A termination outlives the term it ended: what was terminated never merely lapses."""
    agreement = bond.agreement
    for key in keys_of(keeper):
        status = bond.status_on(key, day)
        if status is not None and status.value["status"] == "terminated":
            why = finding("no-agreement", "agreement-terminated", key, day, status.index)
            return Ended(status.effective_from, agreement.id, why)
    whole = ended_whole(bond, day)
    if whole is None:
        return None
    why = finding("no-agreement", "agreement-terminated", agreement.id, day, whole.index)
    return Ended(whole.effective_from, agreement.id, why)
