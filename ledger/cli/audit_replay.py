"""`chaski audit replay`: judges every fact of a log again by the same rules, and can state what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ledger.cli.exits import Exit
from ledger.cli.key_file import read_key
from ledger.cli.opening import opened_to_read, read, write
from ledger.cli.talk import Talk, talking
from ledger.errors import FormatError, Problem, RefusedError

if TYPE_CHECKING:
    from ledger.audit.replay.replayed import Replayed
    from ledger.audit.whole.log import WholeLog
    from ledger.book import Ledger
    from ledger.canonical import Plain
    from ledger.keys import SigningKey

KINDS: Final = {
    "refused": "the rules refuse it",
    "refused-today": "would be refused today",
    "flag-missing": "a flag is missing",
    "flag-unfounded": "a flag without cause",
    "root-differs": "another root",
    "altered": "other bytes than were logged",
    "unreadable": "cannot be read",
    "withheld-otherwise": "withheld otherwise than stated",
    "time-reversed": "recorded before its predecessor",
    "no-place": "stands in the log already",
}
RESULTS: Final = {
    "passed": "The log keeps its rules: every fact was judged again and every one stands.",
    "passed-with-findings": "Nothing in the log breaks its rules, but not everything could be confirmed.",
    "failed": "The log does not keep its rules.",
}
LIMITS: Final = {
    "stopped": "What follows was not judged: nothing can be taken in after that place.",
    "unsigned": "No checkpoint signed by the log's key was shown over this tree.",
    "key": "Whose log it is stays open: the key was taken from the log itself; give it with --key.",
    "flags": "The source does not say which flags were raised, so none were compared.",
}
TAMPERED: Final = frozenset(
    {"root-differs", "altered", "unreadable", "withheld-otherwise", "time-reversed", "no-place"}
)
_SHOWN: Final = 40


def add(group: typer.Typer) -> None:
    """Register the command."""
    group.command("replay")(replay)


def replay(  # noqa: PLR0913 - one per option
    source: Annotated[
        str | None,
        typer.Argument(
            metavar="SOURCE",
            help="The log: a database, an audit bundle of ALL, or its address. Default: CHASKI_DATABASE, chaski.toml.",
        ),
    ] = None,
    *,
    key: Annotated[
        str | None, typer.Option("--key", metavar="VERIFIERKEY", help="The log's key, from a source you trust.")
    ] = None,
    token: Annotated[
        Path | None,
        typer.Option("--token", metavar="FILE", help="A file with a token of scope audit; for an address."),
    ] = None,
    rules: Annotated[
        int | None,
        typer.Option("--rules", min=1, metavar="N", help="Ask what this version of the rules would refuse today."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the whole report as JSON.")
    ] = None,
    attest: Annotated[
        bool, typer.Option("--attest", help="State the result in the log, or write it as a signed statement.")
    ] = False,
    party: Annotated[
        str | None, typer.Option("--party", metavar="ID", help="With --attest: who attests; default the operator.")
    ] = None,
    signing_key: Annotated[
        Path | None,
        typer.Option("--signing-key", metavar="FILE", help="With --attest: the auditor's key; else the node signs."),
    ] = None,
    statement: Annotated[
        Path | None,
        typer.Option(
            "--statement", metavar="FILE", help="With --attest: write the statement here, to be submitted elsewhere."
        ),
    ] = None,
    audit: Annotated[
        str | None, typer.Option("--audit", metavar="ID", help="With --attest: the audit this closes.")
    ] = None,
) -> int:
    """Judge every fact again by the same rules from empty books; report what the rules refuse and what differs."""
    from ledger.audit.replay.replay import replay as judged_again
    from ledger.log import VerifierKey

    talk = talking()
    if attest and rules is not None:
        # An attestation is about the rules that were in force.
        raise typer.BadParameter("--attest | --rules")
    pinned = None if key is None else VerifierKey.parse(key)
    own = None if signing_key is None else read_key(signing_key)
    with _opened(source, token) as (log, ledger):
        if attest:
            _must_be_able(ledger, party, own, statement)
        with talk.progress("Judging again") as progress:
            found = judged_again(log, key=pinned, rules_version=rules, progress=progress)
        report = _report(found, talk)
        if output is not None:
            write(output, report)
        if attest:
            _attest(talk, ledger, found, report if output is not None else None, (party, own, statement, audit))
    _tell(talk, found)
    talk.document({**_plain(found, talk), "exit": int(_exit(found))})
    return _exit(found)


@contextmanager
def _opened(source: str | None, token: Path | None) -> Iterator[tuple[WholeLog, Ledger | None]]:
    """The log, and where it can be stated in: the ledger with its keys."""
    from ledger.audit.whole.ledger import WholeLedger
    from ledger.audit.whole.opening import is_elsewhere, opened_whole
    from ledger.book import Copy

    if source is not None and is_elsewhere(source):
        with opened_whole(source, None if token is None else read(token).decode("ascii", "replace").strip()) as log:
            yield log, None
        return
    with opened_to_read(source) as ledger:
        yield WholeLedger(ledger), None if isinstance(ledger, Copy) else ledger


def _must_be_able(ledger: Ledger | None, party: str | None, own: SigningKey | None, statement: Path | None) -> None:
    """Before an hour's work: whether what is asked for at its end can be done."""
    if ledger is None:
        missing = [
            name
            for name, given in (("--signing-key", own), ("--party", party), ("--statement", statement))
            if given is None
        ]
    else:
        missing = ["--party"] if own is not None and party is None else []
        missing += ["--signing-key"] if statement is not None and own is None else []
    if missing:
        details = {"command": "chaski audit replay --attest"}
        raise FormatError(Problem("option-missing", expected=each, details=details) for each in missing)


