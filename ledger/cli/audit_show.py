"""`chaski audit show [AUDIT]`: audits and findings of a log, or one audit with its grants, samples and findings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.opening import opened_to_read
from ledger.cli.options import Database, Size
from ledger.cli.talk import Talk, talking
from ledger.errors import NotFoundError, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ledger.audit.fieldwork.audits import AuditLine, AuditView, FindingLine
    from ledger.audit.fieldwork.grants import Grant, Used


def add(group: typer.Typer) -> None:
    """Register the command."""
    group.command("show")(show)


def show(
    audit: Annotated[
        str | None, typer.Argument(metavar="AUDIT", help="The audit's id; without it, all are listed.")
    ] = None,
    database: Database = None,
    size: Size = None,
) -> None:
    """List the audits and findings of a log, or show one audit: what was granted, looked at, drawn and found."""
    from ledger.audit.fieldwork.audits import all_findings, audit_view, audits
    from ledger.audit.fieldwork.grants import uses_of
    from ledger.cli.plain import plain

    talk = talking()
    with opened_to_read(database) as ledger, ledger.books_and_packs(size) as (books, _):
        if audit is None:
            lines = audits(books, ledger.today())
            findings = all_findings(books)
            _show_list(talk, lines, books.names_of([line.by for line in lines]))
            _show_findings(talk, findings)
            talk.document({"audits": plain(lines), "findings": plain(findings)})
            return
        view = audit_view(books, audit, ledger.today())
        if view is None:
            raise NotFoundError(Problem("reference-unknown", "", audit[:64], "audit"))
        uses = {grant.grant: uses_of(books, grant.grant) for grant in view.grants}
        names = books.names_of([view.line.by, *view.line.parties])
    _show_one(talk, view, uses, names)
    talk.document({"audit": plain(view), "uses": plain(uses)})


def _show_list(talk: Talk, lines: list[AuditLine], names: Mapping[str, str]) -> None:
    if not lines:
        talk.tell("Nobody has opened an audit.")
        return
    talk.table(
        ["Audit", "Auditor", "Parties", "Period", "Ends on", "State"],
        [
            [
                line.audit,
                names.get(line.by, line.by),
                str(len(line.parties)),
                f"{line.period_from} - {line.period_to}",
                line.ends_on,
                line.state,
            ]
            for line in lines
        ],
        right=(2,),
    )


def _show_one(talk: Talk, view: AuditView, uses: Mapping[str, list[Used]], names: Mapping[str, str]) -> None:
    _show_list(talk, [view.line], names)
    talk.table(["Audited", "Id"], [[names.get(party, party), party] for party in view.line.parties])
    if view.grants:
        talk.table(
            ["Grant", "Looks", "Until", "Ended", "Used"],
            [_grant_row(talk, grant, uses[grant.grant]) for grant in view.grants],
            right=(4,),
        )
    if view.samples:
        talk.table(
            ["Sample", "Purpose", "Drawn", "Out of"],
            [[each.sample, each.purpose, str(len(each.drawn)), str(each.population_size)] for each in view.samples],
            right=(2, 3),
        )
    _show_findings(talk, view.findings)


def _show_findings(talk: Talk, findings: Sequence[FindingLine]) -> None:
    if findings:
        talk.table(
            ["Finding", "Kind", "Severity", "Due on", "Outcome"],
            [[each.finding, each.kind, each.severity, each.due_on, each.outcome] for each in findings],
        )


def _grant_row(talk: Talk, grant: Grant, uses: list[Used]) -> list[str]:
    ended = "" if grant.ended is None else talk.phrase("yes")
    return [grant.grant, ", ".join(grant.looks), grant.until, ended, str(len(uses))]
