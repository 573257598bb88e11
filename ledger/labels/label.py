"""What stands on a label: the address behind the QR code and a few words a person can check against the sack."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal
from urllib.parse import urlsplit

from ledger.errors import FormatError, Problem
from ledger.queries import LotView

Language = Literal["es", "en"]

_ATTRIBUTES: Final = 2
_NARROW_SPACE: Final = "\u202f"
_UNITS: Final = {
    "g": {"es": "kg", "en": "kg"},
    "ml": {"es": "L", "en": "L"},
    "piece": {"es": "piezas", "en": "pieces"},
}
WORDS: Final = {
    "es": {"lot": "Lote", "harvest": "Cosecha", "from": "De", "season": "Campaña", "demo": "DEMOSTRACIÓN INVENTADA"},
    "en": {"lot": "Lot", "harvest": "Harvest", "from": "From", "season": "Season", "demo": "INVENTED DEMONSTRATION"},
}


@dataclass(frozen=True, slots=True)
class Label:
    """One label, its words ready to print. `url` is what the QR code says, `described` the class, calibre or colour."""

    url: str
    lot: str
    title: str
    subtitle: str
    amount: str
    harvest: str
    district: str
    language: Language
    demonstration: bool = False
    described: str = ""

    @property
    def groups(self) -> str:
        """The lot's id in groups of four, as people read it out."""
        return " ".join(self.lot[place : place + 4] for place in range(0, len(self.lot), 4))


def lot_url(public_url: str, lot: str) -> str:
    """The address of the lot's page (GS1 Digital Link manner: own domain, `/L/`, id).

    Scheme and host mean the same in capitals, and capitals need a smaller symbol: 25 x 25 modules for a domain of up
    to 11 characters. A base path in small letters must stay as it is, and so does the whole address then.
    Raises FormatError public-url-missing unless it is an http or https address without query.
    """
    address = public_url.rstrip("/")
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise FormatError(
            Problem("public-url-missing", found=public_url[:80], expected="https://...", retry="after-change")
        )
    if parts.path == parts.path.upper():
        address = address.upper()
    return f"{address}/L/{lot}"


def label_of(view: LotView, public_url: str, language: Language = "es", *, demonstration: bool = False) -> Label:
    """The label of a lot as it stands in the books."""
    form = view.form_names.get(language, view.form)
    commodity = view.commodity_names.get(language, view.commodity)
    said = commodity if commodity.lower() not in form.lower() else ""
    season = f"{WORDS[language]['season']} {view.season}" if view.season else ""
    return Label(
        url=lot_url(public_url, view.lot),
        lot=view.lot,
        title=form[:1].upper() + form[1:],
        subtitle=" · ".join(part for part in (said[:1].upper() + said[1:], season) if part),
        amount=_amount(view.grams, view.unit, language),
        harvest=_window(view.harvested_from, view.harvested_to),
        district=", ".join(view.districts),
        language=language,
        demonstration=demonstration,
        described=_described(view, language),
    )


def _described(view: LotView, language: Language) -> str:
    """The first attributes in the pack's order; there is room for two. The page says all of them, and their norm."""
    return " · ".join(each.value_names.get(language, each.value) for each in view.attributes[:_ATTRIBUTES])


def _amount(value: int, unit: str, language: Language) -> str:
    name = _UNITS.get(unit, {}).get(language, unit)
    if unit == "piece":
        return f"{value:,} {name}".replace(",", _NARROW_SPACE)
    whole, rest = divmod(value, 1000)
    shown = f"{whole:,}".replace(",", _NARROW_SPACE)
    decimals = str(Decimal(rest) / 1000)[1:] if rest else ""
    return f"{shown}{decimals} {name}"


def _window(first: str, last: str) -> str:
    """Days as 2026-05-20: read the same way everywhere; a common year is written once (ISO 8601 section 4.4.5)."""
    if not first or first == last:
        return first
    return f"{first} – {last[5:] if last[:4] == first[:4] else last}"
