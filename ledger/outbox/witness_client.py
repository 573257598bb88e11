"""One connection to one witness: a POST and a GET, each answered within a second or not at all.

Nothing a witness says is believed here; its cosignatures are verified by whoever asked.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NoReturn
from urllib.parse import urlsplit

from ledger.errors import ConflictError, FormatError, Problem

SECONDS: Final = 1.0
"""From the first packet to the end of the answer: nobody who waits for a receipt waits for a slow witness."""

MAX_ANSWER: Final = 64 * 1024

_HEADERS: Final = {"User-Agent": "Chaski", "Accept-Encoding": "identity"}
_PRINTABLE: Final = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class WitnessAnswer:
    """What came back: the status, the media type, the body."""

    status: int
    type: str
    body: bytes


class WitnessClient:
    """Talks to one witness under its submission prefix; one thread uses it at a time. The connection is kept open."""

    def __init__(self, prefix: str, *, seconds: float = SECONDS, tls: ssl.SSLContext | None = None) -> None:
        """`prefix` is an http or https URL; raises FormatError witness-url. Cosignatures protect themselves."""
        if len(prefix) > 2048 or _PRINTABLE.fullmatch(prefix) is None:
            _bad_url(prefix)
        try:
            parts = urlsplit(prefix)
            port = parts.port
        except ValueError:
            _bad_url(prefix)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
            _bad_url(prefix)
        if parts.username is not None or parts.password is not None:
            _bad_url(prefix)
        self._tls = (tls or _trusting()) if parts.scheme == "https" else None
        self._host = parts.hostname
        self._port = port or (80 if self._tls is None else 443)
        self._path = parts.path.rstrip("/")
        self._seconds = seconds
        self._connection: http.client.HTTPConnection | None = None

    def post(self, path: str, body: bytes) -> WitnessAnswer:
        """POST under the prefix; raises ConflictError witness-unreachable, -too-slow or -broken-off."""
        return self._exchange("POST", path, body)

    def get(self, path: str) -> WitnessAnswer:
        """GET under the prefix; raises as `post`."""
        return self._exchange("GET", path, None)

    def close(self) -> None:
        """Let the connection go."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _exchange(self, verb: str, path: str, body: bytes | None) -> WitnessAnswer:
        late = threading.Event()
        watch = threading.Timer(self._seconds, self._cut, (late,))
        watch.daemon = True
        watch.start()
        try:
            return self._twice(verb, path, body, late)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            _failed("witness-too-slow" if late.is_set() or isinstance(error, TimeoutError) else _named(error))
        finally:
            watch.cancel()

    def _twice(self, verb: str, path: str, body: bytes | None, late: threading.Event) -> WitnessAnswer:
        """Once more on a fresh connection where a kept one turns out to have been closed meanwhile."""
        if self._connection is not None:
            try:
                return self._once(self._connection, verb, path, body, late)
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                if late.is_set():
                    raise
                self.close()
        if self._tls is None:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=self._seconds)
        else:
            self._connection = http.client.HTTPSConnection(
                self._host, self._port, timeout=self._seconds, context=self._tls
            )
        self._connection.connect()
        # Requests are small and come alone: waiting to fill a packet would only cost 40 ms.
        self._connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._once(self._connection, verb, path, body, late)

    def _once(
        self, connection: http.client.HTTPConnection, verb: str, path: str, body: bytes | None, late: threading.Event
    ) -> WitnessAnswer:
        headers = _HEADERS if body is None else {**_HEADERS, "Content-Type": "text/plain; charset=utf-8"}
        connection.request(verb, f"{self._path}/{path}", body, headers)
        answer = connection.getresponse()
        data = answer.read(MAX_ANSWER + 1)
        if late.is_set():
            # Cut off within its head, an answer looks like a short one, whatever it was going to say.
            raise TimeoutError
        if len(data) > MAX_ANSWER:
            self.close()
            _failed("witness-answer-endless")
        if answer.will_close or not answer.isclosed():
            self.close()
        return WitnessAnswer(answer.status, answer.headers.get("content-type", ""), data)

    def _cut(self, late: threading.Event) -> None:
        """End whatever waits on the connection: each read may be quick, and the answer still never end."""
        late.set()
        connection = self._connection
        sock = None if connection is None else connection.sock
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)


def _named(error: Exception) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return "witness-certificate"
    return "witness-unreachable" if isinstance(error, OSError) else "witness-broken-off"


def _failed(code: str) -> NoReturn:
    raise ConflictError(Problem(code, retry="after-sync")) from None


def _bad_url(prefix: str) -> NoReturn:
    raise FormatError(Problem("witness-url", found=prefix[:80], retry="after-change"))


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
