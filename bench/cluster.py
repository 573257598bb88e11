"""A PostgreSQL of the benchmarks' own that keeps its data between runs, with durable commits as in real use.

The programs are those the tests use (tests/postgres.py says which). Nothing listens on the network.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy

from tests.postgres import USER, find_programs, identity, reachable

_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "50",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "lc_messages": "C",
    "timezone": "UTC",
}


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The URL of a running server whose data lie in `folder`; it is stopped afterwards and the data stay."""
    _, programs = find_programs()
    who = identity()
    folder.mkdir(parents=True, exist_ok=True)
    # A socket's path may have 107 bytes, and a cache may lie deep.
    with tempfile.TemporaryDirectory(prefix="chaski-pg-", dir="/tmp") as place:
        socket = Path(place)
        if who:
            os.chown(folder, who["user"], who["group"])
            os.chown(socket, who["user"], who["group"])
            programs = reachable(programs, socket, who)
        data = folder / "data"
        settings = {**_SETTINGS, "unix_socket_directories": str(socket)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(socket)}

        def call(*command: str | Path) -> None:
            # A file and not a pipe: the server keeps its output open, and reading a pipe would never end.
            with (socket / "calls").open("wb") as said:
                done = subprocess.run(
                    command,
                    cwd=socket,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=said,
                    stderr=said,
                    check=False,
                    **who,
                )
            if done.returncode:
                # As root the server runs in the name of another user, who must be able to reach the folder.
                raise RuntimeError(f"{command[0]} in {folder}:\n{(socket / 'calls').read_text(errors='replace')}")

        if not (data / "PG_VERSION").exists():
            call(programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale")
        control = programs / "pg_ctl"
        call(control, "-D", data, "-l", socket / "log", "-w", "-t", "60", "-o", options, "start")
        try:
            yield f"postgresql://{USER}@/postgres?host={socket}"
        finally:
            call(control, "-D", data, "-m", "fast", "-w", "-t", "60", "stop")


def within(server: str, name: str) -> str:
    """The URL of a database on a server."""
    url = sqlalchemy.make_url(server).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def new_database(server: str, name: str, *, like: str = "") -> str:
    """Make a database anew, empty or as a copy of another that nobody is using; returns its URL."""
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}"'.encode())
        admin.execute(f'CREATE DATABASE "{name}"'.encode() + (f' TEMPLATE "{like}"'.encode() if like else b""))
    return within(server, name)


def size_of(url: str) -> int:
    """How many bytes a database takes."""
    engine = sqlalchemy.create_engine(url)
    try:
        with engine.connect() as connection:
            return int(connection.scalar(sqlalchemy.text("SELECT pg_database_size(current_database())")))
    finally:
        engine.dispose()
