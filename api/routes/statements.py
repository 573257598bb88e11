"""The statements of the log for who audits it: newline-delimited, with the packs they are judged by; scope `audit`."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import described
from api.desk import desk_of
from ledger.audit.whole.lines import written

router = APIRouter(tags=["log"])

MOST_LINES: Final = 1000
_MOST_BYTES: Final = 32 * 1024 * 1024
_LARGEST: Final = 2**53 - 1
_PRIVATE: Final = {"cache-control": "no-store"}
NDJSON: Final = "application/x-ndjson"


@router.get("/v1/log/statements", responses=described.statements)
async def read_statements(
    request: Request,
    first: Annotated[int, Query(ge=0, le=_LARGEST, description="The first index.")] = 0,
    after: Annotated[
        int | None,
        Query(ge=0, le=_LARGEST, description="The index to stop before; at most 1,000 lines come, by default as many."),
    ] = None,
) -> Response:
    """The statements from `first` on, one canonical JSON object a line, byte for byte what is in the log.

    Fewer may come than were asked for: ask again from where they end. Nothing sealed is in them.
    """
    desk = desk_of(request)
    await desk.access.require(request, "audit")
    last = first + MOST_LINES if after is None else min(after, first + MOST_LINES)

    def lines() -> bytes:
        size, _ = desk.ledger.stands_at()
        found, length = [], 0
        for line in desk.ledger.logged(first, max(first, min(last, size))):
            found.append(written(line))
            length += len(found[-1])
            if length > _MOST_BYTES:
                break
        return b"".join(found)

    return Response(await desk.read(lines), 200, _PRIVATE, NDJSON)


@router.get("/v1/log/packs/{digest}", responses=described.pack_file)
async def read_pack(
    request: Request,
    digest: Annotated[str, Path(pattern=r"^[0-9a-f]{64}$", description="SHA-256 of the pack's bytes, hex.")],
) -> Response:
    """The bytes of a pack that the log adopted: commodity, scheme or framework."""
    desk = desk_of(request)
    await desk.access.require(request, "audit")
    data = await desk.read(lambda: desk.ledger.pack_data(digest))
    return Response(data, 200, _PRIVATE, "application/toml")
