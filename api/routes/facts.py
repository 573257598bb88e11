"""Stating facts and reading them back: POST /v1/facts, POST /v1/facts:check, GET /v1/facts/{id} and its receipt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import orjson
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api import described
from api.bodies import check_length, content_type, read_body
from api.desk import Desk, desk_of
from api.errors import in_words, problem_response, request_id_of, status_of_problems
from api.intake import as_format_error
from api.language import language_of
from api.receipts import asks_for_cose, cose_response, proof_response
from ledger import canonical
from ledger.canonical import JsonValue
from ledger.errors import FormatError, LedgerError, Problem
from ledger.facts.misfits import echo
from ledger.queries import Outcome
from ledger.words import Language, say

if TYPE_CHECKING:
    from ledger.book import Prepared
    from ledger.book.enrolment import Beside
    from ledger.store.tokens import Token

JOSE: Final = "application/jose"
JSON: Final = "application/json"
MAX_ITEMS: Final = 1000
NO_PROOFS: Final[Mapping[str, Mapping[str, str]]] = {}

# A statement of 256 KiB is 342 KiB in base64; its disclosures may take as much again.
MAX_SUBMISSION: Final = 1024 * 1024

# Reading a batch of this size makes so many objects that only one is read at a time.
_BIG_BATCH: Final = 1024 * 1024

router = APIRouter(tags=["facts"])

FactName = Annotated[
    str,
    Path(
        pattern=r"^([0-9A-HJKMNP-TV-Z]{16}|[0-9A-HJKMNP-TV-Z]{20}|[0-9a-f]{64})$",
        description="The fact's id (16 characters), its receipt code (20), or its statement's SHA-256 (64 hex).",
    ),
]


@router.post("/v1/facts", openapi_extra=described.stating, responses=described.stated)
async def state_facts(request: Request) -> Response:
    """State one signed fact, or up to 1,000 facts that are judged in order, each accepted or refused alone."""
    desk = desk_of(request)
    token = await desk.access.require(request, "facts:write")
    kind = content_type(request)
    wants_proof = _flag(request, "receipt")
    if kind == JOSE:
        outcome = await desk.intake.one(await read_body(request, MAX_SUBMISSION))
        desk.measures.facts((outcome,))
        if outcome.status == "refused":
            return _refused(request, [outcome])
        shown = _shown(outcome, language_of(request))
        if wants_proof:
            shown |= (await _proofs(desk, [outcome]))[outcome.digest]
        return _json(shown, 201 if outcome.status == "accepted" else 200)
    atomic = _flag(request, "atomic")
    items = await _batch(request, desk, token, kind)
    _raise_single(items)
    outcomes = await desk.intake.many(items, atomic=atomic)
    return _answer(request, desk, outcomes, await _proofs(desk, outcomes) if wants_proof else {})


@router.post("/v1/facts:check", openapi_extra=described.checking, responses=described.checked)
async def check_facts(request: Request) -> Response:
    """Judge facts as if they were stated now, in order; nothing is written."""
    desk = desk_of(request)
    token = await desk.access.require(request, "facts:write")
    kind = content_type(request)
    items: Sequence[Prepared | FormatError]
    if kind == JOSE:
        data = await read_body(request, MAX_SUBMISSION)
        items = [await desk.intake.in_worker(lambda: desk.ledger.prepare(data))]
    else:
        items = await _batch(request, desk, token, kind)
    _raise_single(items)
    readable = [item for item in items if not isinstance(item, FormatError)]
    judged = iter(await desk.read(lambda: desk.ledger.check(readable)))
    outcomes = [
        Outcome("refused", problems=item.problems) if isinstance(item, FormatError) else next(judged) for item in items
    ]
    if len(outcomes) == 1 and outcomes[0].status == "refused":
        return _refused(request, outcomes)
    return _results(request, outcomes, 200)


@router.get("/v1/facts/{fact}", responses=described.fact)
async def read_fact(request: Request, fact: FactName) -> Response:
    """A fact as it stands in the log: its exact signed bytes, who signed, and how far that reaches."""
    desk = desk_of(request)
    await desk.access.require(request, "facts:read")
    record = await desk.read(lambda: desk.ledger.fact(fact))
    language = language_of(request)
    shown = {
        "index": record.index,
        "id": record.id,
        "fact": record.type,
        "digest": record.digest,
        "entry": record.entry,
        "recorded_at": record.recorded_at,
        "at": record.at,
        "by": record.by,
        "actor": record.actor,
        "kid": record.kid,
        "assurance": record.assurance,
        "ended_by": record.ended_by,
        "withheld": record.withheld,
        "flags": [in_words(flag, language) for flag in record.flags],
        "envelope": dict(record.envelope),
        "jws": record.jws,
    }
    return _json(shown, 200)


@router.get("/v1/facts/{fact}/receipt", responses=described.receipt)
async def read_receipt(request: Request, fact: FactName) -> Response:
    """The receipt: index, inclusion proof and signed checkpoint (c2sp.org/tlog-proof@v1).

    With `Accept: application/cose` the same proof as a COSE receipt (RFC 9942).
    """
    desk = desk_of(request)
    await desk.access.require(request, "facts:read")
    if asks_for_cose(request):
        return cose_response(await desk.read(lambda: desk.ledger.cose_receipt(fact)), fact[:16])
    return proof_response(await desk.read(lambda: desk.ledger.receipt(fact)), fact[:16])


@router.get("/v1/facts/{fact}/disclosures", responses=described.disclosures)
async def read_disclosures(request: Request, fact: FactName) -> Response:
    """The clear values of a fact's sealed fields that the token's party may see; what it may not see is absent."""
    desk = desk_of(request)
    token = await desk.access.require(request, "disclosures:read")
    found = await desk.read(lambda: desk.ledger.disclosures(fact, party=token.party))
    return _json({"disclosures": dict(found)}, 200)


async def _batch(request: Request, desk: Desk, token: Token, kind: str) -> list[Prepared | FormatError]:
    """Read `{"statements": [...]}` or `{"facts": [...]}` strictly and prepare every item."""
    if kind != JSON:
        raise FormatError(Problem("content-type", found=kind[:64], expected=f"{JOSE}, {JSON}"))
    limit = desk.settings.max_request_bytes
    check_length(request, limit)
    body = await read_body(request, limit)
    if len(body) <= _BIG_BATCH:
        return await desk.intake.in_worker(lambda: _prepare(desk, token, body, limit))
    async with desk.big_batches:
        return await desk.intake.in_worker(lambda: _prepare(desk, token, body, limit))


def _prepare(desk: Desk, token: Token, body: bytes, limit: int) -> list[Prepared | FormatError]:
    name, items = _items(canonical.load(body, max_bytes=limit))
    beside: Beside = {}
    return [_prepared(desk, token, item, name, beside) for item in items]


def _items(loaded: JsonValue) -> tuple[str, list[JsonValue]]:
    if not isinstance(loaded, dict):
        raise FormatError(Problem("batch-malformed", expected="statements, facts"))
    unknown = [Problem("field-unknown", f"/{name[:64]}") for name in loaded if name not in {"statements", "facts"}]
    if unknown:
        raise FormatError(unknown)
    if len(loaded) != 1:
        raise FormatError(Problem("batch-malformed", expected="statements, facts"))
    name, items = next(iter(loaded.items()))
    if not isinstance(items, list) or not items:
        raise FormatError(Problem("batch-malformed", f"/{name}", expected="1-1000"))
    if len(items) > MAX_ITEMS:
        raise FormatError(Problem("batch-too-long", f"/{name}", found=len(items), expected=MAX_ITEMS))
    return name, items


def _prepared(desk: Desk, token: Token, item: JsonValue, name: str, beside: Beside) -> Prepared | FormatError:
    """One item ready for the queue, or what is wrong with it: a bad item never spoils the others."""
    try:
        if name == "statements":
            if not isinstance(item, str):
                raise FormatError(Problem("item-malformed", expected="string"))
            return desk.ledger.prepare(item.encode())
        if not isinstance(item, dict):
            raise FormatError(Problem("item-malformed", expected="object"))
        return desk.ledger.prepare_unsigned(item, party=token.party, beside=beside)
    except LedgerError as error:
        return as_format_error(error)


def _raise_single(items: Sequence[Prepared | FormatError]) -> None:
    """A request with one item that cannot even be read is itself malformed."""
    if len(items) == 1 and isinstance(items[0], FormatError):
        raise items[0]


async def _proofs(desk: Desk, outcomes: Sequence[Outcome]) -> dict[str, dict[str, str]]:
    """The proof file of every fact that stands, by its statement's digest: one line more in its result."""
    digests = [outcome.digest for outcome in outcomes if outcome.index is not None]
    return await desk.read(lambda: {digest: {"proof": desk.ledger.receipt(digest)} for digest in digests})


