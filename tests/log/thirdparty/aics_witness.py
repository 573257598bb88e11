"""aics-witness, a witness we did not write, as a process of its own (it needs Python 3.12: see aics.py)."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ledger.log import VerifierKey


@dataclass(frozen=True)
class Stranger:
    """A running witness: its submission prefix and its key."""

    url: str
    key: VerifierKey


@contextmanager
def running(python: Path, folder: Path, log: VerifierKey) -> Iterator[Stranger]:
    """A witness that watches this log, for as long as this lasts."""
    config = folder / "witness.json"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    here = f"127.0.0.1:{port}"
    made = _run(python, "init", "-c", config, "--name", "witness.example/aics", "--listen", here)
    found = re.search(r"witness\.example/aics\+[0-9a-f]{8}\+\S+", made)
    assert found is not None, made
    _run(python, "add-log", "-c", config, "--origin", log.name, "--vkey", log.format())
    process = subprocess.Popen([_program(python), "serve", "-c", config], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield Stranger(f"http://{here}", VerifierKey.parse(found[0]))
    finally:
        process.terminate()
        process.wait(10)


def _program(python: Path) -> Path:
    return python.with_name("aics-witness")


def _run(python: Path, *arguments: str | Path) -> str:
    ran = subprocess.run([_program(python), *arguments], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("aics-witness does not answer")
