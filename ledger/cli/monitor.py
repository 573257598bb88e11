"""`chaski monitor`: follows a log, checks everything new, and cries out by exit code and webhook."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import read
from ledger.cli.talk import talking
from ledger.errors import FormatError, Problem

if TYPE_CHECKING:
    from ledger.audit.monitoring.alarm_post import AlarmPost
    from ledger.audit.monitoring.monitor import Look, Monitor

_TELL_EVERY: Final = 10
"""Seconds between two attempts to reach the webhook in a run that ends."""

_TRIES: Final = 3


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("monitor")(monitor)


def monitor(  # noqa: PLR0913 - one parameter per option
    source: Annotated[
        str, typer.Argument(metavar="URL", help="The log: its address, or a folder of its files that somebody updates.")
    ],
    *,
    state: Annotated[
        Path, typer.Option("--state", metavar="FILE", help="What is remembered between two looks; made at the first.")
    ],
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
    stale_after: Annotated[
        int | None,
        typer.Option("--stale-after", min=1, metavar="SECONDS", help="Alarm where nothing new was signed for so long."),
    ] = None,
    evidence: Annotated[
        Path | None,
        typer.Option("--evidence", metavar="DIR", help="Where proofs of a fork go; default beside the state."),
    ] = None,
    webhook: Annotated[
        str | None, typer.Option("--webhook", metavar="URL", help="The https address that is told of every alarm.")
    ] = None,
    webhook_secret: Annotated[
        Path | None,
        typer.Option("--webhook-secret", metavar="FILE", help="The secret the webhook's calls are signed with."),
    ] = None,
    every: Annotated[
        int | None,
        typer.Option("--every", min=1, metavar="SECONDS", help="Look again and again, until something is proven."),
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Look once and end; so it does without --every.")] = False,
) -> None:
    """Follow a log: that it only grows, and that every new entry is as it must be."""
    from ledger.audit.monitoring.monitor import Monitor
    from ledger.audit.public.check import FETCHED_AT_ONCE
    from ledger.audit.public.opening import is_address, opened_source
    from ledger.cli.verify_public import trust_of

    if once and every is not None:
        raise typer.BadParameter("--once | --every SECONDS")
    trust = trust_of(key, policy)
    post = _post(webhook, webhook_secret)
    with opened_source(source) as log:
        following = Monitor(
            log,
            trust,
            evidence=evidence or state.parent,
            stale_after=stale_after,
            at_once=FETCHED_AT_ONCE if is_address(source) else 1,
        )
        while True:
            look = _look(following, state, post, patient=every is None)
            _say(look, quiet=every is not None and look.new_entries == 0)
            if look.alarm is not None and (every is None or not look.alarm.kind.passes):
                raise typer.Exit(Exit[look.alarm.kind.name])
            if every is None:
                return
            time.sleep(every)


def _look(following: Monitor, file: Path, post: AlarmPost | None, *, patient: bool) -> Look:
    from ledger.audit.monitoring.state import MonitorState
    from ledger.store.clock import system_clock

    with talking().progress("Following") as progress:
        look = following.look(MonitorState.read(file), system_clock(), progress)
    # Remembered before anybody is told: what was told and forgotten would be told again, what was kept is not lost.
    look.state.write(file)
    if post is None or look.state.told:
        return look
    problem: str | None = None
    for attempt in range(_TRIES if patient else 1):
        if attempt:
            time.sleep(_TELL_EVERY)
        problem = post.tell(look.state, look.alarm, system_clock())
        if problem is None:
            look = replace(look, state=replace(look.state, told=True))
            look.state.write(file)
            return look
    talking().problems([Problem(problem or "webhook-refused", retry="after-change", effect="flag")])
    return look


def _say(look: Look, *, quiet: bool) -> None:
    from ledger.cli.plain import plain_problem

    talk = talking()
    checkpoint = look.state.checkpoint
    size = 0 if checkpoint is None else checkpoint.size
    if look.alarm is not None:
        talk.problems([look.alarm.problem])
        if look.alarm.evidence is not None:
            talk.remark("The evidence is in {file}.", file=look.alarm.evidence)
    elif not quiet:
        talk.tell("The log stands at {size} entries; {new} of them are new.", size=size, new=look.new_entries)
    talk.document(
        {
            "origin": look.state.origin,
            "size": size,
            "root": "" if checkpoint is None else checkpoint.root.hex(),
            "new_entries": look.new_entries,
            "alarm": None
            if look.alarm is None
            else {
                "kind": str(look.alarm.kind),
                "problem": plain_problem(look.alarm.problem, talk.language),
                "evidence": look.alarm.evidence,
            },
            "exit": int(Exit.OK if look.alarm is None else Exit[look.alarm.kind.name]),
        }
    )


def _post(url: str | None, secret: Path | None) -> AlarmPost | None:
    if url is None:
        return None
    from api.courier import rules_of
    from ledger.audit.monitoring.alarm_post import AlarmPost
    from ledger.outbox import parse_target
    from ledger.settings import load

    if secret is None:
        details = {"command": "chaski monitor --webhook"}
        raise FormatError(Problem("option-missing", expected="--webhook-secret", details=details))
    rules = rules_of(load())
    parse_target(url, rules)
    return AlarmPost(url, read(secret).decode(errors="replace").strip(), rules)
