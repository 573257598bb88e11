"""Reasons gathered over a lot: how many grams of how many families each concerns."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from ledger.claims.behind import Weighed
from ledger.claims.reasons import ClaimStatus, Effect, Reason, status_of
from ledger.queries import ClaimReason, ReasonTotal

_ORDER: dict[Effect, int] = {"not-carried": 0, "held": 1, "note": 2}


class Gathered:
    """Reasons with the grams and families they concern; equal ones that rest on the same fact are one line."""

    def __init__(self, total_grams: int, families: frozenset[str]) -> None:
        """Begin with none; a reason of the whole lot concerns all its grams and families."""
        self.total_grams = total_grams
        self.families = families
        self._lines: dict[tuple[str, str, int | None], _Line] = {}
        self._totals: dict[tuple[str, Effect], _Total] = {}
        self._of_whole: dict[tuple[str, Effect], int] = {}

    def of_whole(self, reasons: Iterable[Reason], grams: int = 0) -> None:
        """Reasons that concern every gram (a step, a hold), or those of one owner: so many `grams`, of all families."""
        for reason in reasons:
            key = (reason.code, reason.effect)
            line = self._line(reason)
            line.whole = True
            line.grams = min(self.total_grams, line.grams + (grams or self.total_grams))
            line.families |= self.families
            self._of_whole[key] = min(self.total_grams, self._of_whole.get(key, 0) + (grams or self.total_grams))

    def of_part(self, part: Weighed) -> None:
        """The reasons of one answer, which concern the grams that have it."""
        reasons = part.verdict.reasons
        for reason in reasons:
            line = self._line(reason)
            line.grams = min(self.total_grams, line.grams + part.grams)
            line.families |= part.families
        # Two facts may give one reason for a part: in the total its grams count once.
        for key in {(reason.code, reason.effect) for reason in reasons}:
            self._totals.setdefault(key, _Total()).add(part.grams, part.families)

    def parts_are_notes(self) -> None:
        """Turn what concerns single deliveries into remarks: under blending they lower the share, not the claim."""
        for line in self._lines.values():
            if not line.whole:
                line.reason = line.reason._replace(effect="note")
        totals, self._totals = self._totals, {}
        for (code, _), total in totals.items():
            self._totals.setdefault((code, "note"), _Total()).add(total.grams, total.families)

    def _line(self, reason: Reason) -> _Line:
        key = (reason.code, reason.effect, reason.at_index)
        found = self._lines.get(key)
        if found is None:
            found = self._lines[key] = _Line(reason)
        elif (reason.subject, reason.day) != (found.subject, found.day):
            # One line for all: what they do not share is left out.
            found.subject = found.subject if reason.subject == found.subject else ""
            found.day = min(found.day, reason.day)
        return found

    @property
    def status(self) -> ClaimStatus:
        """The status that the worst of all reasons leaves."""
        return status_of(line.reason for line in self._lines.values())

    def reasons(self) -> tuple[ClaimReason, ...]:
        """Every line, the worst first, then by grams."""
        return tuple(
            ClaimReason(
                code=line.reason.code,
                effect=line.reason.effect,
                subject=line.subject,
                day=line.day,
                index=line.reason.at_index,
                grams=line.grams,
                families=len(line.families),
            )
            for line in sorted(
                self._lines.values(),
                key=lambda x: (_ORDER[x.reason.effect], -x.grams, x.reason.code, x.reason.at_index or 0),
            )
        )

    def totals(self) -> tuple[ReasonTotal, ...]:
        """One line per code and effect, the worst first, then by grams."""
        found = {
            key: ReasonTotal(*key, min(total.grams, self.total_grams), len(total.families))
            for key, total in self._totals.items()
        }
        for key, grams in self._of_whole.items():
            also = found[key].grams if key in found else 0
            found[key] = ReasonTotal(*key, max(grams, also), len(self.families))
        return tuple(sorted(found.values(), key=lambda x: (_ORDER[x.effect], -x.grams, x.code)))


class _Total:
    """Grams and families of all parts that have a reason."""

    __slots__ = ("families", "grams")

    def __init__(self) -> None:
        self.grams = 0
        self.families: set[str] = set()

    def add(self, grams: int, families: AbstractSet[str]) -> None:
        self.grams += grams
        self.families |= families


class _Line:
    """What is gathered for one reason."""

    __slots__ = ("day", "families", "grams", "reason", "subject", "whole")

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        self.subject = reason.subject
        self.day = reason.day
        self.grams = 0
        self.families: set[str] = set()
        self.whole = False
