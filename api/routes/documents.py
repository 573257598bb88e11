"""Keeping documents: content-addressed, streamed to disk, checked against the digest in their address."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import described
from api.bodies import check_length, content_type, limited
from api.desk import desk_of
from ledger.errors import FormatError, Problem

router = APIRouter(tags=["documents"])


@router.put("/v1/documents/{sha256}", openapi_extra=described.keeping, responses=described.kept)
async def keep_document(
    request: Request,
    sha256: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the bytes, hex.")],
    personal: Annotated[bool, Query(description="Whether it names people: it is then kept encrypted.")] = False,
) -> Response:
    """Keep the bytes under their own digest; sending them again changes nothing."""
    desk = desk_of(request)
    await desk.access.require(request, "documents:write")
    settings = desk.settings
    media_type = content_type(request)
    if media_type not in settings.document_types:
        expected = ", ".join(settings.document_types)
        raise FormatError(Problem("document-type", found=media_type[:64], expected=expected))
    check_length(request, settings.max_document_bytes, "document-too-large")
    parts = limited(request.stream(), settings.max_document_bytes, "document-too-large")

    loop = asyncio.get_running_loop()

    def pulled() -> Iterator[bytes]:
        """On the writing thread: ask the event loop for one part after another, so that only one is held."""
        while (part := asyncio.run_coroutine_threadsafe(_next(parts), loop).result()) is not None:
            yield part

    await desk.keep(lambda: desk.ledger.put_document(sha256, pulled(), media_type=media_type, personal=personal))
    body = {"sha256": sha256, "media_type": media_type, "personal": personal}
    return Response(orjson.dumps(body), 201, {"cache-control": "no-store"}, "application/json")


async def _next(parts: AsyncIterator[bytes]) -> bytes | None:
    return await anext(parts, None)
