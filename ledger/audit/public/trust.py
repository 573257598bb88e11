"""What a reader knows from outside the log: its key, and which witnesses must have seen a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.note import Note, Verified, VerifierKey
from ledger.log.policy import Policy


@dataclass(frozen=True, slots=True)
class Seen:
    """A checkpoint as it was read: which of the known log keys signed it, and which known witnesses saw it when.

    `log_keys` is empty where no key was given: then nothing says whose word it is.
    """

    checkpoint: Checkpoint
    note: Note
    log_keys: tuple[VerifierKey, ...] = ()
    cosignatures: tuple[Verified, ...] = ()

    @property
    def newest_cosignature(self) -> int | None:
        """The time of the newest cosignature, in seconds since 1970, by the witness's clock."""
        return max((each.seconds for each in self.cosignatures if each.seconds is not None), default=None)


@dataclass(frozen=True, slots=True)
class Trust:
    """The log's keys and the policy. A key given by itself counts before those the policy names."""

    keys: tuple[VerifierKey, ...] = ()
    policy: Policy | None = None

    @property
    def log_keys(self) -> tuple[VerifierKey, ...]:
        """The keys a checkpoint may be signed by; empty where nothing was given."""
        return self.keys or (() if self.policy is None else self.policy.log_keys)

    def open(self, data: bytes) -> Seen:
        """Read a checkpoint and check every signature there is a key for; raises as `open_checkpoint` does."""
        if not self.log_keys:
            note = Note.parse(data)
            return Seen(Checkpoint.parse(note.text), note)
        witnesses = () if self.policy is None else self.policy.witness_keys
        signed = open_checkpoint(data, self.log_keys, witnesses)
        return Seen(signed.checkpoint, signed.note, signed.log_keys, signed.cosignatures)

    def check_witnessed(self, seen: Seen) -> None:
        """Return if the policy's quorum has cosigned, or there is no policy, else raise ProofError quorum-missing."""
        if self.policy is not None:
            self.policy.check(open_checkpoint(seen.note.format(), self.log_keys, self.policy.witness_keys))
