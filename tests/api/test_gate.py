"""What every request passes: headers, ids, the log line, and errors nobody expected."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from ledger.errors import Problem, ProofError
from tests.api.stand_in import StandIn

PATHS = ["/", "/L/9D3W0XKZ5T7M2QAB", "/L/x", "/healthz", "/openapi.json", "/v1/lots", "/nowhere", "/static/page.css"]


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_carries_the_security_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["strict-transport-security"]
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
    assert "server" not in answer.headers


@pytest.mark.parametrize("path", PATHS)
def test_head_is_get_without_the_body(client: TestClient, path: str) -> None:
    got, head = client.get(path), client.head(path)

    assert head.status_code == got.status_code
    assert head.content == b""
    changing = {"x-request-id", "content-length"}
    assert {k: v for k, v in head.headers.items() if k not in changing} == {
        k: v for k, v in got.headers.items() if k not in changing
    }


def test_a_proxys_request_id_is_kept_and_anything_odd_replaced(client: TestClient) -> None:
    assert client.get("/healthz", headers={"x-request-id": "abc-123.DEF"}).headers["x-request-id"] == "abc-123.DEF"
    for odd in ("short", "x" * 65, "with space in it", "<script>alert"):
        assert client.get("/healthz", headers={"x-request-id": odd}).headers["x-request-id"] != odd


def test_an_unexpected_error_tells_its_number_and_nothing_else(
    client: TestClient, stand_in: StandIn, headers: dict[str, str]
) -> None:
    stand_in.broken = RuntimeError("a secret from a body")

    with capture_logs() as logs:
        answer = client.get("/v1/lots/9D3W0XKZ5T7M2QAB", headers=headers | {"x-request-id": "number-4711"})

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request_id"] == "number-4711"
    assert answer.json()["code"] == "server-error"
    assert "secret" not in answer.text
    assert "stand_in" not in answer.text
    failed = next(line for line in logs if line["event"] == "request-failed")
    assert failed["request"] == "number-4711"
    assert failed["error"] == "RuntimeError"
    assert any("stand_in.py" in place for place in failed["places"])
    assert "secret" not in str(logs)


def test_a_log_that_does_not_verify_is_our_trouble_not_the_askers(client: TestClient, stand_in: StandIn) -> None:
    stand_in.broken = ProofError(Problem("older-than-remembered"))

    assert client.get("/L/9D3W0XKZ5T7M2QAB").status_code == 500
    ready = client.get("/readyz")
    assert (ready.status_code, ready.json()["code"]) == (503, "log-not-ready")
    assert client.get("/healthz").status_code == 200


def test_the_log_names_operations_and_never_what_was_asked_or_sent(client: TestClient, headers: dict[str, str]) -> None:
    with capture_logs() as logs:
        client.get("/v1/lots?party=ABCDEFGHJKMNPQRS&note=Rosa", headers=headers)
        client.post("/v1/facts", json={"facts": [{"id": "Rosa"}]}, headers=headers)
        client.get("/Rosa/Rosa")

    assert [line["operation"] for line in logs] == ["list_lots", "state_facts", "none"]
    assert all(set(line) == {"event", "log_level", "request", "operation", "status", "ms"} for line in logs)
    assert "Rosa" not in str(logs)
    assert "chaski_everything" not in str(logs)


def test_errors_speak_the_readers_language(client: TestClient) -> None:
    spanish = client.get("/v1/lots", headers={"accept-language": "es-PE,es;q=0.9,en;q=0.5"})
    english = client.get("/v1/lots", headers={"accept-language": "en-GB, es;q=0.1"})
    italian = client.get("/v1/lots", headers={"accept-language": "it"})
    unsaid = client.get("/v1/lots", headers={"accept-language": ""})

    assert spanish.json()["title"] == unsaid.json()["title"] == "Falta una credencial válida"
    assert english.json()["title"] == italian.json()["title"] == "A valid token is needed"
    assert (spanish.headers["content-language"], english.headers["content-language"]) == ("es", "en")


def test_every_problem_has_all_its_parts(client: TestClient) -> None:
    body = client.get("/v1/lots").json()

    assert body["type"] == "about:blank"
    assert set(body["problems"][0]) == {
        "code",
        "where",
        "found",
        "expected",
        "title",
        "detail",
        "remedy",
        "retry",
        "effect",
    }


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/v1/lots", 405), ("GET", "/static/..%2fapp.py", 404)],
)
def test_what_nobody_serves_is_a_problem_too(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert (status == 405) == ("allow" in answer.headers)
