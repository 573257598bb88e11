"""What every request passes: an id, the security headers, one log line, and a last catch for the unexpected.

Plain ASGI: nothing here reads a body or builds a Request. The log line holds ids and names of operations only, never
a body, a token, a query string or an address.
"""

from __future__ import annotations

import re
import secrets
from itertools import count
from time import perf_counter
from traceback import extract_tb
from typing import Final

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import problem_response
from api.language import language_of
from api.measures import Measures
from ledger.errors import Problem

# An id a proxy gave is kept, so that one request has one id in every log; anything else could smuggle text into ours.
_FOREIGN_ID: Final = re.compile(rb"[A-Za-z0-9._-]{8,64}")

# Pages load our own style sheet and nothing else: no script, no frame, no foreign picture, no form.
PAGE_POLICY: Final = (
    b"default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_DATA_POLICY: Final = b"default-src 'none'; frame-ancestors 'none'"
_HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
)
_HSTS: Final = (b"strict-transport-security", b"max-age=31536000")

# Unique among processes by chance and within one by counting: an id is only looked up and may be guessed.
_PROCESS: Final = secrets.token_hex(4)
_count: Final = count()
_log = structlog.get_logger("chaski.http")


class Gate:
    """The outermost middleware."""

    def __init__(self, app: ASGIApp, measures: Measures, *, secure: bool) -> None:
        """Stand before `app`; `secure` says that the public reaches it over HTTPS."""
        self._app = app
        self._measures = measures
        self._headers = (*_HEADERS, _HSTS) if secure else _HEADERS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope["chaski.request"] = _request_id(scope)
        # HEAD is GET without the body (RFC 9110 section 9.3.2), everywhere.
        bodiless = scope["method"] == "HEAD"
        if bodiless:
            scope = {**scope, "method": "GET"}
        started = perf_counter()
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _complete(message["headers"], request_id.encode(), self._headers)
            elif bodiless:
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, send_with_headers)
        except ClientDisconnect:
            pass  # there is nobody left to answer
        except Exception as error:
            # Nobody outside learns more than the id. The log learns where, not what: a message may quote a body.
            _log.error(
                "request-failed",
                request=request_id,
                operation=_operation(scope),
                error=type(error).__name__,
                places=_places(error),
            )
            if status:
                raise  # half an answer is out: the server must break the connection, or it would look whole
            answer = problem_response(
                [Problem("server-error", found=request_id)],
                500,
                language_of(Request(scope)),
                request_id,
            )
            await answer(scope, receive, send_with_headers)
        finally:
            seconds = perf_counter() - started
            operation = _operation(scope)
            self._measures.request(operation, status, seconds)
            _log.info("request", request=request_id, operation=operation, status=status, ms=round(seconds * 1000, 1))


def _places(error: Exception) -> list[str]:
    """Where in the program it happened, innermost last."""
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in extract_tb(error.__traceback__)[-12:]]


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _FOREIGN_ID.fullmatch(value):
            return str(value.decode())
    return f"{_PROCESS}{next(_count):08x}"


def _complete(headers: list[tuple[bytes, bytes]], request_id: bytes, fixed: tuple[tuple[bytes, bytes], ...]) -> None:
    """Add what the endpoint did not say itself."""
    headers.append((b"x-request-id", request_id))
    headers.extend(fixed)
    if not any(name == b"content-security-policy" for name, _ in headers):
        headers.append((b"content-security-policy", _DATA_POLICY))


def _operation(scope: Scope) -> str:
    """The endpoint's name; a path nobody serves may hold anything and is not repeated."""
    return getattr(scope.get("endpoint"), "__name__", "none")
