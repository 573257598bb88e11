"""`chaski export ALL`: the whole ledger in one file, to be taken over on another machine by `chaski import`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated

import typer

from ledger.cli.opening import opened_to_read
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import FormatError, Problem


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("export")(export)


def export(
    what: Annotated[str, typer.Argument(metavar="ALL", help="ALL: everything the ledger holds, but for its keys.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The file to write, as x.tar.")],
    database: Database = None,
    public: Annotated[
        bool, typer.Option("--public", help="Leave out sealed values and documents: what only the keys open.")
    ] = False,
) -> None:
    """Write the whole ledger to one file: every statement, packs, and what is sealed; never a key."""
    from ledger.audit.whole.exporting import export_whole
    from ledger.book import Copy
    from ledger.cli.plain import plain

    talk = talking()
    if what.upper() != "ALL":
        raise typer.BadParameter("ALL")
    with opened_to_read(database) as ledger, _written(output) as file:
        found = export_whole(ledger, file, sealed=not public)
        is_copy = isinstance(ledger, Copy)
    talk.tell("The whole log is in {file}.", file=str(output))
    talk.rows(
        [
            ("Log", found.origin),
            ("Size", f"{found.size:,}"),
            ("Root", found.root),
            ("Packs", f"{found.packs:,}"),
            ("Withheld", f"{found.withheld:,}" if found.withheld else ""),
            ("Sealed values", f"{found.disclosures:,}"),
            ("Documents", f"{found.documents:,}"),
        ]
    )
    if found.disclosures or found.documents:
        talk.remark("It holds personal data in the clear: carry it encrypted, and destroy it afterwards.")
    elif is_copy and not public:
        talk.remark("Without the ledger's keys, sealed values and documents stay where they are.")
    talk.remark("Keys are not in it: move them by another way, and never let two machines write with the same keys.")
    talk.document({"file": str(output), **dict(_pairs(plain(found)))})


def _pairs(said: object) -> Iterator[tuple[str, str | int]]:
    yield from said.items() if isinstance(said, dict) else ()


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """A file for its owner alone, whole under its name or not there at all."""
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        details = {"reason": error.strerror or ""}
        problem = Problem("file-not-writable", found=str(path), details=details, retry="after-change")
        raise FormatError(problem) from None
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
