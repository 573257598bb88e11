"""What can be stated: one file per theme; importing this package registers every fact.

A later fact needs only a new file here (and its postings): the themes are found by name.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from ledger.facts.base import Fact, Reference, known_types, person_of, references, sealable_paths, sealed_fields

THEMES: tuple[str, ...] = tuple(
    sorted(found.name for found in iter_modules(__path__) if found.name not in ("base", "misfits", "names"))
)
for _theme in THEMES:
    import_module(f"{__name__}.{_theme}")

__all__ = ["THEMES", "Fact", "Reference", "known_types", "person_of", "references", "sealable_paths", "sealed_fields"]
