"""A scheme's certificates among marks, what their lapses do to a claim, and the choice of the one that serves best."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from ledger.claims.certificate import CertificateLapse, CertificateRead, Lapsed, effect_of, read_certificate
from ledger.claims.evidence import Marks
from ledger.claims.reasons import Effect, Reason
from ledger.packs.scheme import SchemePack

LAPSE_CODES: dict[CertificateLapse, str] = {
    "suspended": "certificate-suspended",
    "withdrawn": "certificate-withdrawn",
    "surrendered": "certificate-surrendered",
    "expired": "certificate-expired",
    "gap": "certificate-gap",
    "not-yet-valid": "certificate-not-yet-valid",
}
_RANK = {"note": 0, "held": 1, "not-carried": 2}


class Served(NamedTuple):
    """Why a claim is not carried (empty = carried; a note harms nothing) and which certificates were asked for it."""

    reasons: tuple[Reason, ...]
    certificates: tuple[str, ...]


class SchemeRegister:
    """A scheme's certificates among marks, each read once."""

    def __init__(self, marks: Marks, scheme: SchemePack) -> None:
        """Begin with nothing read."""
        self.marks = marks
        self.scheme = scheme
        self._read: dict[str, CertificateRead | None] = {}

    def certificate(self, thing: str) -> CertificateRead | None:
        """A certificate of this scheme; None for one of another scheme or one that nobody recorded."""
        if thing not in self._read:
            read = read_certificate(thing, self.marks)
            self._read[thing] = read if read is not None and read.scheme == self.scheme.code else None
        return self._read[thing]

    def named_by(self, subject: str, kind: str, roles: frozenset[str] | None = None) -> list[CertificateRead]:
        """The scheme's certificates that the marks of a kind on a subject lead to, by id."""
        things = {
            str(mark.value["certificate"])
            for mark in self.marks.get(subject, ())
            if mark.kind == kind and (roles is None or mark.value.get("as") in roles)
        }
        return [read for thing in sorted(things) if (read := self.certificate(thing)) is not None]


def scheme_certificates(marks: Marks, scheme: SchemePack) -> tuple[str, ...]:
    """Every certificate of the scheme among the marks, by id."""
    register = SchemeRegister(marks, scheme)
    return tuple(thing for thing in sorted(marks) if register.certificate(thing) is not None)


def best(options: Sequence[Served]) -> Served | None:
    """The option that harms least: by its worst reason, then by how many it has, then by certificate."""
    if len(options) == 1:
        return options[0]
    return min(
        options,
        key=lambda s: (max((_RANK[r.effect] for r in s.reasons), default=0), len(harms(s)), s.certificates),
        default=None,
    )


def harms(served: Served) -> list[Reason]:
    """The reasons that are more than notes."""
    return [reason for reason in served.reasons if reason.effect != "note"]


def while_producing(read: CertificateRead, lapsed: Lapsed, day: str, scheme: SchemePack) -> Reason:
    """What a lapse does to what is picked, delivered or worked meanwhile: a suspension as new sales, others for good.

    A day outside every period stays uncovered whatever certificate is recorded later.
    """
    after = scheme.lapses.get("suspended") if lapsed.lapse == "suspended" else None
    effect = effect_of(after.new_sales) if after is not None else "not-carried"
    if lapsed.lapse == "suspended" and after is None:
        effect = "held"
    return Reason(LAPSE_CODES[lapsed.lapse], effect, read.thing, day, lapsed.at_index)


def when_selling(lapse: CertificateLapse, scheme: SchemePack, contracted: bool | None) -> Effect:
    """What a lapse does to a new sale (contracted False), one on an older contract (True), or to good stock (None)."""
    if lapse == "not-yet-valid":
        return "held" if contracted is None else "not-carried"
    after = scheme.lapses.get(lapse)
    if after is None:
        return "held"
    if contracted is None:
        return effect_of(after.stock_before)
    return effect_of(after.contracted_sales if contracted else after.new_sales)


def lot_released(lot: str, certificates: Iterable[str], marks: Marks) -> bool:
    """Whether the body of one of these certificates freed the lot by name: what is held of it is held no longer."""
    wanted = frozenset(certificates)
    return any(mark.kind == "released-claim" and mark.value.get("certificate") in wanted for mark in marks.get(lot, ()))


def relinquished(lot: str, scheme: str, marks: Marks) -> Reason | None:
    """The holder's own downgrade of a lot, where one stands."""
    for mark in marks.get(lot, ()):
        if mark.kind == "relinquished" and mark.value.get("scheme") == scheme:
            return Reason("claim-relinquished", "not-carried", lot, mark.effective_from, mark.index)
    return None


def credited_grams(lot: str, scheme: str, marks: Marks) -> int:
    """How many grams of a lot gave up their physical claim for mass-balance credits of the scheme."""
    grams = [m.value.get("grams") for m in marks.get(lot, ()) if m.kind == "credited" and m.value["scheme"] == scheme]
    return sum(found for found in grams if isinstance(found, int))
