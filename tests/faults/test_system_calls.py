"""Every write and every sync of one append fails, finds the disk full, or is the last thing the process ever does.

strace counts the calls of an undisturbed append first, then puts one fault under one of them, again and again.
Whatever happened, afterwards the log verifies, the books equal a replay, what was acknowledged is there, the same fact
may be said again, and no size was ever signed with two roots.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ledger.log import VerifierKey, open_checkpoint, verify_consistency
from tests.faults.one_append import person
from tests.store.world import COOP, Place, facility, found, place

ROOT = Path(__file__).parents[2]
CALLS = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate")
FAULTS = {"EIO": "error=EIO", "ENOSPC": "error=ENOSPC", "SIGKILL": "signal=SIGKILL"}
SAID = {"disk-failed", "disk-full", "file-failed", "database-failed", "database-damaged"}
_CALL = re.compile(r"^(?P<thread>\d+)\s+(?P<call>\w+)\(")


@dataclass(frozen=True)
class Spoilt:
    """What a child said, and how it ended."""

    lines: tuple[str, ...]
    status: int


class Appenders:
    """Where children are made; see one_append.py."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.one_append"]
        self._made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True)
        assert self._made.stdin is not None
        assert self._made.stdout is not None
        self._into, self._from = self._made.stdin, self._made.stdout

    def run(self, where: Place, label: str, *options: str) -> Spoilt:
        """One append under strace with these options, looking at the files beside the database only."""
        self._tell("\t".join([where.database, str(where.state_dir), label]))
        child = self._from.readline().split()[1]
        paths = [option for path in _files(where) for option in ("-P", str(path))]
        strace = subprocess.Popen(
            ["strace", "-f", "-q", "-p", child, *paths, *options], stderr=subprocess.PIPE, text=True
        )
        try:
            _wait_until_attached(int(child), strace)
            self._tell("go")
            lines = []
            while not (line := self._from.readline()).startswith("end"):
                assert line, "the appenders are gone"
                lines.append(line.rstrip("\n"))
        finally:
            strace.wait(30)
            assert strace.stderr is not None
            strace.stderr.close()
        return Spoilt(tuple(lines), int(line.split()[1]))

    def _tell(self, line: str) -> None:
        self._into.write(f"{line}\n")
        self._into.flush()

    def close(self) -> None:
        self._into.close()
        self._from.close()
        self._made.wait(30)


def _wait_until_attached(child: int, strace: subprocess.Popen[str]) -> None:
    """Until every thread of the child is traced; a process that was let go on earlier would be half watched."""
    while strace.poll() is None:
        tracers = [_tracer(task) for task in Path(f"/proc/{child}/task").iterdir()]
        if tracers and all(tracers):
            return
    pytest.fail("strace ended before it began")


def _tracer(task: Path) -> bool:
    return "TracerPid:\t0\n" not in (task / "status").read_text()


def _files(where: Place) -> list[Path]:
    """The database, the vault, their write-ahead logs and indexes, and the remembered head."""
    beside = {path for base in (where.file.parent, where.state_dir) for path in base.glob("*") if path.is_file()}
    return sorted(path for path in beside if not path.name.endswith("key"))


@pytest.fixture(scope="module")
def appenders() -> Iterator[Appenders]:
    """Loaded once for all tests here."""
    if shutil.which("strace") is None:
        pytest.skip("strace is not there")
    tried = subprocess.run(
        ["strace", "-e", "trace=write", "-e", "inject=write:error=EIO:when=900", "true"],
        capture_output=True,
        check=False,
    )
    if tried.returncode:
        pytest.skip("strace may not trace here")
    made = Appenders()
    yield made
    made.close()


def calls_of_one_append(appenders: Appenders, where: Place, record: Path) -> dict[str, int]:
    """How often any one thread makes each call while nothing disturbs it."""
    undisturbed = appenders.run(where, "undisturbed", "-o", str(record), "-e", f"trace={','.join(CALLS)}")
    assert [line.split()[0] for line in undisturbed.lines] == ["fact", "fact"]
    counted: Counter[tuple[str, str]] = Counter()
    for line in record.read_text().splitlines():
        if found_call := _CALL.match(line):
            counted[found_call["thread"], found_call["call"]] += 1
    most: dict[str, int] = {}
    for (_, call), count in counted.items():
        most[call] = max(most.get(call, 0), count)
    return most


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_under_any_write_or_sync_of_an_append_loses_nothing(
    appenders: Appenders, tmp_path: Path, fault: str
) -> None:
    with place("sqlite", tmp_path) as where:
        ledger = where.create()
        found(ledger)
        heads = {ledger.head().size: ledger.checkpoint()}
        where.close(ledger)
        calls = calls_of_one_append(appenders, where, tmp_path / "calls.txt")
        assert calls.get("fdatasync", 0) + calls.get("fsync", 0) >= 2
        assert calls["pwrite64"] >= 8
        met = Counter[str]()
        for call, count in calls.items():
            for turn in range(1, count + 1):
                label = f"{call} {turn}"
                spoilt = appenders.run(
                    where, label, "-e", f"trace={call}", "-e", f"inject={call}:{FAULTS[fault]}:when={turn}"
                )
                met.update(line.split()[0] for line in spoilt.lines)
                _is_whole(where, label, spoilt, heads)
                killed = spoilt.status == -9
                assert killed or len(spoilt.lines) == 2
                met["killed"] += killed
        if fault == "SIGKILL":
            assert met["killed"] >= sum(calls.values()) // 2
        else:
            assert met["failed"], "no fault was ever felt"


def _is_whole(where: Place, label: str, spoilt: Spoilt, heads: dict[int, bytes]) -> None:
    """Open what is left, compare it with what was said outside, say the same again, and go on."""
    failed = {line.split()[1] for line in spoilt.lines if line.startswith("failed")}
    assert failed <= SAID, failed
    ledger = where.open()
    try:
        assert not ledger._vault.has_unsettled()
        for line in spoilt.lines:
            if line.startswith("fact"):
                _, index, digest = line.split()
                assert ledger.fact(digest).index == int(index)
        again = ledger.state(person(label), facility(label), party=COOP)
        assert {outcome.status for outcome in again} <= {"accepted", "duplicate"}
        assert ledger.disclosures(again[0].id) == {"/person": {"name": f"Persona Inventada {label}"}}
        found_now = ledger.verify()
        assert ledger.rebuild().differences == ()
        head, key = ledger.head(), VerifierKey.parse(ledger.verifier_key)
        assert head.size == found_now.size
        for size, note in heads.items():
            kept = open_checkpoint(note, [key]).checkpoint
            verify_consistency(
                size, head.size, kept.root, bytes.fromhex(head.root), ledger.consistency(size, head.size)
            )
        heads[head.size] = head.checkpoint.encode()
    finally:
        where.close(ledger)
