"""Writes the pages that are made from the program itself: problems, configuration and command line.

`python docs/make_pages.py` writes them, `--check` only says whether they are up to date (exit code 1 if not).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from ledger.cli.command import command
from ledger.cli.exits import MEANINGS
from ledger.settings import FILE, FILE_VARIABLE, Settings, variable, written_out
from ledger.words import codes

HERE: Final = Path(__file__).resolve().parent


def problems() -> Iterator[str]:
    """Every code with its words."""
    yield "# Problems"
    yield ""
    yield "Every problem the ledger can name, with its words in English and Spanish. The code is stable: programs may"
    yield "act on it. `{found}`, `{expected}` and other names in braces stand for what was found and expected."
    yield "Made from the catalogues by `python docs/make_pages.py`; do not edit."
    yield ""
    english, spanish = codes("en"), codes("es")
    yield "| code | what is wrong | what to do |"
    yield "| --- | --- | --- |"
    for code in sorted(english):
        (title, remedy), (titulo, remedio) = english[code], spanish.get(code, ("", ""))
        what, do = f"{_cell(title)}<br>*{_cell(titulo)}*", f"{_cell(remedy)}<br>*{_cell(remedio)}*"
        yield f'| <a id="{code}"></a>`{code}` | {what} | {do} |'


def configuration() -> Iterator[str]:
    """Every setting with its variable, default and meaning."""
    yield "# Configuration"
    yield ""
    yield f"What counts first: a flag of the command, then a `CHASKI_*` variable, then `{FILE}`, then the default."
    yield f"`{FILE}` is read from the folder the command runs in, or from where `{FILE_VARIABLE}` says. Its keys are"
    yield "the names of the settings, without tables. `chaski config show` prints what is in force and who said so;"
    yield "passwords are masked there and in every message."
    yield "Made from ledger/settings.py by `python docs/make_pages.py`; do not edit."
    yield ""
    yield "| setting | variable | default | meaning |"
    yield "| --- | --- | --- | --- |"
    for name, field in Settings.model_fields.items():
        default = written_out(field.default)
        shown = f"`{default}`" if default else ""
        yield f"| `{name}` | `{variable(name)}` | {shown} | {_cell(field.description or '')} |"


def command_line() -> Iterator[str]:
    """Every command with what it takes, and the exit codes."""
    yield "# Command line"
    yield ""
    yield "Results go to stdout, everything else to stderr. With `--json` stdout holds exactly one JSON document: the"
    yield 'result, or `{"problems": [...], "exit": N}` when the command failed before it had one. `--lang es` or `en`'
    yield "chooses the language; without it `CHASKI_LANGUAGE`, then the machine's. `--database` takes a path to an"
    yield "SQLite file or a PostgreSQL URL. `CHASKI_DEBUG=1` shows where in the program an error happened."
    yield "Made from the commands by `python docs/make_pages.py`; do not edit."
    yield ""
    yield "## Exit codes"
    yield ""
    yield "| code | meaning |"
    yield "| --- | --- |"
    yield from (f"| {int(code)} | {meaning} |" for code, meaning in MEANINGS.items())
    yield ""
    yield "## Commands"
    for path, each in _leaves(command("en")):
        yield ""
        yield f"### chaski {path}"
        yield ""
        yield f"{each.help}"
        own = [found for found in each.params if found.name not in {"json", "lang", "help"}]
        if not own:
            continue
        yield ""
        yield "| argument or option | meaning |"
        yield "| --- | --- |"
        yield from (f"| `{_cell(_written(found))}` | {_cell(getattr(found, 'help', None) or '')} |" for found in own)


PAGES: Final[dict[str, Callable[[], Iterator[str]]]] = {
    "problems.md": problems,
    "configuration.md": configuration,
    "cli.md": command_line,
}


def main(arguments: list[str]) -> int:
    """Write the pages, or say which are out of date."""
    stale = []
    for name, lines in PAGES.items():
        page, text = HERE / name, "\n".join(lines()) + "\n"
        if page.exists() and page.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            page.write_text(text, encoding="utf-8")
    if stale:
        said = "out of date, run python docs/make_pages.py" if "--check" in arguments else "written"
        sys.stdout.write(f"{', '.join(stale)}: {said}\n")
    return int(bool(stale) and "--check" in arguments)


def _leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for name, below in getattr(tree, "commands", {}).items():
        here = f"{path} {name}".strip()
        if getattr(below, "commands", None):
            if below.invoke_without_command:
                yield here, below
            yield from _leaves(below, here)
        else:
            yield here, below


def _written(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return str(parameter.metavar or parameter.name)
    flags = ", ".join(sorted(parameter.opts, key=len))
    return flags if parameter.is_flag else f"{flags} {parameter.metavar or ''}".strip()


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
