"""A whole log over the API of the server that keeps it: public files as everybody reads them, statements by a token."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Final

from ledger.audit.public.web import WHOLE_SECONDS, WebLog
from ledger.audit.whole.lines import MAX_LINE, read
from ledger.audit.whole.log import ShownHead
from ledger.errors import FormatError, Problem, ProofError
from ledger.log.checkpoint import Checkpoint
from ledger.log.note import Note
from ledger.queries.logged import Logged

PORTION: Final = 500
_MOST_BYTES: Final = PORTION * MAX_LINE // 8
"""Statements of the largest size do not come by the hundred; whoever sends more than this is not read to the end."""


class WholeWeb:
    """The log at an address such as `https://ledger.example/log/valle`, whose API lies beside it under `/v1/log/`."""

    def __init__(
        self, url: str, token: str, *, seconds: float = WHOLE_SECONDS, tls: ssl.SSLContext | None = None
    ) -> None:
        """The token carries the scope `audit`. Raises FormatError source-url, also where no `/log/` is in the path."""
        base, found, _ = url.rpartition("/log/")
        if not found:
            raise FormatError(Problem("source-url", found=url[:200], expected="https://host/log/name"))
        self.name = url
        self._public = WebLog(url, seconds=seconds, tls=tls)
        self._guarded = _Guarded(base, token, seconds=seconds, tls=tls)
        note = self._public.checkpoint()
        self._head = ShownHead(Checkpoint.parse(Note.parse(note).text), note)

    def close(self) -> None:
        """Let every connection go."""
        self._public.close()
        self._guarded.close()

    def head(self) -> ShownHead:
        """The checkpoint as it was served at first."""
        return self._head

    def statements(self) -> Iterator[Logged]:
        """Every statement up to there, portion by portion; raises ProofError where the server leaves one out."""
        yield from self._lines(0, self._head.checkpoint.size)

    def later(self) -> Iterator[Logged]:
        """What has come since."""
        now = Checkpoint.parse(Note.parse(self._public.checkpoint()).text)
        yield from self._lines(self._head.checkpoint.size, now.size)

    def _lines(self, first: int, size: int) -> Iterator[Logged]:
        while first < size:
            after = min(first + PORTION, size)
            data = self._guarded.read(f"v1/log/statements?first={first}&after={after}")
            lines = data.split(b"\n")
            if lines.pop() or len(lines) > after - first:
                raise ProofError(Problem("source-too-long", found=f"{self.name} [{first}]", expected=after - first))
            if not lines:
                raise ProofError(Problem("entry-missing", "", first))
            yield from map(read, lines)
            # A server may give fewer at a time than it was asked for.
            first += len(lines)

    def pack(self, digest: str) -> bytes:
        """A pack's bytes as the server keeps them."""
        return self._guarded.read(f"v1/log/packs/{digest}")


class _Guarded(WebLog):
    """What only a token opens."""

    def __init__(self, url: str, token: str, *, seconds: float, tls: ssl.SSLContext | None) -> None:
        super().__init__(url, seconds=seconds, tls=tls)
        if not token.isascii() or not token.isprintable():
            raise FormatError(Problem("token-invalid", expected="audit"))
        self._headers["Authorization"] = f"Bearer {token}"

    def _most_bytes(self, path: str) -> int:
        del path
        return _MOST_BYTES
