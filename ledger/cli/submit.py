"""`chaski submit FILE`: a signed submission, or JSON with facts or statements, offered to the ledger."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.exits import Exit, exit_of
from ledger.cli.opening import opened, read
from ledger.cli.options import Database
from ledger.cli.talk import Talk, talking
from ledger.errors import FormatError, Problem, ProofError

if TYPE_CHECKING:
    from ledger.book import Ledger, Prepared
    from ledger.queries import Outcome, Plausibility

MOST_ITEMS: Final = 1000
_LARGEST_FILE: Final = 64 * 1024 * 1024
_SIGNED: Final = frozenset({".jose", ".jws", ".jwt"})


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("submit")(submit)


def submit(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .jose submission, or JSON; - reads stdin.")],
    database: Database = None,
    party: Annotated[
        str | None,
        typer.Option("--party", metavar="ID", help="For whom the node signs unsigned facts; default the operator."),
    ] = None,
    hand: Annotated[
        str | None, typer.Option("--hand", metavar="CODE", help="Pseudonym of the person who entered unsigned facts.")
    ] = None,
    atomic: Annotated[bool, typer.Option("--atomic", help="All or none: one refusal refuses everything.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Judge only, write nothing.")] = False,
) -> int:
    """Offer the facts of a file to the ledger; each is accepted with a receipt or refused with its reasons."""
    talk = talking()
    items = _items(file)
    with opened(database) as ledger:
        prepared = [_prepare(ledger, item, party or ledger.operator_party, hand) for item in items]
        broken = [each for each in prepared if isinstance(each, FormatError | ProofError)]
        if len(prepared) == 1 and broken:
            raise broken[0]
        outcomes = _judged(ledger, prepared) if check else ledger.offer(prepared, atomic=atomic).result()
    _report(talk, outcomes)
    refused = sum(each.status == "refused" for each in outcomes)
    if not refused:
        return Exit.OK
    # Where the rules had no part in it, the code says what was wrong with the items themselves.
    return exit_of(broken[0]) if len(broken) == refused else Exit.REFUSED


def _items(file: Path) -> list[bytes | dict[str, object]]:
    """What the file holds: signed submissions as bytes, unsigned facts as objects."""
    from ledger import canonical

    data = read(file)
    if file.suffix in _SIGNED or _looks_signed(data):
        return [data]
    # One fact alone keeps the limit of one fact; a list of them may be as large as a request.
    several = data[:200].lstrip()[:1] == b"{" and (b'"facts"' in data[:200] or b'"statements"' in data[:200])
    loaded = canonical.load(data, max_bytes=_LARGEST_FILE if several else canonical.MAX_BYTES)
    if not isinstance(loaded, dict):
        raise FormatError(Problem("submission-not-understood", retry="after-change"))
    match loaded:
        case {"facts": [*facts], **rest} if not rest and all(isinstance(each, dict) for each in facts):
            items: list[bytes | dict[str, object]] = [dict(each) for each in facts if isinstance(each, dict)]
        case {"statements": [*statements], **rest} if not rest and all(isinstance(each, str) for each in statements):
            items = [each.encode() for each in statements if isinstance(each, str)]
        case {"fact": str()}:
            items = [dict(loaded)]
        case _:
            raise FormatError(Problem("submission-not-understood", retry="after-change"))
    if not items:
        raise FormatError(Problem("submission-empty", retry="after-change"))
    if len(items) > MOST_ITEMS:
        raise FormatError(Problem("submission-too-many", found=len(items), expected=MOST_ITEMS, retry="after-change"))
    return items


def _looks_signed(data: bytes) -> bool:
    """A compact JWS begins with base64url of `{"` and holds points before any space."""
    return data.lstrip().startswith(b"eyJ") and b"." in data


def _prepare(
    ledger: Ledger, item: bytes | dict[str, object], party: str, hand: str | None
) -> Prepared | FormatError | ProofError:
    """Read one item; what is wrong with its form is that item's own outcome, not the end of the run."""
    try:
        return (
            ledger.prepare(item) if isinstance(item, bytes) else ledger.prepare_unsigned(item, party=party, hand=hand)
        )
    except (FormatError, ProofError) as error:
        return error


def _judged(ledger: Ledger, prepared: Sequence[Prepared | FormatError | ProofError]) -> list[Outcome]:
    from ledger.queries import Outcome

    judged = iter(ledger.check([each for each in prepared if not isinstance(each, FormatError | ProofError)]))
    return [
        Outcome("refused", problems=each.problems) if isinstance(each, FormatError | ProofError) else next(judged)
        for each in prepared
    ]


def _say_plausibility(talk: Talk, plausibility: Plausibility) -> None:
    """How a delivery fits its estimate, as one line beside the result."""
    from ledger.words import say

    said = say(plausibility.remark, talk.language)
    level = plausibility.level
    talk.remark(
        "GREEN: {text} {remedy}"
        if level == "green"
        else "AMBER: {text} {remedy}"
        if level == "amber"
        else "RED: {text} {remedy}",
        text=said.title,
        remedy=said.remedy,
    )


def _report(talk: Talk, outcomes: Sequence[Outcome]) -> None:
    from ledger.cli.plain import plain

    words = {
        "accepted": "accepted",
        "duplicate": "already recorded",
        "refused": "refused",
        "checked": "would be accepted",
    }
    rows = [
        [
            str(place + 1),
            talk.phrase(words[each.status]),
            each.type,
            each.id,
            "" if each.index is None else str(each.index),
            each.receipt_code,
        ]
        for place, each in enumerate(outcomes)
    ]
    talk.table(["No.", "Result", "Fact", "Id", "Index", "Receipt"], rows, right=(0, 4))
    for place, each in enumerate(outcomes):
        if len(outcomes) > 1 and (each.problems or each.flags or each.plausibility):
            talk.remark("No. {number}:", number=place + 1)
        if each.plausibility is not None:
            _say_plausibility(talk, each.plausibility)
        talk.problems((*each.problems, *each.flags))
    counts = {status: sum(each.status == status for each in outcomes) for status in words}
    talk.document({**counts, "outcomes": [plain(each, talk.language) for each in outcomes]})
