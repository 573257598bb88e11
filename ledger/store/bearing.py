"""Which marks bear on a claim, and which of their fields name something else that bears on it too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from ledger.state import Standing

BEARING: Final = (
    "agreement",
    "agreement-on",
    "agreement-status",
    "animals",
    "approved",
    "born",
    "breach",
    "breach-closed",
    "breach-on",
    "certificate-of",
    "certificate-status",
    "certified",
    "closed",
    "credited",
    "endorsed",
    "evidence",
    "extended",
    "grazes",
    "holds",
    "household",
    "incident",
    "member",
    "monitored",
    "plot-status",
    "registry",
    "release",
    "released-claim",
    "relinquished",
    "renewed",
    "sale-reversed",
    "sold",
    "status",
    "succeeded",
    "succeeds",
    "superseded",
)
"""The kinds of marks that bear on a claim; estimates, counts, labels and the like are left where they are."""

_LEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "agreement": ("agreement", "household"),
    "breach-on": ("agreement",),
    "renewed": ("statement",),
    "certificate-of": ("certificate",),
    "certified": ("certificate",),
    "grazes": ("area",),
    "holds": ("plot",),
    "household": ("household",),
    "incident": ("incident",),
    "member": ("certificate",),
    "sold": ("contract", "seller", "buyer"),
    "succeeds": ("producer",),
    "superseded": ("by",),
}
"""Which fields of a mark name something that bears on the claim too."""

_BIRTH_LEADS: Final[Mapping[str, tuple[str, ...]]] = {
    "agreement": ("parent", "statement"),
    "area": ("within",),
    "certificate": ("statement",),
    "facility": ("party",),
    "lot": ("facility",),
    "plot": ("within", "parents"),
    "producer": ("community",),
}
"""The same for births, by what was born."""


def leads(said: Iterable[Iterable[Standing]]) -> set[str]:
    """The things that what was said of others leads to."""
    found: set[str] = set()
    for marks in said:
        for _, kind, _, value in marks:
            fields = _BIRTH_LEADS.get(str(value.get("thing"))) if kind == "born" else _LEADS.get(kind)
            for field in fields or ():
                named = value.get(field)
                if isinstance(named, str):
                    found.add(named)
                elif isinstance(named, list):
                    found.update(thing for thing in named if isinstance(thing, str))
    found.discard("")
    return found
