"""The application over a stand-in ledger, a client for it, and headers that open it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, cast

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from ledger.settings import Settings
from tests.api.stand_in import StandIn

if TYPE_CHECKING:
    from ledger.book import Ledger

EVERYTHING = (
    "facts:write",
    "facts:read",
    "lots:read",
    "documents:write",
    "metrics:read",
    "webhooks:write",
    "disclosures:read",
    "audit",
)


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def client(stand_in: StandIn) -> Iterator[TestClient]:
    """A client that sees an unexpected error as its user would."""
    app = create_app(cast("Ledger", stand_in), Settings())
    with TestClient(app, raise_server_exceptions=False, client=("203.0.113.7", 4711)) as client:
        yield client


@pytest.fixture
def headers(stand_in: StandIn) -> dict[str, str]:
    """A token that may do everything, for a reader of English."""
    return stand_in.give_token("chaski_everything", *EVERYTHING) | {"accept-language": "en"}
