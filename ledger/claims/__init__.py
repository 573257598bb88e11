"""What a lot carries on a day and why. First form: which agreements and certificates cover which grams."""

from ledger.claims.links import (
    NOTHING,
    Membership,
    Standings,
    Terms,
    Verdict,
    agreements_of,
    certificates_of,
    covers_commodity,
    standings,
    verdict,
)

__all__ = [
    "NOTHING",
    "Membership",
    "Standings",
    "Terms",
    "Verdict",
    "agreements_of",
    "certificates_of",
    "covers_commodity",
    "standings",
    "verdict",
]
