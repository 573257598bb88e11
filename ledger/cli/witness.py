"""`chaski witness`: run a witness for other people's logs, and see how far the witnesses of one's own log have come."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import ConflictError, Problem

State = Annotated[Path, typer.Option("--state", metavar="FILE", help="The witness's own file; its key lies beside it.")]
_FILE = Path("witness.db")


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(
        no_args_is_help=True, help="Witnesses: run one (init, trust, key, serve); ask yours (ask, status)."
    )
    group.command("init")(init)
    group.command("trust")(trust)
    group.command("key")(key)
    group.command("serve")(serve)
    group.command("ask")(ask)
    group.command("status")(status)
    app.add_typer(group, name="witness")


# ---------------------------------------------------------------- running one


def init(
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="The witness's name for ever: a host and path you control.")
    ],
    log: Annotated[
        list[str] | None,
        typer.Option("--log", metavar="VERIFIERKEY", help="A log it watches; may be given several times."),
    ] = None,
    state: State = _FILE,
) -> None:
    """Create a witness: its key and the logs it watches."""
    from ledger.log import VerifierKey
    from ledger.store.clock import system_clock
    from ledger.witness import Witness

    talk = talking()
    logs = [VerifierKey.parse(each) for each in log or ()]
    with Witness.create(state, name=name, clock=system_clock, logs=logs) as witness:
        made = witness.key.format()
    talk.tell("The witness is there. Give its verifier key to the logs it watches and to whoever checks them:")
    talk.show(made)
    talk.tell("Its file must never be restored from a copy: a witness that lost it is retired, and a new one begun.")
    talk.tell("Next: chaski witness serve --state {file}", file=str(state))
    talk.document({"name": name, "verifier_key": made, "logs": [each.format() for each in logs], "state": str(state)})


def trust(
    log: Annotated[str, typer.Argument(metavar="VERIFIERKEY", help="The log's key, from a source you trust.")],
    *,
    only: Annotated[
        bool, typer.Option("--only", help="From now on this key alone for its log: one given before was stolen.")
    ] = False,
    state: State = _FILE,
) -> None:
    """Watch one more log, or accept one more key of a log that is watched."""
    from ledger.log import VerifierKey
    from ledger.store.clock import system_clock
    from ledger.witness import Witness

    talk = talking()
    found = VerifierKey.parse(log)
    with Witness.open(state, clock=system_clock) as witness:
        witness.trust(found, only=only)
    talk.tell("The witness watches {origin}.", origin=found.name)
    talk.document({"origin": found.name, "verifier_key": found.format()})


def key(state: State = _FILE) -> None:
    """Show the witness's verifier key, the logs it watches and how far it has cosigned each."""
    from ledger.cli.plain import plain
    from ledger.store.clock import system_clock
    from ledger.witness import Witness

    talk = talking()
    with Witness.open(state, clock=system_clock) as witness:
        made, logs = witness.key.format(), witness.logs()
    talk.show(made)
    talk.table(
        ["Log", "Size", "Contradictions"],
        [[each.origin, str(each.size), str(each.contradictions)] for each in logs],
        right=(1, 2),
    )
    talk.document({"verifier_key": made, "logs": plain(logs)})


def serve(
    state: State = _FILE,
    host: Annotated[str, typer.Option("--host", metavar="ADDRESS", help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, metavar="N", help="The port; 0 picks a free one.")
    ] = 8081,
) -> None:
    """Serve the witness. Stop it with Ctrl-C."""
    from ledger.store.clock import system_clock
    from ledger.witness import Witness
    from ledger.witness import serve as serve_witness

    talk = talking()
    with Witness.open(state, clock=system_clock) as witness:

        def say_where(bound: int) -> None:
            shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - only to print it
            address = f"http://{shown}:{bound}"
            talk.remark("The witness {name} answers on {address}.", name=witness.key.name, address=address)
            talk.document({"name": witness.key.name, "address": address, "verifier_key": witness.key.format()})

        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            serve_witness(witness, host=host, port=port, bound=say_where)
        except KeyboardInterrupt:
            return
        except SystemExit:
            raise ConflictError(Problem("address-not-free", found=f"{host}:{port}", retry="after-change")) from None


# ---------------------------------------------------------------- asking one's own


def ask(database: Database = None) -> None:
    """Send the newest checkpoint to every witness of the policy now; a running server does so by itself."""
    from ledger.cli.plain import plain
    from ledger.outbox import Witnessing
    from ledger.store.clock import system_clock

    talk = talking()
    with opened(database) as ledger:
        witnessing = Witnessing(ledger, clock=system_clock)
        try:
            answers = witnessing.ask_once(at_start=True)
        finally:
            witnessing.close()
        standing = ledger.witness_standing()
    talk.table(
        ["Witness", "Size", "ms", "Problem"],
        [[each.witness, str(each.size), str(each.milliseconds), each.problem or ""] for each in answers],
        right=(1, 2),
    )
    talk.document({"witnesses": plain(answers), "standing": plain(standing)})
    if standing.unwitnessed_since is not None:
        # The document has been written: what is wrong goes beside it, and the exit code says so.
        talk.problems([Problem("quorum-not-reached", found=standing.witnessed_size, expected=standing.size)])
        raise typer.Exit(Exit.CONFLICT)


def status(database: Database = None) -> None:
    """Show how far each witness of the policy has come, and since when there is something no quorum has seen."""
    from ledger.cli.plain import plain

    talk = talking()
    with opened(database) as ledger:
        standing = ledger.witness_standing()
    talk.table(
        ["Witness", "Size", "Cosigned at", "Address"],
        [[each.name, str(each.size), each.at, each.url] for each in standing.witnesses],
        right=(1,),
    )
    if standing.unwitnessed_since is None:
        talk.tell("All {size} entries are witnessed (quorum: {quorum}).", size=standing.size, quorum=standing.quorum)
    else:
        talk.tell(
            "{witnessed} of {size} entries are witnessed (quorum: {quorum}); unwitnessed since {since}.",
            witnessed=standing.witnessed_size,
            size=standing.size,
            quorum=standing.quorum,
            since=standing.unwitnessed_since,
        )
    talk.document(plain(standing))
