"""The requirements as they are written down: ranges in the .in files, pins with hashes in the .txt files."""

from __future__ import annotations

import re
from dataclasses import dataclass

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.tree import ROOT


@dataclass(frozen=True, slots=True)
class Pin:
    """One pinned distribution: its name in normal form, where it is wanted, and the archives that may be installed."""

    name: str
    version: str
    marker: Marker | None
    hashes: int

    def wanted_here(self) -> bool:
        """Whether the marker lets it be installed on this machine."""
        return self.marker is None or self.marker.evaluate()


def ranges(name: str) -> list[Requirement]:
    """The lines of requirements/NAME.in that name a distribution, in order."""
    lines = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith(("#", "-"))]


def pins(name: str) -> list[Pin]:
    """The distributions of requirements/NAME.txt, in order."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")
    found = []
    for block in re.split(r"\n(?=\w)", re.sub(r"(?m)^\s*#.*\n", "", text)):
        head, *rest = block.split("\\\n")
        wanted = Requirement(head.strip())
        hashes = sum(line.strip().startswith("--hash=sha256:") for line in rest)
        version = str(wanted.specifier).removeprefix("==")
        found.append(Pin(canonicalize_name(wanted.name), version, wanted.marker, hashes))
    return found
