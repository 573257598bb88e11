"""Our log before a witness we did not write, and our cosigned checkpoints before verifiers we did not write."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.errors import ProofError
from ledger.log import TlogProof, VerifierKey
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from ledger.outbox import Asked, Witnessing
from tests.log.thirdparty import aics, aics_witness, golang, scales
from tests.log.thirdparty.evidence import Consistency, Evidence, Inclusion, RefusedByStrangerError
from tests.outbox.net import Net, restore, save


def evidence_of(ledger: Ledger, keys: list[VerifierKey]) -> Evidence:
    """What a stranger gets from a real ledger whose checkpoint is cosigned."""
    size = ledger.head().size
    return Evidence(
        note=ledger.checkpoint(),
        verifier_key=ledger.verifier_key,
        inclusions=tuple(Inclusion(n, ledger.entry(n), tuple(ledger.inclusion(n, size))) for n in range(size)),
        consistencies=tuple(
            Consistency(n, ledger.root_at(n), tuple(ledger.consistency(n, size))) for n in range(1, size)
        ),
        witness_keys=tuple(key.format() for key in keys),
    )


def _cosigned(net: Net) -> tuple[Ledger, list[VerifierKey]]:
    net.add("a")
    net.add("b")
    ledger = net.open(2)
    net.grow(ledger)
    witnessing = Witnessing(ledger, clock=net.clock)
    assert [each.problem for each in witnessing.ask_once()] == [None, None]
    witnessing.close()
    return ledger, net.keys


def test_strangers_open_our_cosigned_checkpoints(net: Net) -> None:
    ledger, keys = _cosigned(net)
    evidence = evidence_of(ledger, keys)

    assert scales.check(evidence) == len(evidence.inclusions) + len(evidence.consistencies)
    other = keys[0].format().replace("example/a", "example/c")
    with pytest.raises((RefusedByStrangerError, ValueError)):
        scales.check(Evidence(evidence.note.replace(b"witness.example/a", b"witness.example/z"),
                              ledger.verifier_key, witness_keys=(other,)))  # fmt: skip


def test_go_opens_our_cosigned_checkpoints(net: Net, tmp_path_factory: pytest.TempPathFactory) -> None:
    program = golang.build(tmp_path_factory.mktemp("golang"))
    ledger, keys = _cosigned(net)
    evidence = evidence_of(ledger, keys)

    assert golang.check(program, evidence) == len(evidence.inclusions) + len(evidence.consistencies)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Python with aics-witness, or a skip that says why not."""
    return aics.install(tmp_path_factory.mktemp("aics"))


@pytest.mark.slow
def test_a_witness_we_did_not_write_cosigns_our_log_and_notices_a_fork(net: Net, python: Path, tmp_path: Path) -> None:
    key = net.log_key
    with aics_witness.running(python, tmp_path, key) as stranger:
        policy = Policy.of([PolicyLog(key)], [PolicyWitness("stranger", stranger.key, stranger.url)], 1)

        def opened() -> Ledger:
            ledger = Ledger.open(net.database, clock=net.clock, policy=policy)
            net.stack.callback(ledger.close)
            return ledger

        # Its clock is the machine's, so ours must be too, or its word would come from the future.
        net.clock.now = _now()
        with opened() as ledger:
            _ask(ledger)
            save(net, "copy")
            fact = net.grow(ledger)
            (answer,) = _ask(ledger)
            assert (answer.problem, answer.size) == (None, ledger.head().size)
            assert ledger.witness_standing().unwitnessed_since is None
            signed = policy.open_checkpoint(TlogProof.parse(ledger.receipt(fact).encode()).note.format())
            assert [each.key for each in signed.cosignatures] == [stranger.key]
            assert aics.check(python, evidence_of(ledger, [stranger.key]))
        restore(net, "copy")
        with opened() as ledger:
            net.grow(ledger)
            with pytest.raises(ProofError, match="forked-from-witness"):
                _ask(ledger)


def _ask(ledger: Ledger) -> list[Asked]:
    with closing(Witnessing(ledger, clock=_now)) as witnessing:
        return witnessing.ask_once(at_start=True)


def _now() -> int:
    from ledger.store.clock import system_clock

    return system_clock()
