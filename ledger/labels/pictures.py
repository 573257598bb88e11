"""The QR code of a label alone: as a small SVG, and as a PNG with the lot's id below it."""

from __future__ import annotations

from io import BytesIO
from typing import Final
from xml.sax.saxutils import escape

from PIL import Image, ImageDraw, ImageFont

from ledger.labels.label import Label
from ledger.labels.symbol import QUIET, symbol_of

_WHITE: Final = 1
_BLACK: Final = 0


def svg(label: Label) -> str:
    """The symbol and nothing else, about 2 kB; its title says what it is to who cannot see it."""
    symbol = symbol_of(label.url)
    side = symbol.side_with_margin
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges" role="img">'
        f"<title>{escape(label.url)}</title>"
        f'<path fill="#fff" d="M0 0h{side}v{side}H0z"/><path stroke="#000" d="{symbol.path()}"/></svg>\n'
    )


def png(label: Label, pixels_per_module: int = 12) -> bytes:
    """Black and white without grey, so that it stays sharp at any printer; the id stands below in groups of four."""
    symbol = symbol_of(label.url)
    side = symbol.side_with_margin * pixels_per_module
    size = 2 * pixels_per_module
    image = Image.new("1", (side, side + size), _WHITE)
    draw = ImageDraw.Draw(image)
    for row, modules in enumerate(symbol.modules):
        for column, dark in enumerate(modules):
            if dark:
                x, y = (column + QUIET) * pixels_per_module, (row + QUIET) * pixels_per_module
                draw.rectangle((x, y, x + pixels_per_module - 1, y + pixels_per_module - 1), fill=_BLACK)
    # Digits and capital letters only: the one font that is always there has no accents.
    draw.text((side / 2, side), label.groups, _BLACK, ImageFont.load_default(size), anchor="mm")
    data = BytesIO()
    image.save(data, "PNG", optimize=True)
    return data.getvalue()
