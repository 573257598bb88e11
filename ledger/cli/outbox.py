"""`chaski outbox`: what waits to be told, and delivering it without a server (for cron)."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(invoke_without_command=True)
    group.callback()(outbox)
    group.command("run")(run)
    app.add_typer(group, name="outbox")


def outbox(context: typer.Context, database: Database = None) -> None:
    """Say what waits to be told to whom, since when, and what went wrong last."""
    from ledger.cli.plain import plain

    if context.invoked_subcommand is not None:
        context.obj = database
        return
    talk = talking()
    with opened(database) as ledger:
        found = ledger.outbox.subscriptions.all()
        stand = ledger.outbox.backlog([each.id for each in found])
    talk.table(
        ["Webhook", "Waiting", "Since", "Last problem", "Delivered", "Failed"],
        [
            [
                each.id,
                str(stand[each.id].waiting),
                stand[each.id].waiting_since or "",
                stand[each.id].problem or "",
                str(stand[each.id].delivered),
                str(stand[each.id].failed),
            ]
            for each in found
        ],
        right=(1, 4, 5),
    )
    talk.document({"outbox": plain(list(stand.values()))})


def run(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Deliver what is due now, and end.")] = False,
    database: Database = None,
) -> None:
    """Deliver what waits, until it is told to stop; a running `chaski serve` does so by itself."""
    from api.courier import courier_of
    from api.server import set_up_log
    from ledger.settings import load

    talk = talking()
    settings = load()
    set_up_log(settings.log_level, settings.log_format)
    with opened(database or context.obj) as ledger:
        courier = courier_of(ledger, settings)
        if once:
            delivered = courier.deliver_due()
            courier.tidy()
            waiting = sum(
                each.waiting
                for each in ledger.outbox.backlog([one.id for one in ledger.outbox.subscriptions.all()]).values()
            )
            talk.tell("{delivered} delivered, {waiting} waiting.", delivered=delivered, waiting=waiting)
            talk.document({"delivered": delivered, "waiting": waiting})
            return
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        talk.remark("Webhooks are being delivered. Ctrl-C stops it.")
        with courier.working():
            try:
                threading.Event().wait()
            except KeyboardInterrupt:
                return
