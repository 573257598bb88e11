"""How a receipt goes out: as a proof file (c2sp.org/tlog-proof) or, asked for by `Accept`, as COSE (RFC 9942)."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

COSE: Final = "application/cose"
_TEXT: Final = "text/plain; charset=utf-8"
_OPEN: Final = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}

# What RFC 9943 calls the same thing.
_NAMES: Final = frozenset({COSE, "application/scitt-receipt+cose"})


def asks_for_cose(request: Request) -> bool:
    """Whether COSE is named in Accept; everything else gets the proof file, `*/*` too."""
    accepted = request.headers.get("accept", "")[:512].lower().split(",")
    return any(item.partition(";")[0].strip() in _NAMES for item in accepted)


def proof_response(text: str, name: str, *, public: bool = False) -> Response:
    """The proof file, named after what it is for."""
    return Response(text, 200, _headers(f"{name}.tlog-proof", public=public), _TEXT)


def cose_response(data: bytes, name: str, *, public: bool = False) -> Response:
    """The COSE receipt, named after what it is for."""
    return Response(data, 200, _headers(f"{name}.cose", public=public), COSE)


def _headers(file: str, *, public: bool) -> dict[str, str]:
    # A later one proves the same against a larger log: not worth keeping, and no cache should know who asked.
    headers = {"content-disposition": f'attachment; filename="{file}"', "cache-control": "no-store", "vary": "Accept"}
    return headers | _OPEN if public else headers
