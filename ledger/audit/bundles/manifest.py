"""manifest.json: what a bundle is of, and every file in it with size and SHA-256; canonical JSON."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ledger.audit.bundles.packing import Packed
from ledger.audit.bundles.scope import Scope
from ledger.canonical import JsonValue, encode, load
from ledger.errors import FormatError, Problem
from ledger.log.bundle_note import BUNDLE_FORMAT

MAX_BYTES: Final = 1 << 24


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the manifest says besides the list of files."""

    origin: str
    size: int
    root: str
    scope: Scope
    rules_version: int
    role: str

    def format(self, files: Iterable[Packed]) -> bytes:
        """The bytes of manifest.json over these files."""
        listed: list[JsonValue] = [{"path": each.path, "sha256": each.sha256, "size": each.size} for each in files]
        return encode(
            {
                "files": listed,
                "format": BUNDLE_FORMAT,
                "origin": self.origin,
                "role": self.role,
                "root": self.root,
                "rules_version": self.rules_version,
                "scope": self.scope.plain(),
                "size": self.size,
            }
        )

    @classmethod
    def parse(cls, data: bytes) -> Manifest:
        """Read what was made, trusting nothing yet but its form; raises FormatError bundle-manifest."""
        said = _canonical(data)
        try:
            if said["format"] != BUNDLE_FORMAT:
                raise FormatError(Problem("bundle-manifest", "/format", str(said["format"])[:60], BUNDLE_FORMAT))
            size = _number(said["size"])
            return cls(
                _text(said["origin"]),
                size,
                _text(said["root"]),
                _scope(said["scope"], size),
                _number(said["rules_version"]),
                _text(said["role"]),
            )
        except (KeyError, TypeError, ValueError):
            raise FormatError(Problem("bundle-manifest")) from None


def _canonical(data: bytes) -> dict[str, JsonValue]:
    try:
        # A large bundle lists more files than a statement may list things.
        said = load(data, max_bytes=MAX_BYTES, max_list=MAX_BYTES)
    except FormatError:
        raise FormatError(Problem("bundle-manifest")) from None
    if not isinstance(said, dict) or encode(said) != data:
        raise FormatError(Problem("bundle-manifest"))
    return said


def _scope(said: JsonValue, size: int) -> Scope:
    if not isinstance(said, dict):
        raise TypeError
    match said["kind"]:
        case "all":
            return Scope("all", 0, size)
        case "lot":
            return Scope("lot", 0, size, _text(said["lot"]))
        case "period":
            return Scope("period", _number(said["first"]), _number(said["after"]))
        case _:
            raise ValueError


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _number(value: JsonValue) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return value
