from __future__ import annotations

import json
from base64 import b64decode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import FormatError, LedgerError, ProofError
from ledger.keys import SigningKey
from ledger.log import KeyKind, Note, NoteSignature, VerifierKey, cosign_note, open_note
from ledger.log.cosignature import cosigned_at
from ledger.log.note import MAX_SIGNATURES, sign_note
from tests.vectors_dir import shared_vectors

KEY = SigningKey.derived(b"notes", "log")
OTHER = SigningKey.derived(b"notes", "other")
NAME = "example.org/log/tiny"
VERIFIER = VerifierKey(NAME, KeyKind.LOG, KEY.public)
TEXT = "example.org/log/tiny\n3\nsome text\n"
NOTE = Note(TEXT, (sign_note(TEXT, NAME, KEY),))


def vectors(name: str) -> Any:  # the files are data of outside standards, each with a shape of its own
    return json.loads((shared_vectors("tlog") / name).read_bytes())


# ---------------------------------------------------------------- public vectors


def test_public_verifier_keys(subtests: pytest.Subtests) -> None:
    for case in vectors("signed_note.json")["vkeys"]:
        with subtests.test(case["vkey"]):
            if case["ok"]:
                assert VerifierKey.parse(case["vkey"]).format() == case["vkey"]
            else:
                with pytest.raises(FormatError, match="verifier-key-malformed"):
                    VerifierKey.parse(case["vkey"])


def test_public_note_is_signed_to_the_byte() -> None:
    case = vectors("signed_note.json")["sign"]
    _, _, name, _, secret = case["skey"].split("+", maxsplit=4)
    key = SigningKey.from_seed(b64decode(secret)[1:])

    assert Note(case["text"], (sign_note(case["text"], name, key),)).format().decode() == case["want_note"]


def test_public_notes_open_or_are_refused(subtests: pytest.Subtests) -> None:
    for case in vectors("signed_note.json")["open"]:
        data = bytes.fromhex(case["note_hex"]) if case["note"] is None else case["note"].encode()
        keys = [VerifierKey.parse(text) for text in case["vkeys"]]
        with subtests.test(case["name"]):
            if case["ok"]:
                _, verified = open_note(data, keys)
                assert [each.key.name for each in verified] == case["verified"]
            else:
                with pytest.raises(LedgerError):
                    open_note(data, keys)


def test_public_cosignature_vectors() -> None:
    case = vectors("cosignature.json")
    line = b64decode(case["timestamp"]["sig_b64"])
    assert cosigned_at(line[4:]) == case["timestamp"]["unix"]

    native = next(key for key in case["vkeys_ok"] if "native algEd25519" in key["name"])
    assert VerifierKey.parse(native["vkey"]).kind is KeyKind.COSIGNER
    log, witness = Note.parse(case["c2sp_example"].encode()).signatures
    assert log.name == "example.com/behind-the-sofa"
    assert cosigned_at(witness.payload) == 1_679_315_147


def test_a_key_of_another_algorithm_is_refused_by_name() -> None:
    post_quantum = next(key for key in vectors("cosignature.json")["vkeys_ok"] if "MLDSA" in key["name"])

    with pytest.raises(FormatError, match="verifier-key-malformed"):
        VerifierKey.parse(post_quantum["vkey"])


# ---------------------------------------------------------------- our own


def test_a_signed_note_opens_under_its_key() -> None:
    note, verified = open_note(NOTE.format(), [VERIFIER])

    assert note == NOTE
    assert [each.key for each in verified] == [VERIFIER]


def test_a_cosignature_tells_its_time() -> None:
    witness = VerifierKey("witness.example/1", KeyKind.COSIGNER, OTHER.public)
    note = NOTE.with_signatures([cosign_note(TEXT, witness.name, OTHER, 1_679_315_147)])

    _, verified = open_note(note.format(), [VERIFIER, witness])

    assert [(each.key.name, each.seconds) for each in verified] == [(NAME, None), (witness.name, 1_679_315_147)]


def test_the_verifier_key_splits_from_the_left() -> None:
    """Base64 may hold a plus, so the text must not be split from the right."""
    for number in range(2000):
        key = VerifierKey(NAME, KeyKind.LOG, SigningKey.derived(b"plus", str(number)).public)
        if "+" in key.format().split("+", maxsplit=2)[2]:
            assert VerifierKey.parse(key.format()) == key
            return
    pytest.fail("no key with a plus in its base64")