def _answer(
    request: Request, desk: Desk, outcomes: Sequence[Outcome], proofs: Mapping[str, Mapping[str, str]]
) -> Response:
    """201: all written. 200: nothing refused, or some of several. 422 (409): nothing written and all refused."""
    desk.measures.facts(outcomes)
    statuses = {outcome.status for outcome in outcomes}
    if statuses == {"refused"}:
        return _refused(request, outcomes)
    return _results(request, outcomes, 201 if statuses == {"accepted"} else 200, proofs)


def _results(
    request: Request, outcomes: Sequence[Outcome], status: int, proofs: Mapping[str, Mapping[str, str]] = NO_PROOFS
) -> Response:
    language = language_of(request)
    results = [{**_shown(outcome, language), **proofs.get(outcome.digest, {})} for outcome in outcomes]
    return _json({**_counts(outcomes), "results": results}, status, language)


def _refused(request: Request, outcomes: Sequence[Outcome]) -> Response:
    problems = [problem for outcome in outcomes for problem in outcome.problems]
    language = language_of(request)
    more: dict[str, Any] = {}
    if len(outcomes) > 1:
        more = {**_counts(outcomes), "results": [_shown(outcome, language) for outcome in outcomes]}
    shown = problems if len(outcomes) == 1 else problems[:20]
    return problem_response(shown, status_of_problems(problems), language, request_id_of(request), **more)


