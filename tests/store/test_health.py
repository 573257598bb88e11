"""`chaski doctor` finds what it should: a clock behind, a full disk, silent witnesses, an overlap forgotten."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from ledger.book import Ledger
from ledger.book.health import DISK_BAD, DISK_LOW, Check, examine
from ledger.errors import NotFoundError
from ledger.keys import SigningKey
from ledger.log import KeyKind, VerifierKey
from ledger.log.policy import Policy, PolicyLog, PolicyWitness
from ledger.store.companions import Companions
from tests.store.world import HandClock, Place, found, place

DAY = 86_400_000


def looked_at(where: Place, clock: HandClock, open_ledger: Callable[[], Ledger] | None = None) -> dict[str, Check]:
    opening = open_ledger or (lambda: where.open(clock=clock))
    checks = examine(where.database, Companions(where.file), opening, clock=clock)
    return {check.name: check for check in checks}


def codes(check: Check) -> list[str]:
    return [problem.code for problem in check.problems]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def there(on_disk: Place, clock: HandClock) -> Place:
    ledger = on_disk.create(clock=clock, seed=None)
    found(ledger)
    on_disk.close(ledger)
    return on_disk


def test_a_sound_ledger_is_only_told_of_witnesses_and_backups(there: Place, clock: HandClock) -> None:
    checks = looked_at(there, clock)

    assert {name: check.state for name, check in checks.items() if check.state != "ok"} == {
        "witnesses": "warn",
        "backup": "warn",
    }


def test_a_clock_behind_what_was_recorded_is_found(there: Place, clock: HandClock) -> None:
    behind = HandClock(clock.now - 3_600_000)

    checks = looked_at(there, behind)

    assert codes(checks["clock"]) == ["doctor-clock-behind"]
    assert checks["clock"].state == "bad"


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(("free", "code"), [(DISK_BAD - 1, "doctor-disk-full"), (DISK_LOW - 1, "doctor-disk-low")])
def test_a_disk_that_fills_is_found(
    there: Place, clock: HandClock, monkeypatch: pytest.MonkeyPatch, free: int, code: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(DISK_LOW * 10, 0, free))

    assert codes(looked_at(there, clock)["disk"]) == [code]


def test_growth_says_when_the_disk_is_full(there: Place, clock: HandClock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(DISK_LOW * 10, 0, 100_000))

    checks = looked_at(there, clock)

    assert codes(checks["growth"]) == ["doctor-disk-full-soon"]
    assert checks["growth"].figures["entries"] == 8


@pytest.mark.parametrize(("hours", "state"), [(1, "warn"), (25, "bad")])
def test_silent_witnesses_are_found(there: Place, clock: HandClock, hours: int, state: str) -> None:
    key = VerifierKey("witness.example/1", KeyKind.COSIGNER, SigningKey.from_seed(b"w" * 32).public)
    policy = Policy.parse(f"witness w {key.format()} https://witness.example/1\nquorum w\n".encode())
    clock.now += hours * 3_600_000

    def opening() -> Ledger:
        return Ledger.open(there.database, clock=clock, policy=policy)

    check = looked_at(there, clock, opening)["witnesses"]

    assert (codes(check), check.state) == (["doctor-unwitnessed"], state)


def test_an_overlap_that_was_forgotten_is_found(there: Place, clock: HandClock) -> None:
    ledger = there.open(clock=clock)
    ledger.rotate_log_key()
    there.close(ledger)
    assert looked_at(there, clock)["keys"].state == "ok"
    long_ago = clock.now / 1000 - 100 * 86_400
    os.utime(there.companion(".key.old"), (long_ago, long_ago))

    assert codes(looked_at(there, clock)["keys"]) == ["doctor-overlap-long"]


def test_a_change_of_key_left_half_done_is_found(there: Place, clock: HandClock) -> None:
    ledger = there.open(clock=clock)
    ledger._log_keys.begin(bytes(range(32)))
    there.close(ledger)

    assert codes(looked_at(there, clock)["keys"]) == ["doctor-key-unfinished"]


def test_an_old_backup_is_found_once_the_log_has_grown(there: Place, clock: HandClock, tmp_path: Path) -> None:
    from tests.store.world import COOP, accept, facility

    ledger = there.open(clock=clock)
    ledger.back_up(tmp_path / "bk", keys_folder=tmp_path / "safe")
    clock.now += 8 * DAY
    assert looked_at(there, clock)["backup"].state == "ok"
    accept(ledger.state(facility("new"), party=COOP))

    assert codes(looked_at(there, clock)["backup"]) == ["doctor-backup-old"]


def test_a_log_put_back_behind_what_was_seen_is_found(there: Place, clock: HandClock) -> None:
    there.companion(".head").write_bytes(b'[999999, "' + b"0" * 64 + b'"]')

    check = looked_at(there, clock)["ledger"]

    assert (codes(check), check.state) == (["older-than-remembered"], "bad")


def test_a_key_that_is_in_no_backup_is_found(there: Place, clock: HandClock, tmp_path: Path) -> None:
    ledger = there.open(clock=clock)
    ledger.back_up(tmp_path / "bk", keys_folder=tmp_path / "safe")
    ledger.rotate_log_key()

    assert codes(looked_at(there, clock)["backup"]) == ["doctor-backup-before-key"]
    ledger.back_up(tmp_path / "bk2", keys_folder=tmp_path / "safe2")
    assert codes(looked_at(there, clock)["backup"]) == []


def test_evidence_beside_the_ledger_is_not_overlooked(there: Place, clock: HandClock) -> None:
    kept = Companions(there.file).keep_evidence(b"what a witness has shown")

    check = looked_at(there, clock)["ledger"]

    assert (codes(check), check.state) == (["doctor-evidence"], "bad")
    assert check.problems[0].found == kept.name


def test_a_lost_head_is_told_by_the_first_who_looks(there: Place, clock: HandClock) -> None:
    there.companion(".head").unlink()

    assert codes(looked_at(there, clock)["ledger"]) == ["doctor-head-lost"]
    assert codes(looked_at(there, clock)["ledger"]) == []


def test_what_was_forgotten_is_not_said_to_be_proved(there: Place, clock: HandClock) -> None:
    remembered = there.open(clock=clock)
    assert "remembered-head" in remembered.verify(workers=1).proved
    there.close(remembered)
    there.companion(".head").unlink()

    assert "remembered-head" not in there.open(clock=clock).verify(workers=1).proved


def test_a_lost_vault_is_not_taken_for_an_empty_one(there: Place, clock: HandClock) -> None:
    for ending in (".vault", ".persons"):
        there.companion(ending).unlink()

    check = looked_at(there, clock)["ledger"]

    assert (codes(check), check.state) == (["vault-missing"], "bad")
    assert not there.companion(".vault").exists()
    there.companion(".vault").touch()
    assert looked_at(there, clock)["ledger"].state == "ok", "whoever has no copy says so by hand"


@pytest.mark.postgres
def test_a_lost_vault_on_postgresql_is_not_taken_for_an_empty_one(tmp_path: Path, postgres_url: str) -> None:
    with place("postgresql", tmp_path, postgres_url) as where:
        where.close(where.create())
        with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as db:
            db.execute("DROP SCHEMA vault CASCADE")
            with pytest.raises(NotFoundError) as caught:
                where.open()
            assert [each.code for each in caught.value.problems] == ["vault-missing"]
            db.execute("CREATE SCHEMA vault")
        where.open()


def test_a_log_that_must_not_grow_unwitnessed_and_has_is_bad(there: Place, clock: HandClock) -> None:
    with there.open(clock=clock) as ledger:
        key = VerifierKey("witness.example/w", KeyKind.COSIGNER, SigningKey.derived(b"tests", "w").public)
        log = VerifierKey.parse(ledger.verifier_key)
    policy = Policy.of([PolicyLog(log)], [PolicyWitness("w", key)], 1)

    def closed() -> Ledger:
        return Ledger.open(there.database, clock=clock, policy=policy, unwitnessed_seconds=5)

    clock.now += 30_000
    check = looked_at(there, clock, closed)["witnesses"]

    assert (codes(check), check.state) == (["log-unwitnessed"], "bad")
