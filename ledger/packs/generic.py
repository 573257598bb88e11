"""What every commodity has without its pack saying so: handling that changes nothing, and the kinds of loss."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.packs.figure import Figure
from ledger.packs.pack import Form, Names, OutputKind, Process, Source

MASS_CONSERVATION = Source("mass-conservation", "Conservation of mass: handling adds nothing.", None)

# Mass is conserved by nature, so this is the one figure that needs nobody to have seen a page.
WHOLE = Figure(10_000, 4, "ratio", MASS_CONSERVATION.code, verified=True)

# The vocabulary of losses in facts; a process names those that are usual for it. "process" is what
# the trade calls merma: pulp, husk dust, drainings that nobody weighs.
LOSS_KINDS = ("moisture", "handling", "process", "pest", "theft", "accident", "destroyed", "sample", "unexplained")

_HANDLING = {
    "pooling": Names("acopio en conjunto", "pooling"),
    "splitting": Names("división", "splitting"),
    "topping-up": Names("relleno", "topping up"),
    "packing": Names("envasado", "packing"),
}

HANDLING = tuple(_HANDLING)


def handling_processes(forms: Iterable[Form]) -> dict[str, Process]:
    """Pooling, splitting, topping up and packing, for every form: what comes out is what went in, or less."""
    every = tuple(forms)
    return {
        code: Process(
            code=code,
            names=names,
            basis=every[0].unit,
            input_forms=tuple(form.code for form in every),
            outputs=tuple(OutputKind(form.code, "main", None) for form in every),
            band=None,
            physical_max=WHOLE,
            conserves_mass=True,
            keeps_form=True,
            moisture_formula=False,
            losses=LOSS_KINDS,
        )
        for code, names in _HANDLING.items()
        if every
    }
