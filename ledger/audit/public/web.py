"""A log on a web server: one GET at a time, with a limit on everything the other side could make without end.

The standard library's HTTP client is enough. It follows no redirect and reads no proxy variable, and a connection that
is kept open makes thousands of tiles as quick as one. What comes back is bytes: nothing in it is believed here.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final, NoReturn, Self
from urllib.parse import urlsplit

from ledger.audit.public.source import CHECKPOINT, most_bytes
from ledger.errors import ConflictError, FormatError, Found, NotFoundError, Problem, ProofError

CONNECT_SECONDS: Final = 10.0
WHOLE_SECONDS: Final = 30.0
"""From the request to the end of the answer, however slowly it drips."""

_HEADERS: Final = {"User-Agent": "Chaski", "Accept-Encoding": "identity", "Accept": "*/*"}
_PORTS: Final = {"https": 443, "http": 80}
_GONE: Final = (404, 410)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a log is served, taken apart; `path` ends without a slash."""

    scheme: str
    host: str
    port: int
    path: str

    @classmethod
    def parse(cls, url: str) -> Address:
        """Read a URL; raises FormatError source-url. No user, password, query or fragment: a log needs none."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            _not_an_address(url)
        plain = url.isascii() and url.isprintable() and " " not in url
        if not plain or parts.scheme not in _PORTS or not host or "@" in parts.netloc or "?" in url or "#" in url:
            _not_an_address(url)
        path = parts.path.removesuffix(f"/{CHECKPOINT}").rstrip("/")
        return cls(parts.scheme, host, _PORTS[parts.scheme] if port is None else port, path)


class WebLog:
    """The log under a URL such as `https://ledger.example/log/valle`; a URL of its checkpoint will do too."""

    def __init__(self, url: str, *, seconds: float = WHOLE_SECONDS, tls: ssl.SSLContext | None = None) -> None:
        """`tls` says whose certificates are believed: by default those this machine believes."""
        self._address = Address.parse(url)
        self.name = url
        self._seconds = seconds
        self._headers: dict[str, str] = dict(_HEADERS)
        self._tls = tls or ssl.create_default_context()
        self._lock = threading.Lock()
        self._idle: list[_Wire] = []

    def checkpoint(self) -> bytes:
        """The newest signed checkpoint."""
        return self.read(CHECKPOINT)

    def read(self, path: str) -> bytes:
        """One file of the log."""
        wire = self._taken()
        try:
            if wire.sock is not None:
                try:
                    return self._get(wire, path)
                except _DroppedError:
                    # A server may end a connection it had kept open at any time; a new one answers for itself.
                    wire.drop()
            return self._get(wire, path)
        except _DroppedError:
            raise ConflictError(self._problem("source-broken-off", path)) from None
        finally:
            with self._lock:
                self._idle.append(wire)

    def close(self) -> None:
        """Let every connection go."""
        with self._lock:
            while self._idle:
                self._idle.pop().drop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _most_bytes(self, path: str) -> int:
        """How much is read of what lies under a path."""
        return most_bytes(path)

    def _taken(self) -> _Wire:
        """A connection nobody uses, the last one used first; there are as many as were ever used at a time."""
        with self._lock:
            if self._idle:
                return self._idle.pop()
        return _Wire(self._address, self._tls if self._address.scheme == "https" else None)

    def _get(self, wire: _Wire, path: str) -> bytes:
        most = self._most_bytes(path)
        with wire.within(self._seconds) as late:
            try:
                if wire.sock is None:
                    self._connect(wire, path)
                wire.request("GET", f"{self._address.path}/{path}", headers=self._headers)
                answer = wire.getresponse()
                data = _read(answer, most + 1)
            except (OSError, http.client.HTTPException, ValueError) as error:
                wire.drop()
                if late.is_set():
                    raise ConflictError(self._problem("source-too-slow", path, expected=round(self._seconds))) from None
                if isinstance(error, ConnectionError | http.client.RemoteDisconnected):
                    raise _DroppedError from None
                raise ConflictError(self._problem("source-broken-off", path)) from None
        if late.is_set():
            # Cut off in the middle, an answer without a length looks like a short one.
            answer.close()
            wire.drop()
            raise ConflictError(self._problem("source-too-slow", path, expected=round(self._seconds)))
        if not answer.isclosed():
            # Not read to its end, or not at all: what follows on this connection would be its rest.
            answer.close()
            wire.drop()
        self._must_be_whole(answer, data, most, path)
        return data

    def _connect(self, wire: _Wire, path: str) -> None:
        try:
            wire.connect()
        except ssl.SSLCertVerificationError:
            raise ConflictError(self._problem("source-certificate", path)) from None
        except OSError:
            raise ConflictError(self._problem("source-unreachable", path)) from None

    def _must_be_whole(self, answer: http.client.HTTPResponse, data: bytes, most: int, path: str) -> None:
        status = answer.status
        if status in _GONE:
            raise NotFoundError(self._problem("source-missing", path))
        if 300 <= status < 400:
            # Where a log is served is part of what its reader decided to look at.
            to = (answer.headers.get("location") or "")[:200]
            raise FormatError(self._problem("source-redirected", path, expected=to if to.isprintable() else ""))
        if status != 200:
            raise ConflictError(self._problem("source-refused", path, expected=status))
        if (answer.headers.get("content-encoding") or "identity").lower() != "identity":
            raise FormatError(self._problem("source-encoded", path))
        if len(data) > most:
            raise ProofError(self._problem("source-too-long", path, expected=most))
        if answer.length:
            raise ConflictError(self._problem("source-broken-off", path))

    def _problem(self, code: str, path: str, *, expected: Found = None) -> Problem:
        return Problem(code, found=f"{self.name.rstrip('/')}/{path}", expected=expected, retry="after-change")


def _read(answer: http.client.HTTPResponse, most: int) -> bytes:
    if answer.status != 200:
        return b""
    try:
        return answer.read(most)
    except BaseException:
        answer.close()
        raise


class _DroppedError(Exception):
    """The other side ended the connection instead of answering."""


class _Wire(http.client.HTTPConnection):
    """One connection, which a watch can cut from outside whatever it waits for."""

    def __init__(self, address: Address, tls: ssl.SSLContext | None) -> None:
        super().__init__(address.host, address.port, timeout=CONNECT_SECONDS)
        self._tls = tls
        self._handle: socket.socket | None = None
        self.default_port = _PORTS[address.scheme]

    def connect(self) -> None:
        self.drop()
        raw = socket.create_connection((self.host, self.port), CONNECT_SECONDS)
        # A second handle on the same connection: shutting it down ends whatever waits on the first one.
        self._handle = raw.dup()
        try:
            raw.settimeout(None)
            self.sock = raw if self._tls is None else self._tls.wrap_socket(raw, server_hostname=self.host)
        except BaseException:
            raw.close()
            raise

    def drop(self) -> None:
        """End it. (`close` alone is called by the client itself, before it reads an answer that is the last one.)"""
        self.close()
        if self._handle is not None:
            self._handle.close()
            self._handle = None

    @contextmanager
    def within(self, seconds: float) -> Iterator[threading.Event]:
        """Cut the connection after so long; the event says whether that happened."""
        late = threading.Event()
        watch = threading.Timer(seconds, self._cut, (late,))
        watch.daemon = True
        watch.start()
        try:
            yield late
        finally:
            watch.cancel()
            if self.sock is None:
                self.drop()

    def _cut(self, late: threading.Event) -> None:
        late.set()
        if (handle := self._handle) is not None:
            with suppress(OSError):  # it may have ended by itself
                handle.shutdown(socket.SHUT_RDWR)


def _not_an_address(url: str) -> NoReturn:
    # A password must not come back in an error.
    shown = None if "@" in url else url[:200]
    raise FormatError(Problem("source-url", found=shown, expected="https://host/log/name", retry="after-change"))
