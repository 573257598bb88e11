"""`chaski audit attested`: what auditors attested to, compared with the log as it is."""

from __future__ import annotations

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import opened_to_read
from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(group: typer.Typer) -> None:
    """Register the command."""
    group.command("attested")(attested)


def attested(database: Database = None) -> int:
    """List what was attested, and compare each root with that of the log at that size."""
    from ledger.audit.replay.attested import attested_roots
    from ledger.cli.plain import plain

    talk = talking()
    with opened_to_read(database) as ledger:
        found = attested_roots(ledger)
        names = {each.by: ledger.name_of(each.by) for each in found}
    if not found:
        talk.tell("Nobody has attested to this log.")
    else:
        talk.table(
            ["Index", "Attested by", "Size", "Root", "Result", "The log's root"],
            [
                [
                    str(each.index),
                    names[each.by],
                    f"{each.size:,}",
                    each.root[:16],
                    each.result,
                    talk.phrase("the same") if each.agrees else each.found[:16] or "-",
                ]
                for each in found
            ],
            right=(0, 2),
        )
    if any(not each.agrees for each in found):
        talk.tell("Somebody attested to another log than this one: ask for the checkpoint they were shown.")
    lines = [{"agrees": each.agrees, "attested": plain(each)} for each in found]
    code = Exit.OK if all(each.agrees for each in found) else Exit.PROOF
    talk.document({"attestations": lines, "exit": int(code)})
    return code
