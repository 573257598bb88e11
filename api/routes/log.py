"""The log for everybody: checkpoint, tiles and proofs in the formats other people's tools read (C2SP, RFC 6962)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import described
from api.desk import Desk, desk_of
from ledger.canonical import b64
from ledger.errors import NotFoundError, Problem
from ledger.facts.misfits import echo
from ledger.log import TileId

router = APIRouter(tags=["log"])

_LARGEST: Final = 2**53 - 1
LogName = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9._~-]{1,100}$", description="The part of the log's origin after `/log/`.")
]
TEXT: Final = "text/plain; charset=utf-8"
_BYTES: Final = "application/octet-stream"

# Anybody's program in a browser may check the log.
_OPEN: Final = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
_NOW: Final = _OPEN | {"cache-control": "no-cache"}
# A full tile never changes. A partial one of a given width does not either, but nobody asks for it for long.
_FOR_EVER: Final = _OPEN | {"cache-control": "public, max-age=31536000, immutable"}
_FOR_A_DAY: Final = _OPEN | {"cache-control": "public, max-age=86400"}


@router.get("/log/{name}/checkpoint", responses=described.checkpoint)
async def read_checkpoint(request: Request, name: LogName) -> Response:
    """The newest signed checkpoint that witnesses have seen: origin, size, root, signatures (c2sp.org/tlog-checkpoint).

    Without witnesses, or where they are late by more than ten seconds, the newest of all.
    """
    desk = _desk(request, name)
    return Response(await desk.read(desk.ledger.shown_checkpoint), 200, _NOW, TEXT)


@router.get("/log/{name}/witnesses", responses=described.witnesses)
async def read_witnesses(request: Request, name: LogName) -> Response:
    """How far each witness of the log has cosigned it, and since when there are entries no quorum has seen."""
    desk = _desk(request, name)
    standing = await desk.read(desk.ledger.witness_standing)
    # Where a witness is reached is between the log and the witness: it may be an address of the operator's own network.
    each = [{"name": one.name, "key": one.key, "size": one.size, "at": one.at} for one in standing.witnesses]
    shown = {
        "size": standing.size,
        "witnessed_size": standing.witnessed_size,
        "unwitnessed_since": standing.unwitnessed_since,
        "quorum": standing.quorum,
        "witnesses": each,
    }
    return Response(orjson.dumps(shown), 200, _NOW, "application/json")


@router.get("/log/{name}/keys", responses=described.checkpoint)
async def read_log_keys(request: Request, name: LogName) -> Response:
    """Every key the log has had, oldest first, each signed for by the one before (docs/log-format.md)."""
    desk = _desk(request, name)
    succession = await desk.read(desk.ledger.succession)
    if succession is None:
        raise NotFoundError(Problem("ledger-unfinished", found=echo(name)))
    return Response(succession.format(), 200, _NOW, TEXT)


@router.get("/log/{name}/tile/{tile:path}", responses=described.tile)
async def read_tile(
    request: Request,
    name: LogName,
    tile: Annotated[str, Path(description="`<L>/<N>[.p/<W>]` or `entries/<N>[.p/<W>]`, as in `0/x001/067`.")],
) -> Response:
    """256 hashes of a level, or 256 entries each after its length in two bytes (c2sp.org/tlog-tiles)."""
    desk = _desk(request, name)
    asked = TileId.parse(f"tile/{tile}")
    if asked.level == "entries":
        data = await desk.read(lambda: desk.ledger.entries_tile(asked.number, asked.width))
    else:
        level = asked.level
        data = await desk.read(lambda: desk.ledger.tile(level, asked.number, asked.width))
    return Response(data, 200, _FOR_EVER if asked.width == 256 else _FOR_A_DAY, _BYTES)


@router.get("/log/{name}/proof/inclusion", responses=described.proof)
async def prove_inclusion(
    request: Request,
    name: LogName,
    index: Annotated[int, Query(ge=0, le=_LARGEST, description="The entry.")],
    size: Annotated[int, Query(ge=1, le=_LARGEST, description="The size of the tree it is proved in.")],
) -> Response:
    """The hashes from the entry's sibling up to the root's child, one base64 line each (RFC 6962 section 2.1.1)."""
    desk = _desk(request, name)
    return _hashes(await desk.read(lambda: desk.ledger.inclusion(index, size)))


@router.get("/log/{name}/proof/consistency", responses=described.proof)
async def prove_consistency(
    request: Request,
    name: LogName,
    old: Annotated[int, Query(ge=0, le=_LARGEST, description="The smaller size.")],
    new: Annotated[int, Query(ge=1, le=_LARGEST, description="The larger size.")],
) -> Response:
    """The hashes that show the smaller tree to be the beginning of the larger one (RFC 6962 section 2.1.2)."""
    desk = _desk(request, name)
    return _hashes(await desk.read(lambda: desk.ledger.consistency(old, new)))


def log_path(origin: str) -> str:
    """The path under which a log is served: its origin's own, from `/log/` on where it has that."""
    _, found, name = origin.partition("/log/")
    return f"/log/{name if found else origin.rpartition('/')[2]}"


def _desk(request: Request, name: str) -> Desk:
    desk = desk_of(request)
    if log_path(desk.ledger.origin) != f"/log/{name}":
        raise NotFoundError(Problem("log-unknown", found=echo(name)))
    return desk


def _hashes(hashes: Sequence[bytes]) -> Response:
    return Response("".join(f"{b64(each)}\n" for each in hashes), 200, _FOR_A_DAY, TEXT)
