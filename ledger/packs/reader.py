"""Reads one table of a pack and gathers every problem instead of stopping at the first.

Each method takes a key, remembers that it was known, and returns a harmless stand-in after noting
a problem; `commodity.parse_commodity` raises when any was noted, so no stand-in ever leaves it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import TypeVar, cast

from ledger.errors import Found, Problem
from ledger.packs.figure import Figure
from ledger.packs.pack import Names

RATIO_SCALE = 4
_MOST_DIGITS = 15
_LONGEST_TEXT = 400
_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_CODE = 48
_NO_FIGURE = Figure(0, 0, "", "", verified=False)

ChoiceT = TypeVar("ChoiceT", bound=str)


class Reader:
    """One TOML table at a JSON pointer, with the list of problems it shares with all others of its file."""

    def __init__(self, table: dict[str, object], where: str, problems: list[Problem], sources: Sequence[str]) -> None:
        """Read `table`, which stands at `where`; figures may name only `sources`."""
        self.where = where
        self._table = table
        self._problems = problems
        self._sources = sources
        self._known: list[str] = []

    def note(
        self, code: str, key: str, found: Found = None, expected: Found = None, *, item: int | None = None
    ) -> None:
        """Remember a problem with `key` ("" = with this table), or with one `item` of its list."""
        where = f"{self.where}/{escape(key)}" if key else self.where
        if item is not None:
            where = f"{where}/{item}"
        self._problems.append(Problem(code, where, found, expected, retry="after-change"))

    def has(self, key: str) -> bool:
        """True when the file states `key`; the key counts as known from here on."""
        self._known.append(key)
        return key in self._table

    def states(self, key: str) -> bool:
        """True when the file states `key`, without making the key known."""
        return key in self._table

    def text(self, key: str) -> str:
        """A text that is required, NFC, on one line and not empty."""
        value = self._need(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.note("pack-not-a-text", key, _shown(value))
            return ""
        self._fit_text(key, value)
        return value

    def code(self, key: str) -> str:
        """A required code in kebab-case."""
        value = self.text(key)
        if value:
            self.fit_code(key, value)
        return value

    def fit_code(self, key: str, code: str) -> None:
        """Note a `code` that is not kebab-case."""
        if len(code) > _LONGEST_CODE or not _CODE.fullmatch(code):
            self.note("pack-code-unfit", key, _shown(code), "a-z, 0-9, -")

    def choice(self, key: str, options: Sequence[ChoiceT], default: ChoiceT | None = None) -> ChoiceT:
        """One of `options`; `default` stands where the key is missing."""
        if default is not None and not self.has(key):
            return default
        value = self.text(key)
        if value and value not in options:
            self.note("pack-unknown-choice", key, value, ", ".join(options))
        return cast("ChoiceT", value) if value in options else options[0]

    def flag(self, key: str, *, default: bool | None = None) -> bool:
        """True or false; required unless a default is given."""
        if default is not None and not self.has(key):
            return default
        value = self._need(key)
        if value is not None and not isinstance(value, bool):
            self.note("pack-not-true-or-false", key, _shown(value), "true, false")
        return value is True

    def whole(self, key: str) -> int | None:
        """An optional whole number."""
        if not self.has(key):
            return None
        value = self._table[key]
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 10**_MOST_DIGITS:
            self.note("pack-not-a-whole-number", key, _shown(value))
            return None
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts, each once; empty when the key is missing."""
        found: list[str] = []
        for index, value in enumerate(self._list(key)):
            if not isinstance(value, str):
                self.note("pack-not-a-text", key, _shown(value), item=index)
            elif value in found:
                self.note("pack-listed-twice", key, _shown(value), item=index)
            else:
                found.append(value)
        return tuple(found)

    def sentences(self, key: str) -> tuple[str, ...]:
        """A list of texts for people, required and not empty, each as sound as `text` asks."""
        if self._need(key) is None:
            return ()
        stated = self.texts(key)
        if not stated and isinstance(self._table[key], list) and not self._table[key]:
            self.note("pack-nothing-listed", key)
        for index, value in enumerate(stated):
            self._fit_text(key, value, index)
        return stated

    def known(self, key: str, options: Sequence[str], code: str) -> tuple[str, ...]:
        """A list of texts that must all be among `options`; each other one is a problem `code`."""
        stated = self.texts(key)
        for index, value in enumerate(stated):
            if value not in options:
                self.note(code, key, _shown(value), nearest(value, options), item=index)
        return tuple(value for value in stated if value in options)

    def one_of(self, key: str, options: Sequence[str], code: str) -> str:
        """A required text among `options`, else a problem `code` and ""."""
        value = self.text(key)
        if value and value not in options:
            self.note_unknown(code, key, value, options)
        return value if value in options else ""

    def note_unknown(self, code: str, key: str, value: str, options: Sequence[str]) -> None:
        """Remember that `value` is none of `options`, and which was probably meant."""
        self.note(code, key, _shown(value), nearest(value, options))

    def names(self, key: str = "names") -> Names:
        """A table of names, Spanish and English both required."""
        inner = self.table(key)
        if inner is None:
            return Names("", "")
        names = Names(inner.text("es"), inner.text("en"))
        inner.close()
        return names

    def table(self, key: str, *, required: bool = True) -> Reader | None:
        """The table under `key`, or None."""
        if not required and not self.has(key):
            return None
        value = self._need(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            self.note("pack-not-a-table", key, _shown(value))
            return None
        return Reader(value, f"{self.where}/{escape(key)}", self._problems, self._sources)

    def tables(self, key: str, *, required: bool = False) -> Iterator[tuple[str, Reader]]:
        """The coded tables under `key`, in file order: `[forms.green]` gives ("green", its reader)."""
        outer = self.table(key, required=required)
        if outer is not None:
            coded = list(outer.coded_tables())
            if required and not coded:
                self.note("pack-nothing-listed", key)
            yield from coded

    def coded_tables(self) -> Iterator[tuple[str, Reader]]:
        """Every key of this table as a code with a table under it."""
        for code in self._table:
            self.fit_code(code, code)
            inner = self.table(code)
            if inner is not None:
                yield code, inner

    def rows(self, key: str) -> Iterator[Reader]:
        """The tables of a list, in file order."""
        for index, value in enumerate(self._list(key)):
            where = f"{self.where}/{escape(key)}/{index}"
            if isinstance(value, dict):
                yield Reader(value, where, self._problems, self._sources)
            else:
                self.note("pack-not-a-table", key, _shown(value), item=index)

    def figure(self, key: str, unit: str, scale: int | None = None) -> Figure:
        """A required number, trusted as the `source` and `verified` beside it say.

        `key = 0.84` rests on the source of this table, `key = { value = 0.84, source = ..., verified = ... }`
        on its own. `scale` None keeps the decimals written; a fixed one pads, and refuses a number written finer.
        """
        return self._trusted(key, unit, scale, lambda _: True, "")

    def optional_figure(self, key: str, unit: str, scale: int | None = None) -> Figure | None:
        """The same, or None when the key is missing."""
        return self.figure(key, unit, scale) if self.has(key) else None

    def positive(self, key: str, unit: str, scale: int | None = None) -> Figure:
        """A required number above zero."""
        return self._trusted(key, unit, scale, lambda value: value > 0, "pack-not-above-zero")

    def ratio(self, key: str) -> Figure:
        """A required ratio from 0 to 1, in parts per 10,000."""
        return self._trusted(
            key, "ratio", RATIO_SCALE, lambda value: 0 <= value <= 10**RATIO_SCALE, "pack-ratio-out-of-range"
        )

    def optional_ratio(self, key: str) -> Figure | None:
        """The same, or None when the key is missing."""
        return self.ratio(key) if self.has(key) else None

    def trusted(self) -> tuple[str, bool]:
        """The `source` and `verified` of this table, both required."""
        return self._trust()

    def day(self, key: str) -> str:
        """An optional day, written as TOML writes dates (2027-12-31); "" when the key is missing."""
        if not self.has(key):
            return ""
        value = self._table[key]
        if not isinstance(value, date) or isinstance(value, datetime):
            self.note("pack-not-a-day", key, _shown(value))
            return ""
        return value.isoformat()

    def in_order(self, *bounds: Figure | None) -> None:
        """Note bounds that do not rise, and a table that states none; all have the same scale."""
        stated = [bound for bound in bounds if bound is not None]
        digits = [bound.value for bound in stated]
        if not stated:
            self.note("pack-nothing-listed", "")
        elif digits != sorted(digits):
            self.note("pack-band-out-of-order", "", " - ".join(map(str, stated)))

    def close(self, *more: str) -> None:
        """Refuse every key that nothing asked for (nor `more`): a misspelt key must not pass as an absent one."""
        self._known.extend(more)
        for key in self._table:
            if key not in self._known:
                self.note("pack-unknown-key", key, key, nearest(key, self._known))

    def _need(self, key: str) -> object | None:
        if not self.has(key):
            self.note("pack-key-missing", key, expected=key)
            return None
        return self._table[key]

    def _list(self, key: str) -> list[object]:
        if not self.has(key):
            return []
        value = self._table[key]
        if not isinstance(value, list):
            self.note("pack-not-a-list", key, _shown(value))
            return []
        return value

    def _trusted(self, key: str, unit: str, scale: int | None, fits: Callable[[int], bool], code: str) -> Figure:
        value = self._need(key)
        if value is None:
            return _NO_FIGURE
        if isinstance(value, dict):
            return self._nested(key, value, unit, scale, fits, code)
        number = self._exact(key, value, scale)
        source, verified = self._trust()
        if number is None:
            return _NO_FIGURE
        if not fits(number[0]):
            self.note(code, key, _shown(value))
        return Figure(*number, unit, source, verified)

    def _nested(
        self, key: str, table: dict[str, object], unit: str, scale: int | None, fits: Callable[[int], bool], code: str
    ) -> Figure:
        inner = Reader(table, f"{self.where}/{escape(key)}", self._problems, self._sources)
        if isinstance(table.get("value"), dict):
            # One level of nesting says whose number it is; a second would say nothing more.
            inner.note("pack-not-a-number", "value", "{...}")
            return _NO_FIGURE
        found = inner._trusted("value", unit, scale, fits, code)
        inner.close("value", "source", "verified")
        return found

    def _trust(self) -> tuple[str, bool]:
        # Several figures of one table share one source: the problem is noted with the first only.
        asked_before = "source" in self._known
        if asked_before:
            source, verified = self._table.get("source"), self._table.get("verified")
            return (source if isinstance(source, str) else ""), verified is True
        name, sure = self.text("source"), self.flag("verified")
        if name and name not in self._sources:
            self.note("pack-unknown-source", "source", name, nearest(name, self._sources))
        return name, sure

    def _exact(self, key: str, value: object, scale: int | None) -> tuple[int, int] | None:
        if isinstance(value, bool) or not isinstance(value, int | Decimal):
            self.note("pack-not-a-number", key, _shown(value))
            return None
        sign, digits, exponent = Decimal(value).as_tuple() if _short(value) else (0, (), "n")
        if not isinstance(exponent, int) or len(digits) > _MOST_DIGITS or not -_MOST_DIGITS <= exponent <= 0:
            self.note("pack-number-not-exact", key, _shown(value), _MOST_DIGITS)
            return None
        decimals = -exponent if scale is None else scale
        if -exponent > decimals:
            self.note("pack-number-too-fine", key, _shown(value), decimals)
            return None
        size = int("".join(map(str, digits))) * 10 ** (decimals + exponent)
        return (-size if sign else size), decimals

    def _fit_text(self, key: str, value: str, item: int | None = None) -> None:
        if not value.strip() or len(value) > _LONGEST_TEXT or not value.isprintable():
            self.note("pack-text-unfit", key, _shown(value), f"1-{_LONGEST_TEXT}", item=item)
        elif unicodedata.normalize("NFC", value) != value:
            self.note("pack-text-not-nfc", key, _shown(value), item=item)


def escape(key: str) -> str:
    """A key as one step of a JSON pointer (RFC 6901, section 3)."""
    return key.replace("~", "~0").replace("/", "~1")


def nearest(value: str, options: Sequence[str]) -> str:
    """The option that was probably meant, or all of them when none is near."""
    close = get_close_matches(value, options, n=1)
    return close[0] if close else ", ".join(dict.fromkeys(options))


def _short(value: int | Decimal) -> bool:
    """False for whole numbers so long that turning them into digits would be work in itself."""
    return isinstance(value, Decimal) or abs(value) < 10**_MOST_DIGITS


def _shown(value: object) -> str:
    """The value as a problem may repeat it: short, and without the marks of a programming language."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{...}"
    if isinstance(value, list):
        return "[...]"
    if isinstance(value, int) and not _short(value):
        return "..."
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
