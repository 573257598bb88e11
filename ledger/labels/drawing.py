"""Text and symbols in SVG, in millimetres, with text made to fit its place."""

from __future__ import annotations

from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

from ledger.labels.symbol import Symbol

FONT: Final = "Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif"
MONO: Final = "Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"

# The width of an average character against the size of the type, of the widest font named above.
_AVERAGE: Final = 0.57
_AVERAGE_BOLD: Final = 0.66
_AVERAGE_MONO: Final = 0.61
_SMALLEST: Final = 0.7


def line(
    text: str,
    x: float,
    y: float,
    size: float,
    width: float,
    *,
    bold: bool = False,
    mono: bool = False,
    anchor: Literal["start", "middle"] = "start",
) -> str:
    """One line of text with its baseline at y; smaller type, then an ellipsis, keep it inside `width`."""
    each = _AVERAGE_MONO if mono else _AVERAGE_BOLD if bold else _AVERAGE
    fitted = min(size, max(size * _SMALLEST, width / (each * max(1, len(text)))))
    room = int(width / (each * fitted))
    shown = text if len(text) <= room else f"{text[: max(1, room - 1)].rstrip()}…"
    attributes = [f'x="{_n(x)}" y="{_n(y)}" font-size="{_n(fitted)}"']
    if bold:
        attributes.append('font-weight="700"')
    if mono:
        attributes.append(f"font-family={quoteattr(MONO)}")
    if anchor == "middle":
        attributes.append('text-anchor="middle"')
    return f"<text {' '.join(attributes)}>{escape(shown)}</text>"


def code(symbol: Symbol, x: float, y: float, side: float) -> str:
    """The symbol with its margin on white, `side` millimetres wide."""
    scale = side / symbol.side_with_margin
    return (
        f'<g transform="translate({_n(x)} {_n(y)}) scale({scale:.5f})" shape-rendering="crispEdges">'
        f'<path fill="#fff" d="M0 0h{symbol.side_with_margin}v{symbol.side_with_margin}H0z"/>'
        f'<path stroke="#000" d="{symbol.path()}"/></g>'
    )


def sheet(width: float, height: float, content: str) -> str:
    """A drawing of that size in millimetres, black on white."""
    w, h = _n(width), _n(height)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{w}mm" height="{h}mm" viewBox="0 0 {w} {h}" '
        f'font-family="{FONT}"><path fill="#fff" d="M0 0h{w}v{h}H0z"/>{content}</svg>'
    )


def _n(value: float) -> str:
    """A number as short as it can be, to a hundredth of a millimetre."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
