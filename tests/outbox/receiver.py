"""A receiver of webhooks: a real HTTP server on this machine that answers as it is told and remembers what came."""

from __future__ import annotations

import hashlib
import hmac
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import orjson

Answering = Callable[["Receiver", BaseHTTPRequestHandler], None]


@dataclass(frozen=True)
class Got:
    """A request as it came."""

    path: str
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The body read."""
        return orjson.loads(self.body)


@dataclass
class Receiver:
    """What came, and how to answer: each answer of the script once, then the last one for ever."""

    script: list[Answering]
    port: int = 0
    got: list[Got] = field(default_factory=list)
    came: threading.Condition = field(default_factory=threading.Condition)

    def url(self, path: str = "/hook") -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}{path}"

    @property
    def ids(self) -> list[str]:
        """Which notices came, in their order."""
        return [each.headers["chaski-delivery"] for each in self.got]

    def wait_for(self, many: int, seconds: float = 60) -> None:
        """Wait until so many requests have come."""
        with self.came:
            assert self.came.wait_for(lambda: len(self.got) >= many, seconds), f"{len(self.got)} of {many} came"


def status(number: int, **headers: str) -> Answering:
    """Answer with a status."""

    def answer(_: Receiver, request: BaseHTTPRequestHandler) -> None:
        request.send_response(number)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def drop(_: Receiver, request: BaseHTTPRequestHandler) -> None:
    """Close the connection without a word."""
    request.close_connection = True


def drip(seconds: float) -> Answering:
    """Answer one byte at a time, each well within any timeout on reading, and never come to an end."""

    def answer(_: Receiver, request: BaseHTTPRequestHandler) -> None:
        until = time.monotonic() + seconds
        try:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while time.monotonic() < until:
                request.wfile.write(b"x")
                request.wfile.flush()
                time.sleep(0.05)
        except OSError:
            return

    return answer


def flood(_: Receiver, request: BaseHTTPRequestHandler) -> None:
    """Take it, and answer with more than anybody wants to read."""
    request.send_response(200)
    request.end_headers()
    try:
        for _number in range(2_000):
            request.wfile.write(b"x" * 65_536)
    except OSError:
        return


@contextmanager
def receiver(*script: Answering, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """A receiver that runs for as long as this lasts, behind TLS if asked."""
    state = Receiver(list(script) or [status(204)])

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            with state.came:
                answer = state.script.pop(0) if len(state.script) > 1 else state.script[0]
                state.got.append(Got(self.path, self.headers, body))
                state.came.notify_all()
            answer(state, self)

        def log_message(self, *arguments: object) -> None:
            """Quietly."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, request: object, client_address: object) -> None:
            """A caller that hangs up is what these tests are about."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    state.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def is_genuine(secret: str, header: str, body: bytes, now: int, *, tolerance: int = 300) -> bool:
    """How a receiver checks a signature; docs/webhooks.md shows the same lines."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    expected = hmac.new(secret.encode(), f"{parts['t']}.".encode() + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"]) and abs(now - int(parts["t"])) <= tolerance
