"""What detection found: who is accused of what, and which claims stand; one line each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ledger import canonical
from ledger.errors import FormatError, Problem


@dataclass(frozen=True, slots=True)
class Finding:
    """One accusation: how it was found (`case.How`), the codes, and everything it names (ids, digests, numbers)."""

    how: str
    codes: tuple[str, ...]
    subjects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """All accusations, and the (lot, claim) pairs that are carried."""

    findings: tuple[Finding, ...]
    carried: frozenset[tuple[str, str]]


def write_found(path: Path, found: Found) -> None:
    """Write findings for whoever compares them."""
    lines = [{"how": each.how, "codes": list(each.codes), "subjects": list(each.subjects)} for each in found.findings]
    lines += [{"how": "carried", "codes": [claim], "subjects": [lot]} for lot, claim in sorted(found.carried)]
    write_lines(path, lines)


def read_found(path: Path) -> Found:
    """Read them back; raises FormatError where they are not what detection writes."""
    try:
        read = [
            Finding(str(line["how"]), tuple(map(str, line["codes"])), tuple(map(str, line["subjects"])))
            for line in read_lines(path)
        ]
    except (KeyError, TypeError):
        raise FormatError(Problem("season-file-malformed", "", path.name)) from None
    carried = frozenset((each.subjects[0], each.codes[0]) for each in read if each.how == "carried")
    return Found(tuple(each for each in read if each.how != "carried"), carried)


def write_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    """One document per line."""
    path.write_bytes(b"".join(canonical.encode(line) + b"\n" for line in lines))


def read_lines(path: Path) -> list[Mapping[str, Any]]:
    """Read such a file; raises FormatError where a line is no object."""
    lines = [canonical.load(line) for line in path.read_bytes().splitlines()]
    found: list[Mapping[str, Any]] = [line for line in lines if isinstance(line, dict)]
    if len(found) != len(lines):
        raise FormatError(Problem("season-file-malformed", "", path.name))
    return found
