"""Killed at any moment, and on a disk that fills up: nothing acknowledged is lost, nothing forks, no half is left."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.canonical import unb64
from ledger.errors import LedgerError
from ledger.log import VerifierKey, open_checkpoint, verify_consistency
from ledger.store.connection import Connection
from ledger.store.troubles import StoreError
from tests.store.crash_writer import FAILPOINTS
from tests.store.world import COOP, Place, accept, count, facility, fact, found, place, tell, thing

ROOT = Path(__file__).parents[2]


@dataclass
class Memory:
    """What somebody outside keeps of a log: acknowledged facts and checkpoints that were handed out."""

    facts: dict[int, str] = field(default_factory=dict)
    heads: dict[int, bytes] = field(default_factory=dict)

    def read(self, lines: list[bytes]) -> int:
        """Take over what a writer printed before it died. Returns how many facts were new."""
        before = len(self.facts)
        for line in lines:
            kind, *rest = line.decode().split()
            if kind == "fact":
                assert self.facts.setdefault(int(rest[0]), rest[1]) == rest[1], "two facts at one place"
            else:
                note = unb64(rest[0])
                size = int(note.split(b"\n")[1])
                assert self.heads.setdefault(size, note) == note, "one size signed twice, and differently"
        return len(self.facts) - before


class Writers:
    """Where writers are made; see tests/store/crash_writer.py."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.store.crash_writer"]
        self._made = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT)
        assert self._made.stdin is not None
        assert self._made.stdout is not None
        self._into, self._from = self._made.stdin, self._made.stdout

    def run(
        self, where: Place, name: str, *, point: str = "-", turn: int = 1, kill_after: float | None = None
    ) -> list[bytes]:
        """Let one writer work until it dies, by a failpoint or by us some seconds after its first fact."""
        line = "\t".join([where.database, str(where.state_dir), name, point, str(turn)])
        self._into.write(f"{line}\n".encode())
        self._into.flush()
        number = int(self._from.readline().split()[1])
        lines = []
        if kill_after is not None:
            lines.append(self._from.readline())
            time.sleep(kill_after)
            os.kill(number, signal.SIGKILL)
        while not (line_read := self._from.readline()).startswith(b"end"):
            assert line_read, "the writers are gone"
            lines.append(line_read)
        assert int(line_read.split()[1]) == -signal.SIGKILL
        return lines

    def close(self) -> None:
        """No more writers."""
        self._into.close()
        self._from.close()
        self._made.wait(30)


@pytest.fixture(scope="module")
def writers() -> Iterator[Writers]:
    """Loaded once for all tests here."""
    made = Writers()
    yield made
    made.close()


def _check(where: Place, kept: Memory, *, wholly: bool) -> None:
    """Open what the killed process left and compare it with what was kept outside."""
    ledger = where.open()
    key = VerifierKey.parse(ledger.verifier_key)
    head = ledger.head()
    assert ledger._heads.remembered.size == head.size > max(kept.facts)
    db = Connection(ledger._engine)
    standing = {index: bytes(digest).hex() for index, digest in db.all("SELECT ix, digest FROM entry")}
    db.close()
    assert {index: standing.get(index) for index in kept.facts} == kept.facts
    assert len(standing) == head.size
    for size, note in kept.heads.items():
        checkpoint = open_checkpoint(note, [key], []).checkpoint
        proof = ledger.consistency(size, head.size)
        verify_consistency(size, head.size, checkpoint.root, bytes.fromhex(head.root), proof)
    kept.heads.setdefault(head.size, head.checkpoint.encode())
    assert kept.heads[head.size] == head.checkpoint.encode()
    assert not ledger._vault.has_unsettled()
    if wholly:
        assert ledger.verify().size == head.size
        assert ledger.rebuild().differences == ()
        _sealed_values_are_all_there(ledger)
    where.close(ledger)


def _sealed_values_are_all_there(ledger: Ledger) -> None:
    """Every person in the log opens, and the vault holds nothing the log does not know."""
    db = Connection(ledger._engine)
    enrolled = db.all("SELECT fact_id FROM statement WHERE type = 'producer.enrolled/1'")
    db.close()
    assert all(ledger.disclosures(fact_id) for (fact_id,) in enrolled)
    vault = Connection(ledger._vault._engine)
    sealed = {row[0] for row in vault.all(f"SELECT DISTINCT statement FROM {ledger._vault._schema}disclosure")}
    vault.close()
    assert ledger._catalogue.which_stand(sorted(sealed)) == sealed


def _kill_again_and_again(writers: Writers, where: Place, kills: int, seed: int) -> None:
    ledger = where.create()
    found(ledger)
    kept = Memory()
    where.close(ledger)
    chance = random.Random(seed)
    for turn in range(kills):
        assert kept.read(writers.run(where, f"run {turn}", kill_after=chance.uniform(0, 0.12)))
        _check(where, kept, wholly=turn == kills - 1)


def test_killed_at_random_moments_sqlite_loses_nothing(writers: Writers, on_disk: Place) -> None:
    _kill_again_and_again(writers, on_disk, 10, 1)


def test_killed_at_random_moments_postgresql_loses_nothing(writers: Writers, postgres_url: str, tmp_path: Path) -> None:
    with place("postgresql", tmp_path, postgres_url) as where:
        _kill_again_and_again(writers, where, 3, 2)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(10))
def test_killed_hundreds_of_times_nothing_is_lost(
    writers: Writers, shared: Place, seed: int, record_property: Callable[[str, object], None]
) -> None:
    record_property("kills", 25)
    _kill_again_and_again(writers, shared, 25, 100 + seed)


