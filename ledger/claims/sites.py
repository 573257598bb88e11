"""Whether a certificate's list of sites covers a step: the place or its party, and what it may do there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from ledger.claims.certificate import CertificateRead
from ledger.claims.evidence import StepTaken

SiteWord = Literal["covered", "unlisted-sites", "activity-unclear", "activity-outside", "outside"]

_HANDLING = frozenset({"harvested", "bought", "opened", "pooling", "splitting", "topping-up"})
_PACKING = frozenset({"packed", "unpacked", "packing"})
_GENERAL: Mapping[str, frozenset[str]] = {
    "collecting": _HANDLING,
    "collection": _HANDLING,
    "buying": _HANDLING,
    "purchasing": _HANDLING,
    "storing": _HANDLING | _PACKING,
    "storage": _HANDLING | _PACKING,
    "handling": _HANDLING | _PACKING,
    "packing": _PACKING | _HANDLING,
    "packaging": _PACKING | _HANDLING,
    "trading": _HANDLING | _PACKING,
    "trade": _HANDLING | _PACKING,
    "exporting": _HANDLING | _PACKING,
    "export": _HANDLING | _PACKING,
    "importing": _HANDLING | _PACKING,
}
"""Certifiers' usual words and what they let a site do; a process of a pack stands for itself and its kinds."""

_EVERYTHING = frozenset({"all", "any", "processing", "preparation", "manufacturing"})


def site_word(certificate: CertificateRead, step: StepTaken, processes: frozenset[str] = frozenset()) -> SiteWord:
    """What the certificate's units say of a step.

    A certificate that lists no unit covers its holder's and sellers' own sites. `processes` are those of the
    commodity's pack: with them a word that is neither a process nor in general use can be told apart.
    """
    if not certificate.units:
        own = {certificate.holder, *certificate.sellers}
        return "unlisted-sites" if step.party in own else "outside"
    here = [
        unit
        for unit in certificate.units
        if (unit.facility == step.facility if unit.facility else unit.party == step.party)
    ]
    if not here:
        return "outside"
    activities = {activity for unit in here for activity in unit.activities}
    done = step.process or step.how
    if any(_lets(activity, done) for activity in activities):
        return "covered"
    known = _GENERAL.keys() | _EVERYTHING | processes
    return "activity-outside" if activities <= known else "activity-unclear"


def _lets(activity: str, done: str) -> bool:
    # `hulling` stands for `hulling-natural`, `drying` for `re-drying`: certifiers do not know our finer words.
    return (
        activity in _EVERYTHING
        or done in _GENERAL.get(activity, ())
        or f"-{activity}-" in f"-{done}-"
        # Where something is worked, it is also taken in, put together and packed.
        or (done in _HANDLING and activity not in _GENERAL)
    )
