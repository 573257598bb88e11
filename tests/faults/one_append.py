"""Processes that open a ledger, wait, append once, and say what became of it: for faults put under their system calls.

The program is loaded once; for every line on stdin (database, state directory, a label; tabs between) a child is
forked. It says `ready <pid>` and waits for a line; then it states a person, whose name goes to the vault, and says
`fact <index> <digest>` or `failed <code>`; then, with nothing in its way any more, it states a centre and says the same
of that. `end <status>` follows when it is gone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from ledger.book import Ledger
from ledger.errors import LedgerError
from tests.store.world import COOP, HandClock, accept, facility, fact, thing


def main() -> None:
    """Fork a child for every line that comes."""
    while line := _line():
        child = os.fork()
        if not child:
            _append(*line.split("\t"))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        _say(f"end {os.waitstatus_to_exitcode(status)}")


def _append(database: str, state_dir: str, label: str) -> None:
    with Ledger.open(database, state_dir=Path(state_dir), clock=HandClock()) as ledger:
        _say(f"ready {os.getpid()}")
        _line()
        _state(ledger, person(label))
        _state(ledger, facility(label))


def person(label: str) -> dict[str, Any]:
    """A person, whose name goes to the vault."""
    grower = {"producer": thing(label), "code": label, "district": "Distrito Inventado"}
    return fact("producer.enrolled", grower, sealed={"/person": {"name": f"Persona Inventada {label}"}})


def _state(ledger: Ledger, told: dict[str, Any]) -> None:
    try:
        [outcome] = accept(ledger.state(told, party=COOP))
    except LedgerError as error:
        _say(f"failed {error.problems[0].code}")
        return
    _say(f"fact {outcome.index} {outcome.digest}")


def _line() -> str:
    """One line of stdin, read without a buffer: the child goes on reading where the parent stopped."""
    text = b""
    while not text.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            return ""
        text += byte
    return text.decode().rstrip("\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
