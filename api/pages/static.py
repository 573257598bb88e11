"""The style sheet and the icon, read once and kept compressed."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from typing import Final

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Route

_TYPES: Final = {"css": "text/css; charset=utf-8", "svg": "image/svg+xml", "txt": "text/plain; charset=utf-8"}


@cache
def _file(name: str) -> tuple[bytes, bytes, str] | None:
    """The bytes, the same compressed, and the media type; None for what is not there."""
    media_type = _TYPES.get(name.rpartition(".")[2])
    known = {each.name: each for each in files("api").joinpath("static").iterdir() if each.is_file()}
    if media_type is None or name not in known:
        return None
    data = known[name].read_bytes()
    return data, gzip.compress(data, 9, mtime=0), media_type


async def read_static(request: Request) -> Response:
    """One file of api/static."""
    found = _file(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    data, packed, media_type = found
    # The pages name a file with a digest of its bytes behind it; without one it may change with the next version.
    versioned = bool(request.url.query)
    headers = {
        "cache-control": "public, max-age=31536000, immutable" if versioned else "public, max-age=3600",
        "vary": "Accept-Encoding",
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, 200, {**headers, "content-encoding": "gzip"}, media_type)
    return Response(data, 200, headers, media_type)


router = APIRouter(routes=[Route("/static/{name}", read_static, methods=["GET"])])
