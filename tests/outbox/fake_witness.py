"""A witness that runs in this process behind a real HTTP server: an honest one, or one that answers as it is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from starlette.testclient import TestClient

from ledger.witness import Witness, create_app

Reply = tuple[int, str, bytes]
Answering = Callable[[str, bytes], Reply]
"""Answers a path ("POST /add-checkpoint") and a body with a status, a media type and a body."""

TEXT = "text/plain; charset=utf-8"
SIZE = "text/x.tlog.size"


@dataclass
class FakeWitness:
    """Where it answers, what it was asked, and how it answers: a test may change that at any time."""

    answer: Answering
    port: int = 0
    asked: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its submission prefix."""
        return f"http://127.0.0.1:{self.port}/prefix/"

    @property
    def submissions(self) -> list[bytes]:
        """The bodies of every add-checkpoint."""
        return [body for path, body in self.asked if path == "POST /add-checkpoint"]


def honest(witness: Witness) -> Answering:
    """What our own server answers."""
    client = TestClient(create_app(witness))

    def answer(path: str, body: bytes) -> Reply:
        verb, where = path.split(" ")
        got = client.request(verb, where, content=body)
        return got.status_code, got.headers["content-type"], got.content

    return answer


def saying(status: int, body: bytes = b"", media_type: str = TEXT) -> Answering:
    """Always the same."""
    return lambda _path, _body: (status, media_type, body)


def wedged(_path: str, _body: bytes) -> Reply:
    """Never answers while anybody waits."""
    time.sleep(3)
    return 200, TEXT, b""


@contextmanager
def served(answer: Answering) -> Iterator[FakeWitness]:
    """A witness that is asked over HTTP for as long as this lasts."""
    state = FakeWitness(answer)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self._answer("POST", self.rfile.read(int(self.headers["content-length"])))

        def do_GET(self) -> None:
            self._answer("GET", b"")

        def _answer(self, verb: str, body: bytes) -> None:
            path = f"{verb} {self.path.removeprefix('/prefix')}"
            state.asked.append((path, body))
            status, media_type, data = state.answer(path, body)
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *arguments: object) -> None:
            """Quietly."""

    class Server(ThreadingHTTPServer):
        block_on_close = False
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A caller that hangs up is what these tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
