"""Everything installed with the ledger is under a licence that goes with Apache-2.0."""

from __future__ import annotations

import importlib.metadata
import re

import pytest

from tests.house.pins import Pin, pins

ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "PSF-2.0",
    # Parts of numpy: as permissive as the above, or given up altogether.
    "CC0-1.0",
    "Zlib",
    # Weak copyleft: it covers changes to the package itself, which we use as it comes and can be replaced by the user.
    "LGPL-3.0-only",  # psycopg
    "MPL-2.0",  # parts of orjson; certifi
}

# Older metadata says it in words.
SPOKEN = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
}

# Read by a person, where the metadata says less than the licence file or something else.
READ = {
    "qrcode": "BSD-3-Clause",  # its second classifier is about the trademark "QR Code"
    "uvloop": "MIT OR Apache-2.0",  # the user chooses
}


@pytest.mark.parametrize("pin", [pin for pin in pins("runtime") if pin.wanted_here()], ids=lambda pin: pin.name)
def test_the_licence_goes_with_ours(pin: Pin) -> None:
    stated = READ.get(pin.name) or _stated(pin.name)

    assert _allowed(stated), f"{pin.name} {pin.version}: {stated!r}"


@pytest.mark.parametrize("expression", ["GPL-3.0-only", "MIT AND AGPL-3.0-only", "GPL-2.0-only OR SSPL-1.0", ""])
def test_another_licence_is_refused(expression: str) -> None:
    assert not _allowed(expression)


def _stated(name: str) -> str:
    """The licence as an SPDX expression; several classifiers are read as "all of them"."""
    about = importlib.metadata.metadata(name)
    expression = next((about[field] for field in ("License-Expression", "License") if field in about), "")
    if _terms(expression) & ALLOWED:
        return expression
    classifiers = about.get_all("Classifier") or []
    spoken = [c.rpartition(" :: ")[2] for c in classifiers if c.startswith("License ::")]
    return " AND ".join(SPOKEN.get(words, words) for words in spoken)


def _terms(expression: str) -> set[str]:
    return set(re.split(r"\s+(?:AND|OR)\s+", re.sub(r"[()]", "", expression)))


def _allowed(expression: str) -> bool:
    """All parts joined by AND must be allowed; of parts joined by OR one suffices, because the user may choose."""
    parts = re.split(r"\s+AND\s+", re.sub(r"[()]", "", expression))
    return all(_terms(part) & ALLOWED for part in parts)
