from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.log.thirdparty import aics, golang, scales
from tests.log.thirdparty.evidence import Evidence, RefusedByStrangerError, evidence_of
from tests.log.tiny_log import TinyLog, log_key

Check = Callable[[Evidence], int]

SIZES = [1, 2, 7, 8, 255, 256, 257, 600]


@pytest.fixture(scope="module", params=["golang", "scales", "aics"])
def check(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Check:
    """A verifier we did not write."""
    if request.param == "golang":
        program = golang.build(tmp_path_factory.mktemp("golang"))
        return lambda evidence: golang.check(program, evidence)
    if request.param == "aics":
        python = aics.install(tmp_path_factory.mktemp("aics"))
        return lambda evidence: aics.check(python, evidence)
    return scales.check


def witnessed(size: int) -> TinyLog:
    log = TinyLog.of(size, batch=100)
    log.witnesses["witness.example/1"] = log_key("witness")
    return log


@pytest.mark.parametrize("size", SIZES)
def test_strangers_accept_our_checkpoints_proofs_and_tiles(check: Check, size: int, tmp_path: Path) -> None:
    evidence = evidence_of(witnessed(size), tmp_path)

    assert check(evidence) == len(evidence.inclusions) + len(evidence.consistencies) >= size


SMALL = evidence_of(witnessed(11))

TAMPERED: dict[str, Evidence] = {
    "root": dataclasses.replace(SMALL, note=SMALL.note.replace(b"\n11\n", b"\n12\n")),
    "log key": dataclasses.replace(SMALL, verifier_key=TinyLog(key=log_key("other")).verifier.format()),
    "entry": dataclasses.replace(
        SMALL, inclusions=(dataclasses.replace(SMALL.inclusions[5], entry=SMALL.inclusions[6].entry),)
    ),
    "inclusion hash": dataclasses.replace(
        SMALL,
        inclusions=(dataclasses.replace(SMALL.inclusions[5], hashes=(bytes(32), *SMALL.inclusions[5].hashes[1:])),),
    ),
    "inclusion length": dataclasses.replace(
        SMALL, inclusions=(dataclasses.replace(SMALL.inclusions[5], hashes=SMALL.inclusions[5].hashes[:-1]),)
    ),
    "older root": dataclasses.replace(
        SMALL, consistencies=(dataclasses.replace(SMALL.consistencies[5], root=SMALL.consistencies[6].root),)
    ),
    "consistency hash": dataclasses.replace(
        SMALL,
        consistencies=(
            dataclasses.replace(SMALL.consistencies[5], hashes=(bytes(32), *SMALL.consistencies[5].hashes[1:])),
        ),
    ),
}


@pytest.mark.parametrize("part", TAMPERED)
def test_strangers_refuse_what_was_tampered_with(check: Check, part: str) -> None:
    """Otherwise their acceptance would say nothing."""
    check(SMALL)

    with pytest.raises(RefusedByStrangerError):
        check(TAMPERED[part])


def test_a_proof_file_written_by_a_stranger_reads_the_same() -> None:
    """The example of c2sp.org/tlog-proof, its shortened lines made whole."""
    from ledger.log import TlogProof

    log = witnessed(11)
    lines = log.proof(3).format().decode().split("\n")
    lines.insert(1, "extra YWdlLXYxLjIuMQ==")

    proof = TlogProof.parse("\n".join(lines).encode())

    assert (proof.index, proof.extra) == (3, b"age-v1.2.1")
    assert proof.hashes == log.proof(3).hashes
