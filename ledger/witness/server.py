"""The witness over HTTP (c2sp.org/tlog-witness): one call to submit, one to read; the statuses stand here alone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.errors import ConflictError, FormatError, LedgerError, NotFoundError, ProofError
from ledger.log.add_checkpoint import MAX_BYTES, SIZE_TYPE
from ledger.witness.witness import Witness

BODY_SECONDS: Final = 10
"""Who sends more slowly is cut off: a witness waits for many logs."""

_KINDS: Final[Mapping[type[LedgerError], int]] = {
    FormatError: 400,
    NotFoundError: 404,
    ConflictError: 503,
    ProofError: 422,
}
_CODES: Final[Mapping[str, int]] = {
    "witness-log-unsigned": 403,
    "witness-old-size": 409,
    # Not the log's fault: this witness must not speak until its operator has looked.
    "witness-older-copy": 503,
    "forked-from-remembered": 503,
}
_OPEN: Final = {"access-control-allow-origin": "*", "cache-control": "no-cache"}
_TEXT: Final = "text/plain; charset=utf-8"


def create_app(witness: Witness) -> Starlette:
    """The application over an open witness, which stays the caller's to close."""

    async def add_checkpoint(request: Request) -> Response:
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request)
        except (TimeoutError, ClientDisconnect):
            return Response(b"too slow\n", 408, {"connection": "close"}, _TEXT)
        if body is None:
            return Response(b"too large\n", 413, {"connection": "close"}, _TEXT)
        try:
            return Response(await run_in_threadpool(witness.add_checkpoint, body), 200, None, _TEXT)
        except LedgerError as error:
            return _refused(error)

    async def checkpoint(request: Request) -> Response:
        try:
            data = await run_in_threadpool(witness.checkpoint, request.path_params["origin"])
        except LedgerError as error:
            return _refused(error)
        return Response(data, 200, _OPEN, _TEXT)

    async def about(_: Request) -> Response:
        return Response(f"{witness.key.format()}\n", 200, _OPEN, _TEXT)

    return Starlette(
        routes=[
            Route("/add-checkpoint", add_checkpoint, methods=["POST"]),
            Route("/{origin:str}/checkpoint", checkpoint, methods=["GET"]),
            Route("/", about, methods=["GET"]),
        ]
    )


def serve(witness: Witness, *, host: str, port: int, bound: Callable[[int], None] | None = None) -> None:
    """Serve until told to stop (SIGINT, SIGTERM). `port` 0 picks a free one; `bound` is told which."""
    config = uvicorn.Config(
        create_app(witness),
        host=host,
        port=port,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        # A log that is quiet for a minute finds its connection still open.
        timeout_keep_alive=75,
        limit_concurrency=512,
        timeout_graceful_shutdown=5,
    )
    with config.bind_socket() as listening:
        # Before anybody is told: who reads the address and calls at once must not be turned away.
        listening.listen(config.backlog)
        if bound is not None:
            bound(listening.getsockname()[1])
        uvicorn.Server(config).run(sockets=[listening])


async def _body(request: Request) -> bytes | None:
    """The body, or None for one that is longer than any request."""
    data = bytearray()
    async for chunk in request.stream():
        data += chunk
        if len(data) > MAX_BYTES:
            return None
    return bytes(data)


def _refused(error: LedgerError) -> Response:
    problem = error.problems[0]
    status = next((number for kind, number in _KINDS.items() if isinstance(error, kind)), 500)
    status = _CODES.get(problem.code, status)
    if status == 409:
        return Response(f"{problem.expected}\n".encode(), 409, {"content-type": SIZE_TYPE})
    return Response(f"{problem.code}\n".encode(), status, None, _TEXT)
