"""What witnesses said, in both kinds of database: stored once, found again, thinned, and never believed unread."""

from __future__ import annotations

import pytest

from ledger.keys import SigningKey
from ledger.log import KeyKind, Verified, VerifierKey, cosign_note, verify_line
from ledger.store.connection import Connection
from ledger.store.cosignatures import KEPT_PER_WITNESS, Cosignatures
from tests.store.world import Place

NOON = 1_781_272_800
"""A full hour."""
ROOT = bytes(32)
A, B = (SigningKey.derived(b"cosignatures", each) for each in "ab")


def key(secret: SigningKey) -> VerifierKey:
    return VerifierKey("witness.example/w", KeyKind.COSIGNER, secret.public)


def said(secret: SigningKey, size: int, seconds: int) -> Verified:
    line = cosign_note(text(size), "witness.example/w", secret, seconds)
    return verify_line(text(size), line, key(secret))


def text(size: int) -> str:
    return f"x.example/log/x\n{size}\nroot\n"


@pytest.fixture
def rows(shared: Place) -> Cosignatures:
    return Cosignatures(shared.create()._engine, 1)


def sizes(rows: Cosignatures) -> dict[int, int]:
    """How many lines there are of each size, the largest first."""
    return {size: len(found) for size, found in rows.newest_first(0, 10_000)}


def test_what_is_stored_is_found_again_and_verifies(rows: Cosignatures) -> None:
    rows.add(5, ROOT, [said(A, 5, NOON), said(B, 5, NOON + 1)])
    found = rows.of(5)

    assert [(each.size, each.root, each.seconds) for each in found] == [(5, ROOT, NOON), (5, ROOT, NOON + 1)]
    assert found[0].verified(text(5), key(A)) == said(A, 5, NOON)
    assert found[0].verified(text(6), key(A)) is None
    assert found[0].verified(text(5), key(B)) is None
    assert rows.of(4) == []


def test_the_first_word_of_a_witness_on_a_size_stays(rows: Cosignatures) -> None:
    rows.add(5, ROOT, [said(A, 5, NOON)])
    rows.add(5, ROOT, [said(A, 5, NOON + 60)])

    assert [each.seconds for each in rows.of(5)] == [NOON]


def test_the_last_of_a_witness_and_the_time_around_an_entry(rows: Cosignatures) -> None:
    assert rows.last_by(key(A)) is None
    assert rows.around(3) == (None, None)
    for size, seconds in ((3, NOON), (7, NOON + 60)):
        rows.add(size, ROOT, [said(A, size, seconds)])

    last = rows.last_by(key(A))
    assert last is not None
    assert (last.size, rows.last_by(key(B))) == (7, None)
    assert [rows.around(index) for index in (2, 3, 7)] == [(None, NOON), (NOON, NOON + 60), (NOON + 60, None)]


def test_of_an_hour_the_last_quorum_stays(rows: Cosignatures) -> None:
    for size, minutes in ((1, 0), (2, 10), (3, 59), (4, 60), (5, 70)):
        both = [said(A, size, NOON + minutes * 60), said(B, size, NOON + minutes * 60)]
        rows.add(size, ROOT, both, witnessed=size)

    assert sizes(rows) == {5: 2, 3: 2}


def test_what_waits_for_a_quorum_is_kept_and_bounded(rows: Cosignatures) -> None:
    rows.add(1, ROOT, [said(A, 1, NOON), said(B, 1, NOON)], witnessed=1)
    for size in range(2, KEPT_PER_WITNESS + 12):
        rows.add(size, ROOT, [said(A, size, NOON)], witnessed=1)

    found = sizes(rows)
    assert found.pop(1) == 2
    assert len(found) == KEPT_PER_WITNESS
    assert max(found) == KEPT_PER_WITNESS + 11


def test_a_row_that_cannot_be_read_keeps_nobody_from_the_others(rows: Cosignatures) -> None:
    rows.add(5, ROOT, [said(A, 5, NOON), said(B, 5, NOON)])
    db = Connection(rows._engine)
    db.run("UPDATE cosignature SET line = 'x' WHERE witness = ?", key(A).format())
    db.close()

    assert [each.witness for each in rows.of(5)] == [key(B).format()]
    assert rows.last_by(key(A)) is None
