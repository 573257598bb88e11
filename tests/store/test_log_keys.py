"""The log's key is replaced: both sign for a while, old pins lead to the new one, and no crash loses a key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ledger.book import Copy, Ledger
from ledger.errors import ConflictError, FormatError, LedgerError, NotFoundError, ProofError
from ledger.keys import SigningKey, rotation_message
from ledger.log import KeyKind, VerifierKey, open_checkpoint, verify_proof
from ledger.log.cose import verify_receipt
from ledger.log.succession import Handover, Succession
from ledger.store.companions import Companions
from tests.store.world import COOP, Place, accept, facility, found


def key_of(ledger: Ledger) -> VerifierKey:
    return VerifierKey.parse(ledger.verifier_key)


def signers(ledger: Ledger, *keys: VerifierKey) -> list[bool]:
    """Which of these keys alone open the newest checkpoint."""
    opened = []
    for key in keys:
        try:
            open_checkpoint(ledger.checkpoint(), key)
            opened.append(True)
        except ProofError:
            opened.append(False)
    return opened


def test_while_they_overlap_both_keys_sign_and_afterwards_the_newer_alone(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    old = key_of(ledger)
    kept = ledger.checkpoint().decode()

    outcome = ledger.rotate_log_key()

    new = key_of(ledger)
    assert new != old
    assert signers(ledger, old, new) == [True, True]
    assert ledger.overlaps
    accept(ledger.state(facility("after"), party=COOP))
    assert signers(ledger, old, new) == [True, True]
    receipt = ledger.receipt(outcome.id).encode()
    for key in (old, new):
        assert verify_proof(receipt, ledger.entry(outcome.index or 0), key).entry.index == outcome.index
    assert ledger.end_overlap()
    assert signers(ledger, old, new) == [False, True]
    assert not on_disk.companion(".key.old").exists()
    assert not ledger.end_overlap()
    # and a checkpoint kept under the old key is still good evidence.
    assert "kept-checkpoint" in ledger.verify(checkpoint=kept, workers=1).proved


def test_keys_are_the_same_after_a_restart(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    old = key_of(ledger)
    ledger.rotate_log_key()
    new = key_of(ledger)
    on_disk.close(ledger)

    again = on_disk.open()

    assert (key_of(again), again.overlaps, signers(again, old, new)) == (new, True, [True, True])
    assert again.succession() == ledger._log_keys.succession
    again.verify(workers=1)


def test_a_stolen_key_signs_its_successor_and_nothing_more(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    old = key_of(ledger)

    ledger.rotate_log_key(overlap=False)

    assert signers(ledger, old, key_of(ledger)) == [False, True]
    assert not on_disk.companion(".key.old").exists()


def test_a_cose_receipt_is_by_the_newer_key(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    old = key_of(ledger)
    outcome = ledger.rotate_log_key()
    receipt, entry = ledger.cose_receipt(outcome.id), ledger.entry(outcome.index or 0)

    assert verify_receipt(receipt, entry, key_of(ledger))[1].index == outcome.index
    with pytest.raises(ProofError):
        verify_receipt(receipt, entry, old)


def test_another_process_signs_with_the_new_key_as_soon_as_it_sees_the_change(on_disk: Place) -> None:
    """`chaski keys rotate-log` beside a running server."""
    server = on_disk.create()
    found(server)
    old = key_of(server)
    command = on_disk.open()

    command.rotate_log_key()
    server.head()

    new = key_of(command)
    assert key_of(server) == new != old
    assert signers(server, old, new) == [True, True]
    command.end_overlap()
    accept(server.state(facility("after"), party=COOP))
    assert signers(server, old, new) == [False, True]


def test_a_second_change_waits_for_the_end_of_the_first(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    first = key_of(ledger)
    ledger.rotate_log_key()

    with pytest.raises(ConflictError) as refused:
        ledger.rotate_log_key()
    assert refused.value.problems[0].code == "log-key-overlaps"
    ledger.end_overlap()
    ledger.rotate_log_key()

    succession = ledger.succession()
    assert succession is not None
    assert len(succession.keys) == 3
    assert succession.follow(first) == succession.keys


# ---------------------------------------------------------------- crashes


def _before_the_fact(where: Place, ledger: Ledger) -> None:
    """The new key was written, and the machine stopped."""
    ledger._log_keys.begin(bytes(range(32)))


def _before_the_files(where: Place, ledger: Ledger) -> None:
    """The log names the new key, and no file was renamed yet."""
    keep, there = where.companion(".key").read_bytes(), where.companion(".key.old")
    ledger.rotate_log_key()
    where.companion(".key").replace(where.companion(".key.next"))
    where.companion(".key").write_bytes(keep)
    there.unlink()


def _between_the_files(where: Place, ledger: Ledger) -> None:
    """The old key was kept under its own name, and the new one has not taken its place."""
    keep = where.companion(".key").read_bytes()
    ledger.rotate_log_key()
    where.companion(".key").replace(where.companion(".key.next"))
    where.companion(".key").write_bytes(keep)


@pytest.mark.parametrize("crash", [_before_the_fact, _before_the_files, _between_the_files])
def test_a_crash_while_the_key_is_replaced_is_made_good(on_disk: Place, crash: Callable[[Place, Ledger], None]) -> None:
    ledger = on_disk.create()
    found(ledger)
    old = key_of(ledger)
    crash(on_disk, ledger)
    on_disk.close(ledger)

    again = on_disk.open()

    named = again.succession()
    assert named is not None
    assert key_of(again) == named.current
    open_checkpoint(again.checkpoint(), named.current)
    if len(named.keys) == 1:
        assert key_of(again) == old
        again.rotate_log_key()
    assert signers(again, old, key_of(again)) == [True, True]
    assert not on_disk.companion(".key.next").exists()
    accept(again.state(facility("after"), party=COOP))
    again.verify(workers=1)


def test_without_the_key_the_log_names_nothing_is_signed(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    old = on_disk.companion(".key").read_bytes()
    ledger.rotate_log_key(overlap=False)
    on_disk.close(ledger)
    on_disk.companion(".key").write_bytes(old)

    with pytest.raises(NotFoundError) as refused:
        on_disk.open()
    assert refused.value.problems[0].code == "log-key-file-missing"


def test_keys_made_for_a_demonstration_stay_marked(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    ledger.rotate_log_key()

    assert Companions(on_disk.file).has_demo_key()


# ---------------------------------------------------------------- readers


def test_an_auditor_with_the_old_key_is_led_to_the_new_one(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    old = ledger.verifier_key
    kept = ledger.checkpoint().decode()
    ledger.rotate_log_key(overlap=False)
    new = ledger.verifier_key
    on_disk.close(ledger)

    for pinned in (old, new, None):
        with Copy(on_disk.database, verifier_key=pinned) as copy:
            assert copy.verifier_key == new
            copy.verify(checkpoint=kept, workers=1)
    stranger = VerifierKey(VerifierKey.parse(old).name, KeyKind.LOG, SigningKey.from_seed(b"x" * 32).public)
    with pytest.raises(ProofError):
        Copy(on_disk.database, verifier_key=stranger.format())


def chain(count: int) -> tuple[Succession, list[SigningKey]]:
    made = [SigningKey.from_seed(bytes([number]) * 32) for number in range(count)]
    named = [VerifierKey("example.org/log/x", KeyKind.LOG, key.public) for key in made]
    handovers = tuple(
        Handover(key, old.sign(rotation_message("example.org/log/x", key.format())))
        for old, key in zip(made, named[1:], strict=False)
    )
    return Succession(named[0], handovers), made


def test_a_list_of_keys_reads_back_and_leads_from_any_of_them() -> None:
    succession, _ = chain(4)

    assert Succession.parse(succession.format()) == succession
    for place, key in enumerate(succession.keys):
        assert succession.follow(key) == succession.keys[place:]


def test_every_flipped_bit_of_a_list_of_keys_is_found_or_names_another_first_key() -> None:
    """Nothing signs the first key: readers have pinned it, or one after it."""
    succession, _ = chain(3)
    data = succession.format()

    for place in range(len(data) * 8):
        changed = bytearray(data)
        changed[place // 8] ^= 1 << place % 8
        with pytest.raises(LedgerError):
            Succession.parse(bytes(changed)).follow(succession.first)


@pytest.mark.parametrize(
    "data", [b"", b"x", b"chaski.log-keys/v1\n", b"chaski.log-keys/v2\nx\n", b"\xff\n", b"chaski.log-keys/v1\nx\ny"]
)
def test_what_is_no_list_of_keys_is_refused(data: bytes) -> None:
    with pytest.raises(FormatError):
        Succession.parse(data)


def test_nobody_but_the_key_before_names_the_next() -> None:
    succession, made = chain(3)
    key = succession.handovers[1].key
    for signer in (made[0], made[2], SigningKey.from_seed(b"t" * 32)):
        forged = Handover(key, signer.sign(rotation_message("example.org/log/x", key.format())))
        with pytest.raises(ProofError) as refused:
            Succession(succession.first, (succession.handovers[0], forged))
        assert refused.value.problems[0].code == "log-key-not-agreed"


def test_a_handover_in_another_log_is_none_here() -> None:
    old, new = SigningKey.from_seed(b"a" * 32), SigningKey.from_seed(b"b" * 32)
    key = VerifierKey("example.org/log/x", KeyKind.LOG, new.public)
    elsewhere = Handover(key, old.sign(rotation_message("example.org/log/y", key.format())))

    with pytest.raises(ProofError):
        Succession(VerifierKey("example.org/log/x", KeyKind.LOG, old.public), (elsewhere,))
    other_name = VerifierKey("example.org/log/y", KeyKind.LOG, new.public)
    signed = Handover(other_name, old.sign(rotation_message("example.org/log/x", other_name.format())))
    with pytest.raises(ProofError):
        Succession(VerifierKey("example.org/log/x", KeyKind.LOG, old.public), (signed,))


def test_key_files_are_closed_to_others(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    ledger.rotate_log_key()

    files: list[Path] = [on_disk.companion(".key"), on_disk.companion(".key.old")]
    assert [path.stat().st_mode & 0o077 for path in files] == [0, 0]
