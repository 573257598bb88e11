"""`chaski webhook`: who is told of what, at which address. A secret is shown once."""

from __future__ import annotations

from typing import Annotated

import typer

from ledger.cli.opening import opened
from ledger.cli.options import Database
from ledger.cli.talk import talking
from ledger.errors import ConflictError, Problem

Name = Annotated[str, typer.Argument(metavar="ID", help="The webhook's id, from the list.")]


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Webhooks: add, list, remove, test, pause, resume.")
    group.command("add")(create)
    group.command("list")(listed)
    group.command("remove")(remove)
    group.command("test")(try_out)
    group.command("pause")(pause)
    group.command("resume")(resume)
    app.add_typer(group, name="webhook")


def create(
    party: Annotated[str, typer.Option("--party", metavar="ID", help="The party that is told.")],
    url: Annotated[str, typer.Option("--url", metavar="URL", help="The https address that is called.")],
    event: Annotated[
        list[str], typer.Option("--event", metavar="EVENT", help="Of what it is told; may be given several times.")
    ],
    fact_type: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="PREFIX", help="Only facts whose type begins so; may be given several times."),
    ] = None,
    database: Database = None,
) -> None:
    """Add a webhook and show its secret once."""
    from api.courier import rules_of
    from ledger.cli.plain import plain
    from ledger.outbox import parse_target
    from ledger.settings import load

    talk = talking()
    parse_target(url, rules_of(load()))
    with opened(database) as ledger:
        made, secret = ledger.subscribe(party=party, url=url, events=event, types=fact_type or ())
    talk.show(secret)
    if not talk.as_json:
        talk.remark("Keep it now: it is shown only this once. The webhook is {webhook}.", webhook=made.id)
    talk.document({"webhook": plain(made), "secret": secret})


def listed(database: Database = None) -> None:
    """List all webhooks, and how many notices of each wait, arrived or failed."""
    from ledger.cli.plain import plain

    talk = talking()
    with opened(database) as ledger:
        found = ledger.outbox.subscriptions.all()
        stand = ledger.outbox.backlog([each.id for each in found])
    talk.table(
        ["Id", "Party", "Address", "Events", "Status", "Waiting", "Delivered", "Failed"],
        [
            [
                each.id,
                each.party,
                each.url,
                ", ".join((*each.events, *(f"{beginning}*" for beginning in each.types))),
                talk.phrase("paused" if each.paused else "in force"),
                *(str(count) for count in (stand[each.id].waiting, stand[each.id].delivered, stand[each.id].failed)),
            ]
            for each in found
        ],
        right=(5, 6, 7),
    )
    talk.document({"webhooks": [{"webhook": plain(each), "stands": plain(stand[each.id])} for each in found]})


def remove(name: Name, database: Database = None) -> None:
    """Remove a webhook; what still waits for it is never sent."""
    talk = talking()
    with opened(database) as ledger:
        ledger.outbox.subscriptions.remove(name)
    talk.tell("The webhook {webhook} is gone.", webhook=name)
    talk.document({"removed": name})


def try_out(name: Name, database: Database = None) -> None:
    """Call a webhook now with an event `test`, and say what came of it."""
    from api.courier import courier_of
    from ledger.cli.plain import plain
    from ledger.settings import load

    talk = talking()
    with opened(database) as ledger:
        trial = courier_of(ledger, load()).try_out(name, ledger.origin)
    if not trial.delivered:
        raise ConflictError(Problem(trial.problem or "webhook-refused", found=trial.status, retry="after-change"))
    talk.tell(
        "The webhook {webhook} answered {status} after {ms} ms.",
        webhook=name,
        status=trial.status or 0,
        ms=trial.milliseconds,
    )
    talk.document({"webhook": name, "trial": plain(trial)})


def pause(name: Name, database: Database = None) -> None:
    """Deliver nothing to a webhook for now; what happens meanwhile waits."""
    talk = talking()
    with opened(database) as ledger:
        ledger.outbox.subscriptions.pause(name, paused=True)
    talk.tell("The webhook {webhook} is paused.", webhook=name)
    talk.document({"paused": name})


def resume(name: Name, database: Database = None) -> None:
    """Go on delivering to a webhook."""
    talk = talking()
    with opened(database) as ledger:
        ledger.outbox.subscriptions.pause(name, paused=False)
    talk.tell("The webhook {webhook} goes on.", webhook=name)
    talk.document({"resumed": name})
