"""`chaski selftest`: plants frauds, mistakes and honest oddities in a season, and has another process look for them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.exits import Exit
from ledger.cli.talk import talking

if TYPE_CHECKING:
    from ledger.cli.talk import Talk
    from ledger.seasons.planted.compare import Row
    from ledger.seasons.planted.selftest import Selftest


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("selftest")(selftest)


def selftest(
    seed: Annotated[
        str, typer.Option("--seed", metavar="N", help="Another number makes another season: other people, days, cases.")
    ] = "1",
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Keep the ledger, the answers, the labels and the findings there."),
    ] = None,
) -> None:
    """Plant frauds, mistakes and honest oddities in an invented season, and check that exactly those are found."""
    from ledger.seasons.planted import selftest as planted

    talk = talking()
    done = planted.run(seed, out)
    _tell(talk, done)
    talk.document(
        {
            "seed": done.seed,
            "facts": done.facts,
            "refused": done.refused,
            "ok": done.ok,
            "cases": [
                {
                    "case": row.case.id,
                    "kind": row.case.kind,
                    "sentence": row.case.sentence[talk.language],
                    "subject": row.case.subject,
                    "expected": list(row.expected),
                    "found": list(row.found),
                    "ok": row.ok,
                }
                for row in done.result.rows
            ],
            "accused": [
                {"how": each.how, "codes": list(each.codes), "subjects": list(each.subjects)}
                for each in done.result.accused
            ],
        }
    )
    if not done.ok:
        raise typer.Exit(Exit.REFUSED)


def _tell(talk: Talk, done: Selftest) -> None:
    rows = done.result.rows
    talk.table(["Case", "Kind", "About", "Expected", "Found", "In order"], [_cells(talk, row) for row in rows])
    for each in done.result.accused:
        talk.tell(
            "Accused for nothing: {subject} ({how}: {codes})",
            subject=each.subjects[0],
            how=each.how,
            codes=", ".join(each.codes),
        )
    honest = sum(row.case.kind == "honest" for row in rows)
    talk.tell(
        "Seed {seed}: {facts} facts, {refused} refused; {planted} frauds and mistakes, {honest} honest oddities.",
        seed=done.seed,
        facts=done.facts,
        refused=done.refused,
        planted=len(rows) - honest,
        honest=honest,
    )
    if done.ok:
        talk.tell("Every planted one was found, and nobody else is accused.")
    else:
        missed = sum(not row.ok for row in rows)
        accused = len(done.result.accused)
        talk.tell(
            "{missed} cases missed; {accused} findings accuse somebody for nothing.", missed=missed, accused=accused
        )


def _cells(talk: Talk, row: Row) -> tuple[str, ...]:
    case = row.case
    # A digest is known by its beginning; ids and numbers stand as they are.
    subject = f"{case.subject[:16]}…" if len(case.subject) > 20 else case.subject
    return (
        case.id,
        _kind(talk, case.kind),
        subject,
        "; ".join(row.expected) or "-",
        "; ".join(row.found) or "-",
        talk.phrase("yes") if row.ok else talk.phrase("no"),
    )


def _kind(talk: Talk, kind: str) -> str:
    if kind == "fraud":
        return talk.phrase("fraud")
    return talk.phrase("mistake") if kind == "mistake" else talk.phrase("honest")
