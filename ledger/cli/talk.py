"""How the command line speaks: results on stdout, everything else on stderr, and with --json one document on stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TextIO

from ledger.cli.phrases import phrase
from ledger.errors import Problem
from ledger.words import Language, say

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from ledger.canonical import Plain

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Talk:
    """The conversation of one run: in which language, for a person or for a program."""

    asked: Language | None = None
    as_json: bool = False
    _settled: tuple[Language, bool] | None = None

    @property
    def language(self) -> Language:
        """The language asked for, else the one the settings say."""
        return self.asked or self._settle()[0]

    @property
    def debug(self) -> bool:
        """Whether an error shows where in the program it happened."""
        return self._settle()[1]

    def _settle(self) -> tuple[Language, bool]:
        """Read the settings at the first word that needs them: `chaski version` needs none."""
        if self._settled is None:
            from ledger.settings import hints

            self._settled = hints()
        return self._settled

    def phrase(self, text: str, /, **values: str | int) -> str:
        """A sentence of the command line in the language of the run."""
        return phrase(text, self.language, **values)

    def tell(self, text: str, /, **values: str | int) -> None:
        """A sentence of the result; silent with --json."""
        self.show(self.phrase(text, **values))

    def show(self, what: RenderableType = "") -> None:
        """A line or a table of the result, as it is; silent with --json."""
        if self.as_json:
            return
        if isinstance(what, str):
            sys.stdout.write(f"{what}\n")
            return
        _console(sys.stdout).print(what, markup=False, highlight=False)

    def remark(self, text: str, /, **values: str | int) -> None:
        """A sentence beside the result, on stderr."""
        sys.stderr.write(f"{self.phrase(text, **values)}\n")

    def document(self, value: Plain) -> None:
        """The one document of a run with --json; silent without."""
        if self.as_json:
            from ledger.canonical import encode

            sys.stdout.buffer.write(encode(value) + b"\n")
            sys.stdout.buffer.flush()

    def rows(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Names and values under each other; the names are phrases."""
        from rich.table import Table

        table = Table.grid(padding=(0, 2))
        table.add_column(no_wrap=True)
        table.add_column(overflow="fold")
        for name, value in pairs:
            if value:
                table.add_row(self.phrase(name), _text(value))
        self.show(table)

    def table(self, heads: Sequence[str], rows: Iterable[Sequence[str]], *, right: Iterable[int] = ()) -> None:
        """A table; the heads are phrases, columns in `right` hold numbers."""
        from rich.box import SIMPLE
        from rich.table import Table

        numbers = set(right)
        table = Table(box=SIMPLE, pad_edge=False, show_edge=False)
        for place, head in enumerate(heads):
            table.add_column(self.phrase(head), justify="right" if place in numbers else "left", overflow="fold")
        for row in rows:
            table.add_row(*(_text(cell) for cell in row))
        self.show(table)

    def problems(self, problems: Iterable[Problem]) -> None:
        """Each problem on stderr: where, what was found against what was expected, and how to mend it."""
        console = _console(sys.stderr)
        for problem in problems:
            said = say(problem, self.language)
            sign, style = ("!", "yellow") if problem.effect == "flag" else ("x", "red")
            console.print(
                f"{sign} {said.detail} [{said.code}]", style=style, markup=False, highlight=False, soft_wrap=True
            )
            if said.remedy:
                console.print(f"  -> {said.remedy}", markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def progress(self, text: str) -> Iterator[Progress]:
        """A bar on stderr while something long runs, where a person watches; call what it yields with (done, total)."""
        if not sys.stderr.isatty():
            yield _in_silence
            return
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Bar(*columns, console=_console(sys.stderr), transient=True) as bar:
            task = bar.add_task(self.phrase(text), total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total or None)


_CURRENT: Final[ContextVar[Talk | None]] = ContextVar("talk", default=None)


def talking() -> Talk:
    """The conversation this run is in."""
    return _CURRENT.get() or Talk()


@contextmanager
def conversation(talk: Talk) -> Iterator[Talk]:
    """Make `talk` the conversation of what runs inside."""
    token = _CURRENT.set(talk)
    try:
        yield talk
    finally:
        _CURRENT.reset(token)


def _in_silence(_done: int, _total: int) -> None:
    """Nobody watches."""


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    # Not a terminal: no colours, and lines as wide as they are, so that a file or a pipe gets whole rows.
    return Console(file=stream, width=None if stream.isatty() else 200)


def _text(value: str) -> RenderableType:
    from rich.text import Text

    return Text(value)
