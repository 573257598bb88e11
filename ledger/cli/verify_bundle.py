"""`chaski verify x.zip`: an audit bundle, or the folder it was unpacked into, by the checks of the verify.py inside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.cli.opening import read
from ledger.cli.talk import talking

if TYPE_CHECKING:
    from ledger.audit.bundles.standalone.verify import Answer


def verify_bundle(path: Path, key: str | None, policy: Path | None, checkpoint: Path | None) -> None:
    """Check a bundle and say what that proves."""
    from ledger.audit.bundles.check import check_bundle
    from ledger.audit.bundles.standalone.verify import as_document
    from ledger.cli.plain import plain
    from ledger.cli.verify import tell_what_it_proves
    from ledger.log import VerifierKey

    talk = talking()
    if key is not None:
        VerifierKey.parse(key)
    outside = [None if each is None else read(each) for each in (policy, checkpoint)]
    with talk.progress("Verifying") as progress:
        found = check_bundle(path, key=key, policy=outside[0], kept=outside[1], progress=progress)
    answer = found.answer
    talk.tell("The bundle is intact.")
    talk.rows(
        [
            ("Log", answer.head.origin),
            ("Size", f"{answer.head.size:,}"),
            ("Root", answer.head.root.hex()),
            ("Statements", f"{answer.statements:,}"),
            ("Withheld", f"{answer.withheld:,}" if answer.withheld else ""),
            ("Not included", f"{answer.not_included:,}" if answer.not_included else ""),
            ("Signatures", f"{answer.signatures:,}"),
            ("Disclosed values", f"{answer.disclosures:,}" if answer.disclosures else ""),
            ("Documents", f"{answer.documents:,}" if answer.documents else ""),
            ("Witnesses", ", ".join(answer.cosigned)),
            ("Key", "" if answer.key_checked else answer.log_key),
            ("Time", f"{found.seconds:.1f} s"),
        ]
    )
    proved, not_proved = [*_proved(answer)], [*_not_proved(answer)]
    tell_what_it_proves(proved, not_proved)
    if not found.own_program:
        talk.remark("Its verify.py is not the one of this version of Chaski; it was not used.")
    document = {**as_document(answer), "own_program": found.own_program, "milliseconds": round(found.seconds * 1000)}
    talk.document({**document, "proved": plain(proved), "not_proved": plain(not_proved)})


def _proved(answer: Answer) -> Iterator[str]:
    yield from ("bundle-files", "statements", "signatures", "chain", "tree", "bundle-packs")
    if answer.is_signed:
        yield "bundle-listed"
    if answer.disclosures:
        yield "bundle-disclosures"
    if answer.policy_checked:
        yield "witnessed"
    if answer.kept_checked:
        yield "kept-checkpoint"


def _not_proved(answer: Answer) -> Iterator[str]:
    if not answer.key_checked:
        yield "key"
    if not answer.is_signed:
        yield "bundle-unlisted"
    yield from ("truth", "rules-absent", "no-second-log", "bundle-report")
    if answer.not_included or answer.scope.kind == "period":
        yield "bundle-partial"
    if answer.withheld:
        yield "withheld"
    if not answer.kept_checked:
        yield "older-copy"
