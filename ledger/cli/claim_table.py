"""How the command line shows claims: a table of them, and under it why those that are not carried are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ledger.cli.amounts import amount
from ledger.cli.talk import Talk
from ledger.queries import Claim, ClaimReason, ReasonTotal
from ledger.words.reasons import say_reason

# A held claim waits; a held lot must not move: they are two words in Spanish.
STATUS: Final = {"carried": "carried", "held": "on hold", "not-carried": "not carried"}
_MARKS: Final = {"not-carried": "x", "held": "?", "note": "-"}


def show_claims(
    talk: Talk,
    claims: Sequence[Claim],
    at: str,
    unit: str,
    owner_names: Mapping[str, str],
    *,
    every_fact: bool = False,
) -> None:
    """All claims of a lot on a day, with a line per reason; `every_fact`: with one per fact a reason rests on."""
    talk.tell("Claims on {day}:", day=at)
    talk.table(
        ["Claim", "Rests on", "Covers", "Families", "Status"],
        [
            [
                claim.names.get(talk.language, claim.name),
                _papers(talk, claim),
                f"{amount(claim.covered_grams, unit)} / {amount(claim.total_grams, unit)}",
                f"{claim.covered_families} / {claim.families}",
                _status(talk, claim),
            ]
            for claim in claims
        ],
        right=(2, 3),
    )
    for claim in claims:
        lines = [*_why(talk, claim, unit, every_fact=every_fact), *_owners(talk, claim, unit, owner_names)]
        if lines:
            talk.show(f"{claim.names.get(talk.language, claim.name)}:")
            for line in lines:
                talk.show(line)


def _status(talk: Talk, claim: Claim) -> str:
    status = talk.phrase(STATUS[claim.status])
    if claim.share_permille == 1000:
        return status
    whole, tenth = divmod(claim.share_permille, 10)
    return f"{status} ({whole}.{tenth} %)"


def _papers(talk: Talk, claim: Claim) -> str:
    if len(claim.papers) > 1:
        return talk.phrase("{count} papers", count=len(claim.papers))
    return " ".join(f"{paper.number} ({paper.valid_from} - {paper.valid_to})" for paper in claim.papers)


def _why(talk: Talk, claim: Claim, unit: str, *, every_fact: bool) -> Iterator[str]:
    for reason in claim.reasons if every_fact else claim.totals:
        concerns = talk.phrase("{amount}, families: {count}", amount=amount(reason.grams, unit), count=reason.families)
        yield f"  {_MARKS[reason.effect]} {say_reason(reason.code, talk.language)} ({concerns}{_about(talk, reason)})"


def _about(talk: Talk, reason: ClaimReason | ReasonTotal) -> str:
    """About what, on which day, and by which entry, where the line stands for one fact."""
    if isinstance(reason, ReasonTotal):
        return ""
    entry = "" if reason.index is None else talk.phrase("entry {index}", index=reason.index)
    return "".join(f"; {part}" for part in (reason.subject, reason.day, entry) if part)


def _owners(talk: Talk, claim: Claim, unit: str, names: Mapping[str, str]) -> Iterator[str]:
    """How it stands with each owner, where one bought it or there are several."""
    if len(claim.owners) < 2 and not any(owner.sold_on for owner in claim.owners):
        return
    for owner in claim.owners:
        name, part = names.get(owner.party, owner.party), amount(owner.grams, unit)
        bought = f", {talk.phrase('bought on {day}', day=owner.sold_on)}" if owner.sold_on else ""
        yield f"  = {name}: {part}{bought}: {talk.phrase(STATUS[owner.status])}"
