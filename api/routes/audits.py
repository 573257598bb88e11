"""Audits: what the two sides of one see, and the exercises, each within a grant and each look written into the log."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import described
from api.desk import Desk, desk_of
from api.routes.lots import ID, LotName, Size
from ledger.audit.fieldwork.access import Drawable, Viewer
from ledger.audit.fieldwork.answers import Answer, written
from ledger.audit.fieldwork.period import Period, period_asked
from ledger.book.asked import day_asked

if TYPE_CHECKING:
    from ledger.store.tokens import Token

router = APIRouter(tags=["audits"])

Thing = Annotated[str, Path(pattern=ID)]
Granted = Annotated[
    str | None,
    Query(
        alias="grant", pattern=ID, description="The grant to look through; else the oldest that opens what is asked."
    ),
]
_DAY: Final = {"format": "date"}
Begins = Annotated[str, Query(alias="from", description="The first day, YYYY-MM-DD.", json_schema_extra=_DAY)]
Ends = Annotated[str, Query(alias="to", description="The last day, YYYY-MM-DD.", json_schema_extra=_DAY)]


@router.get("/v1/audits", responses=described.audits)
async def list_audits(request: Request) -> Response:
    """The audits the token's party opened or is audited in."""
    desk, viewer = await _viewer(request)
    return await _shown(desk, lambda: {"audits": viewer.audits()})


@router.get("/v1/audits/findings", responses=described.findings)
async def list_findings(request: Request) -> Response:
    """The findings the token's party recorded or that concern it, open and closed."""
    desk, viewer = await _viewer(request)
    return await _shown(desk, lambda: {"findings": viewer.findings()})


@router.get("/v1/audits/grants", responses=described.grants)
async def list_grants(request: Request) -> Response:
    """The grants given to the token's party, and those on what is its own; ended and expired ones too."""
    desk, viewer = await _viewer(request)
    return await _shown(desk, lambda: {"grants": viewer.grants()})


@router.get("/v1/audits/grants/{grant}/uses", responses=described.uses)
async def list_uses(request: Request, grant: Thing) -> Response:
    """Every look through a grant, as it stands in the log: for whoever gave it, whose data it opens, and who got it."""
    desk, viewer = await _viewer(request)
    return await _shown(desk, lambda: {"uses": viewer.uses(grant)})


@router.get("/v1/audits/facts/{fact}", responses=described.audited_fact)
async def look_at_fact(
    request: Request,
    fact: Annotated[str, Path(pattern=r"^([0-9A-HJKMNP-TV-Z]{16}|[0-9a-f]{64})$")],
    grant: Granted = None,
) -> Response:
    """A fact as it stands in the log; sealed fields show digests only."""
    desk, viewer = await _viewer(request, grant)
    return await _looked(desk, lambda: viewer.fact(fact))


@router.get("/v1/audits/trace-back/{lot}", responses=described.trace_back)
async def look_back(request: Request, lot: LotName, size: Size = None, grant: Granted = None) -> Response:
    """Where every gram of a lot came from; what may not be shown is summed in `outside_grams`."""
    desk, viewer = await _viewer(request, grant)
    return await _looked(desk, lambda: viewer.trace_back(lot, size=size))


@router.get("/v1/audits/trace-forward/{subject}", responses=described.trace_forward)
async def look_forward(request: Request, subject: Thing, size: Size = None, grant: Granted = None) -> Response:
    """Where a delivery, producer, household, plot or herd went: lots, grams, who has them and who got them."""
    desk, viewer = await _viewer(request, grant)
    return await _looked(desk, lambda: viewer.trace_forward(subject, size=size))


@router.get("/v1/audits/mass-balance/{about}", responses=described.mass_balance)
async def look_at_balance(
    request: Request,
    about: Annotated[str, Path(pattern=ID, description="A party, or a place of one.")],
    *,
    begins: Begins,
    ends: Ends,
    size: Size = None,
    grant: Granted = None,
) -> Response:
    """What a party or place had, took in, used, made, lost, sent and must still have, to the gram."""
    desk, viewer = await _viewer(request, grant)
    period = _period(begins, ends)
    return await _looked(desk, lambda: viewer.mass_balance(about, period, size=size))


@router.get("/v1/audits/population/{party}", responses=described.population)
async def look_at_population(
    request: Request,
    party: Thing,
    *,
    of: Annotated[Literal["producers", "deliveries", "lots"], Query(description="What is drawn from.")],
    begins: Begins,
    ends: Ends,
    weighting: Annotated[
        Literal["equal", "risk"], Query(description="With one lot for each, or with signs of risk.")
    ] = ("equal"),
    size: Size = None,
    grant: Granted = None,
) -> Response:
    """What a sample is drawn from, with weights: whoever draws keeps the seed to itself until it is drawn."""
    desk, viewer = await _viewer(request, grant)
    wanted = Drawable(party, of, _period(begins, ends), weighting)
    return await _looked(desk, lambda: viewer.population(wanted, size=size))


@router.get("/v1/audits/samples/{sample}", responses=described.sample)
async def check_again(request: Request, sample: Thing) -> Response:
    """A sample drawn again from the log at its size: `problems` is empty where it is what anybody draws."""
    desk, viewer = await _viewer(request)
    return await _shown(desk, lambda: viewer.sample(sample))


@router.get("/v1/audits/{audit}", responses=described.audit)
async def read_audit(request: Request, audit: Thing) -> Response:
    """One audit: what was committed to, granted, drawn, found and attested."""
    desk, viewer = await _viewer(request)
    return await _shown(desk, lambda: viewer.audit(audit))


async def _viewer(request: Request, grant: str | None = None) -> tuple[Desk, Viewer]:
    desk = desk_of(request)
    token: Token = await desk.access.require(request, "audits:read")
    return desk, Viewer(desk.ledger, token.party, grant)


def _period(begins: str, ends: str) -> Period:
    return period_asked(day_asked(begins, "/from"), day_asked(ends, "/to"))


async def _shown(desk: Desk, question: Callable[[], object]) -> Response:
    return _json(await desk.read(lambda: written(question())), {})


async def _looked(desk: Desk, look: Callable[[], Answer]) -> Response:
    """The answer's own bytes: their SHA-256 is in the log under the fact that `chaski-access` names."""
    answer = await desk.read(look)
    headers = {"chaski-log-size": str(answer.size)}
    if answer.used:
        headers |= {"chaski-grant": answer.grant, "chaski-access": answer.used}
    return _json(answer.data, headers)


def _json(data: bytes, headers: dict[str, str]) -> Response:
    return Response(data, 200, {"cache-control": "no-store", **headers}, "application/json")
