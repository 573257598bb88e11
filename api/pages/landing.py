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
        demonstration=is_demonstration(desk.ledger.origin),
        origin=head.origin,
        size=head.size,
        root=head.root,
        recorded_at=head.recorded_at,
        checkpoint=head.checkpoint,
        checkpoint_path=f"{log_path(head.origin)}/checkpoint",
        verifier_key=desk.ledger.verifier_key,
    )
    return html_response(request, html, 200, language)


def is_demonstration(origin: str) -> bool:
    """Whether everything in the log is invented: its origin says so."""
    return "demo" in origin.rpartition("/")[2].split("-")


router = APIRouter(routes=[Route("/", show_landing, methods=["GET"])])
