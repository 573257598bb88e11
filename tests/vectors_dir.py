"""Where the public test data of outside standards lies; tests skip with a reason where it is absent."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "vectors"


def shared_vectors(name: str) -> Path:
    """The folder of one set of vectors, or a skip that says what is missing."""
    folder = SHARED / name
    if not folder.is_dir():
        pytest.skip(f"public test vectors {name!r} are not beside this checkout")
    return folder
