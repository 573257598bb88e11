"""Keeping documents: streamed, typed, limited, and only under their own digest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

from starlette.testclient import TestClient

from tests.api.stand_in import StandIn

PDF = b"%PDF-1.7 invented"
DIGEST = hashlib.sha256(PDF).hexdigest()


def test_a_document_is_kept_under_its_digest(client: TestClient, headers: dict[str, str], stand_in: StandIn) -> None:
    answer = client.put(f"/v1/documents/{DIGEST}", content=PDF, headers=headers | {"content-type": "application/pdf"})

    assert (answer.status_code, answer.json()["sha256"]) == (201, DIGEST)
    assert stand_in.documents == {DIGEST: PDF}


def test_a_document_is_passed_on_part_by_part(client: TestClient, headers: dict[str, str], stand_in: StandIn) -> None:
    parts = [bytes([number]) * 100_000 for number in range(30)]
    digest = hashlib.sha256(b"".join(parts)).hexdigest()

    answer = client.put(f"/v1/documents/{digest}", content=iter(parts), headers=headers | {"content-type": "image/png"})

    assert answer.status_code == 201
    assert len(stand_in.documents[digest]) == 3_000_000


def test_other_bytes_than_the_digest_names_are_refused(client: TestClient, headers: dict[str, str]) -> None:
    answer = client.put(
        f"/v1/documents/{DIGEST}", content=PDF + b"!", headers=headers | {"content-type": "application/pdf"}
    )

    assert (answer.status_code, answer.json()["code"]) == (422, "document-digest")


def test_a_type_nobody_keeps_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    for kind in ("text/html", "image/svg+xml", "application/x-msdownload", ""):
        answer = client.put(f"/v1/documents/{DIGEST}", content=PDF, headers=headers | {"content-type": kind})
        assert (answer.status_code, answer.json()["code"]) == (415, "document-type")


def test_too_large_a_document_is_refused_also_when_it_does_not_say_so(
    client: TestClient, headers: dict[str, str], stand_in: StandIn
) -> None:
    kind = {"content-type": "application/pdf"}

    def endless() -> Iterator[bytes]:
        for _ in range(27):
            yield bytes(1024 * 1024)

    said = client.put(f"/v1/documents/{DIGEST}", content=bytes(26 * 1024 * 1024), headers=headers | kind)
    unsaid = client.put(f"/v1/documents/{DIGEST}", content=endless(), headers=headers | kind)

    assert (said.status_code, unsaid.status_code) == (413, 413)
    assert said.json()["code"] == unsaid.json()["code"] == "document-too-large"
    assert stand_in.documents == {}


def test_an_address_that_is_no_digest_is_refused(client: TestClient, headers: dict[str, str]) -> None:
    for wrong in ("x", DIGEST[:-1], DIGEST.upper()):
        answer = client.put(f"/v1/documents/{wrong}", content=PDF, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (400, "parameter-malformed")
