"""Puts the commands together, gives each --json and --lang, runs one, and turns every failure into Problem lines."""

from __future__ import annotations

import os
import re
import sys
import traceback
from collections.abc import Iterator, Sequence
from enum import StrEnum
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from ledger.cli.exits import Exit, exit_of
from ledger.cli.talk import Talk, conversation
from ledger.errors import LedgerError, Problem
from ledger.words import LANGUAGES, Language

# One file per command, in the order of --help: what a newcomer needs first comes first.
COMMANDS: Final = (
    "init",
    "demo",
    "serve",
    "id",
    "submit",
    "sign",
    "lot",
    "claims",
    "trace",
    "blast_radius",
    "report",
    "verify",
    "log",
    "monitor",
    "rebuild",
    "bundle",
    "audit",
    "export",
    "importing",
    "selftest",
    "receipt",
    "label",
    "keys",
    "backup",
    "restore",
    "doctor",
    "freeze",
    "token",
    "webhook",
    "outbox",
    "witness",
    "erasures",
    "packs",
    "config",
    "upgrade",
    "version",
)

# Typer says in English what it did not understand; these are its sentences, and how ours begin to say the same.
USAGE: Final = {
    r"No such command '(?P<word>[^']*)'\. Did you mean '(?P<near>[^']*)'\?": "there is no {word}; did you mean {near}?",
    r"No such command '(?P<word>[^']*)'\..*": "there is no {word}.",
    r"No such option: (?P<word>[^ .]+).*": "there is no option {word}.",
    r"Missing (option|argument|parameter):? '?(?P<word>[^' ]*)'?\..*": "{word} is missing.",
    r"Option '(?P<word>[^']*)' requires an argument\.": "{word} needs a value.",
    r"Option '(?P<word>[^']*)' does not take a value\.": "{word} takes no value.",
    r"Got unexpected extra argument(?:s|\(s\))? \((?P<word>.*)\)": "{word} is too much.",
    r"Invalid value for '(?P<word>[^']*)': .* greater than or equal to (?P<limit>\d+).*": "{word} is at least {limit}.",
    r"Invalid value for '(?P<word>[^']*)': .* less than or equal to (?P<limit>\d+).*": "{word} is at most {limit}.",
    r"Invalid value for '(?P<word>[^']*)': .* is not one of (?P<words>.*)\.": "{word} is one of {words}.",
    r"Invalid value for '?(?P<word>[^':]*)'?:.*": "the value given for {word} does not fit.",
}

ABOUT: Final = "Chaski: from the farm's scale to the buyer's dock, in a ledger that strangers can verify."
JSON_HELP: Final = "Answer with one JSON document on stdout."
LANG_HELP: Final = "The language of messages: es or en."


class Spoken(StrEnum):
    """What --lang takes."""

    ES = "es"
    EN = "en"


def run(given: list[str]) -> int:
    """Run one command; returns its exit code and lets no error through."""
    talk = Talk(_language_asked(given), _asks_for_json(given))
    with conversation(talk):
        try:
            tree = command(talk.language if _shows_help(given) else "en")
            result = tree.main(given, "chaski", standalone_mode=False)
            sys.stdout.flush()
            return result if isinstance(result, int) else Exit.OK
        except LedgerError as error:
            if talk.debug:
                traceback.print_exc()
            return _fail(talk, error.problems, exit_of(error))
        except typer.TyperException as error:
            if not error.format_message():  # a command alone prints its help, which says enough
                return Exit.USAGE
            return _fail(talk, (_usage(error, talk),), Exit.USAGE)
        except typer.Exit as stop:
            return stop.exit_code
        except (KeyboardInterrupt, typer.Abort):
            return Exit.INTERRUPTED
        except (BrokenPipeError, SystemExit):
            # Whoever read our output has seen enough: `chaski trace ... | head` is no failure. (Typer turns a broken
            # pipe into a SystemExit.) What is still buffered must not complain at the end either.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return Exit.OK
        except OSError as error:
            if talk.debug:
                traceback.print_exc()
            return _fail(talk, (_unusable(error),), Exit.FORMAT)
        except Exception as error:  # noqa: BLE001 - the last line of defence: no stack trace reaches a clerk
            if talk.debug:
                traceback.print_exc()
            return _fail(talk, (Problem("internal-error", found=type(error).__name__),), Exit.INTERNAL)


