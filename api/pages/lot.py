"""The page behind the QR code: /L/{lot}, as HTML or as the same data in JSON, with its proof files."""

from __future__ import annotations

import hashlib
from typing import Any, Final

import orjson
from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from api import described
from api.desk import Desk, desk_of
from api.errors import problem_response, request_id_of, status_of
from api.language import language_of
from api.pages.document import lot_document
from api.pages.lotcode import canonical_lot
from api.pages.render import draw, html_response, style_sheet, style_version
from api.routes.log import TEXT, log_path
from ledger import __version__
from ledger.errors import FormatError, LedgerError, NotFoundError, Problem
from ledger.facts.misfits import echo
from ledger.packs.pack import CommodityPack
from ledger.words import Language

router = APIRouter(tags=["pages"])

JSON: Final = "application/json"
_OPEN: Final = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}


@router.get("/L/{lot}", responses=described.lot_page)
async def show_lot(request: Request, lot: str) -> Response:
    """What this lot is, where it comes from, what covers it, its way, and how to check all that."""
    desk, language = desk_of(request), language_of(request)
    wants_json = prefers_json(request.headers.get("accept", ""))
    try:
        name = canonical_lot(lot)
        if name != lot:
            return _redirect(request, name)
        size = _size(request)
        document = await desk.read(lambda: _document(desk, name, size))
    except (FormatError, NotFoundError) as error:
        return _no_page(request, error, language, wants_json=wants_json)
    tag = _tag(document, language, wants_json=wants_json)
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"etag": tag, "vary": "Accept, Accept-Language, Accept-Encoding"})
    if wants_json:
        headers = {**_OPEN, "etag": tag, "vary": "Accept, Accept-Language", "cache-control": "no-cache"}
        return Response(orjson.dumps(document), 200, headers, JSON)
    html = lot_html(document, language)
    return html_response(request, html, 200, language, etag=tag)


@router.get("/L/{lot}/receipt", responses=described.proof)
async def give_receipt(request: Request, lot: str) -> Response:
    """The proof file of the statement that brought the lot into being (c2sp.org/tlog-proof@v1)."""
    desk, name = desk_of(request), canonical_lot(lot)
    text = await desk.read(lambda: desk.ledger.receipt(desk.ledger.lot(name).statement))
    headers = {**_OPEN, "cache-control": "no-cache", "content-disposition": f'attachment; filename="{name}.tlog-proof"'}
    return Response(text, 200, headers, TEXT)


@router.get("/L/{lot}/entry", responses=described.proof)
async def give_entry(request: Request, lot: str) -> Response:
    """The six lines of that statement's entry: what the proof file proves."""
    desk, name = desk_of(request), canonical_lot(lot)
    data = await desk.read(lambda: desk.ledger.entry(desk.ledger.lot(name).index))
    return Response(data, 200, {**_OPEN, "cache-control": "public, max-age=86400"}, TEXT)


def lot_file(document: dict[str, Any], language: Language) -> str:
    """The page as one file to keep or send: its style inside, its links leading to the served page's own."""
    return lot_html(document, language, own_style={"text": style_sheet(), "base": document["url"]})


def lot_html(document: dict[str, Any], language: Language, own_style: dict[str, str] | None = None) -> str:
    """The page drawn from the document and from nothing else."""
    query = f"size={document['known_at']['size']}&" if document["known_at"]["asked"] else ""
    path = f"/L/{document['lot']}"
    return draw(
        "lot.html",
        language,
        path=path,
        query=query,
        page=document,
        demonstration=document["demonstration"],
        own_style=own_style,
    )


def prefers_json(accept: str) -> bool:
    """Whether the reader asks for JSON before HTML (RFC 9110 section 12.5.1); browsers and bare clients get HTML."""
    weights = {"application/json": 0.0, "text/html": 0.0}
    for item in accept[:512].split(","):
        media_type, *parameters = (part.strip() for part in item.split(";"))
        quality = next((part[2:] for part in parameters if part.startswith("q=")), "1")
        if media_type in weights:
            weights[media_type] = float(quality) if quality.replace(".", "", 1).isdecimal() else 0.0
    return weights["application/json"] > weights["text/html"]


def _document(desk: Desk, lot: str, size: int | None) -> dict[str, Any]:
    ledger = desk.ledger
    head = ledger.head()
    view = ledger.lot(lot, size=size)
    return lot_document(
        view,
        head,
        _pack(desk, view.commodity),
        log_path=log_path(ledger.origin),
        public_url=(ledger.public_url or desk.settings.public_url).rstrip("/"),
        verifier_key=ledger.verifier_key,
        demonstration=ledger.is_demo,
        asked_size=size,
    )


def _pack(desk: Desk, commodity: str) -> CommodityPack | None:
    """The names of forms and processes; a lot of a commodity whose pack is gone still has a page."""
    try:
        pack: CommodityPack = desk.ledger.pack(commodity)
    except NotFoundError:
        return None
    return pack


def _size(request: Request) -> int | None:
    text = request.query_params.get("size")
    if text is None:
        return None
    if not text.isdecimal() or not text.isascii() or len(text) > 16 or int(text) < 1:
        raise FormatError(Problem("parameter-malformed", "/size", found=echo(text), expected="1, 2, 3 ..."))
    return int(text)


def _redirect(request: Request, name: str) -> Response:
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/L/{name}{query}", 308)


def _tag(document: dict[str, Any], language: Language, *, wants_json: bool) -> str:
    """Changes with the data, the language, and the program that draws it."""
    drawn_by = "json" if wants_json else f"{language} {__version__} {style_version()}"
    digest = hashlib.sha256(orjson.dumps(document) + drawn_by.encode()).hexdigest()
    return f'W/"{digest[:24]}"'


def _no_page(request: Request, error: LedgerError, language: Language, *, wants_json: bool) -> Response:
    status = status_of(error)
    if wants_json:
        return problem_response(error.problems, status, language, request_id_of(request))
    html = draw(
        "nolot.html",
        language,
        path=request.url.path,
        query="",
        status=status,
        demonstration=desk_of(request).ledger.is_demo,
    )
    return html_response(request, html, status, language)
