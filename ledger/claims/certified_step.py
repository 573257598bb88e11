"""Whether the place of a step was inside a valid certificate of the scheme on the day of the step."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.claims.certificate import CertificateRead
from ledger.claims.evidence import Marks, StepTaken
from ledger.claims.reasons import Effect, Reason
from ledger.claims.register import SchemeRegister, Served, best, while_producing
from ledger.claims.sites import site_word
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack


def step_certified(
    step: StepTaken,
    marks: Marks,
    scheme: SchemePack,
    *,
    pack: CommodityPack | None = None,
    register: SchemeRegister | None = None,
    on: str = "",
) -> Served:
    """Whether the place of a step was a unit (subcontractors included) of a certificate valid on the step's day.

    Equal for equal (facility, party, process or how, day): a caller with many steps asks once for each. `pack` tells
    processes from words nobody knows; such a word is only noted.
    """
    register = register or SchemeRegister(marks, scheme)
    named = [*register.named_by(step.facility, "certified"), *register.named_by(step.party, "certificate-of")]
    processes = frozenset(pack.processes) if pack is not None else frozenset()
    options = [
        Served(tuple(_of_site(read, step, processes, scheme, on)), (read.thing,))
        for read in {read.thing: read for read in named}.values()
    ]
    served = best(options)
    if served is None:
        return Served((Reason("site-not-covered", "not-carried", step.facility or step.party, step.day),), ())
    return served


_SITE_REASONS: dict[str, tuple[str, Effect]] = {
    "outside": ("site-not-covered", "not-carried"),
    "activity-outside": ("activity-not-covered", "held"),
    "activity-unclear": ("activity-unclear", "note"),
    "unlisted-sites": ("sites-not-listed", "note"),
}


def _of_site(
    read: CertificateRead, step: StepTaken, processes: frozenset[str], scheme: SchemePack, on: str
) -> Iterator[Reason]:
    word = site_word(read, step, processes)
    if word in _SITE_REASONS:
        code, effect = _SITE_REASONS[word]
        yield Reason(code, effect, step.facility or step.party, step.day, read.at_index)
    for lapsed in read.lapses(step.day):
        yield while_producing(read, lapsed, step.day, scheme)
    contradiction = read.contradiction(on)
    if contradiction is not None:
        yield contradiction
