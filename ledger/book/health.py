"""What `chaski doctor` looks at: clock, disk, keys, database, witnesses, backups, growth. It changes nothing."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from ledger.book.backup import SECRETS, last_backup
from ledger.book.ledger import Ledger
from ledger.book.log_keys import NEXT, OLD
from ledger.errors import LedgerError, NotFoundError, Problem
from ledger.log.policy import NONE
from ledger.store.batch import Clock, moment
from ledger.store.companions import Companions
from ledger.store.connection import sqlite_path
from ledger.store.troubles import translated
from ledger.values import instant

_DAY: Final = 86_400_000
_MEBIBYTE: Final = 1024 * 1024
_CLOCK_SLACK: Final = 2_000
_WITNESS_SLACK: Final = 60_000

# Below the first nothing should be begun; below the second a backup or an upgrade may not fit.
DISK_BAD: Final = 200 * _MEBIBYTE
DISK_LOW: Final = 2048 * _MEBIBYTE
OVERLAP_DAYS: Final = 90
BACKUP_DAYS: Final = 7
GROWTH_WINDOW: Final = timedelta(days=30)
FULL_SOON_DAYS: Final = 180


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: what is wrong with it (a flag only warns), and figures for who reads them."""

    name: str
    problems: tuple[Problem, ...] = ()
    figures: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def state(self) -> str:
        """`bad` where something must be done now, `warn` where soon, else `ok`."""
        effects = {problem.effect for problem in self.problems}
        return "bad" if effects - {"flag"} else "warn" if effects else "ok"


def examine(
    database: str, companions: Companions, open_ledger: Callable[[], Ledger], *, clock: Clock
) -> Iterator[Check]:
    """Look at everything, one check after the other; what cannot be looked at is a check that failed."""
    yield _checked("disk", lambda: _disk(database, companions))
    yield _checked("keys", lambda: _keys(companions, clock))
    yield _checked("database", lambda: _database(database))
    try:
        ledger = open_ledger()
    except LedgerError as error:
        yield Check("ledger", error.problems)
        return
    with ledger:
        yield _checked("ledger", lambda: _ledger(companions, ledger))
        yield _checked("clock", lambda: _clock(ledger, clock))
        yield _checked("witnesses", lambda: _witnesses(ledger, clock))
        yield _checked("backup", lambda: _backup(companions, ledger, clock))
        yield _checked("erasures", lambda: _erasures(ledger))
        yield _checked("growth", lambda: _growth(database, companions, ledger, clock))


def _checked(name: str, look: Callable[[], tuple[list[Problem], dict[str, str | int]]]) -> Check:
    try:
        problems, figures = look()
    except LedgerError as error:
        return Check(name, error.problems)
    except OSError as error:
        return Check(name, (Problem("file-not-usable", found=name, details={"reason": error.strerror or ""}),))
    return Check(name, tuple(problems), figures)


def _disk(database: str, companions: Companions) -> tuple[list[Problem], dict[str, str | int]]:
    usage = shutil.disk_usage(companions.base.parent)
    used = _used(database, companions)
    figures: dict[str, str | int] = {"free": _megabytes(usage.free), "used": _megabytes(used)}
    if usage.free < DISK_BAD:
        return [Problem("doctor-disk-full", found=_megabytes(usage.free), expected=_megabytes(DISK_BAD))], figures
    wanted = max(DISK_LOW, 2 * used)
    if usage.free < wanted:
        problem = Problem("doctor-disk-low", found=_megabytes(usage.free), expected=_megabytes(wanted), effect="flag")
        return [problem], figures
    return [], figures


def _keys(companions: Companions, clock: Clock) -> tuple[list[Problem], dict[str, str | int]]:
    there = [companions.path(ending) for ending in SECRETS if companions.path(ending).exists()]
    problems = [
        Problem("doctor-key-open", found=path.name, expected="0600")
        for path in (*there, companions.person_keys)
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]
    if companions.path(NEXT).exists():
        problems.append(Problem("doctor-key-unfinished", found=companions.path(NEXT).name, effect="flag"))
    if companions.path(OLD).exists():
        days = (clock() - int(companions.path(OLD).stat().st_mtime * 1000)) // _DAY
        if days > OVERLAP_DAYS:
            problems.append(Problem("doctor-overlap-long", found=days, expected=OVERLAP_DAYS, effect="flag"))
    if not there:
        raise NotFoundError(Problem("key-file-missing", "", companions.path(".key").name, retry="after-change"))
    return problems, {"files": len(there)}


def _database(database: str) -> tuple[list[Problem], dict[str, str | int]]:
    path = sqlite_path(database)
    if path is None or not path.is_file():
        return [], {"kind": "PostgreSQL" if path is None else "SQLite"}
    with translated(), closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
        ((found,),) = db.execute("PRAGMA quick_check(1)").fetchall()
    problems = [] if found == "ok" else [Problem("database-damaged", "", path.name)]
    return problems, {"kind": "SQLite"}


