"""Reports: tables for certifiers, donors and members, worked out of the books at one log size."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import described
from api.desk import Desk, desk_of
from api.language import language_of
from api.routes.lots import ID, At, Size
from ledger.book.asked import day_asked
from ledger.reports import REPORTS, Question, Report, make_report
from ledger.reports.written import MEDIA_TYPES, Form, written

router = APIRouter(tags=["reports"])

_CODE: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Name = Annotated[
    str,
    Path(
        pattern=_CODE,
        max_length=64,
        description=f"One of {', '.join(REPORTS)}.",
        openapi_examples={name: {"value": name} for name in REPORTS},
    ),
]


@router.get("/v1/reports/{name}", responses=described.report)
async def read_report(  # noqa: PLR0913 - one per parameter of the address
    request: Request,
    name: Name,
    *,
    party: Annotated[str | None, Query(pattern=ID, description="The programme, holder or seller asked about.")] = None,
    season: Annotated[str | None, Query(pattern=r"^\d{4}(-\d{4})?$", description="As in 2026 or 2025-2026.")] = None,
    at: At = None,
    size: Size = None,
    framework: Annotated[str | None, Query(pattern=_CODE, max_length=64)] = None,
    producer: Annotated[str | None, Query(pattern=ID, description="Passbook: only this member's.")] = None,
    since: Annotated[
        int | None, Query(ge=1, le=2**53 - 1, description="Approved producers: compare with this earlier log size.")
    ] = None,
    table: Annotated[str, Query(pattern=r"^([a-z0-9]+(-[a-z0-9]+)*)?$", description="CSV: which table.")] = "",
    format: Annotated[Form, Query(description="csv gives one table, xlsx all of them.")] = "json",  # noqa: A002
) -> Response:
    """A report by its name; the same question at the same size gives the same bytes."""
    desk, language = desk_of(request), language_of(request)
    await desk.access.require(request, "reports:read", "lots:read")
    day = None if at is None else day_asked(at, "/at")

    def work() -> tuple[Report, bytes]:
        asked = day or desk.ledger.today()
        question = Question(asked, party or "", season or "", framework or "", producer or "", since)
        report = _made(desk, name, question, size)
        return report, written(report, format, language, table)

    report, body = await desk.read(work)
    headers = {
        "cache-control": "no-store",
        "content-language": language,
        "chaski-log": f"{report.stamp.size} {report.stamp.root}",
        "chaski-report": report.version,
        "content-disposition": f'attachment; filename="{name}-{report.version}.{format}"',
    }
    if format == "json":
        del headers["content-disposition"]
    return Response(body, 200, headers, MEDIA_TYPES[format])


def _made(desk: Desk, name: str, question: Question, size: int | None) -> Report:
    with desk.ledger.books_and_packs(size) as (books, packs):
        return make_report(name, books, packs, desk.ledger.origin, question)
