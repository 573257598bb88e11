"""Witnesses: how soon after its commit a checkpoint has two of three cosignatures, and what one witness can take."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import orjson

from bench.figures import Number, quantile
from bench.scale import Scale
from bench.valley import DATABASE, Valley
from ledger.book import Ledger
from ledger.keys import SigningKey
from ledger.log import Checkpoint, KeyKind, VerifierKey, consistency_proof, new_nodes, sign_checkpoint
from ledger.log.add_checkpoint import AddCheckpoint
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from ledger.outbox import WitnessClient, Witnessing
from ledger.store.clock import system_clock
from ledger.witness import Witness

LOGS = 8
"""Logs that submit to one witness at the same time, each one request after the other."""

GIVE_UP_SECONDS = 10.0


def measure(valley: Valley, scale: Scale) -> Iterator[Number]:
    """Three witnesses, each a process of its own on this machine and this disk; the ledger is closed at the end."""
    valley.ledger.close()
    folder = valley.folder / "witnesses"
    folder.mkdir()
    with ExitStack() as stack:
        served = [stack.enter_context(witness(folder, number, [_key_of(valley)])) for number in range(3)]
        waits = _witnessed(valley, served, max(3, scale.reads // 4))
    yield Number(
        "checkpoint witnessed by 2 of 3, p95",
        quantile(waits, 0.95) * 1000,
        "ms",
        target=250,
        bound="at most",
        note=f"after its commit, facts one after the other; p50 {median(waits) * 1000:.0f} ms",
    )
    logs = [_Growing(number, max(5, scale.requests // 10)) for number in range(LOGS)]
    with witness(folder, 3, [log.verifier for log in logs]) as (_, url):
        took = _submitted(url, logs)
    requests = sum(len(log.bodies) for log in logs)
    yield Number(
        "witness, add-checkpoint",
        requests / took,
        "/s",
        target=150,
        bound="at least",
        note=f"{LOGS} logs at once, each answer durable",
    )


@contextmanager
def witness(folder: Path, number: int, logs: Sequence[VerifierKey]) -> Iterator[tuple[VerifierKey, str]]:
    """A `chaski witness serve`: its key and its address."""
    state = folder / f"witness-{number}.db"
    with Witness.create(state, name=f"witness.example/w{number}", clock=system_clock, logs=logs) as made:
        key = made.key
    command = [sys.executable, "-m", "ledger.cli", "witness", "serve", "--state", str(state), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        try:
            yield key, str(orjson.loads(process.stdout.readline())["address"])
        finally:
            process.terminate()
            process.wait(20)


def _key_of(valley: Valley) -> VerifierKey:
    return VerifierKey.parse(valley.ledger.verifier_key)


def _witnessed(valley: Valley, served: Sequence[tuple[VerifierKey, str]], facts: int) -> list[float]:
    """Seconds from each commit to its quorum."""
    witnesses = [PolicyWitness(f"w{number}", key, url) for number, (key, url) in enumerate(served)]
    policy = Policy.of([PolicyLog(_key_of(valley))], witnesses, 2)
    waits = []
    with (
        Ledger.open(str(valley.folder / DATABASE), policy=policy) as ledger,
        Witnessing(ledger, clock=system_clock).working(),
    ):
        _quorum(ledger)
        for _ in range(facts):
            (outcome,) = ledger.state(valley.harvest(valley.thing(), valley.any_grower()))
            assert outcome.status == "accepted", outcome
            committed = time.perf_counter()
            _quorum(ledger)
            waits.append(time.perf_counter() - committed)
    return waits


def _quorum(ledger: Ledger) -> None:
    until = time.perf_counter() + GIVE_UP_SECONDS
    while ledger.witness_standing().unwitnessed_since is not None:
        assert time.perf_counter() < until, "the witnesses do not answer"
        time.sleep(0.002)


@dataclass
class _Growing:
    """A log of invented leaves that grows by one, and the request for each step, made beforehand."""

    number: int
    steps: int

    def __post_init__(self) -> None:
        self.origin = f"chaski.example/log/bench-{self.number}"
        self.key = SigningKey.derived(b"bench", self.origin)
        self.verifier = VerifierKey(self.origin, KeyKind.LOG, self.key.public)
        nodes: dict[tuple[int, int], bytes] = {}

        def read(level: int, place: int) -> bytes:
            return nodes[level, place]

        self.bodies = []
        for size in range(1, self.steps + 1):
            growth = new_nodes(size - 1, [size.to_bytes(32, "big")], read)
            nodes.update({(level, place): node for level, place, node in growth.nodes})
            proof = consistency_proof(size - 1, size, read) if size > 1 else []
            note = sign_checkpoint(Checkpoint(self.origin, size, growth.root), [self.key])
            self.bodies.append(AddCheckpoint(size - 1, tuple(proof), note).format())


def _submitted(url: str, logs: Sequence[_Growing]) -> float:
    """Seconds until every log has been cosigned at every step."""

    def submit(log: _Growing) -> None:
        client = WitnessClient(url, seconds=GIVE_UP_SECONDS)
        for body in log.bodies:
            answer = client.post("add-checkpoint", body)
            assert answer.status == 200, answer
        client.close()

    with ThreadPoolExecutor(len(logs)) as threads:
        started = time.perf_counter()
        list(threads.map(submit, logs))
        return time.perf_counter() - started
