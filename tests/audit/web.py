"""A web server on this machine that serves a log's files, and lies, stalls or rambles where it is told to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final

LOG: Final = "/log/tiny/"

Answering = Callable[[BaseHTTPRequestHandler], None]


@dataclass
class Server:
    """The files it serves by their path within the log, and what it does instead for some of them."""

    files: dict[str, bytes] = field(default_factory=dict)
    instead: dict[str, Answering] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    connections: int = 0
    port: int = 0
    scheme: str = "http"
    over: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        """The address of the log."""
        return f"{self.scheme}://127.0.0.1:{self.port}{LOG.rstrip('/')}"

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        path = handler.path.removeprefix(LOG)
        self.asked.append(path)
        self.agents.add(handler.headers.get("user-agent", ""))
        if path in self.instead:
            self.instead[path](handler)
        elif handler.path.startswith(LOG) and path in self.files:
            send(handler, 200, self.files[path])
        else:
            send(handler, 404, b"no such file")

    def drip(self, head: bytes, drops: Iterator[bytes] | None = None) -> Answering:
        """Sends the head at once and then a drop every 50 ms, for as long as somebody listens."""

        def answering(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True
            with suppress(OSError):
                handler.wfile.write(head)
                while not self.over.wait(0.05):
                    handler.wfile.write(b"x" if drops is None else next(drops))

        return answering

    def pour(self, head: bytes, drop: bytes) -> Answering:
        """Sends the head and then the same again and again, as fast as it is taken."""

        def answering(handler: BaseHTTPRequestHandler) -> None:
            handler.close_connection = True
            with suppress(OSError):
                handler.wfile.write(head)
                while not self.over.is_set():
                    handler.wfile.write(drop)

        return answering


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    """An answer as it should be, head and body in one packet where they fit."""
    lines = {"Content-Length": str(len(body))} | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    handler.wfile.write(f"{handler.protocol_version} {status} x\r\n{head}\r\n".encode() + body)


def status(number: int, body: bytes = b"", **headers: str) -> Answering:
    """Answers with a status and nothing else of use."""
    return lambda handler: send(handler, number, body, **headers)


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    """Ends the connection without a word."""
    handler.close_connection = True


@contextmanager
def serving(files: dict[str, bytes], *, keep_alive: bool = True, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    """A server with these files, until the end of the block."""
    server = Server(dict(files))

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1" if keep_alive else "HTTP/1.0"

        def setup(self) -> None:
            super().setup()
            server.connections += 1

        def do_GET(self) -> None:
            server.answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
            """Say nothing."""

    class Http(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A reader that leaves is what some tests are about."""

    http = Http(("127.0.0.1", 0), Handler)
    if tls is not None:
        http.socket = tls.wrap_socket(http.socket, server_side=True)
        server.scheme = "https"
    server.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        http.shutdown()
        http.server_close()
        thread.join()
