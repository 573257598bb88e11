"""Counters for Prometheus, on this machine only unless the settings or a token say otherwise."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import described
from api.desk import desk_of
from api.measures import MEDIA_TYPE

router = APIRouter(tags=["health"])

# What a proxy on this machine adds for somebody who is not on this machine.
_FORWARDED: Final = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


@router.get("/metrics", responses=described.metrics)
async def read_metrics(request: Request) -> Response:
    """Requests, times, facts and problems by code, in Prometheus' text format."""
    desk = desk_of(request)
    if not desk.settings.metrics_public and not _is_local(request):
        await desk.access.require(request, "metrics:read")
    standing = await desk.read(desk.ledger.witness_standing)
    return Response(
        desk.measures.exposition(standing.size, standing.witnessed_size), 200, {"cache-control": "no-store"}, MEDIA_TYPE
    )


def _is_local(request: Request) -> bool:
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
