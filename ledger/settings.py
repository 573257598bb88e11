"""Every choice an operator can make, read in one place: flag, then CHASKI_* variable, then chaski.toml, then default.

The only module that reads the environment and chaski.toml. What it reads is handed on as arguments.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, cast

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from ledger.errors import FormatError, Problem
from ledger.log.policy import Policy

Language = Literal["es", "en"]
Source = Literal["flag", "environment", "file", "default"]

FILE: Final = "chaski.toml"
FILE_VARIABLE: Final = "CHASKI_CONFIG"
PREFIX: Final = "CHASKI_"
MASK: Final = "********"

_PASSWORD: Final = re.compile(r"(?<=://)([^/@]*?):([^/]*)@")
_PASSWORD_IN_QUERY: Final = re.compile(r"(?<=[?&])(password|sslpassword)=[^&]*", re.IGNORECASE)
_MEBIBYTE: Final = 1024 * 1024


def _listed(value: object) -> object:
    """A list as an environment variable holds it: separated by commas."""
    return tuple(item.strip() for item in value.split(",") if item.strip()) if isinstance(value, str) else value


Port = Annotated[int, Field(ge=1, le=65535)]


class Settings(BaseSettings):
    """The settings in force. Make one with `load`, which speaks in Problems."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_ignore_empty=True, extra="forbid", frozen=True, validate_default=True
    )
    _from_file: ClassVar[Mapping[str, Any]] = {}

    database: Annotated[str, Field(min_length=1)] = Field(
        "chaski.db", description="The ledger: a path to an SQLite file, or a URL such as postgresql://user@host/name."
    )
    public_url: str = Field(
        "", description="The address under which the public reaches the ledger; QR codes point there."
    )
    host: Annotated[str, Field(min_length=1)] = Field(
        "127.0.0.1", description="The address `chaski serve` listens on; 0.0.0.0 for all."
    )
    port: Annotated[int, Field(ge=0, le=65535)] = Field(
        8080, description="The port `chaski serve` listens on; 0 picks a free one."
    )
    state_dir: Path | None = Field(
        None,
        description="Where keys, vault key and documents of a ledger on PostgreSQL lie; with SQLite: beside the file.",
    )
    language: Literal["auto", "es", "en"] = Field(
        "auto", description="The language of messages; auto follows LC_ALL, LC_MESSAGES and LANG, else English."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least important message the server writes."
    )
    log_format: Literal["text", "json"] = Field("text", description="How the server writes its messages.")
    metrics_public: bool = Field(
        default=False, description="Whether /metrics answers others than this machine; it shows no business data."
    )
    max_queue: Annotated[int, Field(ge=1, le=1_000_000)] = Field(
        4096, description="Facts that may wait for the writer; beyond it the server answers 503 with Retry-After."
    )
    group_commit: bool = Field(
        default=True, description="Whether facts that arrive together share a commit; off only to measure."
    )
    worker_threads: Annotated[int, Field(ge=1, le=256)] = Field(
        4, description="Threads that parse submissions and check signatures before the queue."
    )
    verify_workers: Annotated[int, Field(ge=0, le=1024)] = Field(
        0, description="Processes `chaski verify` uses; 0 means one per core."
    )
    max_request_bytes: Annotated[int, Field(ge=1024)] = Field(
        32 * _MEBIBYTE, description="The largest request with statements or facts."
    )
    max_document_bytes: Annotated[int, Field(ge=1024, le=25 * _MEBIBYTE)] = Field(
        25 * _MEBIBYTE, description="The largest document taken; the store keeps none above 25 MiB."
    )
    document_types: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (
            "application/geo+json",
            "application/json",
            "application/pdf",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            "image/jpeg",
            "image/png",
            "image/webp",
            "text/csv",
            "text/plain",
        ),
        description="Media types of documents taken, separated by commas; a narrower choice than the default.",
    )
    outbox_ports: Annotated[tuple[Port, ...], NoDecode, BeforeValidator(_listed)] = Field(
        (443, 8443), description="Ports a webhook may be delivered to, separated by commas."
    )
    outbox_days: Annotated[int, Field(ge=1, le=30)] = Field(
        3, description="For how many days a notice is tried again before it counts as failed."
    )
    outbox_allow_local: bool = Field(
        default=False,
        description="Whether webhooks may go to this very machine, by http too; for tests and development only.",
    )
    witness_policy: Path | None = Field(
        None,
        description="The file that says which witnesses see the log and how many of them suffice (docs/witnesses.md).",
    )
    witness_fail: Literal["open", "closed"] = Field(
        "open",
        description="Whether the log goes on without its witnesses (open) or refuses facts after a while (closed).",
    )
    witness_grace_seconds: Annotated[int, Field(ge=1, le=604_800)] = Field(
        300, description="With `closed`: for how long the log may grow without its quorum."
    )
    debug: bool = Field(default=False, description="Whether an internal error shows where in the program it happened.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the names are the base class's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, then the environment; the file is laid under both by `load`, where its mistakes get words."""
        return init_settings, env_settings

    @property
    def unwitnessed_seconds(self) -> int | None:
        """For how long the log may grow without its quorum; None: for ever."""
        return self.witness_grace_seconds if self.witness_fail == "closed" else None

    def policy(self) -> Policy | None:
        """The witness policy, read from its file; raises FormatError policy-malformed or policy-unreadable."""
        if self.witness_policy is None:
            return None
        try:
            return Policy.parse(self.witness_policy.read_bytes())
        except OSError as error:
            details = {"reason": error.strerror or ""}
            problem = Problem("policy-unreadable", found=str(self.witness_policy), details=details)
            raise FormatError(problem) from None

    def spoken(self) -> Language:
        """The language in force, with `auto` worked out."""
        return self.language if self.language != "auto" else _language_of_the_machine()


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of `chaski config show`: the value, masked where it is secret, and who said so."""

    name: str
    value: str
    source: Source
    variable: str
    description: str


def load(**flags: object) -> Settings:
    """The settings in force; flags that are None were not given.

    Raises FormatError setting-invalid, setting-unknown, config-not-toml or config-missing, every problem at once.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    written = _file()
    under = {name: value for name, value in written.items() if name not in given and not _in_environment(name)}
    try:
        return Settings(**cast("dict[str, Any]", {**under, **given}))
    except ValidationError as error:
        raise FormatError(_problem(item, under) for item in error.errors(include_url=False)) from None


def hints() -> tuple[Language, bool]:
    """(language, debug) for whoever must speak before, or about, settings that cannot be read."""
    try:
        settings = load()
    except FormatError:
        return _language_of_the_machine(), bool(os.environ.get(variable("debug")))
    return settings.spoken(), settings.debug


def shown(**flags: object) -> list[Setting]:
    """Every setting with its value and source, in the order of the documentation; secrets are masked."""
    given = {name for name, value in flags.items() if value is not None}
    settings, written = load(**flags), _file()
    lines = []
    for name, field in Settings.model_fields.items():
        source: Source = "default"
        if name in given:
            source = "flag"
        elif _in_environment(name):
            source = "environment"
        elif name in written:
            source = "file"
        value = written_out(getattr(settings, name))
        lines.append(Setting(name, value, source, variable(name), field.description or ""))
    return lines


def written_out(value: object) -> str:
    """A value as people read it; passwords inside URLs and secret values are masked."""
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return MASK if value.get_secret_value() else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return masked(str(value))


def masked(text: str) -> str:
    """The text with the password of every URL in it hidden."""
    return _PASSWORD_IN_QUERY.sub(rf"\1={MASK}", _PASSWORD.sub(rf"\1:{MASK}@", text))


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def _in_environment(name: str) -> bool:
    return bool(os.environ.get(variable(name)))


def _file() -> Mapping[str, object]:
    """What chaski.toml says: the one CHASKI_CONFIG names (which must exist), else the one in this folder if any."""
    named = os.environ.get(FILE_VARIABLE)
    path = Path(named or FILE)
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named:
            raise FormatError(Problem("config-missing", found=str(path), retry="after-change")) from None
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        details = {"file": str(path)}
        raise FormatError(Problem("config-not-toml", found=str(error), details=details, retry="after-change")) from None


def _problem(item: Any, under: Mapping[str, object]) -> Problem:
    """A pydantic complaint in our words; the value is echoed only where it can hold no password."""
    name = str(item["loc"][0]) if item["loc"] else ""
    if item["type"] == "extra_forbidden":
        return Problem("setting-unknown", f"/{name}", found=name, expected=_nearest(name), retry="after-change")
    found = written_out(item.get("input"))[:80] if isinstance(item.get("input"), str | int | bool) else None
    source = FILE if name in under else variable(name)
    return Problem(
        "setting-invalid",
        f"/{name}",
        found=found,
        expected=_expected(item),
        details={"setting": name, "source": source},
        retry="after-change",
    )


def _expected(item: Any) -> str:
    context = item.get("ctx") or {}
    for key, sign in (("expected", ""), ("ge", ">= "), ("le", "<= "), ("min_length", "length >= ")):
        if key in context:
            return f"{sign}{context[key]}"
    kinds = {"int_parsing": "a whole number", "bool_parsing": "true, false"}
    return kinds.get(str(item["type"]), str(item["msg"]))


def _nearest(name: str) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - only for a misspelt setting

    return next(iter(get_close_matches(name, Settings.model_fields, n=1)), ", ".join(Settings.model_fields))


def _language_of_the_machine() -> Language:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "es" if value.lower().startswith("es") else "en"
    return "en"
