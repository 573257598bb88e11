"""How much of what is in a bundle."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class BundleCount:
    """Statements that are there, that were withheld, that are not included; disclosed values; documents."""

    statements: int = 0
    withheld: int = 0
    not_included: int = 0
    disclosures: int = 0
    documents: int = 0
