"""`chaski verify`: re-hashes and re-checks the whole log, and says what that proves and what it does not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.opening import opened_to_read, read
from ledger.cli.options import Database
from ledger.cli.talk import talking

if TYPE_CHECKING:
    from ledger.audit.public.trust import Trust
    from ledger.book import Copy, Ledger

PROVED: Final = {
    "statements": "Every statement is, byte for byte, the one that was logged.",
    "signatures": "Every signature is good, by a key that was authorised before.",
    "entries": "Every entry follows from its statement and from the entry before it.",
    "tree": "Every node of the tree follows from the entries.",
    "head": "The checkpoint is over exactly this tree.",
    "remembered-head": "The log continues what this machine has seen before.",
    "kept-checkpoint": "The log continues the checkpoint that was kept.",
    "chain": "Every entry stands at its place, belongs to this log, and continues the entry before it.",
    "tiles": "Every tile follows from the entries: whoever reads only tiles reads the same log.",
    "checkpoint": "The checkpoint is signed by the key that was given, over exactly this tree.",
    "witnessed": "The witnesses that the policy asks for have seen this very checkpoint.",
    "receipts": "What the receipts are for still stands where it stood.",
    "bundle-files": "Every file is, byte for byte, the one the bundle was made with.",
    "bundle-listed": "The list of files is signed by the log's key.",
    "bundle-disclosures": "Every disclosed value is the one that was sealed.",
    "bundle-packs": "The packs and the version of the rules are those the log adopted.",
}
NOT_PROVED: Final = {
    "rules": "that the books are right: chaski rebuild --check compares them, an audit judges every fact again.",
    "flags": "that every flag raised when a fact was judged is still listed: an audit judges again.",
    "key": "whose log it is: the key was taken from the log itself; give it from outside with --key.",
    "truth": "that what was stated is true.",
    "no-second-log": "that nobody was shown another log under the same key: that takes witnesses.",
    "withheld": "what the withheld statements said: their text is gone, what they mean is the operator's word.",
    "signature": "whose log it is: no key was given, so that no signature was checked; give one with --key.",
    "statements-absent": "what was stated: the public log holds digests, and statements are for those who may read.",
    "rules-absent": "that the statements kept the rules: an audit judges every one again.",
    "bundle-unlisted": "who made this bundle: its list of files is not signed.",
    "bundle-partial": "what the statements say that are not included, a revoked key among them.",
    "bundle-report": "the figures of report.html: they are the word of whoever made the bundle.",
    "older-copy": "that this is no older copy: give a checkpoint kept elsewhere with --checkpoint.",
}


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("verify")(verify)


def verify(
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE", help="The log: its address, a folder of its files, an audit bundle, or a database."
        ),
    ] = None,
    *,
    database: Database = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint", metavar="FILE", help="A checkpoint kept earlier: shows that the log only grew since."
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="VERIFIERKEY", help="The log's key, from a source you trust."),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(
            "--policy", metavar="FILE", help="Which witnesses must have seen the checkpoint (c2sp.org/tlog-policy)."
        ),
    ] = None,
    receipt: Annotated[
        list[Path] | None,
        typer.Option(
            "--receipt", metavar="FILE", help="A receipt that the log must still stand by; may be given several times."
        ),
    ] = None,
    fork: Annotated[
        Path | None,
        typer.Option("--fork", metavar="FILE", help="Check the evidence of a fork that a monitor wrote; needs no log."),
    ] = None,
    workers: Annotated[
        int | None, typer.Option("--workers", min=1, metavar="N", help="Processes to use; default one per core.")
    ] = None,
) -> int:
    """Verify a whole log, from its database or from its public files, and say what that proves and what not."""
    from ledger.audit.bundles.file import is_bundle
    from ledger.audit.public.opening import is_public
    from ledger.cli.verify_bundle import verify_bundle
    from ledger.cli.verify_public import trust_of, verify_fork, verify_public

    if source is not None and (database is not None or fork is not None):
        raise typer.BadParameter("SOURCE | --database | --fork FILE")
    if fork is not None:
        verify_fork(fork, trust_of(key, policy))
    elif source is not None and is_bundle(Path(source)):
        _refuse_receipts(receipt)
        verify_bundle(Path(source), key, policy, checkpoint)
    elif source is not None and is_public(source):
        verify_public(source, trust_of(key, policy), checkpoint, receipt or ())
    else:
        return _verify_database(source or database, checkpoint, key, trust_of(key, policy), receipt or (), workers)
    return 0


def _refuse_receipts(receipts: Sequence[Path] | None) -> None:
    """A receipt is checked by itself, with the log's key: `chaski receipt --check`."""
    if receipts:
        raise typer.BadParameter("--receipt")


