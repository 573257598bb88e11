"""Example requests for the API's description; invented, and each fact is read by the strict loader in the tests."""

from __future__ import annotations

from typing import Any, Final

FACTS: Final[dict[str, dict[str, Any]]] = {
    "delivery": {
        "id": "6E8QW2ZR4T9M1KXC",
        "fact": "lot.harvested/1",
        "at": "2026-06-12T09:41:00-05:00",
        "basis": "witnessed",
        "body": {
            "lot": "9D3W0XKZ5T7M2QAB",
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": "2026",
            "facility": "7QK2M9X4TR3WPZ0H",
            "producer": "M3T9K0PB7XW4DQZ1",
            "plot": "4N8R1VYJ6H2ECG5S",
            "harvested_from": "2026-05-20",
            "harvested_to": "2026-06-02",
            "gross": 101200,
            "tare": 1200,
            "net": 100000,
            "sacks": 2,
            "measures": [{"kind": "moisture", "value": 145, "scale": 1, "unit": "percent"}],
            "deductions": [{"kind": "moisture", "grams": 4500}],
            "receipt": "B001-000731",
            "delivered_by": "family",
            "terms": "purchase",
        },
    },
    "pooling": {
        "id": "2KZ5T7M4QAB9D3W0",
        "fact": "lot.transformed/1",
        "at": "2026-06-20T16:05:00-05:00",
        "body": {
            "commodity": "coffee",
            "process": "hulling",
            "facility": "7QK2M9X4TR3WPZ0H",
            "inputs": [{"lot": "9D3W0XKZ5T7M2QAB", "grams": 100000}],
            "outputs": [
                {"lot": "C4X7Q2M9T1K8W5ZB", "form": "green", "kind": "main", "grams": 80000},
                {"lot": "D5Y8R3N0V2M9X6AC", "form": "husk", "kind": "by-product", "grams": 20000},
            ],
        },
    },
    "dispatch": {
        "id": "8W5ZBC4X7Q2M9T1K",
        "fact": "lot.dispatched/1",
        "at": "2026-08-03T07:30:00-05:00",
        "body": {
            "dispatch": "V2M9X6ACD5Y8R3N0",
            "receiver": "B1VYR6H2ECG5S4N8",
            "lots": [{"lot": "C4X7Q2M9T1K8W5ZB", "grams": 80000}],
            "facility": "7QK2M9X4TR3WPZ0H",
            "vehicle": "A1B-234",
            "seals": ["000881"],
            "guides": ["T001-00002231"],
            "expected_on": "2026-08-05",
        },
    },
    "enrolment": {
        "id": "X6ACD5Y8R3N0V2M9",
        "fact": "producer.enrolled/1",
        "at": "2026-03-02T10:00:00-05:00",
        "body": {"producer": "M3T9K0PB7XW4DQZ1", "code": "VM-0142", "district": "Pardo Miguel"},
        "sealed": {"/person": {"name": "Rosa Quispe Invented", "document": "PE-DNI 00000000"}},
    },
    "hold": {
        "id": "T1K8W5ZBC4X7Q2M9",
        "fact": "lot.held/1",
        "at": "2026-08-01T12:00:00-05:00",
        "body": {"hold": "R3N0V2M9X6ACD5Y8", "lots": ["C4X7Q2M9T1K8W5ZB"], "reason": "sample-failed"},
    },
}

SUBMISSION: Final = (
    "eyJhbGciOiJFZDI1NTE5Iiwia2lkIjoi...In0.eyJhdCI6IjIwMjYtMDYtMTJUMDk6NDE6...fQ.c2lnbmF0dXJl...~WyJzYWx0Ii4uLl0"
)

REFUSAL: Final[dict[str, Any]] = {
    "type": "about:blank",
    "title": "Refused by the rules",
    "status": 422,
    "code": "lot-unknown",
    "detail": "/body/inputs/0/lot: the log does not know the lot 9D3W0XKZ5T7M2QAB.",
    "request_id": "5f0c2d7a9b1e4433",
    "problems": [
        {
            "code": "lot-unknown",
            "where": "/body/inputs/0/lot",
            "found": "9D3W0XKZ5T7M2QAB",
            "expected": None,
            "title": "The log does not know the lot 9D3W0XKZ5T7M2QAB.",
            "detail": "/body/inputs/0/lot: The log does not know the lot 9D3W0XKZ5T7M2QAB.",
            "remedy": "Synchronise the device that took the delivery, then send this again.",
            "retry": "after-sync",
            "effect": "refuse",
        }
    ],
}

CLAIMS: Final[dict[str, Any]] = {
    "lot": "C4X7Q2M9T1K8W5ZB",
    "at": "2026-08-05",
    "size": 10412,
    "grams": 18975000,
    "claimable": True,
    "claims": [
        {
            "kind": "conservation",
            "name": "forest-agreement",
            "names": {"es": "acuerdo de conservación del bosque", "en": "forest conservation agreement"},
            "status": "held",
            "model": "segregated",
            "covered_grams": 15855000,
            "total_grams": 18975000,
            "outside_grams": 0,
            "covered_families": 178,
            "families": 212,
            "papers": [
                {
                    "id": "5S4N8R1VYJ6H2ECG",
                    "number": "AC-2024-017",
                    "holder": "",
                    "valid_from": "2024-01-01",
                    "valid_to": "2026-05-31",
                    "document": "",
                }
            ],
            "reasons": [
                {
                    "code": "agreement-lapsed",
                    "effect": "held",
                    "subject": "5S4N8R1VYJ6H2ECG",
                    "day": "2026-06-02",
                    "index": 118,
                    "grams": 3120000,
                    "families": 34,
                    "words": "The agreement had run out and had not been renewed.",
                }
            ],
            "owners": [],
            "share_permille": 1000,
            "totals": [
                {
                    "code": "agreement-lapsed",
                    "effect": "held",
                    "grams": 3120000,
                    "families": 34,
                    "words": "The agreement had run out and had not been renewed.",
                }
            ],
        }
    ],
}

WEBHOOK: Final[dict[str, Any]] = {
    "url": "https://buyer.example/hooks/chaski",
    "events": ["fact.recorded", "lot.status-changed"],
    "types": ["lot."],
}
