"""The mark that brings a thing into being: who, what and when, in one place for all themes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ledger.postings.shapes import Mark
from ledger.statement import Statement
from ledger.values import Attribute, Price, crockford, day_of


def born(statement: Statement, thing: str, kind: str, /, **about: object) -> Mark:
    """A birth mark; values that are None are left out so that the books hold only what was said."""
    said = {name: value for name, value in about.items() if value is not None}
    return Mark(thing, "born", day_of(statement.envelope.at), {"thing": kind, **said})


def described(attributes: Iterable[Attribute]) -> dict[str, str] | None:
    """A lot's attributes as its birth carries them; None where there are none."""
    return {attribute.code: attribute.value for attribute in attributes} or None


def said_price(price: Price | None) -> dict[str, object] | None:
    """A price as marks carry it; None where there is none."""
    return None if price is None else price.model_dump()


def noted(statement: Statement, subject: str, kind: str, /, *, day: str | None = None, **about: object) -> Mark:
    """Any other mark; its day is the one given or that of the statement."""
    said = {name: value for name, value in about.items() if value is not None}
    return Mark(subject, kind, day or day_of(statement.envelope.at), said)


def reached_by(kind: str, thing: str) -> str:
    """Under which subject is listed whom a thing reaches (members, signatories, land): read for its blast radius only.

    Judging never loads it, however long it grows.
    """
    return "m/" + own_number(kind, thing)


def own_number(party: str, number: str) -> str:
    """A party's own number as 16 characters (80 bits of a SHA-256): a long number costs no more than a short one."""
    return crockford(hashlib.sha256(f"{party}\n{number}".encode()).digest()[:10])
