"""The shape of a document number, written so that a clerk can read it: `T###-#{1,8}`.

Why not regular expressions: a pack comes from anybody, and a pattern can be written that takes
years to compare. A mask has no repetition inside repetition and at most two parts of open length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_MOST_REPEATS = 40
# Two parts of open length can be told apart in at most 40 x 40 tries; more would let a pack slow a node down.
_MOST_OPEN_PARTS = 2
_LONGEST = 64
_PART = re.compile(r"(?P<kind>[#@])(?:\{(?P<least>\d{1,2})(?:,(?P<most>\d{1,2}))?\})?|(?P<literal>[A-Z0-9/. -])")
_CLASSES = {"#": "[0-9]", "@": "[A-Z]"}


@dataclass(frozen=True, slots=True)
class Mask:
    """`#` is a digit, `@` a capital letter, `#{1,8}` one to eight digits; A-Z, 0-9, blank and `/ . -` are literal."""

    text: str
    _pattern: re.Pattern[str] = field(repr=False, compare=False)

    @classmethod
    def read(cls, text: str) -> Mask | None:
        """The mask written so, or None when the text is not one."""
        if len(text) > _LONGEST or text.count(",") > _MOST_OPEN_PARTS:
            return None
        parts: list[str] = []
        position = 0
        while position < len(text):
            found = _PART.match(text, position)
            if found is None:
                return None
            part = _part(found)
            if part is None:
                return None
            parts.append(part)
            position = found.end()
        return cls(text, re.compile("".join(parts), re.ASCII)) if parts else None

    def fits(self, number: str) -> bool:
        """True when the whole number has this shape."""
        return self._pattern.fullmatch(number) is not None


def _part(found: re.Match[str]) -> str | None:
    if found["literal"] is not None:
        return re.escape(found["literal"])
    least = int(found["least"] or 1)
    most = int(found["most"] or least)
    if not 1 <= least <= most <= _MOST_REPEATS:
        return None
    return f"{_CLASSES[found['kind']]}{{{least},{most}}}"
