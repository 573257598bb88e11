"""`chaski serve`: the API and the public lot pages over one ledger, until it is told to stop."""

from __future__ import annotations

import signal
from typing import Annotated

import typer

from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import ConflictError, Problem, ProofError


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("serve")(serve)


def serve(
    database: Database = None,
    host: Annotated[str | None, typer.Option("--host", metavar="ADDRESS", help="The address to listen on.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, metavar="N", help="The port; 0 picks a free one.")
    ] = None,
    log_level: Annotated[
        str | None,
        typer.Option("--log-level", metavar="LEVEL", help="The least important message: debug, info, warning, error."),
    ] = None,
) -> None:
    """Serve the ledger: API, public log and lot pages. Stop it with Ctrl-C."""
    from api import server
    from ledger.settings import load

    talk = talking()
    settings = load(database=database, host=host, port=port, log_level=log_level)
    with opened(database) as ledger:
        if ledger.has_demo_keys and not ledger.has_demo_name:
            raise ProofError(Problem("demo-keys", "", ledger.origin))

        def say_where(port: int) -> None:
            shown = "127.0.0.1" if settings.host in {"0.0.0.0", "::"} else settings.host  # noqa: S104 - only to print it
            address = f"http://{shown}:{port}"
            talk.remark(
                "{origin} is served on {address} (log: {address}{path}). Ctrl-C stops it.",
                origin=ledger.origin,
                address=address,
                path=f"/{ledger.origin.partition('/')[2]}/checkpoint",
            )
            talk.document({"origin": ledger.origin, "address": address, "verifier_key": ledger.verifier_key})

        # uvicorn finishes what is in hand and then passes the signal on: to be stopped is the proper end of serving,
        # and the ledger must still be closed.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            server.serve(ledger, settings, bound=say_where)
        except KeyboardInterrupt:
            return
        except SystemExit:
            # uvicorn has said why and asks to leave; a command answers for its own ending.
            found = f"{settings.host}:{settings.port}"
            raise ConflictError(Problem("address-not-free", found=found, retry="after-change")) from None
