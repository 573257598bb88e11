"""What the API answers is what /openapi.json says, whatever it is asked: schemathesis makes the requests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance
from starlette.testclient import TestClient

from api.app import create_app
from ledger.settings import Settings
from ledger.store.tokens import SCOPES
from tests.api import world as worlds
from tests.api.telling import pooled_lot

# That every route asks for its token stands in test_access.py; here the token is sent beside the generated request.
NOT_ASKED = [positive_data_acceptance, ignored_auth]


@pytest.mark.slow
def test_whatever_is_asked_the_answers_are_as_described(tmp_path: Path) -> None:
    world = worlds.found(tmp_path)
    with world.ledger:
        pooled_lot(world, 6)
        scopes = SCOPES
        token = world.ledger.create_token(party=world.coop, scopes=scopes, days=1, label="tests")
        headers = {"authorization": f"Bearer {token}"}
        app = create_app(world.ledger, Settings())
        with TestClient(app):
            schema = schemathesis.openapi.from_asgi("/openapi.json", app)
            for each in schema.get_all_operations():
                assert isinstance(each, Ok)
                operation = each.ok()

                @settings(max_examples=12, suppress_health_check=list(HealthCheck), deadline=None)
                @given(case=operation.as_strategy())
                def holds(case: schemathesis.Case[Any]) -> None:
                    # No schema can say which days exist or which lots stand: a good form may well be refused.
                    case.call_and_validate(headers=headers, excluded_checks=NOT_ASKED)

                holds()
        world.ledger.verify()
