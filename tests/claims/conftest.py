"""What the tests of claims share: the bytes of a commodity pack."""

from __future__ import annotations

from pathlib import Path

import pytest

import ledger


@pytest.fixture
def coffee_bytes() -> bytes:
    """The coffee pack as it lies beside the program."""
    return (Path(ledger.__file__).parent / "packs" / "commodities" / "coffee.toml").read_bytes()
