"""Real `chaski serve` processes on the loopback, each on a ledger of its own."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.valley import DATABASE

_PATIENCE = 60.0


@dataclass(frozen=True, slots=True)
class Server:
    """A server on its way up; `ready` waits until it answers."""

    port: int
    process: subprocess.Popen[bytes]

    def ready(self) -> None:
        """Wait for it; raises RuntimeError where it does not come."""
        started = time.perf_counter()
        while time.perf_counter() - started < _PATIENCE and self.process.poll() is None:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("the server did not start")

    def memory(self) -> float:
        """Resident memory in MB, as `ps` says."""
        found = subprocess.run(
            ["ps", "-o", "rss=", "-p", str(self.process.pid)], capture_output=True, text=True, check=True
        )
        return int(found.stdout) * 1024 / 1_000_000


@contextmanager
def server(folder: Path, *, group_commit: bool = True, preload: Path | None = None) -> Iterator[Server]:
    """Serve the ledger in a folder until the block ends, with the settings everybody has."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**os.environ, "CHASKI_GROUP_COMMIT": "true" if group_commit else "false"}
    if preload is not None:
        environment["LD_PRELOAD"] = str(preload)
    process = subprocess.Popen(
        [sys.executable, "-m", "ledger.cli", "serve", "--database", str(folder / DATABASE), "--port", str(port)],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(30)


def slow_disk(folder: Path) -> Path | None:
    """The shim that adds 5 ms to each fsync; None where it cannot be made here."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        return None
    shim = folder / "slow_disk.so"
    source = Path(__file__).with_name("slow_disk.c")
    subprocess.run([compiler, "-shared", "-fPIC", "-O2", "-o", str(shim), str(source), "-ldl"], check=True)
    return shim
