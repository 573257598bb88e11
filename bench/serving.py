"""The server under load: durable facts a second, what group commit is worth, and the memory it takes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.crowd import crowd
from bench.figures import Number, paired
from bench.scale import Scale
from bench.servers import Server, server, slow_disk
from bench.valley import Valley


def measure(valley: Valley, scale: Scale) -> Iterator[Number]:
    """Servers on copies of one log take turns: with and without group commit, on this disk and on a slow one.

    The valley's own ledger is closed here: a database has one writer.
    """
    token = valley.ledger.create_token(party=valley.party, scopes=["facts:write"], days=1, label="bench")
    size = valley.ledger.head().size
    valley.ledger.close()
    beside = valley.folder.parent
    shim = slow_disk(beside)
    rates: dict[str, list[float]] = {}
    with ExitStack() as servers:
        ways: dict[str, tuple[Server, int]] = {
            "together": (servers.enter_context(server(_copy(valley, beside / "together"))), scale.requests),
            "alone": (
                servers.enter_context(server(_copy(valley, beside / "alone"), group_commit=False)),
                scale.requests // 4,
            ),
        }
        if shim is not None:
            for name, group_commit, share in (("slow together", True, 4), ("slow alone", False, 16)):
                folder = _copy(valley, beside / name.replace(" ", "-"))
                opened = servers.enter_context(server(folder, group_commit=group_commit, preload=shim))
                ways[name] = (opened, scale.requests // share)
        for serving, _ in ways.values():
            serving.ready()
        for _ in range(scale.rounds):
            for name, (serving, requests) in ways.items():
                deliveries = [valley.harvest(valley.thing(), valley.any_grower()) for _ in range(requests)]
                took = crowd(serving.port, token, deliveries, scale.clients)
                rates.setdefault(name, []).append(requests / took)
        memory = ways["together"][0].memory()
    yield Number(
        "HTTP, one fact each",
        median(rates["together"]),
        "facts/s",
        target=800,
        aim=1_500,
        bound="at least",
        note=f"{scale.clients} clients on the same two cores, a log of {size:,} facts at the start",
    )
    yield _gain("group commit, this disk", rates["together"], rates["alone"], 2)
    if shim is not None:
        yield _gain("group commit, fsync + 5 ms", rates["slow together"], rates["slow alone"], 5)
    yield Number(
        "memory of serve",
        memory,
        "MB",
        target=250,
        bound="at most",
        note=f"resident after {scale.rounds * scale.requests:,} requests on that log",
    )


def _gain(name: str, together: list[float], alone: list[float], target: float) -> Number:
    return Number(
        name,
        median(together),
        "facts/s",
        target=target,
        bound="at least",
        of="ratio",
        limit=median(alone),
        limit_name="facts/s with one commit per fact",
        ratio=paired(together, alone),
    )


def _copy(valley: Valley, folder: Path) -> Path:
    shutil.copytree(valley.folder, folder)
    return folder
