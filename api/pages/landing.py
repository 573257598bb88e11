"""The front page: what this log is, where it stands, and how anybody checks it."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import Response
from starlette.routing import Route

from api.desk import desk_of
from api.language import language_of
from api.pages.render import draw, html_response
from api.routes.log import log_path


async def show_landing(request: Request) -> Response:
    """The front page in the reader's language."""
    desk = desk_of(request)
    head = await desk.read(desk.ledger.head)
    language = language_of(request)
    html = draw(
        "landing.html",
        language,
        path="/",
        query="",
        demonstration=desk.ledger.is_demo,
        origin=head.origin,
        size=head.size,
        root=head.root,
        recorded_at=head.recorded_at,
        checkpoint=head.checkpoint,
        checkpoint_path=f"{log_path(head.origin)}/checkpoint",
        verifier_key=desk.ledger.verifier_key,
    )
    return html_response(request, html, 200, language)


router = APIRouter(routes=[Route("/", show_landing, methods=["GET"])])
