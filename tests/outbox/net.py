"""A ledger in a folder with honest witnesses around it, each really asked over HTTP."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from ledger.book import Ledger
from ledger.log import VerifierKey
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from ledger.witness import Witness
from tests.outbox.fake_witness import FakeWitness, honest, served
from tests.store.world import HandClock, facility


@dataclass
class Net:
    """A ledger in a folder, and witnesses around it that are really asked over HTTP."""

    folder: Path
    stack: ExitStack
    clock: HandClock = field(default_factory=HandClock)
    witnesses: dict[str, tuple[Witness, FakeWitness]] = field(default_factory=dict)
    _number: int = 0

    @property
    def database(self) -> str:
        return str(self.folder / "chaski.db")

    @property
    def log_key(self) -> VerifierKey:
        with Ledger.open(self.database, clock=self.clock) as ledger:
            return VerifierKey.parse(ledger.verifier_key)

    def add(self, name: str) -> FakeWitness:
        """An honest witness of the log; `answer` of what is returned may be made to lie."""
        witness = Witness.create(
            self.folder / f"{name}.witness", name=f"witness.example/{name}", clock=self.clock, logs=[self.log_key]
        )
        self.stack.callback(witness.close)
        fake = self.stack.enter_context(served(honest(witness)))
        self.witnesses[name] = (witness, fake)
        return fake

    def policy(self, needed: int) -> Policy:
        each = [PolicyWitness(name, witness.key, fake.url) for name, (witness, fake) in self.witnesses.items()]
        return Policy.of([PolicyLog(self.log_key)], each, needed)

    def open(self, needed: int, *, seconds: int | None = None) -> Ledger:
        ledger = Ledger.open(self.database, clock=self.clock, policy=self.policy(needed), unwitnessed_seconds=seconds)
        self.stack.callback(ledger.close)
        return ledger

    def grow(self, ledger: Ledger) -> str:
        """One more entry; its id."""
        self._number += 1
        (outcome,) = ledger.state(facility(f"C{self._number}"), party=ledger.operator_party)
        assert outcome.status == "accepted", outcome.problems
        return outcome.id

    @property
    def keys(self) -> list[VerifierKey]:
        return [witness.key for witness, _ in self.witnesses.values()]


def save(net: Net, name: str) -> None:
    """Copy the ledger and all that lies beside it, as a backup of the whole machine would."""
    (net.folder / name).mkdir()
    for file in net.folder.glob("chaski.db*"):
        if file.is_file():
            shutil.copy(file, net.folder / name)


def restore(net: Net, name: str) -> None:
    """Put that copy in place of everything."""
    for file in net.folder.glob("chaski.db*"):
        if file.is_file():
            file.unlink()
    for file in (net.folder / name).iterdir():
        shutil.copy(file, net.folder)
