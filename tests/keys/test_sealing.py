from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, ProofError
from ledger.keys import blind_index, new_secret_key, seal, unseal, unwrap, wrap

KEY = bytes(range(32))
OTHER = bytes(32)


@given(st.binary(), st.binary())
def test_what_is_sealed_opens_in_its_place(plaintext: bytes, place: bytes) -> None:
    assert unseal(KEY, seal(KEY, plaintext, place), place) == plaintext


def test_sealing_twice_gives_different_bytes() -> None:
    assert seal(KEY, b"secret", b"here") != seal(KEY, b"secret", b"here")


@given(st.data())
def test_any_flipped_bit_of_a_sealed_value_is_found(data: st.DataObject) -> None:
    sealed = bytearray(seal(KEY, b"secret", b"here"))
    bit = data.draw(st.integers(0, len(sealed) * 8 - 1))
    sealed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(ProofError, match="seal-broken"):
        unseal(KEY, bytes(sealed), b"here")


def test_a_sealed_value_moved_elsewhere_does_not_open() -> None:
    with pytest.raises(ProofError, match="seal-broken"):
        unseal(KEY, seal(KEY, b"secret", b"here"), b"there")


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(ProofError, match="seal-broken"):
        unseal(OTHER, seal(KEY, b"secret", b"here"), b"here")


@pytest.mark.parametrize("length", [0, 12, 27])
def test_a_sealed_value_cut_short_is_refused(length: int) -> None:
    with pytest.raises(ProofError, match="seal-broken"):
        unseal(KEY, bytes(length), b"here")


def test_a_persons_key_opens_under_the_master_key_and_for_that_person_only() -> None:
    person = new_secret_key()
    wrapped = wrap(KEY, person, "PERSON1")

    assert unwrap(KEY, wrapped, "PERSON1") == person
    for master, holder in ((OTHER, "PERSON1"), (KEY, "PERSON2")):
        with pytest.raises(ProofError, match="seal-broken"):
            unwrap(master, wrapped, holder)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_keys_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(FormatError, match="key-length"):
        seal(bytes(length), b"secret", b"here")
    with pytest.raises(FormatError, match="key-length"):
        blind_index(bytes(length), "12345678")
    with pytest.raises(FormatError, match="key-length"):
        wrap(KEY, bytes(length), "PERSON1")


def test_a_blind_index_is_equal_for_equal_texts_under_one_key_only() -> None:
    assert blind_index(KEY, "Jose\u0301") == blind_index(KEY, "Jos\u00e9")
    assert blind_index(KEY, "12345678") != blind_index(KEY, "12345679")
    assert blind_index(KEY, "12345678") != blind_index(OTHER, "12345678")
    assert len(blind_index(KEY, "12345678")) == 32
