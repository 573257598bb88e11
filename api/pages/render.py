"""Drawing a page: Jinja templates, everything escaped, with the words and formats of one language."""

from __future__ import annotations

import gzip
import hashlib
from functools import cache, partial
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import Response

from api.gate import PAGE_POLICY
from api.pages import formats, words
from ledger import __version__
from ledger.words import LANGUAGES, Language
from ledger.words.reasons import say_reason

_ENVIRONMENT: Final = Environment(
    loader=PackageLoader("api", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
HTML: Final = "text/html; charset=utf-8"
NAMES: Final = {"es": "Español", "en": "English"}


@cache
def style_sheet() -> str:
    """The style sheet of all pages."""
    return files("api").joinpath("static", "page.css").read_text(encoding="utf-8")


@cache
def style_version() -> str:
    """A short digest of the style sheet: in its address, so that browsers may keep it for ever."""
    return hashlib.sha256(style_sheet().encode()).hexdigest()[:10]


def draw(template: str, language: Language, **data: Any) -> str:
    """The page as HTML. `data` is all it knows."""
    return _ENVIRONMENT.get_template(template).render(
        language=language,
        languages=[{"code": code, "name": NAMES[code]} for code in LANGUAGES],
        t=partial(words.word, language),
        t_or=partial(words.word_or, language),
        has=partial(words.has_word, language),
        why=partial(say_reason, language=language),
        amount=partial(formats.amount, language=language),
        day=partial(formats.day, language=language),
        days=partial(formats.days, language=language),
        moment=partial(formats.moment, language=language),
        moment_here=partial(formats.moment_here, language=language),
        number=formats.number,
        percent=formats.percent,
        fours=formats.fours,
        plain=formats.plain,
        style=style_version(),
        version=__version__,
        **{"own_style": None, **data},
    )


def html_response(request: Request, html: str, status: int, language: Language, **headers: str) -> Response:
    """The page as an answer, compressed where the browser takes it: it may be on 2G."""
    body = html.encode()
    fixed = {
        "content-language": language,
        "content-security-policy": PAGE_POLICY.decode(),
        "vary": "Accept, Accept-Language, Accept-Encoding",
        "cache-control": "no-cache",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    if "gzip" in request.headers.get("accept-encoding", ""):
        body = gzip.compress(body, 6, mtime=0)
        fixed["content-encoding"] = "gzip"
    return Response(body, status, fixed, HTML)
