"""Which marks bear on a claim, and which of their fields name something else that bears on it too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    "facility": ("party",),
    "lot": ("facility",),
    "plot": ("within", "parents"),
    "producer": ("community",),
}
"""The same for births, by what was born."""

_NOWHERE: Final[tuple[str, ...]] = ()


def leads(marks: Iterable[Standing]) -> Iterator[str]:
    """The things these marks lead to."""
    for _, kind, _, value in marks:
        if kind == "born":
            fields = _BIRTH_LEADS.get(str(value.get("thing")), _NOWHERE)
        else:
            fields = _LEADS.get(kind, _NOWHERE)
        for field in fields:
            named = value.get(field)
            if isinstance(named, str):
                if named:
                    yield named
            elif isinstance(named, list):
                yield from (thing for thing in named if isinstance(thing, str) and thing)
