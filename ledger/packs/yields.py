"""How much a process can give and is expected to give: whole numbers only, rounded in favour of whoever records.

Amounts are in the basis unit of the process (grams unless the pack says otherwise); `inputs_in_basis`
and `outputs_in_basis` convert forms counted differently.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

from ledger.errors import FormatError, Problem
from ledger.packs.figure import Ratio
from ledger.packs.pack import Cap, CommodityPack, Form, Process, Unit

_M2_PER_HECTARE = 10_000


def physical_limit_grams(
    process: Process, input_grams: int, m_in: Ratio | None = None, m_out: Ratio | None = None
) -> int:
    """The most that can come out: main + second outputs, or all outputs where the process conserves mass.

    With both moistures recorded and a process that follows the drying formula the limit is also
    input x (1 - m_in) / (1 - m_out): dry matter is not created. The formula only ever tightens the
    pack's limit, so a moisture typed wrongly cannot open a door for unrecorded stock. Moistures
    outside 0 <= m < 1 are not used.
    """
    limit = process.physical_max.ratio.floor_of(input_grams)
    if not process.moisture_formula or m_in is None or m_out is None or not (m_in.is_share and m_out.is_share):
        return limit
    dry, kept = _dry_matter(input_grams, m_in, m_out)
    return min(limit, dry // kept)


def band_grams(process: Process, input_grams: int) -> tuple[int, int, int] | None:
    """The (low, typical, high) yield of main + second outputs, or None where the pack states no band.

    An output inside low..high raises no flag. Low is rounded down and high up, but never above the
    physical limit, so that a gram of rounding never flags anybody.
    """
    if process.band is None:
        return None
    high = min(process.band.high.ratio.ceiling_of(input_grams), process.physical_max.ratio.floor_of(input_grams))
    return process.band.low.ratio.floor_of(input_grams), process.band.typical.ratio.floor_of(input_grams), high


def expected_after_drying(grams: int, m_before: Ratio, m_after: Ratio) -> int:
    """What `grams` at moisture `m_before` weigh at `m_after`, to the nearest gram: grams x (1 - m1) / (1 - m2).

    Raises FormatError (`pack-moisture-out-of-range`) when a moisture is not 0 <= m < 1.
    """
    for name, moisture in (("before", m_before), ("after", m_after)):
        if not moisture.is_share:
            raise FormatError(Problem("pack-moisture-out-of-range", f"/{name}", _percent(moisture), "0-99.99 %"))
    dry, kept = _dry_matter(grams, m_before, m_after)
    return (2 * dry + kept) // (2 * kept)


def scale_tolerance_grams(pack: CommodityPack, book_grams: int) -> int:
    """How far a weighing may exceed the book weight and still be the scale: shown as scale gain, not flagged."""
    return pack.scale_tolerance.ratio.floor_of(book_grams)


def cap_for_area(cap: Cap, area_m2: int) -> int:
    """The most an area can give in a year, in units of the cap's form."""
    return cap.amount.value * area_m2 // (_M2_PER_HECTARE * cap.amount.ratio.whole)


def cap_for_count(cap: Cap, count: int) -> int:
    """The most that many animals or hives can give, in units of the cap's form."""
    return cap.amount.value * count // cap.amount.ratio.whole


def inputs_in_basis(pack: CommodityPack, process: Process, amounts: Iterable[tuple[str, int]]) -> int:
    """The sum of (form, amount) inputs in the process's basis unit, rounded up once."""
    total = _sum_in(pack.forms, process, amounts)
    return -(-total.numerator // total.denominator)


def outputs_in_basis(pack: CommodityPack, process: Process, amounts: Iterable[tuple[str, int]]) -> int:
    """The sum of (form, amount) outputs in the process's basis unit, rounded down once.

    Outputs that cannot be compared with the inputs (beeswax in grams from honey in millilitres) do
    not count; the parser lets a pack have them only as by-product or waste.
    """
    total = _sum_in(pack.forms, process, amounts)
    return total.numerator // total.denominator


def equivalent_grams(pack: CommodityPack, grams: int, from_form: str, to_form: str) -> int | None:
    """What `grams` of one form typically become as another, rounded down; None when no process leads there.

    For caps and estimates stated in another form (parchment delivered, cap in green). The route
    with the fewest processes is taken, among equals the one whose processes come first in the pack.
    """
    if from_form not in pack.forms or to_form not in pack.forms:
        return None
    route = (pack.digest, from_form, to_form)
    if route not in _FACTORS:
        # Every delivery is asked for its cap, and a pack's figures never change under its digest.
        _FACTORS[route] = _factor(pack, from_form, to_form)
    factor = _FACTORS[route]
    return None if factor is None else grams * factor.numerator // factor.denominator


_FACTORS: dict[tuple[str, str, str], Fraction | None] = {}


def _factor(pack: CommodityPack, from_form: str, to_form: str) -> Fraction | None:
    """How much of one form a unit of another typically becomes."""
    known: dict[str, Fraction] = {from_form: Fraction(1)}
    reached = [from_form]
    while reached and to_form not in known:
        reached = [form for start in reached for form in _step(pack, start, known)]
    return known.get(to_form)


def _step(pack: CommodityPack, start: str, known: dict[str, Fraction]) -> list[str]:
    """Put the forms one process away from `start` into `known` with their factor, and name the new ones."""
    new: list[str] = []
    for process in pack.processes.values():
        if process.band is None or process.keeps_form or start not in process.input_forms:
            continue
        typical = Fraction(process.band.typical.value, process.band.typical.ratio.whole)
        for output in process.outputs:
            to_basis = _per_unit(pack.forms[output.form], process.basis)
            of_basis = _per_unit(pack.forms[start], process.basis)
            if output.kind == "main" and output.form not in known and to_basis and of_basis:
                known[output.form] = known[start] * of_basis * typical / to_basis
                new.append(output.form)
    return new


def _dry_matter(grams: int, m_in: Ratio, m_out: Ratio) -> tuple[int, int]:
    """Numerator and denominator of grams x (1 - m_in) / (1 - m_out)."""
    return grams * (m_in.whole - m_in.value) * m_out.whole, (m_out.whole - m_out.value) * m_in.whole


def _sum_in(forms: Mapping[str, Form], process: Process, amounts: Iterable[tuple[str, int]]) -> Fraction:
    if process.keeps_form:
        # One form in and the same out: its own unit is the basis, whatever the pack's other forms use.
        return Fraction(sum(amount for _, amount in amounts))
    total = Fraction(0)
    for form, amount in amounts:
        total += amount * (_per_unit(forms[form], process.basis) or 0)
    return total


def _per_unit(form: Form, basis: Unit) -> Fraction | None:
    """How much of the basis unit one unit of the form is; None when the pack does not say."""
    if form.unit == basis:
        return Fraction(1)
    if form.content is not None and form.content.unit == basis:
        return Fraction(form.content.amount.value, form.content.amount.ratio.whole)
    return None


def _percent(moisture: Ratio) -> str:
    return f"{100 * Fraction(moisture.value, moisture.whole)} %"