def _counts(outcomes: Sequence[Outcome]) -> dict[str, int]:
    counted = Counter(outcome.status for outcome in outcomes)
    return {
        "accepted": counted["accepted"],
        "duplicates": counted["duplicate"],
        "checked": counted["checked"],
        "refused": counted["refused"],
    }


def _shown(outcome: Outcome, language: Language) -> dict[str, Any]:
    shown: dict[str, Any] = {"status": outcome.status, "id": outcome.id, "fact": outcome.type, "digest": outcome.digest}
    if outcome.index is not None:
        shown["index"] = outcome.index
        shown["recorded_at"] = outcome.recorded_at
        shown["receipt_code"] = outcome.receipt_code
        shown["receipt"] = f"/v1/facts/{outcome.id}/receipt"
    shown["flags"] = [in_words(flag, language) for flag in outcome.flags]
    if outcome.plausibility is not None:
        said = say(outcome.plausibility.remark, language)
        shown["plausibility"] = {**asdict(outcome.plausibility), "title": said.title, "remedy": said.remedy}
    if outcome.problems:
        shown["problems"] = [in_words(problem, language) for problem in outcome.problems]
    return shown


def _flag(request: Request, name: str) -> bool:
    value = request.query_params.get(name, "false")
    if value not in {"true", "false"}:
        raise FormatError(Problem("parameter-malformed", f"/{name}", found=echo(value), expected="true, false"))
    return value == "true"


def _json(value: Mapping[str, Any], status: int, language: Language | None = None) -> Response:
    headers = {"cache-control": "no-store"}
    if language:
        headers["content-language"] = language
    return Response(orjson.dumps(value), status, headers, JSON)
