"""Reading what a request carries, never more than allowed."""

from __future__ import annotations

from collections.abc import AsyncIterator

from starlette.requests import Request

from ledger.errors import FormatError, Problem


def content_type(request: Request) -> str:
    """The media type of the body without parameters, lower case; raises FormatError content-encoding if compressed."""
    encoding = request.headers.get("content-encoding", "identity").lower()
    if encoding != "identity":
        raise FormatError(Problem("content-encoding", found=encoding[:32], expected="identity"))
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_length(request: Request, limit: int, code: str = "request-too-large") -> None:
    """Raise FormatError if the request itself says that it is too large; nothing is read then."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise FormatError(Problem(code, found=declared[:20], expected=limit))


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body; raises FormatError request-too-large as soon as it is, whatever its length claimed."""
    check_length(request, limit)
    parts = [part async for part in limited(request.stream(), limit)]
    return parts[0] if len(parts) == 1 else b"".join(parts)


async def limited(parts: AsyncIterator[bytes], limit: int, code: str = "request-too-large") -> AsyncIterator[bytes]:
    """The parts as they come, until there is more than allowed."""
    total = 0
    async for part in parts:
        total += len(part)
        if total > limit:
            raise FormatError(Problem(code, found=total, expected=limit))
        if part:
            yield part
