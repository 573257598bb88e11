"""Whether the server lives, and whether it can answer; both public and cheap."""

from __future__ import annotations

import structlog
from fastapi import APIRouter, Request
from starlette.responses import Response

from api import described
from api.desk import desk_of
from ledger.errors import ConflictError, LedgerError, Problem

router = APIRouter(tags=["health"])
_log = structlog.get_logger("chaski.health")


@router.get("/healthz", responses=described.healthy)
async def is_alive() -> Response:
    """The process answers; nothing else was looked at."""
    return Response(b'{"status":"alive"}', 200, {"cache-control": "no-store"}, "application/json")


@router.get("/readyz", responses=described.ready)
async def is_ready(request: Request) -> Response:
    """The log's head can be read; 503 otherwise."""
    desk = desk_of(request)
    try:
        await desk.read(desk.ledger.head)
    except LedgerError as error:
        _log.error("not-ready", codes=[problem.code for problem in error.problems])
        raise ConflictError(Problem("log-not-ready", found=error.problems[0].code)) from None
    return Response(b'{"status":"ready"}', 200, {"cache-control": "no-store"}, "application/json")