@pytest.mark.parametrize("point", FAILPOINTS)
def test_killed_at_a_chosen_place_nothing_is_lost(writers: Writers, shared: Place, point: str) -> None:
    _killed_at(writers, shared, point, 4)


@pytest.mark.soak
@pytest.mark.parametrize("turn", [1, 2, 3, 5, 8, 13, 21])
@pytest.mark.parametrize("point", FAILPOINTS)
def test_killed_at_every_place_and_turn_nothing_is_lost(
    writers: Writers, shared: Place, point: str, turn: int, record_property: Callable[[str, object], None]
) -> None:
    record_property("kills", 1)
    _killed_at(writers, shared, point, turn)


def _killed_at(writers: Writers, where: Place, point: str, turn: int) -> None:
    ledger = where.create()
    found(ledger)
    kept = Memory({}, {ledger.head().size: ledger.checkpoint()})
    where.close(ledger)
    kept.read(writers.run(where, "run", point=point, turn=turn))
    kept.facts.setdefault(0, _genesis(where))

    _check(where, kept, wholly=True)
    _check(where, kept, wholly=False)
    ledger = where.open()
    accept(ledger.state(facility("afterwards"), party=COOP))
    assert ledger.verify().size == count(ledger)


def _genesis(where: Place) -> str:
    ledger = where.open()
    digest = ledger.entry(0).decode().splitlines()[5]
    where.close(ledger)
    return digest


# ---------------------------------------------------------------- a full disk


@contextmanager
def _small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own, where we may mount one."""
    folder.mkdir()
    if (
        os.geteuid()
        or subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode
    ):
        pytest.skip("mounting a small file system needs root")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _fill(folder: Path) -> Path:
    """Leave no room at all."""
    ballast = folder / "ballast"
    with ballast.open("wb", buffering=0) as file:
        for portion in (65_536, 4_096, 1):
            try:
                while True:
                    file.write(bytes(portion))
            except OSError:
                continue
    return ballast


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path: Path) -> None:
    with _small_disk(tmp_path / "disk", "16m") as folder, place("sqlite", folder) as where:
        ledger = where.create()
        tell(ledger)
        ballast = _fill(folder)
        acknowledged, failed = _state_until_full(ledger)
        head = ledger.head()

        assert [p.code for p in failed.problems] == ["disk-full"]
        assert all(ledger.fact(digest).index is not None for digest in acknowledged)
        assert ledger.verify().size == head.size
        assert ledger.rebuild().differences == ()
        with pytest.raises(StoreError):
            ledger.put_document("0" * 64, [bytes(100_000)], media_type="text/plain")
        ballast.unlink()
        accept(ledger.state(facility("afterwards"), _sealed("afterwards"), party=COOP))
        assert ledger.verify().size == head.size + 2
        assert ledger.rebuild().differences == ()
        where.close(ledger)
        ledger = where.open()
        assert ledger.verify().size == head.size + 2
        where.close_all()


def _sealed(label: str) -> dict[str, object]:
    body = {"producer": thing(label), "code": label, "district": "Distrito Inventado"}
    return fact("producer.enrolled", body, sealed={"/person": {"name": "Persona Inventada"}})


def _state_until_full(ledger: Ledger) -> tuple[list[str], LedgerError]:
    acknowledged: list[str] = []
    for number in range(500):
        try:
            outcomes = ledger.state(*(facility(f"{number}/{n}") for n in range(50)), party=COOP)
        except LedgerError as error:
            return acknowledged, error
        acknowledged += [each.digest for each in accept(outcomes)]
    pytest.fail("the disk did not fill up")


def test_a_full_disk_at_the_start_is_said(tmp_path: Path) -> None:
    with _small_disk(tmp_path / "disk", "8m") as folder, place("sqlite", folder) as where:
        where.close(where.create())
        ballast = _fill(folder)
        with pytest.raises(StoreError) as caught:
            where.open()
        ballast.unlink()

        assert [p.code for p in caught.value.problems] == ["disk-full"]
        assert where.open().verify().size > 0
        where.close_all()


def test_a_full_disk_while_beginning_is_said_and_the_beginning_is_taken_up_again(tmp_path: Path) -> None:
    with _small_disk(tmp_path / "disk", "4m") as folder, place("sqlite", folder) as where:
        ballast = _fill(folder)
        with pytest.raises(StoreError) as caught:
            where.create()
        ballast.unlink()

        assert [p.code for p in caught.value.problems] == ["disk-full"]
        found(where.create())
        where.close_all()


def test_a_file_that_may_not_grow_is_said_alike(on_disk: Place) -> None:
    """Where nothing can be mounted: the limit of the system on the size of a file, in a process of its own."""
    ledger = on_disk.create()
    found(ledger)
    on_disk.close(ledger)
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.test_crash", on_disk.database, str(on_disk.state_dir)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    acknowledged = done.stdout.split()
    ledger = on_disk.open()
    assert acknowledged
    assert [ledger.fact(digest).digest for digest in acknowledged] == acknowledged
    assert ledger.verify().size == count(ledger)
    assert ledger.rebuild().differences == ()


def _limited(database: str, state_dir: str) -> None:
    """Fill the write-ahead log up to the limit, then lift the limit and go on."""
    where = Place("sqlite", database, Path(state_dir))
    ledger = where.open()
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, hard))
    acknowledged, failed = _state_until_full(ledger)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    assert [p.code for p in failed.problems] == ["disk-full"], failed
    acknowledged += [each.digest for each in accept(ledger.state(facility("afterwards"), party=COOP))]
    where.close_all()
    print("\n".join(acknowledged))


if __name__ == "__main__":
    _limited(*sys.argv[1:3])
