"""Clients on keep-alive connections, each posting one signed fact after the other and waiting for its answer.

A bare asyncio protocol: bodies are signed beforehand and answers are looked at no further than status and
length, so that the load takes as little as possible of the two cores it shares with the server.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator, Sequence
from typing import cast

import uvloop

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


def crowd(port: int, token: str, submissions: Sequence[bytes], clients: int) -> float:
    """Post everything and return the seconds it took; every fact must be accepted (201)."""
    head = (
        f"POST /v1/facts HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/jose\r\nContent-Length: "
    ).encode()
    requests = [head + str(len(body)).encode() + b"\r\n\r\n" + body for body in submissions]
    return uvloop.run(_all(port, iter(requests), clients))


async def _all(port: int, requests: Iterator[bytes], clients: int) -> float:
    loop = asyncio.get_running_loop()
    callers = [(await loop.create_connection(lambda: _Caller(requests), "127.0.0.1", port))[1] for _ in range(clients)]
    started = time.perf_counter()
    for caller in callers:
        caller.next()
    await asyncio.gather(*(caller.done for caller in callers))
    return time.perf_counter() - started


class _Caller(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._answer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transport is one in all but its class.
        self._transport = cast("asyncio.Transport", transport)

    def next(self) -> None:
        """Send the next request, or hang up where there is none left."""
        request = next(self._requests, None)
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        end = self._answer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._answer, 0, end)
        if length is None or len(self._answer) < end + 4 + int(length[1]):
            return
        if not self._answer.startswith(b"HTTP/1.1 201"):
            self.done.set_exception(AssertionError(self._answer.decode()))
            self._transport.close()
            return
        self._answer = b""
        self.next()

    def connection_lost(self, error: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(error or ConnectionError("the server hung up"))
