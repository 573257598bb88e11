"""Who may do what: without a token nothing but the public part answers, and a token opens only its scopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.auth import REMEMBER_SECONDS, Access
from ledger.settings import Settings
from tests.api.stand_in import StandIn

if TYPE_CHECKING:
    from ledger.book import Ledger

GUARDED = [
    ("POST", "/v1/facts", "facts:write"),
    ("POST", "/v1/facts:check", "facts:write"),
    ("GET", "/v1/facts/T1K8W5ZBC4X7Q2M9", "facts:read"),
    ("GET", "/v1/facts/T1K8W5ZBC4X7Q2M9/receipt", "facts:read"),
    ("GET", "/v1/facts/T1K8W5ZBC4X7Q2M9/disclosures", "disclosures:read"),
    ("GET", "/v1/lots", "lots:read"),
    ("GET", "/v1/lots/9D3W0XKZ5T7M2QAB", "lots:read"),
    ("GET", "/v1/lots/9D3W0XKZ5T7M2QAB/claims", "lots:read"),
    ("GET", "/v1/lots/9D3W0XKZ5T7M2QAB/trace", "lots:read"),
    ("GET", "/v1/blast-radius/S0BJECTS0BJECTS0", "lots:read"),
    ("GET", "/v1/reports/passbook", "reports:read"),
    ("GET", "/v1/audits", "audits:read"),
    ("GET", "/v1/audits/AVD1TAVD1TAVD1T0", "audits:read"),
    ("GET", "/v1/audits/findings", "audits:read"),
    ("GET", "/v1/audits/grants", "audits:read"),
    ("GET", "/v1/audits/grants/GRANTGRANTGRANT0/uses", "audits:read"),
    ("GET", "/v1/audits/facts/T1K8W5ZBC4X7Q2M9", "audits:read"),
    ("GET", "/v1/audits/trace-back/9D3W0XKZ5T7M2QAB", "audits:read"),
    ("GET", "/v1/audits/trace-forward/S0BJECTS0BJECTS0", "audits:read"),
    ("GET", "/v1/audits/mass-balance/C00PC00PC00PC00P?from=2026-01-01&to=2026-12-31", "audits:read"),
    ("GET", "/v1/audits/population/PARTYPARTYPARTY0?of=lots&from=2026-01-01&to=2026-12-31", "audits:read"),
    ("GET", "/v1/audits/samples/SAMP0ESAMP0ESAMP", "audits:read"),
    ("PUT", f"/v1/documents/{'0' * 64}", "documents:write"),
    ("POST", "/v1/webhooks", "webhooks:write"),
    ("GET", "/v1/webhooks", "webhooks:write"),
    ("GET", "/v1/webhooks/W3BH00KW3BH00KW3", "webhooks:write"),
    ("DELETE", "/v1/webhooks/W3BH00KW3BH00KW3", "webhooks:write"),
    ("GET", "/v1/webhooks/W3BH00KW3BH00KW3/deliveries", "webhooks:write"),
    ("POST", "/v1/webhooks/W3BH00KW3BH00KW3:test", "webhooks:write"),
    ("GET", "/v1/log/statements", "audit"),
    ("GET", f"/v1/log/packs/{'1' * 64}", "audit"),
    ("GET", "/metrics", "metrics:read"),
]
# Whoever may read every lot may read the tables made of them.
OPENED_TOO = {"reports:read": {"lots:read"}}
PUBLIC = ["/openapi.json", "/healthz", "/readyz", "/", "/L/9D3W0XKZ5T7M2QAB", "/static/page.css"]


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_without_a_token_there_is_no_way_in(client: TestClient, method: str, path: str, scope: str) -> None:
    for authorization in ({}, {"authorization": "Basic Y2hhc2tp"}, {"authorization": "Bearer "}):
        answer = client.request(method, path, headers=authorization)
        assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")
        assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_an_unknown_token_opens_nothing(client: TestClient, method: str, path: str, scope: str) -> None:
    for text in ("chaski_unknown", "x" * 5000):
        answer = client.request(method, path, headers={"authorization": f"Bearer {text}"})
        assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


@pytest.mark.parametrize(("method", "path", "scope"), GUARDED)
def test_a_token_opens_only_what_its_scopes_name(
    client: TestClient, stand_in: StandIn, method: str, path: str, scope: str
) -> None:
    others = {each for _, _, each in GUARDED} - {scope} - OPENED_TOO.get(scope, set())
    wrong = stand_in.give_token("chaski_wrong", *others)
    right = stand_in.give_token("chaski_right", scope)

    assert client.request(method, path, headers=wrong).json()["code"] == "scope-missing"
    assert client.request(method, path, headers=wrong).status_code == 403
    assert client.request(method, path, headers=right).status_code not in {401, 403}


@pytest.mark.parametrize("path", PUBLIC)
def test_what_is_public_needs_no_token(client: TestClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_every_described_route_is_either_tested_as_guarded_or_public(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]

    spelt = {
        "T1K8W5ZBC4X7Q2M9": "{fact}",
        "9D3W0XKZ5T7M2QAB": "{lot}",
        "S0BJECTS0BJECTS0": "{subject}",
        "passbook": "{name}",
        "0" * 64: "{sha256}",
        "W3BH00KW3BH00KW3": "{webhook}",
        "AVD1TAVD1TAVD1T0": "{audit}",
        "GRANTGRANTGRANT0": "{grant}",
        "C00PC00PC00PC00P": "{about}",
        "PARTYPARTYPARTY0": "{party}",
        "SAMP0ESAMP0ESAMP": "{sample}",
        "1" * 64: "{digest}",
    }
    names = set()
    for method, path, _ in GUARDED:
        for name, pattern in spelt.items():
            path = path.replace(name, pattern)  # noqa: PLW2901
        names.add((method.lower(), path.partition("?")[0]))

    for path, operations in paths.items():
        is_public = path.startswith(("/log/", "/L/", "/r/", "/healthz", "/readyz"))
        for method in operations:
            assert is_public or (method, path) in names, f"{method} {path}"


def test_a_revoked_token_is_refused_within_seconds(stand_in: StandIn) -> None:
    # Given a token that was just used,
    now = [0.0]
    app = create_app(cast("Ledger", stand_in), Settings())
    desk = app.state.desk
    object.__setattr__(desk, "access", Access(cast("Ledger", stand_in), clock=lambda: now[0]))
    bearer = stand_in.give_token("chaski_short", "lots:read")
    with TestClient(app) as client:
        assert client.get("/v1/lots", headers=bearer).status_code == 200
        assert client.get("/v1/lots", headers=bearer).status_code == 200
        assert stand_in.asked_for_tokens == 1

        # when it is revoked elsewhere, then it is good for a few seconds more and no longer;
        stand_in.tokens_known.clear()
        now[0] = REMEMBER_SECONDS - 0.1
        assert client.get("/v1/lots", headers=bearer).status_code == 200
        now[0] = REMEMBER_SECONDS + 0.1
        assert client.get("/v1/lots", headers=bearer).status_code == 401

        # and when this process knows, at once.
        bearer = stand_in.give_token("chaski_again", "lots:read")
        assert client.get("/v1/lots", headers=bearer).status_code == 200
        stand_in.tokens_known.clear()
        desk.access.forget()
        assert client.get("/v1/lots", headers=bearer).status_code == 401


def metrics_client(stand_in: StandIn, address: str, **settings: bool) -> TestClient:
    app = create_app(cast("Ledger", stand_in), Settings(**settings))  # type: ignore[arg-type]
    return TestClient(app, client=(address, 4711))


def test_metrics_answer_this_machine_alone_unless_configured(stand_in: StandIn) -> None:
    assert metrics_client(stand_in, "127.0.0.1").get("/metrics").status_code == 200
    assert metrics_client(stand_in, "::1").get("/metrics").status_code == 200
    assert metrics_client(stand_in, "203.0.113.7").get("/metrics").status_code == 401
    assert metrics_client(stand_in, "203.0.113.7", metrics_public=True).get("/metrics").status_code == 200


def test_a_proxy_on_this_machine_does_not_make_its_clients_local(stand_in: StandIn) -> None:
    client = metrics_client(stand_in, "127.0.0.1")

    assert client.get("/metrics", headers={"x-forwarded-for": "203.0.113.7"}).status_code == 401


def test_metrics_count_without_naming_anything(client: TestClient, headers: dict[str, str]) -> None:
    client.get("/v1/lots", headers=headers)
    client.get("/nowhere/secret-name", headers=headers)

    text = client.get("/metrics", headers=headers).text

    assert 'chaski_http_requests_total{operation="list_lots",status="200"} 1.0' in text
    assert "chaski_log_size 10412.0" in text
    assert "secret-name" not in text
