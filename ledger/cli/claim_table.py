"""How the command line shows claims: a table of them, and under it why those that are not carried are not."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.cli.amounts import amount
from ledger.cli.talk import Talk
from ledger.queries import Claim, ClaimReason
from ledger.words.reasons import say_reason


def show_claims(talk: Talk, claims: Sequence[Claim], at: str, unit: str) -> None:
    """All claims of a lot on a day."""
    talk.tell("Claims on {day}:", day=at)
    talk.table(
        ["Claim", "Rests on", "Covers", "Families", "Status"],
        [
            [
                claim.names.get(talk.language, claim.name),
                _papers(talk, claim),
                f"{amount(claim.covered_grams, unit)} / {amount(claim.total_grams, unit)}",
                f"{claim.covered_families} / {claim.families}",
                talk.phrase(claim.status),
            ]
            for claim in claims
        ],
        right=(2, 3),
    )
    for claim in claims:
        for reason in claim.reasons:
            talk.show(_line(talk, claim, reason, unit))


def _papers(talk: Talk, claim: Claim) -> str:
    if len(claim.papers) > 1:
        return talk.phrase("{count} papers", count=len(claim.papers))
    return " ".join(f"{paper.number} ({paper.valid_from} - {paper.valid_to})" for paper in claim.papers)


def _line(talk: Talk, claim: Claim, reason: ClaimReason, unit: str) -> str:
    name = claim.names.get(talk.language, claim.name)
    about = " ".join(part for part in (reason.subject, reason.day) if part)
    mark = {"not-carried": "x", "held": "?", "note": "-"}[reason.effect]
    concerns = f"{amount(reason.grams, unit)}{', ' + about if about else ''}"
    return f"{mark} {name}: {say_reason(reason.code, talk.language)} ({concerns})"
