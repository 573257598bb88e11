"""A small co-operative that can be set up in any store: a party, a centre, a family with a plot, and its deliveries."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from ledger.book import Ledger
from ledger.queries import Outcome
from ledger.store.batch import Clock
from ledger.store.connection import MEMORY

Kind = Literal["memory", "sqlite", "postgresql"]

ORIGIN = "acopio.example/log/pruebas"
PERSON = "Persona Inventada Quispe"
AT = "2026-06-12T09:41:00-05:00"
SEED = "tests of the store"


def thing(label: str) -> str:
    """An id that follows from a label, so that two runs tell the same story."""
    alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    number = int.from_bytes(hashlib.sha256(label.encode()).digest()[:10], "big")
    return "".join(alphabet[(number >> (5 * place)) & 31] for place in reversed(range(16)))


OPERATOR = "Operador Inventado"
COOP, CENTRE, GROWER, PLOT = (thing(each) for each in ("coop", "centre", "grower", "plot"))


@dataclass
class HandClock:
    """A clock moved by hand; milliseconds since 1970."""

    now: int = 1_781_275_260_000

    def __call__(self) -> int:
        return self.now


@dataclass
class Place:
    """Where a ledger lies: which kind of store, its database, and the folder of what lies beside it."""

    kind: Kind
    database: str
    state_dir: Path
    _open: list[Ledger] = field(default_factory=list)

    @property
    def file(self) -> Path:
        """The file of an SQLite ledger."""
        assert self.kind == "sqlite"
        return Path(self.database)

    def companion(self, ending: str) -> Path:
        """A file beside the database."""
        base = self.file if self.kind == "sqlite" else self.state_dir / "chaski"
        return base.with_name(base.name + ending)

    def create(self, *, clock: Clock | None = None, seed: str | None = SEED) -> Ledger:
        """A new ledger, closed when the test ends."""
        made = Ledger.create(
            self.database,
            origin=ORIGIN,
            operator=OPERATOR,
            demo_seed=seed,
            clock=clock or HandClock(),
            state_dir=self.state_dir,
        )
        self._open.append(made)
        return made

    def open(self, *, clock: Clock | None = None, max_queue: int = 4096, group_commit: bool = True) -> Ledger:
        """The ledger that is there, once more; closed when the test ends."""
        opened = Ledger.open(
            self.database,
            clock=clock or HandClock(),
            state_dir=self.state_dir,
            max_queue=max_queue,
            group_commit=group_commit,
        )
        self._open.append(opened)
        return opened

    def close(self, ledger: Ledger) -> None:
        """Close one now."""
        self._open.remove(ledger)
        ledger.close()

    def close_all(self) -> None:
        """Close what is still open."""
        while self._open:
            self._open.pop().close()


@contextmanager
def place(kind: Kind, folder: Path, postgres: str | None = None) -> Iterator[Place]:
    """A place for a ledger; `postgres` is the URL of an empty database."""
    database = {"memory": MEMORY, "sqlite": str(folder / "chaski.db"), "postgresql": postgres or ""}[kind]
    made = Place(kind, database, folder / "state")
    try:
        yield made
    finally:
        made.close_all()


# ---------------------------------------------------------------- facts


def fact(kind: str, body: Mapping[str, Any], *, id: str | None = None, **more: Any) -> dict[str, Any]:  # noqa: A002
    """An unsigned fact; its id follows from its content unless one is given."""
    return {"id": id or thing(f"{kind}{body}{more}"), "fact": f"{kind}/1", "at": AT, "body": dict(body), **more}


def facility(code: str) -> dict[str, Any]:
    """A centre of the co-op: the plainest fact there is, and any number of them may be stated."""
    body = {"facility": thing(f"facility {code}"), "party": COOP, "kind": "collection-centre", "code": code}
    return fact("facility.registered", body)


def delivery(label: str, net: int = 100_000, *, plot: str = PLOT, grower: str = GROWER) -> dict[str, Any]:
    """Dry parchment brought by the family."""
    return fact(
        "lot.harvested",
        {
            "lot": thing(label),
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": "2026",
            "facility": CENTRE,
            "producer": grower,
            "plot": plot,
            "harvested_from": "2026-05-20",
            "harvested_to": "2026-06-02",
            "gross": net + 200,
            "tare": 200,
            "net": net,
            "receipt": label,
        },
    )


def pooled(label: str, inputs: Mapping[str, int], *, loss: int = 0) -> dict[str, Any]:
    """Lots put together into one."""
    body: dict[str, Any] = {
        "commodity": "coffee",
        "process": "pooling",
        "facility": CENTRE,
        "inputs": [{"lot": thing(each), "grams": grams} for each, grams in inputs.items()],
        "outputs": [
            {"lot": thing(label), "form": "dry-parchment", "kind": "main", "grams": sum(inputs.values()) - loss}
        ],
    }
    if loss:
        body["losses"] = [{"kind": "moisture", "grams": loss}]
    return fact("lot.transformed", body)


def retraction(outcome: Outcome) -> dict[str, Any]:
    """Taking a statement back."""
    return fact("fact.retracted", {"statement": outcome.digest, "reason": "never-happened"})


def found(ledger: Ledger) -> None:
    """Register the co-op with its centre, one family and its plot, and let the node sign for the co-op."""
    party = {"party": COOP, "kind": "cooperative", "country": "PE", "name": "Cooperativa Inventada"}
    accept(ledger.state(fact("party.registered", party), party=ledger.operator_party))
    accept([ledger.delegate(COOP)])
    centre = {"facility": CENTRE, "party": COOP, "kind": "collection-centre", "code": "CA-01"}
    grower = {"producer": GROWER, "code": "S-1", "district": "Distrito Inventado"}
    plot = {"plot": PLOT, "area_m2": 90_000_000, "district": "Distrito Inventado"}
    held = {"plot": PLOT, "holder": GROWER, "tenure": "owner", "held_from": "2020-01-01"}
    accept(
        ledger.state(
            fact("facility.registered", centre),
            fact("producer.enrolled", grower, sealed={"/person": {"name": PERSON}}),
            fact("plot.mapped", plot, sealed={"/geometry": {"type": "Point", "coordinates": ["-76.1", "-6.1"]}}),
            fact("plot.held", held),
            party=COOP,
        )
    )


def tell(ledger: Ledger) -> dict[str, Outcome]:
    """A story with everything in it: deliveries, pooling twice, a hold and its release, a retraction and a flag."""
    found(ledger)
    said: dict[str, Outcome] = {}

    def state(label: str, told: Mapping[str, Any]) -> None:
        (said[label],) = accept(ledger.state(told, party=COOP))

    for number in range(4):
        state(f"D{number}", delivery(f"D{number}", 100_000 + number))
    state("P0", pooled("P0", {"D0": 100_000, "D1": 100_001}, loss=1_001))
    state("P1", pooled("P1", {"P0": 100_000, "D2": 100_002}))
    state("held", fact("lot.held", {"hold": thing("hold"), "lots": [thing("P0")], "reason": "quality"}))
    state("released", fact("lot.released", {"hold": thing("hold"), "lots": [thing("P0")], "grounds": "checked"}))
    state("retracted", retraction(said["D1"]))
    return said


def accept(outcomes: list[Outcome]) -> list[Outcome]:
    """The outcomes, all of which must be accepted."""
    for outcome in outcomes:
        assert outcome.status == "accepted", (outcome.type, outcome.problems)
    return outcomes


def count(ledger: Ledger) -> int:
    """How many entries the log has."""
    return ledger.head().size
