"""Every benchmark runs and prints its line; what it measures on a busy machine is nobody's assertion."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from bench.__main__ import main
from bench.plan import BENCHMARKS

pytestmark = pytest.mark.slow

LINES = {
    "ingest": ("ingest, batches of 100", "database per fact"),
    "single": ("one fact per call",),
    "verify": ("verify: signatures and hashes", "verify: the default", "verify: hashes alone", "verify: two cores"),
    "proof": ("inclusion proof, p50", "inclusion proof, growth"),
    "trace": ("trace of a container, p95",),
    "http": ("HTTP, one fact each", "group commit, this disk", "memory of serve"),
    "bundle": ("verify.py: signatures", "bundle of a period", "verify.py: a bundle"),
    "witness": ("checkpoint witnessed by 2 of 3, p95", "witness, add-checkpoint"),
}


def test_every_benchmark_prints_its_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = tmp_path / "bench-results.json"

    assert main(["--tiny", "--folder", str(tmp_path), "--json", str(results)]) == 0

    assert set(LINES) == set(BENCHMARKS)
    printed = capsys.readouterr().out
    measured = {number["name"]: number for number in orjson.loads(results.read_bytes())}
    for name in (line for lines in LINES.values() for line in lines):
        assert f"{name}: " in printed
        assert measured[name]["value"] > 0
        assert isinstance(measured[name]["met"], bool)


def test_one_benchmark_alone_prints_only_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["--tiny", "--only", "single", "--folder", str(tmp_path)])

    printed = capsys.readouterr().out
    assert "one fact per call: " in printed
    assert "ingest" not in printed


def test_an_unknown_benchmark_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "everything"])

    assert "invalid choice" in capsys.readouterr().err
