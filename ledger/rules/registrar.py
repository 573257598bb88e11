"""The log's own affairs: only registrars speak of them, and only of what can be kept."""

from __future__ import annotations

from collections.abc import Iterator

from ledger import canonical, keys
from ledger.errors import LedgerError, Problem
from ledger.facts.log import (
    LogClosed,
    LogKeyRotated,
    LogTrusted,
    PackAdopted,
    RoleEnded,
    RoleGranted,
    RulesAdopted,
)
from ledger.facts.parties import PartyRegistered
from ledger.log.note import VerifierKey
from ledger.packs.anypack import kind_of
from ledger.postings.log import LOG
from ledger.rules.base import RULES_VERSION, Heard, Packs, rule
from ledger.rules.identity import has_role
from ledger.state import State


@rule(PartyRegistered, RoleGranted, RoleEnded, PackAdopted, RulesAdopted, LogKeyRotated, LogTrusted, LogClosed)
def registrar_speaks(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Parties, roles, packs, rules and the log's own affairs are stated by a registrar."""
    del packs
    if not has_role(state, heard.statement.envelope.by, "registrar"):
        yield Problem("role-required", "/by", heard.statement.envelope.by, "registrar")


@rule(RulesAdopted)
def rules_are_known(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """Only rules this program brings can be adopted."""
    del state, packs
    if isinstance(heard.fact, RulesAdopted) and heard.fact.version > RULES_VERSION:
        yield Problem("rules-unknown", "/body/version", heard.fact.version, RULES_VERSION)


@rule(PackAdopted)
def pack_bytes_are_at_hand(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """A pack is adopted only where its bytes are kept and say so, so that everybody can judge by it.

    Nothing is judged by a legality pack: its digest alone says which one people worked with.
    """
    del state
    fact = heard.fact
    if not isinstance(fact, PackAdopted) or fact.kind == "legality":
        return
    kept = packs.by_digest.get(fact.digest)
    if kept is None:
        yield Problem("pack-bytes-missing", "/body/digest", fact.digest, retry="after-change")
    elif (kind_of(kept), kept.code) != (fact.kind, fact.code):
        kept_as = f"{kind_of(kept)}/{kept.code}"
        yield Problem("pack-is-another", "/body/code", f"{fact.kind}/{fact.code}", kept_as, retry="after-change")


@rule(LogKeyRotated)
def old_log_key_agrees(heard: Heard, state: State, packs: Packs) -> Iterator[Problem]:
    """The log's key so far signed the change: nobody else can name its successor."""
    del packs
    fact = heard.fact
    standing = state.latest(LOG, "log-key")
    if not isinstance(fact, LogKeyRotated) or standing is None:
        return
    try:
        new, old = VerifierKey.parse(fact.log_key), VerifierKey.parse(str(standing["log_key"]))
        keys.check_enrolment(new.public)
        signature = canonical.unb64url(fact.old_key_signature)
        keys.verify(old.public, signature, keys.rotation_message(heard.origin, fact.log_key))
    except LedgerError:
        yield Problem("log-key-not-agreed", "/body/old_key_signature")
        return
    if any(mark.value["log_key"] == fact.log_key for mark in state.marks(LOG, "log-key")):
        # A key goes out of use for a reason, and readers who follow the keys need them in one order.
        yield Problem("log-key-used-before", "/body/log_key", fact.log_key)
    if new.name != heard.origin:
        yield Problem("verifier-key-differs", "/body/log_key", new.name, heard.origin)
