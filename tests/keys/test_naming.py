from __future__ import annotations

import pytest

from ledger.errors import FormatError
from ledger.keys import SigningKey, jwk, key_from_jwk, possession_message, thumbprint

KEY = SigningKey.derived(b"tests", "somebody")


def test_the_thumbprint_vector_of_rfc_8037() -> None:
    """Appendix A.3."""
    public = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")

    assert jwk(public)["x"] == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    assert thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_both_halves_of_a_key_have_its_name() -> None:
    assert KEY.thumbprint == KEY.verify_key.thumbprint == thumbprint(KEY.public)


def test_a_key_read_from_its_jwk_is_the_same() -> None:
    assert key_from_jwk({**jwk(KEY.public)}) == KEY.public


@pytest.mark.parametrize(
    "change",
    [{"crv": "X25519"}, {"kty": "EC"}, {"x": 5}, {"d": "AAAA"}, {"x": "AAAA"}, {"x": "!"}],
    ids=["another curve", "another type", "a number", "a private key", "too short", "no base64"],
)
def test_any_other_jwk_is_refused(change: dict[str, str | int]) -> None:
    with pytest.raises(FormatError):
        key_from_jwk({**jwk(KEY.public), **change})


def test_a_proof_of_possession_is_for_one_log_party_and_key() -> None:
    other = SigningKey.derived(b"tests", "other")
    message = possession_message("example.org/log/a", "PARTY", KEY.public)

    assert message == f"chaski.possession/v1\nexample.org/log/a\nPARTY\n{KEY.thumbprint}\n".encode()
    assert message != possession_message("example.org/log/b", "PARTY", KEY.public)
    assert message != possession_message("example.org/log/a", "OTHER", KEY.public)
    assert message != possession_message("example.org/log/a", "PARTY", other.public)


def test_names_with_line_breaks_cannot_move_the_lines_of_a_proof_of_possession() -> None:
    with pytest.raises(FormatError, match="possession-malformed"):
        possession_message("example.org/log/a\nPARTY", "", KEY.public)
