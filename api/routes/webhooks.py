"""Webhooks: who is told of what, where; a party sees and changes its own only."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import orjson
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import described
from api.bodies import content_type, read_body
from api.courier import courier_of, rules_of
from api.desk import Desk, desk_of
from ledger import canonical
from ledger.canonical import JsonValue
from ledger.errors import FormatError, Problem
from ledger.outbox import parse_target

if TYPE_CHECKING:
    from ledger.store.outbox import Backlog
    from ledger.store.subscriptions import Subscription

router = APIRouter(tags=["webhooks"])

JSON: Final = "application/json"
_MOST_BYTES: Final = 16 * 1024
_FIELDS: Final = {"url", "events", "types"}

WebhookName = Annotated[
    str, Path(pattern=r"^[0-9A-HJKMNP-TV-Z]{16}$", description="The webhook's id, 16 characters of Crockford base32.")
]


@router.post("/v1/webhooks", openapi_extra=described.subscribing, responses=described.subscribed)
async def add_webhook(request: Request) -> Response:
    """Ask to be told of events at an https address; the answer holds the secret, this once."""
    desk = desk_of(request)
    token = await desk.access.require(request, "webhooks:write")
    if (kind := content_type(request)) != JSON:
        raise FormatError(Problem("content-type", found=kind[:64], expected=JSON))
    url, events, types = _asked(canonical.load(await read_body(request, _MOST_BYTES), max_bytes=_MOST_BYTES))
    parse_target(url, rules_of(desk.settings))
    ledger = desk.ledger
    made, secret = await desk.read(lambda: ledger.subscribe(party=token.party, url=url, events=events, types=types))
    return _json({**asdict(made), "secret": secret}, 201)


@router.get("/v1/webhooks", responses=described.webhooks)
async def list_webhooks(request: Request) -> Response:
    """The party's webhooks, and how many notices of each wait, arrived or failed."""
    desk = desk_of(request)
    token = await desk.access.require(request, "webhooks:write")
    return _json({"webhooks": await desk.read(lambda: _listed(desk, token.party))}, 200)


@router.get("/v1/webhooks/{webhook}", responses=described.webhook)
async def read_webhook(request: Request, webhook: WebhookName) -> Response:
    """One webhook, without its secret."""
    desk = desk_of(request)
    token = await desk.access.require(request, "webhooks:write")
    return _json(await desk.read(lambda: _one(desk, webhook, token.party)), 200)


@router.delete("/v1/webhooks/{webhook}", status_code=204, responses=described.unsubscribed)
async def remove_webhook(request: Request, webhook: WebhookName) -> Response:
    """Take a webhook away; what still waits for it is never sent."""
    desk = desk_of(request)
    token = await desk.access.require(request, "webhooks:write")
    await desk.read(lambda: desk.ledger.outbox.subscriptions.remove(webhook, party=token.party))
    return Response(None, 204, {"cache-control": "no-store"})


@router.get("/v1/webhooks/{webhook}/deliveries", responses=described.deliveries)
async def list_deliveries(
    request: Request,
    webhook: WebhookName,
    state: Annotated[Literal["waiting", "delivered", "failed"] | None, Query(description="Only these.")] = None,
    after: Annotated[
        str,
        Query(
            pattern=r"^([0-9A-HJKMNP-TV-Z]{16}-[0-9]{1,11}-[0-9]{1,8})?$",
            description="The last delivery of the page before.",
        ),
    ] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> Response:
    """What was sent or is to be sent, in the order of the log, with what went wrong; kept for 30 days."""
    desk = desk_of(request)
    token = await desk.access.require(request, "webhooks:write")

    def asked() -> list[dict[str, Any]]:
        desk.ledger.outbox.subscriptions.one(webhook, party=token.party)
        return [asdict(each) for each in desk.ledger.outbox.deliveries(webhook, state=state, after=after, limit=limit)]

    lines = await desk.read(asked)
    following = str(request.url.include_query_params(after=lines[-1]["id"]).query) if len(lines) == limit else None
    ahead = f"/v1/webhooks/{webhook}/deliveries?{following}" if following else None
    return _json({"deliveries": lines, "next": ahead}, 200)


@router.post("/v1/webhooks/{webhook}:test", responses=described.tested)
async def test_webhook(request: Request, webhook: WebhookName) -> Response:
    """Call the address now with an event `test`, past the queue, and say what came of it."""
    desk = desk_of(request)
    token = await desk.access.require(request, "webhooks:write")

    def tried() -> dict[str, Any]:
        desk.ledger.outbox.subscriptions.one(webhook, party=token.party)
        return asdict(courier_of(desk.ledger, desk.settings).try_out(webhook, desk.ledger.origin))

    async with desk.trials:
        return _json(await desk.read(tried), 200)


def _asked(loaded: JsonValue) -> tuple[str, list[str], list[str]]:
    """What a request for a webhook says; raises FormatError with every problem at once."""
    if not isinstance(loaded, dict):
        raise FormatError(Problem("webhook-malformed", expected="url, events, types"))
    problems = [Problem("field-unknown", f"/{name[:64]}") for name in loaded if name not in _FIELDS]
    problems += [Problem("field-missing", f"/{name}") for name in ("url", "events") if name not in loaded]
    url = loaded.get("url", "")
    if not isinstance(url, str):
        problems.append(Problem("item-malformed", "/url", expected="string"))
    lists: list[list[str]] = []
    for name in ("events", "types"):
        given = loaded.get(name, [])
        texts = [each for each in given if isinstance(each, str)] if isinstance(given, list) else []
        if not isinstance(given, list) or len(texts) != len(given):
            problems.append(Problem("item-malformed", f"/{name}", expected="string"))
        lists.append(texts)
    if problems:
        raise FormatError(problems)
    return str(url), lists[0], lists[1]


def _listed(desk: Desk, party: str) -> list[dict[str, Any]]:
    outbox = desk.ledger.outbox
    found = outbox.subscriptions.all(party)
    stand = outbox.backlog([each.id for each in found])
    return [_shown(each, stand[each.id]) for each in found]


def _one(desk: Desk, webhook: str, party: str) -> dict[str, Any]:
    outbox = desk.ledger.outbox
    return _shown(outbox.subscriptions.one(webhook, party=party), outbox.backlog([webhook])[webhook])


def _shown(subscription: Subscription, stand: Backlog) -> dict[str, Any]:
    counted = asdict(stand)
    del counted["subscription"]
    return asdict(subscription) | counted


def _json(value: dict[str, Any], status: int) -> Response:
    return Response(orjson.dumps(value), status, {"cache-control": "no-store"}, JSON)
