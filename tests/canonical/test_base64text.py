from __future__ import annotations

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.canonical import b64, b64url, unb64, unb64url
from ledger.errors import FormatError


@given(st.binary())
def test_what_is_written_reads_back(data: bytes) -> None:
    assert unb64url(b64url(data)) == data
    assert unb64(b64(data)) == data
    assert b64url(data) == base64.urlsafe_b64encode(data).decode().rstrip("=")


def test_a_signature_has_one_spelling_of_sixteen() -> None:
    text = b64url(bytes(64))
    spellings = [text[:-1] + last for last in "ABCDEFGHIJKLMNOP"]

    assert [base64.urlsafe_b64decode(spelling + "==") for spelling in spellings] == [bytes(64)] * 16
    accepted = [spelling for spelling in spellings if is_accepted(spelling)]
    assert accepted == [text]


def is_accepted(text: str) -> bool:
    try:
        unb64url(text)
    except FormatError:
        return False
    return True


@pytest.mark.parametrize("text", ["AA==", "A", "AA\n", " AA", "A A", "AB", "+/A", "A=", "\u00e9AAA", "AAAA===="])
def test_every_other_url_safe_spelling_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="base64-malformed"):
        unb64url(text)


@pytest.mark.parametrize("text", ["AA", "A", "AA==\n", " AA==", "AB==", "-_A=", "A===", "\u00e9AAA", "AAAA===="])
def test_every_other_standard_spelling_is_refused(text: str) -> None:
    with pytest.raises(FormatError, match="base64-malformed"):
        unb64(text)


@given(st.text())
def test_no_other_exception_leaves(text: str) -> None:
    for read, write in ((unb64url, b64url), (unb64, b64)):
        with contextlib.suppress(FormatError):
            assert write(read(text)) == text
