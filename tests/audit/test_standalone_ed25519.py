"""verify.py's own Ed25519 gives libsodium's verdicts: on public vectors, odd keys and signatures, any bit flip."""

from __future__ import annotations

import hashlib
import time
from importlib.resources import files
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import keys
from ledger.audit.bundles.standalone import verify as program
from ledger.errors import ProofError
from ledger.keys import SigningKey
from tests.keys.curve import NEUTRAL, ORDER, P, Point, add, encode, multiply, recover, small_order_points

BASE = recover(4 * pow(5, -1, P) % P, 0)
SEEDS = st.binary(min_size=32, max_size=32)
EVERY = 8


def sodium(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        keys.verify(public, signature, message)
    except ProofError:
        return False
    return True


def ours(public: bytes, signature: bytes, message: bytes) -> bool:
    """The verdict, the same with tables of either width."""
    narrow = program.ed25519(public, signature, message, program.NARROW)
    assert program.ed25519(public, signature, message, program.WIDE) == narrow
    return narrow


def challenge(r: bytes, public: bytes, message: bytes) -> int:
    return int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER


def signed_with(secret: int, public: bytes, nonce: int, shift: Point, message: bytes) -> bytes:
    """A signature by a secret scalar whose R is moved by a point: what no honest signer makes."""
    assert BASE is not None
    r = encode(add(multiply(nonce, BASE), shift))
    return r + ((nonce + challenge(r, public, message) * secret) % ORDER).to_bytes(32, "little")


def public_vectors() -> list[tuple[bytes, bytes, bytes]]:
    """(key, signature, message) of the 1,024 vectors that PyPI's cryptography-vectors brings (ed25519.cr.yp.to)."""
    package = pytest.importorskip("cryptography_vectors", reason="cryptography-vectors is not installed")
    text = files(package).joinpath("asymmetric", "Ed25519", "sign.input").read_text(encoding="ascii")
    found = []
    for line in text.splitlines():
        _, public, message, signed, *_ = (bytes.fromhex(part) for part in line.split(":"))
        found.append((public, signed[:64], message))
    return found


def test_every_public_vector_is_accepted_and_its_neighbours_are_not() -> None:
    vectors = public_vectors()
    assert len(vectors) == 1024
    assert all(program.ed25519(*vector) for vector in vectors)
    for public, signature, message in islice(vectors, 0, None, EVERY):
        assert not program.ed25519(public, signature, message + b"\0")
        assert not program.ed25519(public, signature[:32] + bytes(32), message)


@given(seed=SEEDS, message=st.binary(max_size=200), bit=st.integers(0, 96 * 8 - 1))
def test_any_flipped_bit_gets_the_verdict_of_libsodium(seed: bytes, message: bytes, bit: int) -> None:
    key = SigningKey.from_seed(seed)
    signature = key.sign(message)
    assert ours(key.public, signature, message)

    flipped = bytearray(key.public + signature)
    flipped[bit // 8] ^= 1 << bit % 8
    public, signature = bytes(flipped[:32]), bytes(flipped[32:])

    assert program.ed25519(public, signature, message) == sodium(public, signature, message)


def test_s_at_or_above_the_group_order_is_refused() -> None:
    key = SigningKey.from_seed(b"s" * 32)
    signature = key.sign(b"message")
    s = int.from_bytes(signature[32:], "little")
    for higher in (s + ORDER, ORDER, 2**256 - 1):
        other = signature[:32] + higher.to_bytes(32, "little")
        assert ours(key.public, other, b"message") == sodium(key.public, other, b"message") is False


@pytest.mark.parametrize("length", [0, 31, 32, 63, 65])
def test_a_signature_or_key_of_another_length_is_refused(length: int) -> None:
    key = SigningKey.from_seed(b"s" * 32)
    assert not program.ed25519(key.public, bytes(length), b"")
    assert not program.ed25519(bytes(length if length != 32 else 33), key.sign(b""), b"")


def test_under_a_key_of_small_order_nothing_verifies() -> None:
    for point in small_order_points():
        public = encode(point)
        for nonce in range(8):
            signature = signed_with(0, public, nonce, NEUTRAL, b"m")
            assert ours(public, signature, b"m") == sodium(public, signature, b"m") is False


def test_other_spellings_of_a_key_are_refused() -> None:
    for y in range(19):
        for sign in (0, 1):
            public = (y + P | sign << 255).to_bytes(32, "little")
            signature = bytes(64)
            assert ours(public, signature, b"") == sodium(public, signature, b"") is False


def test_an_r_of_small_order_is_refused() -> None:
    secret, public = _secret(b"r" * 32)
    for point in small_order_points():
        r = encode(point)
        signature = r + (challenge(r, public, b"m") * secret % ORDER).to_bytes(32, "little")
        assert ours(public, signature, b"m") == sodium(public, signature, b"m") is False


def test_an_r_with_a_part_of_small_order_is_refused_as_there_is_no_cofactor() -> None:
    secret, public = _secret(b"t" * 32)
    for point in small_order_points():
        signature = signed_with(secret, public, 1234567, point, b"m")
        assert ours(public, signature, b"m") == sodium(public, signature, b"m") == (point == NEUTRAL)


def test_a_key_with_a_part_of_small_order_gets_the_same_verdicts_and_is_not_enrolled() -> None:
    assert BASE is not None
    secret, _ = _secret(b"k" * 32)
    seen = set()
    for point in small_order_points():
        public = encode(add(multiply(secret, BASE), point))
        for number in range(6):
            message = b"%d" % number
            signature = signed_with(secret, public, 99 + number, NEUTRAL, message)
            verdict = ours(public, signature, message)
            assert verdict == sodium(public, signature, message)
            seen.add(verdict)
        assert program.is_in_main_subgroup(public) == (point == NEUTRAL)
    assert seen == {True, False}


@given(data=st.binary(min_size=32, max_size=32))
def test_a_key_is_sound_where_enrolment_says_so(data: bytes) -> None:
    try:
        keys.check_enrolment(data)
    except Exception:  # noqa: BLE001 - whichever problem it is
        assert not program.is_in_main_subgroup(data)
    else:
        assert program.is_in_main_subgroup(data)


def test_a_core_checks_more_than_1500_signatures_a_second_when_it_is_free() -> None:
    """The number itself is measured in bench/bundling.py; here only that nobody made it ten times slower."""
    key = SigningKey.from_seed(b"f" * 32)
    signed = [(b"%d" % number, key.sign(b"%d" % number)) for number in range(50)]
    program.ed25519(key.public, signed[0][1], signed[0][0], program.WIDE)

    started = time.process_time()
    assert all(program.ed25519(key.public, signature, message, program.WIDE) for message, signature in signed)

    assert 50 / (time.process_time() - started) > 300


def _secret(seed: bytes) -> tuple[int, bytes]:
    """The secret scalar of a seed (RFC 8032 section 5.1.5) and the public key."""
    digest = bytearray(hashlib.sha512(seed).digest()[:32])
    digest[0] &= 248
    digest[31] = digest[31] & 127 | 64
    return int.from_bytes(digest, "little"), SigningKey.from_seed(seed).public
