"""The words for why a claim is held, not carried, or carried with a remark."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from ledger.words import nearest


@cache
def reason_words() -> Mapping[str, Mapping[str, str]]:
    """Both languages of every reason, by code."""
    with files("ledger.words").joinpath("reasons.toml").open("rb") as file:
        return tomllib.load(file)


def say_reason(code: str, language: str) -> str:
    """A reason in the reader's language; its bare code where it has no words."""
    return reason_words().get(code, {}).get(nearest(language), code)
