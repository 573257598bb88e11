"""Labels to print: a strip for a thermal printer, and A4 pages of ten as one HTML file any browser prints."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, Literal

from ledger.labels.drawing import code, line, sheet
from ledger.labels.label import WORDS, Label
from ledger.labels.symbol import symbol_of

# Paper rolls, in millimetres: the paper and what the head prints of it.
THERMAL_WIDTHS: Final = {62: 58.0, 80: 72.0}

# Ten to a page, 99.1 x 57 mm with 3 mm between the columns: the common die-cut sheet, also good for scissors.
_A4_WIDTH, _A4_HEIGHT = 210.0, 297.0
_COLUMNS, _ROWS = 2, 5
_LABEL_WIDTH, _LABEL_HEIGHT = 99.1, 57.0
_LEFT, _TOP, _STEP_X = 4.65, 6.0, 101.6
_CODE_SIDE: Final = 41.0

_PRINT: Final = (
    "@page{size:A4;margin:0}html,body{margin:0;background:#fff}svg{display:block;break-after:page}"
    "svg:last-child{break-after:auto}"
)


def thermal(label: Label, width: Literal[62, 80] = 62) -> str:
    """One label as SVG for a roll of that width: the code above, what to read below it."""
    paper, printed = float(width), THERMAL_WIDTHS[width]
    left, middle = (paper - printed) / 2, paper / 2
    side = printed - 12
    words = WORDS[label.language]
    y = 3.0
    parts = []
    if label.demonstration:
        y += 4
        parts.append(line(words["demo"], middle, y, 3.6, printed, bold=True, anchor="middle"))
        y += 1
    parts.append(code(symbol_of(label.url), middle - side / 2, y, side))
    y += side + 4
    parts.append(line(label.groups, middle, y, 5.2, printed, bold=True, mono=True, anchor="middle"))
    below, y = _words(label, left, y + 2.5, printed, scale=1.05)
    parts.append(below)
    return sheet(paper, y + 2, "".join(parts)) + "\n"


def a4(labels: Sequence[Label]) -> str:
    """Pages of ten labels as one HTML file; repeat a label to have more of it."""
    per_page = _COLUMNS * _ROWS
    pages = [
        sheet(
            _A4_WIDTH,
            _A4_HEIGHT,
            "".join(_placed(each, place) for place, each in enumerate(labels[at : at + per_page])),
        )
        for at in range(0, len(labels), per_page)
    ]
    language = labels[0].language if labels else "es"
    title = escape(", ".join(dict.fromkeys(each.groups for each in labels))[:200])
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_PRINT}</style></head><body>\n" + "\n".join(pages) + "\n</body></html>\n"
    )


def _placed(label: Label, place: int) -> str:
    row, column = divmod(place, _COLUMNS)
    x, y = _LEFT + column * _STEP_X, _TOP + row * _LABEL_HEIGHT
    return f'<g transform="translate({x:.2f} {y:.2f})">{_label(label)}</g>'


def _label(label: Label) -> str:
    """One label, 99.1 x 57 mm: the code at the left, the words beside it, the id under all."""
    words = WORDS[label.language]
    x = _CODE_SIDE + 2.5
    width = _LABEL_WIDTH - x - 3
    parts = [
        f'<path fill="none" stroke="#bbb" stroke-width=".15" d="M0 0h{_LABEL_WIDTH}v{_LABEL_HEIGHT}H0z"/>',
        code(symbol_of(label.url), 1.5, 1.5, _CODE_SIDE),
        line(f"{words['lot']} {label.groups}", 5.5, 51.5, 5.0, _LABEL_WIDTH - 10, bold=True, mono=True),
    ]
    y = 2.5
    if label.demonstration:
        parts.append(line(words["demo"], x, 5.5, 2.9, width, bold=True))
        y = 6.0
    parts.append(_words(label, x, y, width)[0])
    return "".join(parts)


def _words(label: Label, x: float, y: float, width: float, scale: float = 1.0) -> tuple[str, float]:
    """The lines a person reads, from y downwards, and where they end."""
    districts = label.district.split(", ") if label.district else []
    lines = [
        (label.title, 5.0, True),
        (label.described, 3.8, True),
        (label.subtitle, 3.4, False),
        (label.amount, 6.4, True),
        (_harvest(label), 3.4, False),
        *((", ".join(districts[at : at + 2]), 3.2, False) for at in range(0, min(len(districts), 4), 2)),
    ]
    parts = []
    for text, size, bold in lines:
        if text:
            y += size * scale * 1.3
            parts.append(line(text, x, y, size * scale, width, bold=bold))
    return "".join(parts), y


def _harvest(label: Label) -> str:
    return f"{WORDS[label.language]['harvest']} {label.harvest}" if label.harvest else ""
