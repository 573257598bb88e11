"""What the packs of schemes and frameworks have in common: words with their trust, dated sources, and a page's text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ledger.packs.pack import Source
from ledger.packs.reader import Reader


@dataclass(frozen=True, slots=True)
class Ruling:
    """A word of the pack with its trust: `value` as stated by `source` (a key of the pack's sources)."""

    value: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Words:
    """A list as the pack states it, with its trust; the order is the pack's own."""

    values: tuple[str, ...]
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Guide:
    """Sentences for the page of a pack: what the ledger allows and what it will not, in Spanish and in English."""

    allows_es: tuple[str, ...]
    refuses_es: tuple[str, ...]
    allows_en: tuple[str, ...]
    refuses_en: tuple[str, ...]


NO_GUIDE = Guide((), (), (), ())


def read_ruling(table: Reader, key: str, options: Sequence[str]) -> Ruling:
    """`key = { value = "held", source = "...", verified = true }`, the value one of `options`."""
    inner = table.table(key)
    if inner is None:
        return Ruling("", "", verified=False)
    value = inner.choice("value", options)
    source, verified = inner.trusted()
    inner.close()
    return Ruling(value, source, verified)


def read_words(table: Reader, key: str, options: Sequence[str], *, least: int = 1) -> Words:
    """`key = { values = ["harvest", "delivery"], source = "...", verified = true }`, each one of `options`."""
    inner = table.table(key)
    if inner is None:
        return Words((), "", verified=False)
    values = inner.known("values", options, "pack-unknown-choice")
    if len(values) < least:
        inner.note("pack-nothing-listed", "values")
    source, verified = inner.trusted()
    inner.close()
    return Words(values, source, verified)


def read_dated_sources(top: Reader) -> Iterator[tuple[str, Source]]:
    """The sources under [sources]: rulings change, so each says of which year or day it is."""
    for code, table in top.tables("sources", required=True):
        title, year, date = table.text("title"), table.whole("year"), table.day("date")
        if year is None and not date:
            table.note("pack-source-undated", "", code)
        yield code, Source(code, title, year, date)
        table.close()


def read_guide(top: Reader) -> Guide:
    """The sentences under [guide.allows] and [guide.refuses], lists in `es` and `en`."""
    outer = top.table("guide")
    if outer is None:
        return NO_GUIDE
    found: dict[str, tuple[str, ...]] = {}
    for part in ("allows", "refuses"):
        inner = outer.table(part)
        for language in ("es", "en"):
            found[f"{part}_{language}"] = inner.sentences(language) if inner is not None else ()
        if inner is not None:
            inner.close()
    outer.close()
    return Guide(**found)
