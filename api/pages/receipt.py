"""What became of a receipt: /r/{code}, for whoever holds a code. It says standing, corrected or not there; no more."""

from __future__ import annotations

from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from api import described
from api.desk import Desk, desk_of
from api.errors import problem_response, request_id_of, status_of
from api.language import language_of
from api.pages.lot import JSON, prefers_json
from api.pages.render import draw, html_response
from api.receipts import asks_for_cose, cose_response, proof_response
from api.routes.log import TEXT, log_path
from ledger.errors import FormatError, NotFoundError, Problem
from ledger.queries import Standing
from ledger.values import read_receipt_code
from ledger.words import Language

_OPEN: Final = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}

# A code that is not there yet may be there a minute later, and nobody's cache should remember who asked for which.
_NEVER_KEPT: Final = "no-store"

# What this page does not prove, whatever it says; the words stand in the pages' catalogues under `limit.<code>`.
LIMITS: Final = ("truth", "code", "time")

_NOT_FOUND: Final = 404


async def show_receipt(request: Request) -> Response:
    """Whether the statement behind a receipt code stands, since when, and how to check that; nothing of what it says.

    A code that is not in the log is a 404 with the same page and document: whoever limits the rate of requests counts
    those.
    """
    desk, language = desk_of(request), language_of(request)
    wants_json = prefers_json(request.headers.get("accept", ""))
    typed = request.path_params["code"]
    try:
        code = read_receipt_code(typed)
    except FormatError as error:
        return _no_code(request, error, language, wants_json=wants_json)
    if code != typed:
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/r/{code}{query}", 308)
    document = await desk.read(lambda: _document(desk, code))
    status = _NOT_FOUND if document["status"] == "unknown" else 200
    if wants_json:
        headers = {**_OPEN, "vary": "Accept", "cache-control": _NEVER_KEPT}
        return Response(orjson.dumps(document), status, headers, JSON)
    return html_response(request, receipt_html(document, language), status, language, cache_control=_NEVER_KEPT)


router = APIRouter(tags=["pages"])
router.add_api_route(
    "/r/{code}", show_receipt, methods=["GET"], responses=described.receipt_page, response_class=Response
)


@router.get("/r/{code}/receipt", responses=described.receipt_file)
async def give_receipt_of_code(request: Request, code: str) -> Response:
    """The proof file of the statement (c2sp.org/tlog-proof@v1), or with `Accept: application/cose` its COSE receipt."""
    desk, standing = await _standing(request, code)
    digest = standing.digest
    if asks_for_cose(request):
        return cose_response(await desk.read(lambda: desk.ledger.cose_receipt(digest)), standing.code, public=True)
    return proof_response(await desk.read(lambda: desk.ledger.receipt(digest)), standing.code, public=True)


@router.get("/r/{code}/entry", responses=described.proof)
async def give_entry_of_code(request: Request, code: str) -> Response:
    """The six lines of the statement's entry: what the proof file proves."""
    desk, standing = await _standing(request, code)
    index = standing.index or 0
    return Response(
        await desk.read(lambda: desk.ledger.entry(index)), 200, {**_OPEN, "cache-control": _NEVER_KEPT}, TEXT
    )


async def find_receipt(request: Request) -> Response:
    """Where the front page's form leads: on to the code typed in, whose page helps where it is none."""
    typed = "".join(each for each in request.query_params.get("code", "")[:60] if each.isalnum() and each.isascii())
    return RedirectResponse(f"/r/{typed}" if typed else "/", 303)


form = APIRouter(routes=[Route("/r", find_receipt, methods=["GET"])])


def receipt_html(document: dict[str, Any], language: Language) -> str:
    """The page drawn from the document and from nothing else."""
    return draw(
        "receipt.html",
        language,
        path=f"/r/{document['code']}",
        query="",
        page=document,
        demonstration=document["demonstration"],
    )


async def _standing(request: Request, code: str) -> tuple[Desk, Standing]:
    desk = desk_of(request)
    standing = await desk.read(lambda: desk.ledger.standing(code))
    if standing.status == "unknown":
        raise NotFoundError(Problem("fact-not-found", "", standing.code))
    return desk, standing


def _document(desk: Desk, code: str) -> dict[str, Any]:
    ledger = desk.ledger
    found = ledger.standing(code)
    there = found.status != "unknown"
    return {
        "code": found.code,
        "url": f"{(ledger.public_url or desk.settings.public_url).rstrip('/')}/r/{found.code}",
        "demonstration": ledger.is_demo,
        "status": found.status,
        "index": found.index,
        "recorded_at": found.recorded_at or None,
        "corrected_by": found.ended_by,
        "corrected_at": found.ended_at or None,
        "log": {"origin": found.origin, "size": found.size, "verifier_key": ledger.verifier_key},
        "proof": {
            "statement": found.digest,
            "entry": f"/r/{found.code}/entry",
            "receipt": f"/r/{found.code}/receipt",
            "checkpoint": f"{log_path(found.origin)}/checkpoint",
        }
        if there
        else None,
        "not_proved": list(LIMITS) if there else [],
    }


def _no_code(request: Request, error: FormatError, language: Language, *, wants_json: bool) -> Response:
    status = status_of(error)
    if wants_json:
        return problem_response(error.problems, status, language, request_id_of(request))
    demonstration = desk_of(request).ledger.is_demo
    html = draw("noreceipt.html", language, path="/r/", query="", status=status, demonstration=demonstration)
    return html_response(request, html, status, language)
