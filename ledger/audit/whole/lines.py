"""One place of a log as one line of text: how statements travel, over the API and in an export.

A line is the RFC 8785 form of an object: `index`, `recorded_at` (RFC 3339 UTC, milliseconds), `statement` (the digest),
then `jws`, or `restated` where the text was withheld; and `flags`, those raised when the fact was accepted, as
`{code, where, found?, expected?, details?}`. No line says anything that its bytes in the log do not bear out, but for
the flags: judging again shows those.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

from ledger import canonical
from ledger.canonical import JsonValue, Plain
from ledger.errors import FormatError, Problem
from ledger.queries.logged import Absence, Logged
from ledger.store.batch import moment
from ledger.values import instant

MAX_LINE: Final = 1024 * 1024
"""A statement of 256 KiB is 342 KiB as a JWS; its flags repeat some of it."""

_FIELDS: Final = frozenset({"index", "recorded_at", "statement", "jws", "restated", "flags"})
_FLAG_FIELDS: Final = frozenset({"code", "where", "found", "expected", "details"})


def written(line: Logged) -> bytes:
    """The line, ended by a line feed."""
    said: dict[str, Plain] = {
        "index": line.index,
        "recorded_at": moment(line.recorded_at),
        "statement": line.digest,
    }
    if line.jws is not None:
        said["jws"] = line.jws.decode()
    if line.restated is not None:
        said["restated"] = line.restated.decode()
    if line.flags is not None:
        said["flags"] = [_flag_said(flag) for flag in line.flags]
    return canonical.encode(said) + b"\n"


def read(text: bytes) -> Logged:
    """Read a line without its line feed; raises FormatError."""
    loaded = canonical.load_canonical(text, max_bytes=MAX_LINE)
    if not isinstance(loaded, dict) or not loaded.keys() <= _FIELDS:
        raise _malformed(text)
    try:
        index, recorded = loaded["index"], instant(str(loaded["recorded_at"]))
        digest, jws, restated = loaded["statement"], loaded.get("jws"), loaded.get("restated")
        if not isinstance(index, int) or not isinstance(digest, str) or not isinstance(jws, str | None):
            raise _malformed(text)
        if not isinstance(restated, str | None) or (jws is not None and restated is not None):
            raise _malformed(text)
        flags = (
            tuple(_flag_read(each) for each in cast("list[JsonValue]", loaded["flags"])) if "flags" in loaded else None
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise _malformed(text) from None
    milliseconds = round(recorded.timestamp() * 1000)
    if moment(milliseconds) != loaded["recorded_at"]:
        raise _malformed(text)
    absent: Absence = "withheld" if restated is not None else "not-included" if jws is None else ""
    return Logged(
        index,
        milliseconds,
        digest,
        None if jws is None else jws.encode(),
        None if restated is None else restated.encode(),
        absent,
        flags,
    )


def _flag_said(flag: Problem) -> dict[str, Plain]:
    said: dict[str, Plain] = {"code": flag.code, "where": flag.where}
    if flag.found is not None:
        said["found"] = flag.found
    if flag.expected is not None:
        said["expected"] = flag.expected
    if flag.details:
        said["details"] = dict(flag.details)
    return said


def _flag_read(said: JsonValue) -> Problem:
    if not isinstance(said, Mapping) or not said.keys() <= _FLAG_FIELDS:
        raise ValueError
    found, expected, details = said.get("found"), said.get("expected"), said.get("details") or {}
    if not isinstance(found, str | int | None) or not isinstance(expected, str | int | None):
        raise TypeError
    if not isinstance(details, Mapping) or not all(isinstance(each, str | int) for each in details.values()):
        raise TypeError
    kept = cast("dict[str, str | int]", dict(details))
    return Problem(str(said["code"]), str(said["where"]), found, expected, effect="flag", details=kept)


def _malformed(text: bytes) -> FormatError:
    return FormatError(Problem("logged-line-malformed", found=text[:80].decode(errors="replace")))
