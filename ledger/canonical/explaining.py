"""The slow reader that names what is wrong with a JSON document, and where; it is also the definition of `load`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NoReturn
from unicodedata import is_normalized

from ledger.canonical.encoding import pointer_token
from ledger.canonical.limits import MAX_DEPTH, MAX_INTEGER
from ledger.canonical.plain import JsonValue
from ledger.errors import FormatError, Found, Problem

_SPACE: Final = re.compile(r"[ \t\n\r]*")
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"-?(?:NaN|Infinity)")
_UNESCAPED: Final = re.compile(r'[^"\\\x00-\x1f]+')
_FOUR_HEX: Final = re.compile(r"[0-9A-Fa-f]{4}")
_SURROGATE: Final = re.compile(r"[\ud800-\udfff]")
_ESCAPES: Final = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_WORDS: Final[dict[str, JsonValue]] = {"true": True, "false": False, "null": None}


def text_of(data: bytes, max_bytes: int) -> str:
    """The text of a document that is small enough and plain UTF-8 (RFC 8259 section 8.1: no byte order mark)."""
    if len(data) > max_bytes:
        _refuse("json-too-large", found=len(data), expected=max_bytes)
    if data.startswith(b"\xef\xbb\xbf"):
        _refuse("json-bom")
    # The first two characters of JSON text are ASCII: a zero byte there means UTF-16 or UTF-32 without a mark.
    if b"\x00" in data[:4] and not data.startswith(b'"'):
        _refuse("json-encoding", found="UTF-16", expected="UTF-8")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse("json-encoding", found=f"byte {error.start}", expected="UTF-8")


def explain(text: str, *, max_list: int) -> JsonValue:
    """Read one document, or raise FormatError for the first thing that is wrong with it."""
    reader = _Reader(text, max_list)
    value = reader.value()
    reader.skip_space()
    if reader.at != len(text):
        reader.malformed()
    return value


@dataclass(slots=True)
class _Reader:
    """A position in the text, and the path of keys and numbers that leads there."""

    text: str
    max_list: int
    at: int = 0
    path: list[str] = field(default_factory=list)

    def value(self) -> JsonValue:
        self.skip_space()
        first = self.text[self.at : self.at + 1]
        if first == "{":
            return self.object()
        if first == "[":
            return self.list()
        if first == '"':
            return self.string()
        for word, meaning in _WORDS.items():
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return meaning
        if _NOT_FINITE.match(self.text, self.at):
            self.refuse("json-not-finite")
        return self.number()

    def object(self) -> dict[str, JsonValue]:
        self.enter()
        found: dict[str, JsonValue] = {}
        while not self.ends("}", first=not found):
            if self.text[self.at : self.at + 1] != '"':
                self.malformed()
            key = self.string()
            self.path.append(pointer_token(key))
            if key in found:
                self.refuse("json-duplicate-key")
            self.skip_space()
            self.expect(":")
            found[key] = self.value()
            self.path.pop()
        return found

    def list(self) -> list[JsonValue]:
        self.enter()
        found: list[JsonValue] = []
        while not self.ends("]", first=not found):
            if len(found) == self.max_list:
                self.refuse("json-list-too-long", expected=self.max_list)
            self.path.append(str(len(found)))
            found.append(self.value())
            self.path.pop()
        return found

    def enter(self) -> None:
        """Step over the opening bracket. The path is as long as the nesting outside it."""
        if len(self.path) >= MAX_DEPTH:
            self.refuse("json-too-deep", expected=MAX_DEPTH)
        self.at += 1

    def ends(self, bracket: str, *, first: bool) -> bool:
        """Step over the closing bracket and say so, or over the comma that must stand before the next item."""
        self.skip_space()
        if self.text.startswith(bracket, self.at):
            self.at += 1
            return True
        if not first:
            self.expect(",")
            self.skip_space()
        return False

    def string(self) -> str:
        self.at += 1
        parts: list[str] = []
        while not self.text.startswith('"', self.at):
            if run := _UNESCAPED.match(self.text, self.at):
                parts.append(run.group())
                self.at = run.end()
            elif self.text.startswith("\\", self.at):
                parts.append(self.escape())
            elif self.text.startswith("\x00", self.at):
                self.refuse("json-nul")
            else:
                self.malformed()
        self.at += 1
        found = "".join(parts)
        if "\x00" in found:
            self.refuse("json-nul")
        # Halves written as two escapes have been joined by escape(); what is left stands alone.
        if _SURROGATE.search(found):
            self.refuse("json-surrogate")
        if not is_normalized("NFC", found):
            self.refuse("json-not-nfc")
        return found

    def escape(self) -> str:
        letter = self.text[self.at + 1 : self.at + 2]
        if letter in _ESCAPES:
            self.at += 2
            return _ESCAPES[letter]
        if letter != "u":
            self.malformed()
        unit = self.unit()
        if 0xD800 <= unit < 0xDC00 and self.text.startswith("\\u", self.at):
            start = self.at
            low = self.unit()
            if 0xDC00 <= low < 0xE000:
                return chr(0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00))
            self.at = start
        return chr(unit)

    def unit(self) -> int:
        digits = _FOUR_HEX.match(self.text, self.at + 2)
        if digits is None:
            self.malformed()
        self.at = digits.end()
        return int(digits.group(), 16)

    def number(self) -> int:
        found = _NUMBER.match(self.text, self.at)
        if found is None:
            self.malformed()
        if found.group(1) or found.group(2):
            self.refuse("json-float")
        digits = found.group()
        if len(digits) > len(str(-MAX_INTEGER)) or abs(int(digits)) > MAX_INTEGER:
            self.refuse("json-integer-range", found=digits[:40], expected=MAX_INTEGER)
        self.at = found.end()
        return int(digits)

    def skip_space(self) -> None:
        space = _SPACE.match(self.text, self.at)
        if space is not None:
            self.at = space.end()

    def expect(self, character: str) -> None:
        if not self.text.startswith(character, self.at):
            self.malformed()
        self.at += 1

    def malformed(self) -> NoReturn:
        """Refuse what is no JSON at all; character, line and column are counted from 1."""
        before = self.text[: self.at]
        details = {"line": before.count("\n") + 1, "column": self.at - before.rfind("\n")}
        where = "".join(f"/{step}" for step in self.path)
        raise FormatError(Problem("json-malformed", where, self.at + 1, details=details))

    def refuse(self, code: str, *, found: Found = None, expected: Found = None) -> NoReturn:
        _refuse(code, where="".join(f"/{step}" for step in self.path), found=found, expected=expected)


def _refuse(code: str, *, where: str = "", found: Found = None, expected: Found = None) -> NoReturn:
    raise FormatError(Problem(code, where, found, expected))
