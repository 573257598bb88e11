"""`chaski label LOT`: the QR label of a lot, for the screen or for paper."""

from __future__ import annotations

from enum import StrEnum

import typer


class Format(StrEnum):
    """What the label is written as."""

    SVG = "svg"
    PNG = "png"
    A4 = "a4"
    THERMAL = "thermal"


def add(app: typer.Typer) -> None:
    """Register the command."""
