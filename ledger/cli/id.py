"""`chaski id`: fresh ids for what is about to be recorded."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("id")(fresh)


def fresh(
    count: Annotated[int, typer.Option("--count", min=1, max=1000, metavar="N", help="How many.")] = 1,
) -> None:
    """Make fresh ids, one a line: every fact, lot, producer or place gets one when it is first recorded."""
    # Not Ledger.new_id, which is the same: scripts ask for ids one by one and must not wait for the whole ledger.
    from ledger.values import crockford

    talk = talking()
    made = [crockford(os.urandom(10)) for _ in range(count)]
    for each in made:
        talk.show(each)
    talk.document({"ids": made})
