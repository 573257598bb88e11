"""Every command block of README.md works, in order, in a clean clone; and every link of the docs leads somewhere.

The convention: a fence ` ```sh ` is run to its end and must succeed. ` ```sh serve ` stays in the foreground: it is
started, awaited at /healthz, left running for the blocks after it, and stopped at the end. Blocks say port 8080.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.house.tree import ROOT, clone, tracked

PORT = "8080"


@dataclass(frozen=True, slots=True)
class Block:
    """One fence of shell lines; `serve` marks one that does not end by itself."""

    commands: str
    serve: bool


def blocks(markdown: str) -> list[Block]:
    """The shell fences of a page, in order."""
    found = re.findall(r"(?ms)^```sh( serve)?\n(.*?)^```$", markdown)
    return [Block(commands, bool(serve)) for serve, commands in found]


def test_blocks_are_found_and_told_apart() -> None:
    page = "# A\n```sh\nmake demo\n```\nthen\n```sh serve\nmake serve\n```\n```json\n{}\n```\n"

    assert blocks(page) == [Block("make demo\n", serve=False), Block("make serve\n", serve=True)]


def test_every_link_of_the_readme_leads_to_a_file() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    targets = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    there = {path.relative_to(ROOT).as_posix() for path in tracked()}

    for target in targets:
        assert target in there or any(name.startswith(target.rstrip("/") + "/") for name in there), target


@pytest.mark.slow
def test_the_readme_takes_a_newcomer_to_a_running_ledger(tmp_path: Path) -> None:
    checkout = clone(tmp_path)
    port = _free_port()
    environment = _newcomer(tmp_path) | {"PORT": port}

    with contextlib.ExitStack() as running:
        for block in blocks((ROOT / "README.md").read_text(encoding="utf-8")):
            commands = block.commands.replace(PORT, port)
            if block.serve:
                running.enter_context(_serving(commands, checkout, environment, port))
                continue
            done = subprocess.run(
                ["sh", "-eu", "-c", commands],
                cwd=checkout,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{commands}\n{done.stdout}\n{done.stderr}"


@contextlib.contextmanager
def _serving(commands: str, checkout: Path, environment: dict[str, str], port: str) -> Iterator[None]:
    output = checkout.parent / "serve.log"
    with output.open("wb") as log:
        # A session of its own, so that stopping reaches make's child too.
        server = subprocess.Popen(
            ["sh", "-eu", "-c", commands], cwd=checkout, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        try:
            deadline = time.monotonic() + 60
            while not _healthy(port):
                assert server.poll() is None, output.read_text(errors="replace")
                assert time.monotonic() < deadline, output.read_text(errors="replace")
                time.sleep(0.2)
            yield
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(server.pid, signal.SIGTERM)
            server.wait(timeout=30)


def _healthy(port: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2) as answer:
            return int(answer.status) == 200
    except (urllib.error.URLError, OSError):
        return False


def _newcomer(home: Path) -> dict[str, str]:
    """The environment of this machine without what belongs to this run: its venv, its make, its own settings."""
    ours = ("VIRTUAL_ENV", "PYTHON", "PYTEST", "MAKE", "MFLAGS", "CHASKI_", "TEST_", "VENV", "WORKERS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    venv = os.environ.get("VIRTUAL_ENV", str(ROOT / ".venv"))
    kept["PATH"] = os.pathsep.join(p for p in kept.get("PATH", os.defpath).split(os.pathsep) if not p.startswith(venv))
    return kept


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