@given(st.integers(0, len(NOTE.format()) * 8 - 1))
def test_any_flipped_bit_of_a_note_is_found(bit: int) -> None:
    changed = bytearray(NOTE.format())
    changed[bit // 8] ^= 1 << bit % 8

    with pytest.raises(LedgerError):
        open_note(bytes(changed), [VERIFIER])


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]).map(lambda c: c) | st.just("\n")))
def test_what_is_signed_reads_back(text: str) -> None:
    note = Note(text + "\n", (sign_note(text + "\n", NAME, KEY),))

    assert open_note(note.format(), [VERIFIER])[0] == note


def test_a_known_key_that_fails_rejects_the_whole_note() -> None:
    witness = VerifierKey("witness.example/1", KeyKind.COSIGNER, OTHER.public)
    broken = NoteSignature(witness.name, witness.key_id, bytes(72))

    with pytest.raises(ProofError, match="signature-invalid"):
        open_note(NOTE.with_signatures([broken]).format(), [VERIFIER, witness])


def test_unknown_keys_are_ignored_also_with_our_name_or_our_id() -> None:
    same_name = NoteSignature(NAME, b"\x00\x00\x00\x01", bytes(64))
    same_id = NoteSignature("someone.else", VERIFIER.key_id, bytes(64))

    _, verified = open_note(NOTE.with_signatures([same_name, same_id]).format(), [VERIFIER])

    assert len(verified) == 1


def test_a_note_by_nobody_known_is_refused() -> None:
    with pytest.raises(ProofError, match="note-unsigned"):
        open_note(NOTE.format(), [])


def test_one_kind_of_signature_is_not_taken_for_another() -> None:
    """A witness that also runs a log under one key and name must not have signed checkpoints by cosigning them."""
    cosigner = VerifierKey(NAME, KeyKind.COSIGNER, KEY.public)
    as_log = NoteSignature(NAME, VERIFIER.key_id, cosign_note(TEXT, NAME, KEY, 5).payload[8:])
    as_cosigner = NoteSignature(NAME, cosigner.key_id, bytes(8) + sign_note(TEXT, NAME, KEY).payload)

    for line, key in ((as_log, VERIFIER), (as_cosigner, cosigner)):
        with pytest.raises(ProofError, match="signature-invalid"):
            open_note(Note(TEXT, (line,)).format(), [key])


def test_a_cosignature_of_wrong_length_is_refused() -> None:
    cosigner = VerifierKey(NAME, KeyKind.COSIGNER, KEY.public)
    line = NoteSignature(NAME, cosigner.key_id, bytes(71))

    with pytest.raises(FormatError, match="cosignature-malformed"):
        open_note(Note(TEXT, (line,)).format(), [cosigner])


def test_a_time_beyond_63_bits_is_refused() -> None:
    with pytest.raises(FormatError, match="cosignature-malformed"):
        cosigned_at(b"\xff" * 72)


def test_too_many_signatures_are_refused_before_any_is_checked() -> None:
    line = NOTE.format().decode().removeprefix(f"{TEXT}\n")

    with pytest.raises(FormatError, match="note-too-many-signatures"):
        Note.parse(f"{TEXT}\n{line * (MAX_SIGNATURES + 1)}".encode())


def test_a_line_is_not_repeated() -> None:
    assert NOTE.with_signatures(NOTE.signatures) == NOTE


@pytest.mark.parametrize("name", ["", "two words", "plus+sign", "line\n"], ids=["empty", "space", "plus", "newline"])
def test_a_key_name_that_breaks_the_line_is_refused(name: str) -> None:
    with pytest.raises(FormatError, match="verifier-key-malformed"):
        VerifierKey(name, KeyKind.LOG, KEY.public)


@pytest.mark.parametrize("change", ["key id", "upper case", "no base64", "no parts"])
def test_a_damaged_verifier_key_is_refused(change: str) -> None:
    name, key_id, rest = VERIFIER.format().split("+", maxsplit=2)
    text = {
        "key id": f"{name}+00000000+{rest}",
        "upper case": f"{name}+{key_id.upper()}+{rest}x",
        "no base64": f"{name}+{key_id}+!{rest}",
        "no parts": name,
    }[change]

    with pytest.raises(FormatError, match="verifier-key-malformed"):
        VerifierKey.parse(text)
