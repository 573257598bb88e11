"""The front page: whose log this is, where it stands, a way to a lot, and how anybody checks it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api.desk import Desk, desk_of
from api.language import language_of
from api.pages.render import draw, html_response
from api.routes.log import log_path
from ledger.queries import LotLine

# How many lots of a demonstration are read in search of examples; it has no more.
_MANY: Final = 10_000


class Examples:
    """One lot of each commodity of a demonstration, found again only when its log has grown."""

    def __init__(self) -> None:
        """Nothing is known yet."""
        self._known: dict[tuple[str, str, int], list[dict[str, Any]]] = {}

    def of(self, desk: Desk, size: int) -> list[dict[str, Any]]:
        """The examples; none on a log that is no demonstration, whose lots are known by their labels alone."""
        ledger = desk.ledger
        if not ledger.is_demo:
            return []
        key = (ledger.origin, ledger.verifier_key, size)
        if key not in self._known:
            self._known = {key: [_described(desk, line) for line in _newest(ledger.lots(limit=_MANY))]}
        return self._known[key]


_EXAMPLES: Final = Examples()


async def show_landing(request: Request) -> Response:
    """The front page in the reader's language."""
    desk = desk_of(request)
    language = language_of(request)
    head = await desk.read(desk.ledger.head)
    standing = await desk.read(desk.ledger.witness_standing)
    operator = await desk.read(lambda: desk.ledger.name_of(desk.ledger.operator_party))
    html = draw(
        "landing.html",
        language,
        path="/",
        query="",
        demonstration=desk.ledger.is_demo,
        operator=operator,
        examples=await desk.read(lambda: _EXAMPLES.of(desk, head.size)),
        origin=head.origin,
        size=head.size,
        root=head.root,
        recorded_at=head.recorded_at,
        quorum=standing.quorum,
        witnessed_size=standing.witnessed_size,
        unwitnessed_since=standing.unwitnessed_since,
        checkpoint=head.checkpoint,
        checkpoint_path=f"{log_path(head.origin)}/checkpoint",
        verifier_key=desk.ledger.verifier_key,
    )
    return html_response(request, html, 200, language)


async def find_lot(request: Request) -> Response:
    """Where the front page's form leads: on to the lot typed in, whose page helps where it is none."""
    typed = "".join(each for each in request.query_params.get("lot", "")[:40] if each.isalnum() and each.isascii())
    return RedirectResponse(f"/L/{typed}" if typed else "/", 303)


def _newest(lines: list[LotLine]) -> list[LotLine]:
    """The newest lot of each commodity that somebody made of others, rather than a delivery as it came in."""
    found = {line.commodity: line for line in lines if line.how in ("transformed", "packed") and line.holders}
    return sorted(found.values(), key=lambda line: line.index)


def _described(desk: Desk, line: LotLine) -> dict[str, Any]:
    view = desk.ledger.lot(line.lot)
    return {
        "lot": line.lot,
        "commodity_names": dict(view.commodity_names),
        "form_names": dict(view.form_names),
        "amount": view.grams,
        "unit": view.unit,
    }


router = APIRouter(
    routes=[Route("/", show_landing, methods=["GET"]), Route("/L", find_lot, methods=["GET"])],
)
