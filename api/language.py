"""Which of the two languages a reader gets."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from starlette.requests import HTTPConnection

from ledger.words import LANGUAGES, Language

# Who names no language at all reads Spanish, the language of those who deliver; who names only others reads English.
UNSAID: Final[Language] = "es"
OTHERS: Final[Language] = "en"


def language_of(request: HTTPConnection) -> Language:
    """The language `?lang=` names, else the one Accept-Language likes best (RFC 9110 section 12.5.4)."""
    asked = request.query_params.get("lang", "")
    return next((known for known in LANGUAGES if known == asked), None) or preferred(
        request.headers.get("accept-language", "")
    )


@lru_cache(maxsize=256)
def preferred(header: str) -> Language:
    """The better liked of our languages; ties go to the one named first."""
    best: tuple[float, Language] | None = None
    named_other = False
    for item in header[:256].split(","):
        tag, _, parameter = item.strip().partition(";")
        weight = _weight(parameter)
        first = tag.strip().partition("-")[0].lower()
        known = next((language for language in LANGUAGES if language == first), None)
        named_other = named_other or (bool(first) and first != "*")
        if known is not None and weight > 0 and (best is None or weight > best[0]):
            best = (weight, known)
    if best is not None:
        return best[1]
    return OTHERS if named_other else UNSAID


def _weight(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
