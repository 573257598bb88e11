"""The frozen records of a commodity pack; they are made only by `commodity.parse_commodity` and can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.packs.figure import Figure
from ledger.packs.mask import Mask

Unit = Literal["g", "ml", "piece"]
OutputKindName = Literal["main", "second", "by-product", "waste"]
CapBasis = Literal["hectare-year", "animal-season", "hive-year"]
CheckKind = Literal["max-age", "same-day", "min-interval", "score-fall"]
Step = Literal["delivery", "purchase", "dispatch", "export"]


@dataclass(frozen=True, slots=True)
class Names:
    """What people read, in both languages of the project."""

    es: str
    en: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from: a publication, a standard, or general knowledge; `date` is "" or a day (ISO 8601)."""

    code: str
    title: str
    year: int | None
    date: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What one unit of a form holds in another unit: one bottle holds 350 ml.

    With `at_least` the amount is the smallest that can be true (a knitted piece weighs at least
    20 g): enough for the hard limit, not for an expectation.
    """

    amount: Figure
    unit: Unit
    at_least: bool


@dataclass(frozen=True, slots=True)
class Form:
    """A state in which the commodity is held and traded; it fixes the unit in which stock is counted.

    A form that is not `claimable` (husk) hands on its share of the lineage and carries no claim.
    """

    code: str
    names: Names
    unit: Unit
    hs: tuple[str, ...]
    claimable: bool
    moisture: Figure | None
    content: Content | None


@dataclass(frozen=True, slots=True)
class Share:
    """How much of the input one output usually is; a missing bound is not known."""

    low: Figure | None
    typical: Figure | None
    high: Figure | None


@dataclass(frozen=True, slots=True)
class OutputKind:
    """One output a process may have: its form and whether it counts as yield (main, second) or not."""

    form: str
    kind: OutputKindName
    share: Share | None


@dataclass(frozen=True, slots=True)
class Band:
    """Yield that raises no flag: (main + second outputs) / inputs, each bound a ratio with its own source."""

    low: Figure
    typical: Figure
    high: Figure


@dataclass(frozen=True, slots=True)
class Process:
    """What may be done to stock.

    `basis` is the unit in which inputs and outputs are compared; a form counted otherwise is
    converted by its `content`. `physical_max` is the hard limit of (main + second) / inputs; where
    the process `conserves_mass` it is 1 and holds for all outputs together. A process that
    `keeps_form` takes inputs of one form and gives outputs of the same form. With
    `moisture_formula` recorded moistures tighten the limit (see `yields`).
    """

    code: str
    names: Names
    basis: Unit
    input_forms: tuple[str, ...]
    outputs: tuple[OutputKind, ...]
    band: Band | None
    physical_max: Figure
    conserves_mass: bool
    keeps_form: bool
    moisture_formula: bool
    losses: tuple[str, ...]

    def outputs_from(self, input_forms: frozenset[str]) -> tuple[OutputKind, ...]:
        """The outputs allowed from inputs of these forms; empty when the process does not take them."""
        if not input_forms or not input_forms <= frozenset(self.input_forms):
            return ()
        if not self.keeps_form:
            return self.outputs
        if len(input_forms) > 1:
            return ()
        return tuple(output for output in self.outputs if output.form in input_forms)


@dataclass(frozen=True, slots=True)
class Cap:
    """The most one hectare and year, animal and season or hive and year can give, in units of `form`."""

    code: str
    names: Names
    form: str
    per: CapBasis
    amount: Figure
    typical: Figure | None


@dataclass(frozen=True, slots=True)
class Check:
    """A threshold behind a warning: its kind says what is measured, `limit` says when it speaks; never a refusal.

    max-age: `limit` hours since harvest, for `form`. same-day: inputs of `process` harvested within
    `limit` hours. min-interval: `limit` months between two shearings of the same animals.
    score-fall: `measure` fallen by `limit` or more in custody.
    """

    code: str
    names: Names
    kind: CheckKind
    form: str | None
    process: str | None
    measure: str | None
    limit: Figure


@dataclass(frozen=True, slots=True)
class AttributeValue:
    """One value of an attribute; `at_most` bounds a class (fineness in micrometres), both None where it has none."""

    code: str
    names: Names
    latin: str | None
    at_most: Figure | None
    above: Figure | None


@dataclass(frozen=True, slots=True)
class Attribute:
    """What distinguishes lots of one form: species, calibre, class, colour; `norm` names its standard and year."""

    code: str
    names: Names
    forms: tuple[str, ...]
    norm: str | None
    values: Mapping[str, AttributeValue]


@dataclass(frozen=True, slots=True)
class QualityLimit:
    """What is asked of a measure for some forms, perhaps only for one attribute value (`attribute`, `value`)."""

    code: str
    names: Names
    forms: tuple[str, ...]
    attribute: str | None
    value: str | None
    low: Figure | None
    target: Figure | None
    high: Figure | None


@dataclass(frozen=True, slots=True)
class Measure:
    """A quality that can be measured: its unit, the decimals kept, what is possible at all, and the limits asked."""

    code: str
    names: Names
    unit: str
    scale: int
    lowest: Figure
    highest: Figure
    limits: Mapping[str, QualityLimit]


@dataclass(frozen=True, slots=True)
class TradeUnit:
    """A unit of trade, which means something only with commodity, form and country (None = everywhere).

    Where `unit` differs from the form's own unit (fruit sold by the hundred) it serves prices and
    counts and never enters stock.
    """

    code: str
    trade_name: str
    names: Names
    form: str
    country: str | None
    amount: Figure
    unit: Unit

    def in_units(self, count: int) -> int:
        """How many grams, millilitres or pieces `count` of these are, to the nearest whole one, half upwards."""
        whole = self.amount.ratio.whole
        return (2 * count * self.amount.value + whole) // (2 * whole)


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """A paper that goes with a step; a number that fits no mask is a warning, never a refusal."""

    code: str
    names: Names
    steps: tuple[Step, ...]
    numbers: tuple[Mask, ...]

    def number_fits(self, number: str) -> bool:
        """True when the number has one of the known shapes, or when none is known."""
        return not self.numbers or any(mask.fits(number) for mask in self.numbers)


@dataclass(frozen=True, slots=True)
class Season:
    """Months (1-12, both included; may run over the new year) in which an activity usually happens."""

    code: str
    names: Names
    from_month: Figure
    to_month: Figure

    def holds(self, month: int) -> bool:
        """True when the month lies in the season."""
        start, end = self.from_month.value, self.to_month.value
        return start <= month <= end if start <= end else month >= start or month <= end


@dataclass(frozen=True, slots=True)
class CommodityPack:
    """All that is known about one commodity; `digest` is the SHA-256 (hex) of the bytes it was read from."""

    code: str
    version: str
    names: Names
    hs: tuple[str, ...]
    eudr: bool
    scale_tolerance: Figure
    forms: Mapping[str, Form]
    processes: Mapping[str, Process]
    caps: Mapping[str, Cap]
    checks: Mapping[str, Check]
    attributes: Mapping[str, Attribute]
    quality: Mapping[str, Measure]
    units: Mapping[str, TradeUnit]
    documents: Mapping[str, DocumentKind]
    seasons: Mapping[str, Season]
    sources: Mapping[str, Source]
    digest: str

    def unit(self, trade_name: str, form: str, country: str) -> TradeUnit | None:
        """The unit of that name for a form and country; one without a country serves where none is nearer."""
        named = [u for u in self.units.values() if u.trade_name == trade_name and u.form == form]
        near = [u for u in named if u.country == country]
        return next(iter(near + [u for u in named if u.country is None]), None)
