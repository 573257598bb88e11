"""What facts about the log mean: parties' roles, keys, packs and rules in force."""

from __future__ import annotations

from typing import assert_never

from ledger import canonical, keys
from ledger.facts import log
from ledger.postings.born import born, noted
from ledger.postings.shapes import Mark, Postings
from ledger.statement import Statement

LOG = "log"
RULES = "rules"


def thumbprint(public_key: str) -> str:
    """The thumbprint of a key written as base64url."""
    return keys.thumbprint(canonical.unb64url(public_key))


def pack_subject(kind: str, code: str) -> str:
    """Under which subject the adoption of a pack is marked."""
    return f"{kind}/{code}"


def post(fact: log.LogFact, statement: Statement) -> Postings:
    """The postings of a fact of this theme."""
    by = statement.envelope.by
    match fact:
        case log.LogOpened():
            return Postings(marks=_opened(fact, statement))
        case log.RoleGranted(party=party, role=role):
            day = fact.effective_from
            mark = noted(
                statement, party, "role", day=day, role=role, granted=True, by=by, evidence=list(fact.evidence)
            )
            return Postings(marks=(mark,))
        case log.RoleEnded(party=party, role=role):
            return Postings(marks=(noted(statement, party, "role", day=fact.effective_from, role=role, granted=False),))
        case log.KeyAuthorised():
            return Postings(marks=_authorised(fact, statement))
        case log.KeyRevoked(key=key, reason=reason):
            mark = noted(statement, key, "revoked", reason=reason, last_good_seq=fact.last_good_seq)
            return Postings(marks=(mark,))
        case log.StatementVouched():
            # `post` answers for the vouched statement itself; this line only completes the theme.
            return Postings(marks=(noted(statement, LOG, "vouched"),))
        case log.PackAdopted(kind=kind, code=code, digest=digest):
            return Postings(marks=(noted(statement, pack_subject(kind, code), "pack", digest=digest),))
        case log.RulesAdopted(version=version):
            return Postings(marks=(noted(statement, RULES, "rules", version=version),))
        case log.LogKeyRotated(log_key=log_key):
            return Postings(marks=(noted(statement, LOG, "log-key", log_key=log_key),))
        case log.LogTrusted(origin=origin, log_key=log_key):
            mark = noted(statement, origin, "trusted", log_key=log_key, witness_policy=fact.witness_policy)
            return Postings(marks=(mark,))
        case log.LogClosed():
            return Postings(marks=(noted(statement, LOG, "closed", successor=fact.successor),))
        case _:
            assert_never(fact)


def _opened(fact: log.LogOpened, statement: Statement) -> tuple[Mark, ...]:
    operator = fact.operator
    return (
        born(statement, operator.party, "party", kind="operator", name=operator.name, country=operator.country),
        noted(statement, operator.party, "role", role="operator", granted=True),
        noted(statement, operator.party, "role", role="registrar", granted=True),
        noted(
            statement,
            thumbprint(operator.key),
            "key",
            party=operator.party,
            kind="organisation",
            public=operator.key,
            vouched=False,
        ),
        noted(
            statement,
            thumbprint(fact.node_key),
            "key",
            party=operator.party,
            kind="node",
            public=fact.node_key,
            vouched=False,
        ),
        noted(statement, LOG, "log-key", log_key=fact.log_key),
        noted(statement, RULES, "rules", version=fact.rules_version),
        *(noted(statement, pack_subject(p.kind, p.code), "pack", digest=p.digest) for p in fact.packs),
    )


def _authorised(fact: log.KeyAuthorised, statement: Statement) -> tuple[Mark, ...]:
    kid = thumbprint(fact.key)
    types = list(fact.fact_types)
    if fact.kind == "node":
        return (noted(statement, fact.party, "delegation", kid=kid, fact_types=types),)
    return (
        noted(
            statement,
            kid,
            "key",
            party=fact.party,
            kind=fact.kind,
            public=fact.key,
            fact_types=types or None,
            vouched=statement.envelope.by != fact.party,
        ),
    )
