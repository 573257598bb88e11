"""`chaski keys`: which keys may sign for whom; making one, authorising one, letting the node sign for a party."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from ledger.cli.opening import opened, read, write
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import FormatError, Problem


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(keys)
    group.command("make")(make)
    group.command("authorise")(authorise)
    group.command("delegate")(delegate)
    group.command("rotate-log")(rotate_log)
    group.command("follow")(follow)
    app.add_typer(group, name="keys")


def keys(context: typer.Context, database: Database = None) -> None:
    """List the keys of the ledger: whose, of which kind, authorised and revoked at which index."""
    from ledger.cli.plain import plain

    if context.invoked_subcommand is not None:
        context.obj = database
        return
    talk = talking()
    with opened(database) as ledger:
        rows, delegations = ledger.keys(), ledger.delegations()
        origin, verifier_key = ledger.origin, ledger.verifier_key
    talk.rows([("Log", origin), ("Verifier key", verifier_key)])
    talk.table(
        ["Key", "Party", "Kind", "Authorised at", "Revoked at", "For"],
        [
            [
                row.kid,
                row.party,
                row.kind,
                str(row.authorised_at),
                "" if row.revoked_at is None else str(row.revoked_at),
                str(len(row.fact_types)) if row.fact_types else talk.phrase("all"),
            ]
            for row in rows
        ],
        right=(3, 4, 5),
    )
    if delegations:
        talk.tell("The node signs for:")
        talk.table(["Party", "For"], [[party, str(len(types))] for party, types in delegations.items()], right=(1,))
    talk.document(
        {
            "origin": origin,
            "verifier_key": verifier_key,
            "keys": plain(rows),
            "delegations": {party: list(types) for party, types in delegations.items()},
        }
    )


def make(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to keep the key; never over another file.")],
    *,
    party: Annotated[str, typer.Option("--party", metavar="ID", help="Whose key it is.")],
    log: Annotated[str, typer.Option("--log", metavar="NAME", help="The log it shall sign in, by its origin.")],
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", metavar="FILE", help="What to send to the log's operator, for chaski keys authorise."
        ),
    ],
    kind: Annotated[Literal["person", "organisation"], typer.Option("--kind", help="Who signs with it.")] = "person",
) -> None:
    """Make a key of your own, and the proof that you have it, for the operator to authorise."""
    from ledger import canonical
    from ledger.cli.key_file import write_new_key
    from ledger.keys import possession_message

    talk = talking()
    # Asked first: a name that cannot be signed must not leave a key behind.
    possession_message(log, party, b"")
    key = write_new_key(file)
    public = canonical.b64url(key.public)
    proof = canonical.b64url(key.sign(possession_message(log, party, key.public)))
    write(output, canonical.encode({"party": party, "key": public, "kind": kind, "proof": proof}) + b"\n")
    talk.tell("The key is in {file}: show it to nobody, and keep a copy.", file=str(file))
    talk.tell("Send {file} to the log's operator: chaski keys authorise takes it.", file=str(output))
    talk.rows([("Key", public), ("Thumbprint", key.thumbprint)])
    talk.document({"file": str(file), "authorisation": str(output), "key": public, "thumbprint": key.thumbprint})


def authorise(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="What chaski keys make wrote for you; it holds no secret.")
    ],
    database: Database = None,
) -> None:
    """As the operator, let a party sign with a key of its own. Make sure first that it is that party who asks."""
    from ledger import canonical
    from ledger.cli.plain import plain

    talk = talking()
    body = canonical.load(read(file))
    if not isinstance(body, dict):
        raise FormatError(Problem("object-expected"))
    with opened(database or context.obj) as ledger:
        outcome = ledger.state_as_operator("key.authorised/1", body)
    party, index = str(body["party"]), outcome.index or 0
    talk.tell("{party} may sign with this key from index {index} on.", party=party, index=index)
    talk.document({"party": party, "outcome": plain(outcome, talk.language)})


def delegate(
    context: typer.Context,
    party: Annotated[str, typer.Option("--party", metavar="ID", help="The party the node shall sign for.")],
    facts: Annotated[
        str,
        typer.Option(
            "--facts",
            metavar="TYPES",
            help="Only these types of facts, separated by commas, instead of those delegated before. Default: all.",
        ),
    ] = "",
    database: Database = None,
) -> None:
    """Let the node sign facts for a party that has no key of its own (sent with a token, or by submit --party)."""
    from ledger.cli.plain import plain

    talk = talking()
    types = _types(facts) if facts else None
    # `chaski keys --database X delegate` means the same ledger.
    with opened(database or context.obj) as ledger:
        outcome = ledger.delegate(party, types)
        signs = ledger.delegations().get(party, ())
    talk.tell("The node now signs for {party}. Types of facts: {count}.", party=party, count=len(signs))
    talk.document({"party": party, "fact_types": list(signs), "outcome": plain(outcome, talk.language)})


def rotate_log(
    context: typer.Context,
    stolen: Annotated[
        bool,
        typer.Option("--stolen", help="The old key is in wrong hands: it signs this change and nothing after it."),
    ] = False,
    end: Annotated[bool, typer.Option("--end", help="End the overlap: from now on only the newest key signs.")] = False,
    database: Database = None,
) -> None:
    """Give the log a new key. The old one signs the change, and both sign checkpoints until --end."""
    from ledger.cli.plain import plain

    if stolen and end:
        raise typer.BadParameter("--stolen | --end")
    talk = talking()
    with opened(database or context.obj) as ledger:
        before = ledger.verifier_key
        outcome = None if end else ledger.rotate_log_key(overlap=not stolen)
        ended = ledger.end_overlap() if end else False
        now, overlaps = ledger.verifier_key, ledger.overlaps
    if end:
        talk.tell("From now on only the newest key signs." if ended else "No other key was signing any more.")
        talk.rows([("Verifier key", now)])
    else:
        talk.tell("The log has a new key.")
        talk.rows([("Old key", before), ("Verifier key", now)])
        if overlaps:
            talk.tell("Both sign until chaski keys rotate-log --end. Give readers and witnesses the new key.")
        else:
            talk.tell("The old key's file is gone. Tell readers and witnesses today: docs/operations.md, stolen key.")
        talk.tell("Back the keys up now: chaski backup DIR --keys OTHER.")
    talk.document(
        {
            "verifier_key": now,
            "old_key": before,
            "overlaps": overlaps,
            "ended": ended,
            "outcome": None if outcome is None else plain(outcome, talk.language),
        }
    )


def follow(
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="The log's list of keys, as /log/NAME/keys serves it."),
    ],
    key: Annotated[
        str, typer.Option("--key", metavar="VERIFIERKEY", help="The key you have pinned, an older one of the log.")
    ],
) -> None:
    """From a key you trust to the log's newest one: every handover must be signed for by the key before it."""
    from ledger.log import VerifierKey
    from ledger.log.succession import Succession

    talk = talking()
    keys = Succession.parse(read(file)).follow(VerifierKey.parse(key))
    talk.tell("The key you trust leads to this one. Handovers checked: {count}.", count=len(keys) - 1)
    talk.rows([("Verifier key", keys[-1].format())])
    talk.document({"verifier_key": keys[-1].format(), "keys": [each.format() for each in keys]})


def _types(text: str) -> list[str]:
    """The types of facts in a list with commas; a misspelt one would be delegated for nothing."""
    from ledger.book.genesis import delegable
    from ledger.facts import known_types

    types = list(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    unknown = [Problem("fact-unknown", "--facts", each) for each in types if each not in known_types()]
    kept = [Problem("fact-not-delegable", "--facts", each) for each in types if each not in delegable()]
    if unknown or kept:
        raise FormatError(unknown or kept)
    if not types:
        raise FormatError(Problem("delegation-empty", "--facts"))
    return types
