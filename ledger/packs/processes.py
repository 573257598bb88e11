"""Reads the processes of a pack, and refuses those that could create mass or cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ledger.packs.forms import UNITS
from ledger.packs.generic import HANDLING, WHOLE, handling_processes
from ledger.packs.pack import Band, Form, OutputKind, OutputKindName, Process, Share, Unit
from ledger.packs.reader import Reader

_KINDS: tuple[OutputKindName, ...] = ("main", "second", "by-product", "waste")
_YIELD = ("main", "second")


def read_processes(top: Reader, forms: Mapping[str, Form], losses: Sequence[str]) -> dict[str, Process]:
    """The generic handling of every form, then the processes under [processes] in file order."""
    processes = handling_processes(forms.values())
    for code, table in top.tables("processes"):
        if code in HANDLING:
            table.note("pack-code-reserved", "", code)
        processes[code] = _process(code, table, forms, losses)
        table.close()
    return processes


def _process(code: str, table: Reader, forms: Mapping[str, Form], losses: Sequence[str]) -> Process:
    keeps_form = table.flag("keeps_form", default=False)
    conserves_mass = table.flag("conserves_mass", default=False)
    inputs = table.known("inputs", tuple(forms), "pack-unknown-form")
    if not inputs and not table.states("inputs"):
        table.note("pack-key-missing", "inputs", expected="inputs")
    outputs = _outputs(table, inputs, forms, keeps_form=keeps_form)
    first: Unit = forms[inputs[0]].unit if inputs else "g"
    process = Process(
        code=code,
        names=table.names(),
        basis=table.choice("basis", UNITS, first),
        input_forms=inputs,
        outputs=outputs,
        band=_band(table),
        physical_max=WHOLE if conserves_mass and not table.has("physical_max") else table.ratio("physical_max"),
        conserves_mass=conserves_mass,
        keeps_form=keeps_form,
        moisture_formula=table.flag("moisture_formula", default=False),
        losses=table.known("losses", losses, "pack-unknown-loss"),
    )
    _limits_agree(table, process)
    if not keeps_form:
        _forms_compare(table, process, forms)
    return process


def _outputs(
    table: Reader, inputs: tuple[str, ...], forms: Mapping[str, Form], *, keeps_form: bool
) -> tuple[OutputKind, ...]:
    if keeps_form:
        if table.has("outputs"):
            table.note("pack-outputs-with-keeps-form", "outputs")
        return tuple(OutputKind(form, "main", None) for form in inputs)
    outputs: list[OutputKind] = []
    for row in table.rows("outputs"):
        form = row.text("form")
        if form and form not in forms:
            row.note_unknown("pack-unknown-form", "form", form, tuple(forms))
        elif form in [output.form for output in outputs]:
            row.note("pack-listed-twice", "form", form)
        outputs.append(OutputKind(form, row.choice("kind", _KINDS), _share(row)))
        row.close()
    if not any(output.kind == "main" for output in outputs):
        table.note("pack-no-main-output", "outputs")
    return tuple(output for output in outputs if output.form in forms)


def _share(row: Reader) -> Share | None:
    table = row.table("share", required=False)
    if table is None:
        return None
    share = Share(table.optional_ratio("low"), table.optional_ratio("typical"), table.optional_ratio("high"))
    table.in_order(share.low, share.typical, share.high)
    table.close()
    return share


def _band(process: Reader) -> Band | None:
    table = process.table("band", required=False)
    if table is None:
        return None
    band = Band(table.ratio("low"), table.ratio("typical"), table.ratio("high"))
    table.in_order(band.low, band.typical, band.high)
    table.close()
    return band


def _limits_agree(table: Reader, process: Process) -> None:
    """The hard limit lies above what is still normal, and handling that conserves mass has no other limit than 1."""
    limit = process.physical_max
    if process.conserves_mass and limit.value != WHOLE.value and limit.unit:
        table.note("pack-conserving-limit", "physical_max", str(limit), "1")
    elif process.band is not None and limit.unit and limit.value < process.band.high.value:
        table.note("pack-limit-below-band", "physical_max", str(limit), str(process.band.high))


def _forms_compare(table: Reader, process: Process, forms: Mapping[str, Form]) -> None:
    """Inputs and yield must be countable in one unit, or nobody could say that mass was not created."""
    for index, code in enumerate(process.input_forms):
        if not _counts_in(forms[code], process.basis):
            table.note("pack-unit-not-convertible", "inputs", f"{code}: {forms[code].unit}", process.basis, item=index)
    for output in process.outputs:
        form = forms[output.form]
        counted = output.kind in _YIELD or process.conserves_mass
        if counted and not _counts_in(form, process.basis):
            table.note("pack-unit-not-convertible", "outputs", f"{form.code}: {form.unit}", process.basis)
        if process.band is not None and counted and form.content is not None and form.content.at_least:
            table.note("pack-band-on-least-content", "band", form.code)


def _counts_in(form: Form, basis: Unit) -> bool:
    return form.unit == basis or (form.content is not None and form.content.unit == basis)
