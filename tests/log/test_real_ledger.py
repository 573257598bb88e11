"""Verifiers we did not write, over a ledger that grew through its front door."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.audit.public.export import export
from ledger.book import Ledger
from tests.log.reference import ReferenceTree
from tests.log.test_thirdparty import Check, check
from tests.log.thirdparty.evidence import Consistency, Evidence, Inclusion

FACTS = 300

__all__ = ["check"]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    database = tmp_path_factory.mktemp("real") / "chaski.db"
    with Ledger.create(str(database), origin="chaski.example/log/strangers", operator="Invented operator") as opened:
        facts = [
            {
                "id": opened.new_id(),
                "fact": "party.registered/1",
                "at": "2026-05-02T08:00:00-05:00",
                "body": {
                    "party": opened.new_id(),
                    "kind": "buyer",
                    "country": "PE",
                    "name": f"Invented buyer {number}",
                },
            }
            for number in range(FACTS)
        ]
        outcomes = opened.state(*facts, party=opened.operator_party)
        assert {outcome.status for outcome in outcomes} == {"accepted"}
        yield opened


def evidence(ledger: Ledger, folder: Path) -> Evidence:
    """What the front door gives anybody: checkpoint, entries, proofs, and the files of `chaski log export`."""
    size = ledger.head().size
    export(ledger, folder)
    return Evidence(
        note=ledger.checkpoint(),
        verifier_key=ledger.verifier_key,
        inclusions=tuple(
            Inclusion(index, ledger.entry(index), tuple(ledger.inclusion(index, size))) for index in range(0, size, 7)
        ),
        consistencies=tuple(
            Consistency(old, older_root(ledger, old), tuple(ledger.consistency(old, size)))
            for old in range(1, size, 41)
        ),
        files=folder,
    )


def older_root(ledger: Ledger, size: int) -> bytes:
    """The root of an earlier size, the slow way: from the entries themselves."""
    return ReferenceTree([ledger.entry(index) for index in range(size)]).root(size)


def test_strangers_accept_a_real_ledger(check: Check, ledger: Ledger, tmp_path: Path) -> None:
    found = evidence(ledger, tmp_path)

    assert check(found) == len(found.inclusions) + len(found.consistencies) > 40
