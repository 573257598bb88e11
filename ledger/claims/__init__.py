"""What a lot carries on a day and why. First form: which agreements and certificates cover which grams."""

from ledger.claims.links import Membership, Terms, Verdict, agreements_of, certificates_of, verdict

__all__ = ["Membership", "Terms", "Verdict", "agreements_of", "certificates_of", "verdict"]
