"""What goes by while a bundle is made: counts by kind of fact, packs and rules in force, keys, what was withheld."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ledger.audit.bundles.source import LOG_THEMES
from ledger.errors import ConflictError, Problem
from ledger.facts.log import KeyAuthorised, KeyRevoked, LogOpened, PackAdopted, RulesAdopted
from ledger.facts.privacy import StatementWithheld
from ledger.postings.log import thumbprint
from ledger.queries.logged import Logged
from ledger.statement import meant, parse_statement

_THEMES = tuple(f'"fact":"{theme}'.encode() for theme in LOG_THEMES)


@dataclass(slots=True)
class SeenKey:
    """A key as the facts in the bundle have it."""

    kid: str
    party: str
    kind: str
    authorised_at: int
    revoked_at: int | None = None
    reason: str = ""


@dataclass(slots=True)
class BundleFacts:
    """Gathered in the order of the log."""

    types: Counter[str] = field(default_factory=Counter)
    packs: dict[str, tuple[str, str]] = field(default_factory=dict)
    rules_version: int = 0
    keys: dict[str, SeenKey] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    restated: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)

    def take(self, logged: Logged, payload: bytes) -> None:
        """Count a statement; read it where it is about the log itself."""
        # Canonical JSON has one spelling, and no other field of an envelope begins like this.
        fact_type = payload.rpartition(b'"fact":"')[2].partition(b'"')[0].decode()
        if any(theme in payload for theme in _THEMES):
            statement = meant(parse_statement(logged.jws or b""))
            fact_type = statement.type
            self._read(logged.index, statement.fact)
        self.types[fact_type] += 1

    def withheld(self, logged: Logged) -> None:
        """A statement whose text is gone."""
        self.gone[logged.digest] = logged.index

    def check_withheld(self) -> None:
        """Raise ConflictError where a text went after the checkpoint: what says so is not in this bundle."""
        for digest, index in self.gone.items():
            if digest not in self.restated:
                raise ConflictError(Problem("bundle-text-withheld", found=index, retry="after-change"))

    def _read(self, index: int, fact: object) -> None:
        match fact:
            case LogOpened():
                self.rules_version = fact.rules_version
                self._key(index, fact.operator.key, fact.operator.party, "organisation")
                self._key(index, fact.node_key, fact.operator.party, "node")
                for pack in fact.packs:
                    self._pack(pack.kind, pack.code, pack.digest)
            case PackAdopted():
                self._pack(fact.kind, fact.code, fact.digest)
            case RulesAdopted(version=version):
                self.rules_version = version
            case KeyAuthorised() if fact.kind != "node":
                self._key(index, fact.key, fact.party, fact.kind)
            case KeyRevoked() if fact.key in self.keys:
                self.keys[fact.key].revoked_at, self.keys[fact.key].reason = index, fact.reason
            case StatementWithheld():
                self.restated.add(fact.statement)
            case _:
                pass

    def _key(self, index: int, public: str, party: str, kind: str) -> None:
        kid = thumbprint(public)
        self.keys[kid] = SeenKey(kid, party, kind, index)

    def _pack(self, kind: str, code: str, digest: str) -> None:
        if kind != "legality":
            self.packs[digest] = (kind, code)
