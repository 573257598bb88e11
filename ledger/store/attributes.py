"""What a lot is said to be (calibre, class, colour), with the words its pack has for it."""

from __future__ import annotations

from typing import Final

from ledger.packs.pack import CommodityPack, Names
from ledger.queries import AttributeWords
from ledger.store.books import Books

_WRAPPED: Final = frozenset({"packed", "unpacked"})


def attributes_of(books: Books, lot: str, pack: CommodityPack | None) -> tuple[AttributeWords, ...]:
    """The attributes of a lot in the pack's order: its own, or those of all that was packed into it.

    Packing changes nothing but the wrapping, so a bale is of the class of the fibre in it. Where lots of different
    classes went into one package, no class is said; a process says of each output anew what it is.
    """
    said = _said(books, lot)
    order = list(pack.attributes) if pack is not None else []
    known = sorted(said, key=lambda code: (order.index(code) if code in order else len(order), code))
    return tuple(_worded(code, said[code], pack) for code in known)


def _said(books: Books, lot: str) -> dict[str, str]:
    common: set[tuple[str, str]] | None = None
    waiting, seen = [lot], {lot}
    while waiting:
        births = books.births(waiting)
        wrapped = [found for found, birth in births.items() if birth.value.get("how") in _WRAPPED]
        for found, birth in births.items():
            if found not in wrapped:
                own = birth.value.get("attributes")
                pairs = set(own.items()) if isinstance(own, dict) else set()
                common = pairs if common is None else common & pairs
        waiting = sorted({row.input for row in books.edges_into(wrapped)} - seen) if wrapped else []
        seen.update(waiting)
    return dict(common or ())


def _worded(code: str, value: str, pack: CommodityPack | None) -> AttributeWords:
    """Words for an attribute; the codes themselves where no pack knows them (any more)."""
    attribute = pack.attributes.get(code) if pack is not None else None
    if attribute is None:
        return AttributeWords(code, value, {"es": code, "en": code}, {"es": value, "en": value})
    found = attribute.values.get(value)
    names = found.names if found is not None else Names(value, value)
    return AttributeWords(code, value, _both(attribute.names), _both(names), attribute.norm or "")


def _both(names: Names) -> dict[str, str]:
    return {"es": names.es, "en": names.en}
