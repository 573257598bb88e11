"""Facts about the log itself: its genesis, roles, keys, packs, rules and end."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import NewParty, Party
from ledger.values import (
    Code,
    Country,
    Day,
    Digest,
    FactType,
    Origin,
    Positive,
    PublicKey,
    PublicName,
    Sealed,
    Signature,
    Thumbprint,
    Value,
)

VerifierKey = Annotated[str, Field(pattern=r"^[^+\s]+\+[0-9a-f]{8}\+[A-Za-z0-9+/=]+$", max_length=400)]
Note = Annotated[str, Field(min_length=1, max_length=8000)]
KeyKind = Literal["device", "person", "organisation", "node"]
PackKind = Literal["commodity", "scheme", "framework", "legality"]


class Operator(Value):
    """The party that runs the log, with the key that signs the genesis."""

    party: NewParty
    name: PublicName
    country: Country
    key: PublicKey


class PackAdoption(Value):
    """A pack by the digest of its bytes."""

    kind: PackKind
    code: Code
    digest: Digest


class Predecessor(Value):
    """The log this one continues, with its last cosigned checkpoint."""

    origin: Origin
    checkpoint: Note


class LogOpened(Fact):
    """The genesis at index 0: who runs the log, under which keys, packs and rules."""

    TYPE: ClassVar[str] = "log.opened/1"
    origin: Origin
    log_key: VerifierKey
    operator: Operator
    node_key: PublicKey
    packs: tuple[PackAdoption, ...]
    rules_version: Positive
    witness_policy: Digest | None = None
    predecessor: Predecessor | None = None


class RoleGranted(Fact):
    """A registrar granted a role to a party, on stated evidence."""

    TYPE: ClassVar[str] = "role.granted/1"
    party: Party
    role: Literal["registrar", "certifier", "authority", "auditor", "lender", "buyer"]
    effective_from: Day
    evidence: tuple[Digest, ...] = ()


class RoleEnded(Fact):
    """A role ended; what was done under it stays done."""

    TYPE: ClassVar[str] = "role.ended/1"
    party: Party
    role: Literal["registrar", "certifier", "authority", "auditor", "lender", "buyer"]
    effective_from: Day


class KeyAuthorised(Fact):
    """A party may sign with this key from this index on; the key proves that its holder agrees."""

    TYPE: ClassVar[str] = "key.authorised/1"
    party: Party
    key: PublicKey
    kind: KeyKind
    proof: Signature
    fact_types: tuple[FactType, ...] = ()


class KeyRevoked(Fact):
    """A key is out of use: retired (earlier work still counts up to last_good_seq), lost or stolen."""

    TYPE: ClassVar[str] = "key.revoked/1"
    key: Thumbprint
    reason: Literal["retired", "lost", "stolen"]
    last_good_seq: Annotated[int, Field(ge=0, le=2**53 - 1)] | None = None


class StatementVouched(Fact):
    """Another key of the party stands for a statement whose own key can no longer be accepted."""

    TYPE: ClassVar[str] = "statement.vouched/1"
    jws: Annotated[str, Field(min_length=1, max_length=200_000)]


class PackAdopted(Fact):
    """A commodity, scheme, framework or legality pack is in force from this index on."""

    TYPE: ClassVar[str] = "pack.adopted/1"
    kind: PackKind
    code: Code
    digest: Digest


class RulesAdopted(Fact):
    """A version of the rules is in force from this index on."""

    TYPE: ClassVar[str] = "rules.adopted/1"
    version: Positive


class LogKeyRotated(Fact):
    """The log signs its checkpoints with a new key; the old key signed this change."""

    TYPE: ClassVar[str] = "log.key-rotated/1"
    log_key: VerifierKey
    old_key_signature: Signature


class LogTrusted(Fact):
    """Receipts of another log are accepted under this key and these witnesses."""

    TYPE: ClassVar[str] = "log.trusted/1"
    origin: Origin
    log_key: VerifierKey
    witness_policy: Digest | None = None


class LogClosed(Fact):
    """The log takes no more facts; a successor may continue it."""

    TYPE: ClassVar[str] = "log.closed/1"
    successor: Origin | None = None
    reason: Sealed | None = None


LogFact = (
    LogOpened
    | RoleGranted
    | RoleEnded
    | KeyAuthorised
    | KeyRevoked
    | StatementVouched
    | PackAdopted
    | RulesAdopted
    | LogKeyRotated
    | LogTrusted
    | LogClosed
)
