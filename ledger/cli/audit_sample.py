"""`chaski audit seed` and `chaski audit sample`: commit to a seed, draw with it, and draw anybody's sample again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import opened_to_read
from ledger.cli.options import Database, Size
from ledger.cli.talk import Talk, talking
from ledger.errors import FormatError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ledger.audit.fieldwork.samples import Sample
    from ledger.book import Copy, Ledger


def add(group: typer.Typer) -> None:
    """Register the commands."""
    group.command("seed")(seed)
    group.command("sample")(sample)


def seed() -> None:
    """Make a fresh seed: keep it secret, and open the audit with its digest."""
    from ledger.audit.fieldwork.sampling import seed_digest
    from ledger.keys import new_secret_key

    talk = talking()
    made = new_secret_key()
    talk.rows([("Seed", made.hex()), ("Digest", seed_digest(made))])
    talk.document({"seed": made.hex(), "seed_digest": seed_digest(made)})


def sample(  # noqa: PLR0913 - one per option
    check: Annotated[
        str | None, typer.Option("--check", metavar="FACT", help="Draw this sample again and compare.")
    ] = None,
    *,
    audit: Annotated[
        str | None, typer.Option("--audit", metavar="ID", help="The audit that committed to the seed.")
    ] = None,
    party: Annotated[str | None, typer.Option("--party", metavar="ID", help="Whose population is drawn from.")] = None,
    of: Annotated[
        Literal["producers", "deliveries", "lots"], typer.Option("--of", help="What is drawn from.")
    ] = "producers",
    purpose: Annotated[
        str, typer.Option("--purpose", metavar="WORD", help="What the sample is for.")
    ] = "re-inspection",
    shown: Annotated[str | None, typer.Option("--seed", metavar="HEX", help="The seed committed to.")] = None,
    rule: Annotated[
        Literal["square-root", "eu-re-inspection", "eu-sampling"],
        typer.Option("--rule", help="How many are drawn at the least."),
    ] = "square-root",
    risk: Annotated[bool, typer.Option("--risk", help="Who shows signs of risk is likelier to be drawn.")] = False,
    count: Annotated[int | None, typer.Option("--count", min=1, metavar="N", help="Draw so many instead.")] = None,
    database: Database = None,
    size: Size = None,
) -> int:
    """Draw a sample with the seed an audit committed to, or with --check draw one again and compare."""
    if check is not None:
        return _again(check, database)
    from ledger.audit.fieldwork.samples import Drawing, draw_sample
    from ledger.cli.plain import plain

    if audit is None or party is None or shown is None:
        given = {"--audit": audit, "--party": party, "--seed": shown}
        details = {"command": "chaski audit sample"}
        missing = (name for name, value in given.items() if value is None)
        raise FormatError(Problem("option-missing", expected=name, details=details) for name in missing)
    asked = Drawing(audit, party, of, purpose, shown, rule, "risk" if risk else "equal", count)
    talk = talking()
    with opened_to_read(database) as ledger:
        found = draw_sample(ledger, asked, size=size)
        body = found.body(_fresh())
        names = _names(ledger, found)
    _show(talk, found, names)
    talk.tell("With --json comes the body of sample.drawn, ready to be stated.")
    talk.document({"sample": plain(found, talk.language), "body": plain(body)})
    return Exit.OK


def _again(fact: str, database: Database) -> int:
    from ledger.audit.fieldwork.samples import check_sample
    from ledger.cli.plain import plain

    talk = talking()
    with opened_to_read(database) as ledger:
        found = check_sample(ledger, fact)
        names = _names(ledger, found.again)
    _show(talk, found.again, names)
    if found.again.fixed == "auditor":
        talk.remark("The auditor chose at which size to draw; the audit fixed no day for it.")
    talk.problems(found.problems)
    if found.ok:
        talk.tell("Drawn again, it is the same sample.")
    code = Exit.OK if found.ok else Exit.PROOF
    talk.document({"check": plain(found, talk.language), "exit": int(code)})
    return code


def _names(ledger: Ledger | Copy, found: Sample) -> dict[str, str]:
    """The codes by which the audited party knows who was drawn: an id is on nobody's gate."""
    with ledger.books_and_packs(found.log_size) as (books, _):
        return books.names_of([member.thing for member in found.drawn])


def _show(talk: Talk, found: Sample, names: Mapping[str, str]) -> None:
    talk.tell(
        "{drawn} of {population} drawn, at least {least}, from the log at size {size}.",
        drawn=len(found.drawn),
        population=found.population_size,
        least=found.least,
        size=found.log_size,
    )
    talk.table(
        ["No.", "Code", "Id", "Weight", "Signs of risk"],
        [
            [
                str(place),
                "" if names.get(member.thing) == member.thing else names.get(member.thing, ""),
                member.thing,
                str(member.weight),
                ", ".join(member.signs),
            ]
            for place, member in enumerate(found.drawn, 1)
        ],
        right=(0, 3),
    )


def _fresh() -> str:
    import os

    from ledger.values import crockford

    return crockford(os.urandom(10))
