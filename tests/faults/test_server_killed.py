"""`kill -9` of a real `chaski serve` under load, again and again: nothing acknowledged is lost, and nothing forks."""

from __future__ import annotations

import http.client
import json
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.log import VerifierKey, open_checkpoint, verify_consistency
from ledger.store.clock import system_clock
from tests.store.world import COOP, Place, facility, found, place

CALLERS = 3
CHECKPOINT = "/log/pruebas/checkpoint"


@pytest.mark.parametrize("kills", [10, pytest.param(200, marks=pytest.mark.soak)])
def test_a_server_killed_under_load_loses_nothing_it_acknowledged(
    tmp_path: Path, kills: int, record_property: Callable[[str, object], None]
) -> None:
    record_property("kills", kills)
    chance = random.Random(11)
    with place("sqlite", tmp_path) as where:
        ledger = where.create(seed=None, clock=system_clock)
        found(ledger)
        token = ledger.create_token(party=COOP, scopes=["facts:write"], days=1, label="load")
        key = VerifierKey.parse(ledger.verifier_key)
        where.close(ledger)
        acknowledged: dict[str, int] = {}
        heads: dict[int, bytes] = {}
        for turn in range(kills):
            served = Served(where)
            load = Load(served.port, token, turn)
            load.wait_for(5)
            heads.update(load.head())
            time.sleep(chance.uniform(0, 0.3))
            served.kill()
            told = load.stop()
            assert told.keys().isdisjoint(acknowledged)
            acknowledged |= told
        assert len(set(acknowledged.values())) == len(acknowledged), "two facts at one place"
        ledger = where.open(clock=system_clock)
        head = ledger.head()
        assert all(ledger.fact(digest).index == index for digest, index in acknowledged.items())
        for size, note in heads.items():
            kept = open_checkpoint(note, [key]).checkpoint
            proof = ledger.consistency(size, head.size)
            verify_consistency(size, head.size, kept.root, bytes.fromhex(head.root), proof)
        assert ledger.verify().size == head.size
        assert ledger.rebuild().differences == ()


class Served:
    """One server process."""

    def __init__(self, where: Place) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        command = [sys.executable, "-m", "ledger.cli", "serve", "--database", where.database, "--port", str(self.port)]
        self._process = subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=where.file.parent
        )
        deadline = time.monotonic() + 60
        while self._process.poll() is None and time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        pytest.fail("the server did not start")

    def kill(self) -> None:
        self._process.kill()
        assert self._process.wait(30) == -9


class Load:
    """Callers that state one centre after the other until the line goes dead, and note what was acknowledged."""

    def __init__(self, port: int, token: str, turn: int) -> None:
        self._port = port
        self._headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
        self._acknowledged: dict[str, int] = {}
        self._wrong: list[str] = []
        self._threads = [threading.Thread(target=self._call, args=(f"{turn}/{each}",)) for each in range(CALLERS)]
        for thread in self._threads:
            thread.start()

    def _call(self, name: str) -> None:
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            for number in range(100_000):
                line.request("POST", "/v1/facts", json.dumps({"facts": [facility(f"{name}/{number}")]}), self._headers)
                answer = line.getresponse()
                said = json.loads(answer.read())
                if answer.status not in (200, 201) or said["results"][0]["status"] != "accepted":
                    self._wrong.append(f"{answer.status} {said}")
                    return
                self._acknowledged[said["results"][0]["digest"]] = said["results"][0]["index"]
        except (OSError, http.client.HTTPException, ValueError):
            # Killed in the middle of an answer, or before it: whoever asked does not know and says it again.
            return
        finally:
            line.close()

    def wait_for(self, many: int) -> None:
        """Until so many were acknowledged."""
        deadline = time.monotonic() + 60
        while len(self._acknowledged) < many and not self._wrong:
            assert time.monotonic() < deadline, "waited in vain"
            time.sleep(0.01)

    def head(self) -> dict[int, bytes]:
        """The checkpoint handed out now, by its size."""
        line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        line.request("GET", CHECKPOINT)
        note = line.getresponse().read()
        line.close()
        return {int(note.split(b"\n")[1]): note}

    def stop(self) -> dict[str, int]:
        """What was acknowledged until the line went dead: digest and index."""
        for thread in self._threads:
            thread.join(60)
            assert not thread.is_alive()
        assert not self._wrong, self._wrong
        return self._acknowledged
