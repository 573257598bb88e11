"""What every test shares: how Hypothesis looks for counter-examples, and a PostgreSQL for whoever asks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.world import World

pytest_plugins = ["tests.postgres"]

# Machines that run tests are shared and slow at times: a deadline would fail a good rule on a bad day.
# A failure is printed as a line to paste, so it can be repeated without a stored database of examples.
settings.register_profile(
    "chaski", deadline=None, print_blob=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("thorough", settings.get_profile("chaski"), max_examples=2000)
settings.load_profile("chaski")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A valley with a ledger in memory; every story told in it ends with `verify` and `rebuild`."""
    # Imported when asked for: tests of small rooms do not load the whole ledger.
    from tests.world import World

    told = World.begin(tmp_path)
    try:
        yield told
    except BaseException:
        told.ledger.close()
        raise
    told.end()
