from __future__ import annotations

import threading
import time

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, ProofError
from ledger.keys import SigningKey, VerifyKey, check_enrolment, verify
from tests.keys import curve

KEY = SigningKey.derived(b"tests", "somebody")
seeds = st.binary(min_size=32, max_size=32)


def test_the_first_vector_of_rfc_8032() -> None:
    key = SigningKey.from_seed(bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))

    assert key.public.hex() == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
    assert key.sign(b"").hex() == (
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b"
    )


@given(seeds, st.binary())
def test_two_libraries_make_and_accept_the_same_signature(seed: bytes, data: bytes) -> None:
    ours, theirs = SigningKey.from_seed(seed), Ed25519PrivateKey.from_private_bytes(seed)
    signature = ours.sign(data)

    assert signature == theirs.sign(data)
    assert ours.public == theirs.public_key().public_bytes_raw()
    verify(ours.public, signature, data)
    Ed25519PublicKey.from_public_bytes(ours.public).verify(signature, data)


@given(st.binary(min_size=1), st.data())
def test_any_flipped_bit_is_found_by_both_libraries(message: bytes, data: st.DataObject) -> None:
    parts = [bytearray(KEY.public), bytearray(KEY.sign(message)), bytearray(message)]
    which = data.draw(st.sampled_from(parts))
    bit = data.draw(st.integers(0, len(which) * 8 - 1))
    which[bit // 8] ^= 1 << bit % 8
    public, signature, changed = (bytes(part) for part in parts)

    with pytest.raises(ProofError, match="signature-invalid"):
        verify(public, signature, changed)
    with pytest.raises((InvalidSignature, ValueError)):
        Ed25519PublicKey.from_public_bytes(public).verify(signature, changed)


def test_a_signature_plus_the_group_order_is_refused() -> None:
    """S + L verifies by naive arithmetic: a second signature for the same statement."""
    signature = KEY.sign(b"one statement")
    s = int.from_bytes(signature[32:], "little") + curve.ORDER

    with pytest.raises(ProofError, match="signature-invalid"):
        verify(KEY.public, signature[:32] + s.to_bytes(32, "little"), b"one statement")


@pytest.mark.parametrize("length", [0, 63, 65, 128])
def test_a_signature_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ProofError, match="signature-invalid"):
        verify(KEY.public, bytes(length), b"x")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(ProofError, match="signature-invalid"):
        verify(bytes(length), bytes(64), b"x")
    with pytest.raises(FormatError, match="key-length"):
        check_enrolment(bytes(length))
    with pytest.raises(FormatError, match="key-length"):
        SigningKey.from_seed(bytes(length))


# ---------------------------------------------------------------- odd keys


def test_the_curve_of_the_tests_is_the_real_one() -> None:
    assert curve.encode(curve.decode(KEY.public)) == KEY.public
    assert curve.multiply(curve.ORDER, curve.decode(KEY.public)) == curve.NEUTRAL


def test_all_eight_keys_of_small_order_are_refused() -> None:
    points = curve.small_order_points()
    assert len(points) == 8
    for point in points:
        with pytest.raises(FormatError, match="key-small-order"):
            VerifyKey(curve.encode(point))


def test_no_key_of_small_order_verifies_a_trivial_signature() -> None:
    """Some libraries accept this signature by the neutral point for every message; here nobody's rule may."""
    trivial = curve.encode(curve.NEUTRAL) + bytes(32)
    for point in curve.small_order_points():
        for number in range(16):
            with pytest.raises(ProofError, match="signature-invalid"):
                verify(curve.encode(point), trivial, f"message {number}".encode())


def test_every_non_canonical_spelling_is_refused() -> None:
    for y in range(curve.P, 2**255):
        for sign in (0, 1):
            data = (y | sign << 255).to_bytes(32, "little")
            with pytest.raises(FormatError, match="key-not-canonical"):
                VerifyKey(data)
            with pytest.raises(ProofError, match="signature-invalid"):
                verify(data, bytes(64), b"x")


@pytest.mark.parametrize("y", [1, curve.P - 1])
def test_a_negative_zero_is_refused(y: int) -> None:
    with pytest.raises(FormatError, match="key-not-canonical"):
        VerifyKey((y | 1 << 255).to_bytes(32, "little"))


def test_a_key_that_is_no_point_is_refused() -> None:
    y = next(y for y in range(2, 100) if curve.recover(y, 0) is None)

    with pytest.raises(FormatError, match="key-not-a-point"):
        VerifyKey(y.to_bytes(32, "little"))


def test_a_key_with_a_part_of_small_order_is_refused() -> None:
    """Such keys have several spellings of one secret, and libraries disagree on their signatures."""
    mixed = [curve.add(curve.decode(KEY.public), point) for point in curve.small_order_points()]

    mixed.remove(curve.decode(KEY.public))

    assert len(mixed) == 7
    for point in mixed:
        with pytest.raises(FormatError, match="key-not-a-point"):
            check_enrolment(curve.encode(point))


@given(seeds)
def test_every_honest_key_may_be_enrolled(seed: bytes) -> None:
    key = SigningKey.from_seed(seed)

    assert key.verify_key == VerifyKey(key.public)
    key.verify_key.verify(key.sign(b"x"), b"x")


# ---------------------------------------------------------------- making keys


def test_derived_keys_are_the_same_for_the_same_label_only() -> None:
    assert SigningKey.derived(b"tests", "somebody") == KEY
    assert len({SigningKey.derived(seed, label).public for seed in (b"a", b"b") for label in ("x", "y")}) == 4


def test_generated_keys_differ() -> None:
    assert SigningKey.generate() != SigningKey.generate()
    assert SigningKey.generate(bytes(32)) == SigningKey.from_seed(bytes(32))


def test_a_secret_is_not_shown() -> None:
    shown = repr(KEY) + str(KEY)

    assert repr(KEY.seed)[2:-1] not in shown
    assert KEY.seed.hex() not in shown


def test_verification_lets_other_threads_run() -> None:
    """One long verification must not hold up the interpreter: a counting thread advances meanwhile."""
    data = bytes(40_000_000)
    signature = KEY.sign(data)
    counted: list[float] = []
    stop = threading.Event()

    def count() -> None:
        while not stop.is_set():
            counted.append(time.perf_counter())
            stop.wait(0.001)

    counter = threading.Thread(target=count)
    counter.start()
    started = time.perf_counter()
    verify(KEY.public, signature, data)
    ended = time.perf_counter()
    stop.set()
    counter.join()

    inside = [moment for moment in counted if started < moment < ended]
    assert len(inside) > 2
