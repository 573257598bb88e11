"""`chaski verify` without a database: a log's public files at an address or in a folder."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ledger.audit.public.check import FETCHED_AT_ONCE, check_public
from ledger.audit.public.following import following
from ledger.audit.public.opening import is_address, opened_source
from ledger.audit.public.trust import Trust
from ledger.cli.opening import read
from ledger.cli.plain import plain
from ledger.cli.talk import talking
from ledger.cli.verify import tell_what_it_proves
from ledger.errors import FormatError, Problem
from ledger.log import VerifierKey
from ledger.log.fork import Fork
from ledger.log.policy import Policy


def trust_of(key: str | None, policy: Path | None) -> Trust:
    """What the options say is known from outside."""
    keys = () if key is None else (VerifierKey.parse(key),)
    return Trust(keys, None if policy is None else Policy.parse(read(policy)))


def verify_public(source: str, trust: Trust, checkpoint: Path | None, receipts: Sequence[Path]) -> None:
    """Check a log's public files and say what that proves."""
    talk = talking()
    if not trust.log_keys and (checkpoint is not None or receipts or trust.policy is not None):
        # What nobody signed was promised by nobody.
        raise FormatError(Problem("option-missing", expected="--key", details={"command": "chaski verify"}))
    kept = None if checkpoint is None else read(checkpoint)
    with opened_source(source) as log, talk.progress("Verifying") as progress:
        found = check_public(
            log,
            following(trust, log),
            kept=kept,
            receipts=[read(each) for each in receipts],
            at_once=FETCHED_AT_ONCE if is_address(source) else 1,
            progress=progress,
        )
    talk.tell(
        "The public log is intact."
        if trust.log_keys
        else "The files agree with each other. Whose they are was not checked: there was no key."
    )
    talk.rows(
        [
            ("Log", found.origin),
            ("Size", f"{found.size:,}"),
            ("Root", found.root),
            ("Tiles", f"{found.tiles:,}"),
            ("Last entry", found.last_recorded_at),
            ("Witnesses", ", ".join(found.witnesses)),
            ("Witnessed at", "" if found.witnessed_at is None else moment(found.witnessed_at)),
            ("Receipts", f"{found.receipts:,}" if found.receipts else ""),
            ("Time", f"{found.seconds:.1f} s"),
        ]
    )
    tell_what_it_proves(found.proved, found.not_proved)
    talk.document(plain(found, talk.language))


def verify_fork(file: Path, trust: Trust) -> None:
    """Check the evidence of a fork, offline; returns where the log did contradict itself."""
    talk = talking()
    if not trust.log_keys:
        raise FormatError(Problem("option-missing", expected="--key", details={"command": "chaski verify --fork"}))
    fork = Fork.parse(read(file))
    smaller, larger = fork.verify(trust.log_keys, () if trust.policy is None else trust.policy.witness_keys)
    old, new = smaller.checkpoint, larger.checkpoint
    talk.tell("The evidence holds: this log has signed two checkpoints that cannot both be true.")
    talk.rows(
        [
            ("Log", old.origin),
            ("Size", f"{old.size:,}"),
            ("Root", old.root.hex()),
            ("Other size", f"{new.size:,}"),
            ("Other root", new.root.hex()),
            ("Its root at the first size", fork.root.hex()),
        ]
    )
    talk.document(
        {
            "origin": old.origin,
            "sizes": [old.size, new.size],
            "roots": [old.root.hex(), new.root.hex()],
            "root_at_smaller_size": fork.root.hex() or None,
        }
    )


def moment(seconds: int) -> str:
    """A time by a witness's clock, RFC 3339 in UTC."""
    try:
        return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return str(seconds)
