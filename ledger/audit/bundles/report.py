"""report.html: what a bundle holds, for people; one page in two languages, printable, nothing loaded from elsewhere.

Drawn from the log at the bundle's size and from no clock, so that the same bundle has the same report.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache, partial
from importlib.resources import files
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from ledger.audit.bundles.count import BundleCount
from ledger.audit.bundles.facts import BundleFacts
from ledger.audit.bundles.manifest import Manifest
from ledger.audit.bundles.source import BundleSource
from ledger.log.note import Note
from ledger.log.policy import Policy
from ledger.packs.pack import Names
from ledger.queries import Step
from ledger.values import in_fours
from ledger.words import LANGUAGES, Language
from ledger.words.reasons import say_reason

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("ledger.audit.bundles", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_LIMA_MS: Final = -5 * 3600 * 1000


def draw_report(
    source: BundleSource,
    manifest: Manifest,
    facts: BundleFacts,
    count: BundleCount,
    policy: bytes | None,
    first: Language,
) -> str:
    """The page as HTML; `first` is the language it opens in."""
    reading, lot = source.reading, manifest.scope.lot
    first_recorded, last_recorded = source.recorded(0), source.recorded(source.size - 1)
    # A lot is shown as it stood on the day of the log's last entry, not of today.
    day = _moment(last_recorded + _LIMA_MS)[:10]
    view = reading.lot(lot, size=source.size, at=day) if lot else None
    return _ENVIRONMENT.get_template("report.html").render(
        first=first,
        languages=LANGUAGES,
        origin=manifest.origin,
        scope=manifest.scope,
        size=manifest.size,
        root=manifest.root,
        role=manifest.role,
        rules_version=manifest.rules_version,
        is_signed=source.signs,
        log_key=reading.verifier_key,
        lot=view,
        step_name=partial(_step_name, {} if view is None else _processes(source, view.commodity)),
        contributions=reading.trace(lot, size=source.size).contributions if lot else (),
        first_recorded=_moment(first_recorded),
        last_recorded=_moment(last_recorded),
        witnesses=_witnesses(source.checkpoint, policy),
        counts=count,
        types=sorted(facts.types.items()),
        keys=list(facts.keys.values()),
        names={key.party: reading.name_of(key.party) for key in facts.keys.values()},
        packs=sorted(facts.packs.items(), key=lambda each: (each[1], each[0])),
        word=_word,
        why=say_reason,
        number=_number,
        amount=_amount,
        fours=in_fours,
    )


@cache
def report_words() -> Mapping[str, Mapping[str, str]]:
    """Both languages of every word, by key."""
    with files("ledger.audit.bundles").joinpath("templates", "report_words.toml").open("rb") as file:
        return tomllib.load(file)


def _processes(source: BundleSource, commodity: str) -> Mapping[str, Names]:
    """What a commodity's pack calls its processes; nothing where the log has no such pack any more."""
    pack = source.reading.packs().get(commodity)
    return {} if pack is None else {code: each.names for code, each in pack.processes.items()}


def _step_name(processes: Mapping[str, Names], step: Step, language: str) -> str:
    names = processes.get(step.process)
    if names is not None:
        return names.es if language == "es" else names.en
    kind = step.type.partition("/")[0]
    return report_words().get(kind, {}).get(language, kind)


def _word(key: str, language: str, **values: str) -> str:
    return report_words()[key][language].format(**values)


def _number(number: int) -> str:
    """Digits in threes, with a thin space: read the same in both languages."""
    return f"{number:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _amount(grams: int, unit: str, language: str) -> str:
    """Kilograms to the gram; what is counted otherwise, as it is."""
    if unit != "g":
        return f"{_number(grams)} {unit}"
    whole, rest = divmod(grams, 1000)
    point = "," if language == "es" else "."
    return f"{_number(whole)}{f'{point}{rest:03d}'.rstrip('0') if rest else ''} kg"


def _moment(milliseconds: int) -> str:
    return datetime.fromtimestamp(milliseconds / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def _witnesses(checkpoint: bytes, policy: bytes | None) -> list[str]:
    """The names of the policy's witnesses with a line under the checkpoint; verify.py checks the lines themselves."""
    lines = Note.parse(checkpoint).signatures
    known = Policy.parse(policy).witnesses if policy is not None else ()
    return [each.name for each in known if any(line.is_by(each.key) for line in lines)]
