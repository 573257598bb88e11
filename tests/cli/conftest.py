"""A person at a terminal: runs `chaski` in this process, in a folder of its own, and reads what it says."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ledger import settings
from ledger.cli import main


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one JSON document on stdout; fails when there is none, or more."""
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        """The codes of the problems in the document."""
        return [problem["code"] for problem in self.json["problems"]]


Chaski = Callable[..., Answer]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to work in, on a machine that says nothing about Chaski and speaks English."""
    monkeypatch.chdir(tmp_path)
    for name in (
        *map(settings.variable, settings.Settings.model_fields),
        settings.FILE_VARIABLE,
        "LC_ALL",
        "LC_MESSAGES",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "C.UTF-8")
    return tmp_path


@pytest.fixture
def chaski(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Chaski:
    """Run a command in this process. `stdin` is what a pipe would bring."""

    def run(*arguments: str | Path, stdin: bytes = b"") -> Answer:
        out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", out)
            patch.setattr(sys, "stderr", err)
            patch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
            code = main([str(each) for each in arguments])
        return Answer(int(code), *(each.buffer.getvalue().decode() for each in (out, err)))

    return run
