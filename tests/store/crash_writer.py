"""Processes made to be killed: each states facts without end and prints what was acknowledged, one line per answer.

`fact <index> <digest>` once a fact is acknowledged, `head <base64 of a checkpoint>` once one was handed out.
With a failpoint the process kills itself at a chosen place. The program is loaded once: for every line on stdin
(database, state directory, a name that makes the facts its own, failpoint or `-`, its turn; tabs between) a child
is forked, which says `pid <number>` first; `end <status>` follows when it is gone.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ledger.book import Ledger
from ledger.book.heads import Heads
from ledger.canonical import b64
from ledger.store.companions import RememberedHead
from ledger.store.connection import Connection
from ledger.store.journal import Journal
from ledger.store.vault import Vault
from tests.store.world import COOP, HandClock, accept, delivery, facility, fact, pooled, retraction, thing

Where = tuple[type, str, bool]
FAILPOINTS: dict[str, Where] = {
    "before-vault": (Vault, "put", False),
    "after-vault": (Vault, "put", True),
    "before-head": (Journal, "_set_head", False),
    "before-commit": (Journal, "_set_head", True),
    "after-commit": (Journal, "read_back", False),
    "after-read-back": (Journal, "read_back", True),
    "before-signing": (Heads, "sign", False),
    "before-remembering": (RememberedHead, "remember", False),
    "after-remembering": (RememberedHead, "remember", True),
    "before-answering": (Heads, "sign", True),
    "in-the-rows": (Connection, "many", True),
}


def fail_at(point: str, turn: int) -> None:
    """Kill this process the given time it comes to a place, before or after the call that marks it."""
    owner, name, after = FAILPOINTS[point]
    real: Callable[..., Any] = getattr(owner, name)
    left = [turn]

    def passing(*args: object, **options: object) -> object:
        left[0] -= 1
        if left[0] == 0 and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        answer = real(*args, **options)
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, passing)


def main() -> None:
    """Fork a writer for every line that comes."""
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _write(*line.rstrip("\n").split("\t"))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(f"end {os.waitstatus_to_exitcode(status)}", flush=True)


def _write(database: str, state_dir: str, name: str, point: str, turn: str) -> None:
    print(f"pid {os.getpid()}", flush=True)
    with Ledger.open(database, state_dir=Path(state_dir), clock=HandClock()) as ledger:
        if point != "-":
            fail_at(point, int(turn))
        for number in range(10_000):
            _state(ledger, f"{name}/{number}", number)


def _state(ledger: Ledger, label: str, number: int) -> None:
    grower = {"producer": thing(label), "code": label, "district": "Distrito Inventado"}
    sealed = {"/person": {"name": f"Persona Inventada {label}"}}
    _say(ledger, fact("producer.enrolled", grower, sealed=sealed), facility(label))
    a, b = f"{label}/a", f"{label}/b"
    said = _say(ledger, delivery(a), delivery(b), pooled(f"{label}/p", {a: 100_000, b: 100_000}), atomic=True)
    if number % 3 == 0:
        _say(ledger, retraction(said[0]))
    print("head", b64(ledger.checkpoint()), flush=True)


def _say(ledger: Ledger, *told: dict[str, Any], atomic: bool = False) -> list[Any]:
    outcomes = accept(ledger.state(*told, party=COOP, atomic=atomic))
    print("".join(f"fact {each.index} {each.digest}\n" for each in outcomes), end="", flush=True)
    return outcomes


if __name__ == "__main__":
    main()
