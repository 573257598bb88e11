"""Chaski: an open traceability ledger for certified commodity lots, from the farm's scale to the buyer's dock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.errors import (
    ConflictError,
    FormatError,
    LedgerError,
    NotFoundError,
    Problem,
    ProofError,
    RefusedError,
)

if TYPE_CHECKING:
    from ledger.book import Ledger, Prepared
    from ledger.keys import SigningKey

__version__ = "0.1.0"

__all__ = [
    "ConflictError",
    "FormatError",
    "Ledger",
    "LedgerError",
    "NotFoundError",
    "Prepared",
    "Problem",
    "ProofError",
    "RefusedError",
    "SigningKey",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Import the front door only when it is used, so that small things (`chaski version`) stay quick."""
    if name in ("Ledger", "Prepared"):
        from ledger import book  # noqa: PLC0415

        return getattr(book, name)
    if name == "SigningKey":
        from ledger.keys import SigningKey  # noqa: PLC0415

        return SigningKey
    raise AttributeError(name)
