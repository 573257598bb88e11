"""What makes an event: the table of kinds over facts that were accepted, without a ledger, and the page about it."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from ledger.outbox import sign
from ledger.postings import Mark, Postings
from ledger.store.events import EVENTS, MOST_LINES, Accepted, Batch, Line, LotChange, News, bodies, visible

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"


@dataclass(frozen=True)
class Said:
    """As much of an accepted fact as the kinds of event look at."""

    index: int
    postings: Postings = field(default_factory=Postings)
    ended_postings: Postings = field(default_factory=Postings)
    lots: tuple[str, ...] = ()
    recorded_at: str = "2026-06-12T14:41:00.000Z"
    statement: Any = None


def made(event: str, *facts: Said, changes: Sequence[LotChange] = ()) -> list[News]:
    batch = Batch(facts[-1].index + 1, cast("list[Accepted]", list(facts)), lambda: changes)
    return list(EVENTS[event].make(batch))


MARKS = {
    "certificate.status-changed": ("certificate-status", "certificate", {"status": "suspended"}),
    "agreement.status-changed": ("agreement-status", "agreement", {"status": "under-review", "breach": "B"}),
    "breach.recorded": ("breach", "agreement", {"breach": "B", "severity": "serious"}),
}


@pytest.mark.parametrize("event", MARKS)
def test_a_status_that_is_set_is_told(event: str) -> None:
    kind, subject, value = MARKS[event]
    mark = Mark("X", kind, "2026-06-01", {**value, "decided_by": "somebody", "household": "H", "area_m2": 3})
    (news,) = made(event, Said(7), Said(8, Postings(marks=(mark, Mark("X", "born", "2026-06-01", {})))))

    assert news.fact.index == 8
    assert [line.said for line in news.lines] == [{subject: "X", "effective_from": "2026-06-01", **value}]


@pytest.mark.parametrize("event", MARKS)
def test_a_status_that_is_corrected_away_is_told_too(event: str) -> None:
    kind, subject, value = MARKS[event]
    gone = Postings(marks=(Mark("X", kind, "2026-06-01", value), Mark("Y", kind, "2026-06-01", value)))
    replaced = Postings(marks=(Mark("Y", kind, "2026-06-02", value),))
    (news,) = made(event, Said(8, replaced, gone))

    assert [line.said for line in news.lines] == [
        {subject: "Y", "effective_from": "2026-06-02", **value},
        {subject: "X", "withdrawn": True},
    ]


def test_lots_are_told_with_the_fact_that_changed_them() -> None:
    changes = [
        LotChange(9, "A", (), ("held",)),
        LotChange(8, "A", ("held",), ()),
        LotChange(9, "B", ("held",), ("held", "recalled")),
    ]
    first, second = made("lot.status-changed", Said(8), Said(9), changes=changes)

    assert (first.fact.index, [line.lot for line in first.lines]) == (8, ["A"])
    assert (second.fact.index, [line.lot for line in second.lines]) == (9, ["A", "B"])


def test_who_may_not_see_all_sees_the_lines_about_lots_in_its_hands() -> None:
    fact = cast("Accepted", Said(8))
    news = News("lot.status-changed", fact, "changes", (Line({"lot": "A"}, "A"), Line({"lot": "B"}, "B")))
    other = News("certificate.status-changed", fact, "changes", (Line({"certificate": "C"}),))

    assert visible(news, all_of_it=True, lots=frozenset()) is news
    part = visible(news, all_of_it=False, lots=frozenset({"B"}))
    assert part is not None
    assert [line.lot for line in part.lines] == ["B"]
    assert visible(news, all_of_it=False, lots=frozenset({"C"})) is None
    assert visible(other, all_of_it=False, lots=frozenset({"A"})) is None


def test_a_long_list_comes_in_parts() -> None:
    @dataclass(frozen=True)
    class Envelope:
        id: str = "F"
        by: str = "P"
        on_behalf_of: str | None = None

    @dataclass(frozen=True)
    class Statement:
        envelope: Envelope = field(default_factory=Envelope)
        type: str = "lot.recalled/1"
        digest: str = "00"

    fact = cast("Accepted", Said(8, statement=Statement()))
    lines = tuple(Line({"lot": str(number)}, str(number)) for number in range(2 * MOST_LINES + 1))
    parts = list(bodies(News("lot.status-changed", fact, "changes", lines), origin="x.example/log/x", size=9))

    assert [(part["part"], part["parts"]) for part in parts] == [(1, 3), (2, 3), (3, 3)]
    assert [change for part in parts for change in cast("list[Any]", part["changes"])] == [line.said for line in lines]


# ---------------------------------------------------------------- the page


def test_the_page_names_every_kind_of_event_in_both_languages() -> None:
    named = re.findall(r"^\| `([a-z.-]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert named == [*EVENTS, *EVENTS]


def test_the_receiver_on_the_page_takes_what_is_genuine_and_nothing_else() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    room: dict[str, Any] = {}
    exec(code, room)
    is_genuine = room["is_genuine"]
    now = int(time.time())
    signature = sign("whsec_x", now, b'{"a":1}')

    assert is_genuine("whsec_x", signature, b'{"a":1}')
    assert not is_genuine("whsec_y", signature, b'{"a":1}')
    assert not is_genuine("whsec_x", signature, b'{"a":2}')
    assert not is_genuine("whsec_x", sign("whsec_x", now - 301, b"{}"), b"{}")
    assert not is_genuine("whsec_x", signature.replace(f"t={now}", f"t={now + 1}"), b'{"a":1}')


def test_a_signature_is_the_hmac_of_time_and_body() -> None:
    """Worked out by hand: printf '1700000000.{}' | openssl dgst -sha256 -hmac whsec_test."""
    assert sign("whsec_test", 1_700_000_000, b"{}") == f"t=1700000000,v1={KNOWN}"


KNOWN = "35495024f4ef3f94e5a93e22221544c4b75e9a42300cd965ab81cb85cd994e91"