def _ledger(companions: Companions, ledger: Ledger) -> tuple[list[Problem], dict[str, str | int]]:
    """It has opened: version, head against what is remembered, keys against the log, vault against the master key."""
    head = ledger.head()
    problems = []
    if ledger.has_demo_keys and not ledger.has_demo_name:
        problems.append(Problem("demo-keys", "", ledger.origin))
    if ledger.forgot:
        problems.append(Problem("doctor-head-lost", found=companions.path(".head").name, effect="flag"))
    problems += [Problem("doctor-evidence", found=each.name) for each in companions.evidence()]
    return problems, {"origin": ledger.origin, "size": head.size}


def _clock(ledger: Ledger, clock: Clock) -> tuple[list[Problem], dict[str, str | int]]:
    """A clock cannot be checked from inside, but it must not stand behind what was written and cosigned by others."""
    now, last = clock(), _millis(ledger.head().recorded_at)
    cosigned = [_millis(each.at) - _WITNESS_SLACK for each in ledger.witness_standing().witnesses if each.at]
    latest = max(last - _CLOCK_SLACK, *cosigned, 0)
    problems = [Problem("doctor-clock-behind", found=moment(now), expected=moment(latest))] if now < latest else []
    return problems, {"now": moment(now)}


def _witnesses(ledger: Ledger, clock: Clock) -> tuple[list[Problem], dict[str, str | int]]:
    standing = ledger.witness_standing()
    figures: dict[str, str | int] = {"size": standing.size, "witnessed": standing.witnessed_size}
    if standing.quorum == NONE or not standing.witnesses:
        return [Problem("doctor-no-witness", effect="flag")], {"size": standing.size, "witnessed": 0}
    # Where nothing may be written without them, that is what matters, a minute after or a day.
    ledger.must_be_able_to_grow()
    since = standing.unwitnessed_since
    if since is not None and clock() - _millis(since) > 60_000:
        # An hour may be a witness that is down; a day is nobody watching.
        late = clock() - _millis(since) > _DAY
        return [Problem("doctor-unwitnessed", found=since, effect="refuse" if late else "flag")], figures
    return [], figures


def _backup(companions: Companions, ledger: Ledger, clock: Clock) -> tuple[list[Problem], dict[str, str | int]]:
    last = last_backup(companions)
    if last is None:
        return [Problem("doctor-no-backup", effect="flag")], {"at": "-"}
    at, size, with_keys = last
    problems = []
    days = (clock() - _millis(at)) // _DAY
    if days > BACKUP_DAYS and ledger.head().size > size:
        problems.append(Problem("doctor-backup-old", found=days, expected=BACKUP_DAYS, effect="flag"))
    if not with_keys:
        problems.append(Problem("doctor-backup-without-keys", found=at, effect="flag"))
    elif (index := ledger.log_key_index()) >= size:
        problems.append(Problem("doctor-backup-before-key", found=at, expected=index, effect="flag"))
    return problems, {"at": at}


def _erasures(ledger: Ledger) -> tuple[list[Problem], dict[str, str | int]]:
    due = sum(line.state == "due" for line in ledger.erasures())
    problems = [Problem("doctor-erasures-due", found=due, effect="flag")] if due else []
    return problems, {"due": due}


def _growth(
    database: str, companions: Companions, ledger: Ledger, clock: Clock
) -> tuple[list[Problem], dict[str, str | int]]:
    """How long the disk lasts if the log goes on growing as it did in the last thirty days."""
    size = ledger.head().size
    try:
        before = ledger.size_at(moment(clock() - int(GROWTH_WINDOW.total_seconds() * 1000)))
    except NotFoundError:
        before = 0
    grown = size - before
    per_day = grown / GROWTH_WINDOW.days
    free = shutil.disk_usage(companions.base.parent).free
    bytes_a_day = per_day * _used(database, companions) / max(1, size)
    days = int(free / bytes_a_day) if bytes_a_day else 0
    problems = []
    if bytes_a_day and days < FULL_SOON_DAYS:
        problems.append(Problem("doctor-disk-full-soon", found=days, expected=FULL_SOON_DAYS, effect="flag"))
    return problems, {"entries": grown, "days": GROWTH_WINDOW.days}


def _used(database: str, companions: Companions) -> int:
    """Bytes of everything beside the database's name: itself, vault, keys, documents."""
    del database
    found = 0
    for path in companions.base.parent.glob(f"{companions.base.name}*"):
        found += sum(_size(each) for each in path.rglob("*")) if path.is_dir() else _size(path)
    return found


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _millis(text: str) -> int:
    return int(instant(text).timestamp() * 1000)


def _megabytes(count: int) -> str:
    return f"{count // _MEBIBYTE} MiB"
