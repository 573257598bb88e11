"""Tokens: shown once, kept as a hash, and good for nothing when expired or revoked."""

from __future__ import annotations

import hashlib

import pytest

from ledger.errors import FormatError, NotFoundError
from ledger.store.connection import Connection
from tests.store.world import HandClock, Place

DAY = 86_400_000


def test_a_token_allows_what_it_says_until_it_expires(anywhere: Place) -> None:
    clock = HandClock()
    ledger = anywhere.create(clock=clock)
    text = ledger.create_token(
        party=ledger.operator_party, scopes=["facts:write", "lots:read"], days=2, label="balanza"
    )

    found = ledger.token(text)
    assert found is not None
    assert (found.party, found.scopes, found.label) == (ledger.operator_party, ("facts:write", "lots:read"), "balanza")
    clock.now += 2 * DAY - 1
    assert ledger.token(text) is not None
    clock.now += 1
    assert ledger.token(text) is None
    assert [each.id for each in ledger.tokens()] == [found.id]


def test_a_revoked_token_is_good_for_nothing(anywhere: Place) -> None:
    ledger = anywhere.create()
    text = ledger.create_token(party=ledger.operator_party, scopes=["facts:write"], days=1, label="x")
    other = ledger.create_token(party=ledger.operator_party, scopes=["facts:write"], days=1, label="y")
    found = ledger.token(text)
    assert found is not None
    ledger.revoke_token(found.id)

    assert ledger.token(text) is None
    assert ledger.token(other) is not None
    assert sorted(each.revoked for each in ledger.tokens()) == [False, True]
    with pytest.raises(NotFoundError):
        ledger.revoke_token("000000000000")


def test_the_database_holds_the_hash_of_a_token_only(anywhere: Place) -> None:
    ledger = anywhere.create()
    text = ledger.create_token(party=ledger.operator_party, scopes=["facts:write"], days=1, label="x")
    db = Connection(ledger._engine)
    (row,) = db.all("SELECT * FROM token")
    db.close()

    assert hashlib.sha256(text.encode()).digest() in row
    assert text.removeprefix("chaski_") not in str(row)


def test_no_file_holds_a_token(on_disk: Place) -> None:
    ledger = on_disk.create()
    text = (
        ledger.create_token(party=ledger.operator_party, scopes=["facts:write"], days=1, label="x")
        .removeprefix("chaski_")
        .encode()
    )

    assert all(text not in path.read_bytes() for path in on_disk.file.parent.iterdir() if path.is_file())


@pytest.mark.parametrize("text", ["", "chaski_", "chaski_x", "x" * 10_000, "chaski_\x00", "chaski_ñ"])
def test_what_is_no_token_is_none(anywhere: Place, text: str) -> None:
    assert anywhere.create().token(text) is None


def test_scopes_and_days_are_limited(on_disk: Place) -> None:
    ledger = on_disk.create()
    for scopes, days in ((["everything"], 1), (["facts:write"], 0), (["facts:write"], 367)):
        with pytest.raises(FormatError):
            ledger.create_token(party=ledger.operator_party, scopes=scopes, days=days, label="x")
    assert ledger.tokens() == []
