"""The rules, one file per theme; importing this package registers them in the order they are judged."""

from ledger.rules import (  # noqa: F401, I001
    identity,
    registrar,
    keys,
    custody,
    balance,
    land,
    origin,
    time,
    complete,
    quality,
    correction,
    agreements,
    certificates,
    volume,
    programmes,
    contracts,
    trade,
    pledges,
    payments,
    premium,
    audits,
    privacy,
    eligibility,
)
from ledger.rules.base import RULES_VERSION, Heard, Packs, Rule, all_rules, rules_for

__all__ = ["RULES_VERSION", "Heard", "Packs", "Rule", "all_rules", "rules_for"]