def _attest(
    talk: Talk,
    ledger: Ledger | None,
    found: Replayed,
    report: bytes | None,
    how: tuple[str | None, SigningKey | None, Path | None, str | None],
) -> None:
    """Sign and state the result; a result that the rules do not let this party state raises RefusedError."""
    from hashlib import sha256

    from ledger.audit.replay.attesting import attestation, signed_attestation, unsigned_attestation
    from ledger.store.batch import moment
    from ledger.store.clock import system_clock

    party, own, file, audit = how
    body = attestation(found, audit=audit, document=None if report is None else sha256(report).hexdigest())
    at = moment(system_clock())
    said: bytes | dict[str, Any] = unsigned_attestation(body, at)
    if own is not None:
        said = signed_attestation(body, at, origin=found.origin, party=party or "", key=own).jws
        if file is not None:
            write(file, said)
            talk.tell("The attestation is signed in {file}: submit it to the log.", file=str(file))
            return
    if ledger is None:
        return
    (outcome,) = ledger.state(said, party=party or ledger.operator_party)
    if outcome.status == "refused":
        raise RefusedError(outcome.problems)
    talk.tell("Attested at index {index}: {id}", index=outcome.index or 0, id=outcome.id)


def _tell(talk: Talk, found: Replayed) -> None:
    talk.tell(RESULTS[found.result])
    talk.rows(
        [
            ("Log", found.origin),
            ("Size", f"{found.size:,}"),
            ("Root", found.root),
            ("Judged again", f"{found.judged:,}"),
            ("Rules", ", ".join(map(str, found.rules_versions))),
            ("Packs", f"{len(found.packs):,}"),
            ("Flags raised", f"{sum(found.flags.values()):,}"),
            ("Roots compared", f"{found.roots_compared:,}"),
            ("Attestations", f"{len(found.attested):,}" if found.attested else ""),
            ("Withheld", _places(found.withheld)),
            ("Erasures done", _places(found.erased)),
            ("Time", f"{found.seconds:.1f} s"),
        ]
    )
    tell_deviations(talk, found)
    if found.undecided:
        talk.tell("Not decided, because the text they rest on was withheld:")
        for open_one in found.undecided[:_SHOWN]:
            places = ", ".join(map(str, open_one.leans_on))
            talk.show(f"  {open_one.index} {open_one.type} {open_one.id} <- {places}")
    for text in _limits(found):
        talk.remark(text)


def tell_deviations(talk: Talk, found: Replayed) -> None:
    """Where the log differs from what its rules say, each place with its problems."""
    if not found.deviations:
        return
    shown = found.deviations[:_SHOWN]
    talk.table(
        ["Index", "Fact", "Id", "What differs"],
        [[str(each.index), each.type, each.id, talk.phrase(KINDS[each.kind])] for each in shown],
        right=(0,),
    )
    for each in shown:
        talk.remark("Index {index}:", index=each.index)
        talk.problems(each.problems)
    if len(shown) < len(found.deviations):
        talk.remark("{count} more: -o writes them all.", count=len(found.deviations) - len(shown))


def _limits(found: Replayed) -> Iterator[str]:
    """What this result leaves open."""
    if found.stopped_at is not None:
        yield LIMITS["stopped"]
    if not found.is_signed:
        yield LIMITS["unsigned"]
    elif not found.is_key_pinned:
        yield LIMITS["key"]
    if not found.flags_compared:
        yield LIMITS["flags"]


def _places(indexes: tuple[int, ...]) -> str:
    shown = ", ".join(map(str, indexes[:12]))
    return f"{len(indexes)} ({shown}{', …' if len(indexes) > 12 else ''})" if indexes else ""


def _exit(found: Replayed) -> Exit:
    kinds = {each.kind for each in found.deviations}
    if kinds & TAMPERED:
        return Exit.PROOF
    return Exit.REFUSED if kinds else Exit.OK


def _plain(found: Replayed, talk: Talk) -> dict[str, Plain]:
    from ledger.cli.plain import plain

    said = plain(found, talk.language)
    return {**said, "result": found.result} if isinstance(said, dict) else {}


def _report(found: Replayed, talk: Talk) -> bytes:
    """The report for a file: the same as `--json`, without how long it took, so that the same log gives the same."""
    from ledger.canonical import encode

    said = _plain(found, talk)
    said.pop("milliseconds", None)
    return encode(said) + b"\n"
