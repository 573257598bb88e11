"""The three shapes a fact's meaning takes in the books: moves, marks and edges."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Account(NamedTuple):
    """Where grams (or money) lie. `a` and `b` are ids, `c` a word; unused places are empty.

    stock (lot, holder) - title (lot, owner) - transit (dispatch, lot) - return (dispatch, lot) -
    loss (holder, facility or dispatch, kind) - field (plot or herd, -, form) -
    field-title (producer, -, commodity/form/season) - estimate (plot or herd, -, commodity/form/season) -
    purchase (lot) - opening (lot) -
    volume (certificate, seller or -, commodity/form/season): licensed grams, below nothing once the body lowers them -
    credit (certificate, facility, commodity/form/season/expires_on): mass-balance credits -
    contract (contract, -, commodity/form): grams still to ship - pledge (lot, lender, pledger) -
    money (payee, payer, kind/currency), (payer, -, kind/currency), (premium, whose, place/currency): minor units.
    """

    kind: str
    a: str
    b: str = ""
    c: str = ""


class Move(NamedTuple):
    """Grams into (+) or out of (-) an account."""

    account: Account
    amount: int


class Mark(NamedTuple):
    """Something that holds of a subject from a day: a birth, status, membership, hold."""

    subject: str
    kind: str
    effective_from: str
    value: Mapping[str, object]


class Edge(NamedTuple):
    """Lineage: so many grams of the output lot came from the input lot."""

    output: str
    input: str
    grams: int


@dataclass(frozen=True, slots=True)
class Postings:
    """All that one fact means. `ends` is the digest of the statement whose postings go, if any."""

    moves: Sequence[Move] = ()
    marks: Sequence[Mark] = ()
    edges: Sequence[Edge] = ()
    ends: str | None = None