def command(language: str = "en") -> TyperGroup:
    """The whole command tree, its help in the language."""
    app = typer.Typer(name="chaski", help=ABOUT, no_args_is_help=True, add_completion=False, rich_markup_mode="rich")
    for name in COMMANDS:
        import_module(f"ledger.cli.{name}").add(app)
    tree = get_command(app)
    assert isinstance(tree, TyperGroup)  # noqa: S101 - several commands always make a group
    for each in every(tree):
        each.params += _shared()
    if language != "en":
        _translate(tree, language)
    return tree


def every(tree: Any) -> Iterator[Any]:
    """A command and all below it."""
    yield tree
    for below in getattr(tree, "commands", {}).values():
        yield from every(below)


def _shared() -> list[Any]:
    """The two options every command has. Their values are read before parsing, because a usage error needs them too."""
    app = typer.Typer(add_completion=False)

    @app.command()
    def _(
        json: Annotated[bool, typer.Option("--json", help=JSON_HELP, expose_value=False)] = False,
        lang: Annotated[
            Spoken | None, typer.Option("--lang", metavar="es|en", help=LANG_HELP, expose_value=False)
        ] = None,
    ) -> None: ...

    return [each for each in get_command(app).params if each.name != "help"]


def _unusable(error: OSError) -> Problem:
    """A file or folder somewhere below that cannot be read or written; the commands name those they know themselves."""
    details = {"reason": error.strerror or type(error).__name__}
    return Problem("file-not-usable", found=str(error.filename or ""), details=details, retry="after-change")


def _language_asked(given: list[str]) -> Language | None:
    """The value of --lang, known before anything else is parsed: a usage error needs it too."""
    asked = _value_of("--lang", given)
    return next((each for each in LANGUAGES if each == asked), None)


def _fail(talk: Talk, problems: Sequence[Problem], code: Exit) -> int:
    from ledger.cli.plain import plain_problem

    talk.problems(problems)
    talk.document({"problems": [plain_problem(each, talk.language) for each in problems], "exit": int(code)})
    return code


def _usage(error: typer.TyperException, talk: Talk) -> Problem:
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else "chaski"
    message = error.format_message()
    if talk.language != "en":
        known = ((re.fullmatch(pattern, message, re.DOTALL), text) for pattern, text in USAGE.items())
        message = next((talk.phrase(text, **found.groupdict()) for found, text in known if found), message)
    return Problem("command-not-understood", found=message, expected=path, retry="after-change")


def _value_of(option: str, given: list[str]) -> str | None:
    for place, word in enumerate(given):
        if word == "--":
            return None
        if word.startswith(f"{option}="):
            return word.partition("=")[2]
        if word == option and place + 1 < len(given):
            return given[place + 1]
    return None


def _asks_for_json(given: list[str]) -> bool:
    return "--json" in (given[: given.index("--")] if "--" in given else given)


def _shows_help(given: list[str]) -> bool:
    return (
        "--help" in given
        or not [word for word in given if not word.startswith("-")]
        or given[0] in {"token", "webhook", "witness", "packs", "config", "log", "audit"}
    )


def _translate(tree: TyperGroup, language: str) -> None:
    from typer import rich_utils

    from ledger.cli.phrases import phrase

    rich_utils.ARGUMENTS_PANEL_TITLE = phrase("Arguments", language)
    rich_utils.OPTIONS_PANEL_TITLE = phrase("Options", language)
    rich_utils.COMMANDS_PANEL_TITLE = phrase("Commands", language)
    rich_utils.REQUIRED_LONG_STRING = phrase("[required]", language)
    rich_utils.DEFAULT_STRING = phrase("[default: {}]", language, **{"": "{}"})
    for each in every(tree):
        each.help = phrase(each.help or "", language)
        each.short_help = phrase(each.short_help or "", language) or None
        context = typer.Context(each)
        for parameter in (*each.params, each.get_help_option(context)):
            parameter.help = phrase(getattr(parameter, "help", None) or "", language)