def _verify_database(
    database: str | None,
    checkpoint: Path | None,
    key: str | None,
    trust: Trust,
    receipts: Sequence[Path],
    workers: int | None,
) -> int:
    from dataclasses import replace

    from ledger.audit.replay.attested import attested_roots
    from ledger.book import Copy
    from ledger.cli.exits import Exit
    from ledger.cli.plain import plain
    from ledger.settings import load

    talk = talking()
    kept = None if checkpoint is None else read(checkpoint).decode(errors="replace")
    processes = workers or load().verify_workers or None
    with opened_to_read(database, verifier_key=key) as ledger, talk.progress("Verifying") as progress:
        found = ledger.verify(checkpoint=kept, workers=processes, progress=progress)
        if key is None and isinstance(ledger, Copy):
            found = replace(found, not_proved=(*found.not_proved, "key"))
        attested = attested_roots(ledger)
        more = _promises(ledger, found.size, trust, receipts)
        found = replace(found, proved=(*found.proved, *more))
    talk.tell("The log is intact.")
    talk.rows(
        [
            ("Log", found.origin),
            ("Size", f"{found.size:,}"),
            ("Root", found.root),
            ("Statements", f"{found.statements:,}"),
            ("Signatures", f"{found.signatures:,}"),
            ("Entries", f"{found.entries:,}"),
            ("Nodes", f"{found.nodes:,}"),
            ("Withheld", f"{len(found.withheld):,}" if found.withheld else ""),
            ("Attestations", f"{len(attested):,}" if attested else ""),
            ("Persons hidden", f"{found.hidden:,}" if found.hidden else ""),
            ("Persons erased", f"{found.erased:,}" if found.erased else ""),
            ("Time", f"{found.seconds:.1f} s"),
        ]
    )
    tell_what_it_proves(found.proved, found.not_proved)
    otherwise = [each for each in attested if not each.agrees]
    for each in otherwise:
        # The log holds together, and an auditor says that they were shown another one: somebody has to explain it.
        talk.remark("Index {index}:", index=each.index)
        talk.problems([each.problem])
    said = plain(found, talk.language)
    talk.document({**said, "attested_otherwise": plain(otherwise)} if otherwise and isinstance(said, dict) else said)
    return Exit.REFUSED if otherwise else Exit.OK


def _promises(ledger: Ledger | Copy, size: int, trust: Trust, receipts: Sequence[Path]) -> Iterator[str]:
    """What receipts and witnesses add to a database that was found whole."""
    from dataclasses import replace

    from ledger.audit.public.check import check_receipts
    from ledger.audit.public.ledger import LedgerLog
    from ledger.book import Ledger
    from ledger.log import VerifierKey

    if receipts or trust.policy is not None:
        known = replace(trust, keys=(VerifierKey.parse(ledger.verifier_key),))
        log = LedgerLog(ledger, ledger.origin, ledger.shown_checkpoint() if isinstance(ledger, Ledger) else None)
        if trust.policy is not None:
            known.check_witnessed(known.open(log.checkpoint()))
            yield "witnessed"
        if receipts:
            check_receipts(log, size, known, [read(each) for each in receipts])
            yield "receipts"


def tell_what_it_proves(proved: Sequence[str], not_proved: Sequence[str]) -> None:
    """The two lists every verification ends with."""
    talk = talking()
    talk.tell("This proves:")
    for each in proved:
        talk.show(f"  + {talk.phrase(PROVED.get(each, each))}")
    talk.tell("This does not prove:")
    for each in not_proved:
        talk.show(f"  - {talk.phrase(NOT_PROVED.get(each, each))}")
