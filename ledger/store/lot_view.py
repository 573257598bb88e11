"""A lot as page and API show it, and its trace: back to producers to the gram, forward to receivers."""

from __future__ import annotations

from ledger.claims import Asked, lot_claims
from ledger.errors import Problem
from ledger.packs.pack import Names
from ledger.queries import Block, LotView, Trace
from ledger.rules import Packs
from ledger.state import PLEDGED
from ledger.store.attributes import attributes_of
from ledger.store.books import Books
from ledger.store.evidence_of import EvidenceOf
from ledger.store.onward_of import onward_of
from ledger.store.origins_of import OriginsOf
from ledger.store.steps_of import steps_of

FEWEST_FAMILIES = 5
"""Counts below this are not shown on public pages: people could be recognised."""


def lot_view(books: Books, lot: str, packs: Packs, at: str) -> LotView:
    """Everything public about one lot, with its claims on the day `at`; raises NotFoundError for an unknown one."""
    evidence = EvidenceOf(books, packs).lot(lot)
    origins, pack, holders = OriginsOf(evidence), evidence.pack, evidence.holders
    birth = books.birth_of(lot)
    value = birth.value
    families = origins.families()
    first, last = origins.harvest()
    form = str(value["form"])
    pack_form = pack.forms.get(form) if pack is not None else None
    deliveries, delivered = origins.delivered()
    fact = books.facts([birth.index])[birth.index]
    claims = lot_claims(evidence, Asked(at))
    return LotView(
        lot=lot,
        size=books.size,
        commodity=str(value["commodity"]),
        commodity_names=_names(pack.names if pack is not None else None, str(value["commodity"])),
        form=form,
        form_names=_names(pack_form.names if pack_form is not None else None, form),
        unit=pack_form.unit if pack_form is not None else "g",
        season=str(value.get("season") or origins.season()),
        grams=origins.grams,
        how=str(value["how"]),
        kind=str(value.get("kind", "main")),
        born_on=birth.effective_from,
        statement=fact.digest,
        index=birth.index,
        harvested_from=first,
        harvested_to=last,
        holders=holders,
        holder_names=books.names_of(holders),
        in_transit=books.in_transit(lot),
        families=families,
        families_shown=str(families) if families >= FEWEST_FAMILIES or families == 0 else f"<{FEWEST_FAMILIES}",
        districts=origins.districts(),
        untraced_grams=origins.untraced_grams(),
        claims=claims,
        claims_at=at,
        steps=steps_of(books, lot, birth),
        # A pledge is between its two parties, and no word about the goods.
        blocks=tuple(Block(b.kind, b.source, b.lot, b.kind) for b in evidence.blocks if b.kind != PLEDGED),
        attributes=attributes_of(books, lot, pack),
        measures=_measures(books, lot),
        flags=flags_at(books, birth.index),
        claimable=evidence.claimable,
        deliveries=deliveries,
        delivered=delivered,
        owner_names=books.names_of(sorted({owner.party for claim in claims for owner in claim.owners})),
    )


def trace(books: Books, lot: str, packs: Packs, at: str) -> Trace:
    """Back to every delivery with its grams, the steps between, and forward to whoever received what."""
    origins = OriginsOf(EvidenceOf(books, packs).lot(lot))
    return Trace(
        lot=lot,
        size=books.size,
        grams=origins.grams,
        contributions=origins.contributions(at),
        steps=steps_of(books, lot, books.birth_of(lot)),
        forward=onward_of(books, lot, origins.grams),
    )


def flags_at(books: Books, index: int) -> tuple[Problem, ...]:
    """The flags put on a fact when it was judged."""
    rows = books.db.all("SELECT code FROM flag WHERE log = ? AND ix = ? ORDER BY slot", books.log, index)
    return tuple(Problem(code, effect="flag") for (code,) in rows)


def _measures(books: Books, lot: str) -> dict[str, object]:
    """What inspections of the lot measured, the latest of each kind."""
    found: dict[str, object] = {}
    for mark in books.marks([lot], ("inspected",)).get(lot, []):
        measures = mark.value.get("measures")
        for kind, value, scale, unit in measures if isinstance(measures, list) else ():
            found[str(kind)] = {"value": value, "scale": scale, "unit": unit}
    return found


def _names(names: Names | None, otherwise: str) -> dict[str, str]:
    return {"es": otherwise, "en": otherwise} if names is None else {"es": names.es, "en": names.en}
