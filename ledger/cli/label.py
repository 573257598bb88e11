"""`chaski label LOT`: the QR label of a lot, for the screen or for paper."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.opening import STANDARD, opened, write
from ledger.cli.options import Database
from ledger.cli.talk import talking

if TYPE_CHECKING:
    from ledger.labels import Label


class Form(StrEnum):
    """What the label is written as."""

    SVG = "svg"
    PNG = "png"
    A4 = "a4"
    THERMAL = "thermal"


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("label")(label)


def label(
    lot_id: Annotated[str, typer.Argument(metavar="LOT", help="The lot's id.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; - is the screen.")],
    database: Database = None,
    form: Annotated[Form, typer.Option("--format", metavar="FORMAT", help="svg, png, a4 or thermal.")] = Form.SVG,
    public_url: Annotated[
        str | None,
        typer.Option("--public-url", metavar="URL", help="The address the QR code leads to; default the ledger's own."),
    ] = None,
) -> None:
    """Make the QR label of a lot: SVG or PNG for the screen, a sheet (A4) or a strip (thermal) for the printer."""
    from ledger import labels
    from ledger.settings import load

    talk = talking()
    with opened(database) as ledger:
        view = ledger.lot(lot_id)
        address = load(public_url=public_url).public_url or ledger.public_url
        made = labels.label_of(view, address, talk.language, demonstration=ledger.is_demo)
    write(output, _drawn(form, made))
    if str(output) != STANDARD:
        talk.tell(
            "The label of {lot} is in {file}; it leads to {address}.", lot=lot_id, file=str(output), address=made.url
        )
        talk.document({"lot": lot_id, "file": str(output), "format": form.value, "url": made.url})


def _drawn(form: Form, label: Label) -> bytes:
    from ledger import labels

    match form:
        case Form.SVG:
            return labels.svg(label).encode()
        case Form.PNG:
            return labels.png(label)
        case Form.A4:
            return labels.a4([label]).encode()
        case Form.THERMAL:
            return labels.thermal(label).encode()
