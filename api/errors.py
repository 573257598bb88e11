"""The one place that knows HTTP statuses: a LedgerError becomes a status and a problem+json (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, cast

import orjson
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from api.language import language_of
from ledger.errors import (
    ConflictError,
    FormatError,
    LedgerError,
    NotFoundError,
    Problem,
    ProofError,
    RefusedError,
)
from ledger.facts.misfits import echo
from ledger.words import Language, say

_log = structlog.get_logger("chaski.errors")
MEDIA_TYPE: Final = "application/problem+json"

# What a kind of failure is over HTTP, unless its code says otherwise.
KINDS: Final[Mapping[type[LedgerError], int]] = {
    FormatError: 400,
    NotFoundError: 404,
    ConflictError: 409,
    RefusedError: 422,
    # Something kept here does not verify: our trouble, not the asker's. What a submission fails to prove stands below.
    ProofError: 500,
}

# The codes with a status of their own.
CODES: Final[Mapping[str, int]] = {
    "token-missing": 401,
    "token-invalid": 401,
    "scope-missing": 403,
    "access-not-granted": 403,
    "path-unknown": 404,
    "method-not-allowed": 405,
    "json-too-large": 413,
    "request-too-large": 413,
    "document-too-large": 413,
    "content-type": 415,
    "content-encoding": 415,
    "document-type": 415,
    "signature-invalid": 422,
    "document-digest": 422,
    "webhooks-too-many": 409,
    "queue-full": 503,
    "books-busy": 503,
    "clock-backwards": 503,
    "log-not-ready": 503,
    "disk-full": 507,
    "disk-failed": 503,
    "database-unreachable": 503,
    "database-read-only": 503,
    "writer-closed": 503,
    "log-unwitnessed": 503,
    "server-error": 500,
    # A refusal by the rules that is really a race or a repetition: somebody was first.
    "id-conflict": 409,
    "lot-already-recorded": 409,
    "lot-restated-differently": 409,
    "key-forked": 409,
}

RETRY_AFTER_SECONDS: Final = 1

_TITLES: Final[Mapping[int, Mapping[Language, str]]] = {
    400: {"es": "La solicitud no tiene el formato esperado", "en": "The request is not well-formed"},
    401: {"es": "Falta una credencial válida", "en": "A valid token is needed"},
    403: {"es": "La credencial no alcanza para esto", "en": "The token does not allow this"},
    404: {"es": "No se encontró", "en": "Not found"},
    405: {"es": "Método no permitido", "en": "Method not allowed"},
    409: {"es": "Otro llegó primero", "en": "Somebody was first"},
    413: {"es": "Demasiado grande", "en": "Too large"},
    415: {"es": "Tipo de contenido no admitido", "en": "Content type not supported"},
    422: {"es": "Las reglas lo rechazan", "en": "Refused by the rules"},
    500: {"es": "Error interno", "en": "Internal error"},
    507: {"es": "No queda espacio para escribir", "en": "No space is left to write"},
    503: {"es": "Ocupado; intente de nuevo en un momento", "en": "Busy; try again in a moment"},
}


def status_of(error: LedgerError) -> int:
    """The status of an error: that of its codes where they agree on one, else that of its kind."""
    kind = next((status for each, status in KINDS.items() if isinstance(error, each)), 500)
    return status_of_problems(error.problems, kind)


def status_of_problems(problems: Iterable[Problem], kind: int = 422) -> int:
    """The one status all problems agree on, else that of the kind."""
    statuses = {CODES.get(problem.code, kind) for problem in problems}
    return statuses.pop() if len(statuses) == 1 else kind


def in_words(problem: Problem, language: Language) -> dict[str, Any]:
    """A Problem as the API shows it: never with a name that is not a field's."""
    problem = problem.discreet()
    said = say(problem, language)
    return {
        "code": problem.code,
        "where": problem.where,
        "found": problem.found,
        "expected": problem.expected,
        "title": said.title,
        "detail": said.detail,
        "remedy": said.remedy,
        "retry": problem.retry,
        "effect": problem.effect,
    }


def problem_response(
    problems: Sequence[Problem],
    status: int,
    language: Language,
    request_id: str,
    **more: object,
) -> Response:
    """The problem+json of some problems. `type` is about:blank: what is wrong stands in `code` and `problems`."""
    shown = [in_words(problem, language) for problem in problems]
    body = {
        "type": "about:blank",
        "title": _TITLES.get(status, _TITLES[500])[language],
        "status": status,
        "code": shown[0]["code"] if shown else "server-error",
        "detail": " ".join(item["detail"] for item in shown[:3]),
        "request_id": request_id,
        "problems": shown,
        **more,
    }
    headers = {"content-language": language, "cache-control": "no-store", **_headers(problems, status)}
    return Response(orjson.dumps(body), status, headers, MEDIA_TYPE)


def _headers(problems: Sequence[Problem], status: int) -> dict[str, str]:
    if status == 401:
        invalid = any(problem.code == "token-invalid" for problem in problems)
        return {"www-authenticate": f'Bearer realm="chaski"{", error=invalid_token" if invalid else ""}'}
    scope = next((problem.expected for problem in problems if problem.code == "scope-missing"), None)
    if status == 403 and scope is not None:
        return {"www-authenticate": f'Bearer realm="chaski", error=insufficient_scope, scope="{scope}"'}
    if status in {429, 503}:
        return {"retry-after": str(RETRY_AFTER_SECONDS)}
    return {}


def response_to(request: Request, error: LedgerError) -> Response:
    """The answer to a request that met an error."""
    if status_of(error) >= 500:
        _log.error("ledger-error", request=request_id_of(request), codes=[problem.code for problem in error.problems])
    return problem_response(error.problems, status_of(error), language_of(request), request_id_of(request))


def request_id_of(request: Request) -> str:
    """The id the gate gave this request."""
    return str(request.scope.get("chaski.request", ""))


def install(app: FastAPI) -> None:
    """Make the application answer every error with a problem+json."""
    app.add_exception_handler(LedgerError, _ledger_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _parameter_error)


async def _ledger_error(request: Request, error: Exception) -> Response:
    return response_to(request, cast("LedgerError", error))


async def _http_error(request: Request, raised: Exception) -> Response:
    """What the framework itself refuses: unknown paths and methods."""
    error = cast("HTTPException", raised)
    code = {404: "path-unknown", 405: "method-not-allowed", 413: "request-too-large"}.get(error.status_code)
    problem = Problem(code or "request-malformed", found=request.method if code == "method-not-allowed" else None)
    answer = problem_response([problem], error.status_code, language_of(request), request_id_of(request))
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer


async def _parameter_error(request: Request, raised: Exception) -> Response:
    """A path or query parameter that is not what the API describes."""
    error = cast("RequestValidationError", raised)
    problems = [
        Problem(
            "parameter-malformed",
            f"/{item['loc'][-1]}",
            found=echo(item["input"]) if isinstance(item.get("input"), str) else None,
            expected=_expected(item.get("ctx", {})),
        )
        for item in error.errors()
    ]
    return response_to(request, FormatError(problems))


def _expected(context: Mapping[str, object]) -> str | None:
    """What a parameter may be, without a word of any language."""
    for name, sign in (("ge", ">= "), ("le", "<= "), ("pattern", ""), ("expected", ""), ("max_length", "<= ")):
        if name in context:
            return f"{sign}{context[name]}"
    return None
