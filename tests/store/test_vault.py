"""The vault: sealed values come back to who may read them, and nobody finds a name in the files."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ledger.book import Ledger
from ledger.canonical import b64url
from ledger.errors import NotFoundError, Problem, ProofError
from ledger.keys import new_secret_key
from ledger.store.connection import Connection, open_engine
from ledger.store.journal import Journal
from ledger.store.troubles import StoreError
from ledger.store.vault import SealedValue, Vault
from tests.store.world import COOP, PERSON, Place, accept, count, fact, found, place, tell, thing

NAMES = ("Inventada Mamani", "Huallpa Inventado", "Número 12345678")


def _enrol(ledger: Ledger, name: str, code: str) -> str:
    body = {"producer": thing(code), "code": code, "district": "Distrito Inventado"}
    (outcome,) = accept(ledger.state(fact("producer.enrolled", body, sealed={"/person": {"name": name}}), party=COOP))
    return outcome.digest


def test_sealed_values_come_back_in_clear(anywhere: Place) -> None:
    ledger = anywhere.create()
    found(ledger)
    digests = [_enrol(ledger, name, f"S{n}") for n, name in enumerate(NAMES)]

    assert [ledger.disclosures(digest) for digest in digests] == [{"/person": {"name": name}} for name in NAMES]
    assert all(name not in str(ledger.fact(digest)) for name, digest in zip(NAMES, digests, strict=True))


def test_sealed_values_survive_closing_and_opening(shared: Place) -> None:
    ledger = shared.create()
    found(ledger)
    digest = _enrol(ledger, NAMES[0], "S9")
    shared.close(ledger)

    assert shared.open().disclosures(digest) == {"/person": {"name": NAMES[0]}}


def test_no_file_of_the_ledger_holds_a_name(on_disk: Place) -> None:
    ledger = on_disk.create()
    tell(ledger)
    for number, name in enumerate(NAMES):
        _enrol(ledger, name, f"S{number}")
    before = _all_bytes(on_disk)
    on_disk.close(ledger)

    for data in (before, _all_bytes(on_disk)):
        assert b"Distrito Inventado" in data
        for name in (PERSON, *NAMES):
            assert name.encode() not in data


def _all_bytes(where: Place) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(where.file.parent.glob("chaski.db*")) if path.is_file())


def test_no_table_of_postgresql_holds_a_name(postgres_url: str, tmp_path: Path) -> None:
    with place("postgresql", tmp_path, postgres_url) as made:
        ledger = made.create()
        found(ledger)
        _enrol(ledger, NAMES[0], "S1")
        db = Connection(ledger._engine)
        tables = db.all("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'vault')")
        # A bytea is shown in hex: names are looked for as text and as bytes.
        rows = "".join(str(db.all(f'SELECT t::text FROM {schema}."{table}" t')) for schema, table in tables)
        db.close()

    assert {schema for schema, _ in tables} == {"public", "vault"}
    payloads = bytes.fromhex(b"Distrito".hex()).hex()
    assert payloads in rows
    for name in (PERSON, NAMES[0]):
        assert name not in rows
        assert name.encode().hex() not in rows


def test_values_of_a_batch_that_failed_are_swept_at_the_next_start(
    shared: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vault is written before the log; what the log never got must not stay."""
    ledger = shared.create()
    found(ledger)
    good = _enrol(ledger, NAMES[0], "S1")
    body = {"producer": thing("S2"), "code": "S2", "district": "Distrito Inventado"}
    lost = fact("producer.enrolled", body, sealed={"/person": {"name": NAMES[1]}})

    def crash(*_: object) -> None:
        raise StoreError(Problem("disk-full"))

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_set_head", crash)
        with pytest.raises(StoreError):
            ledger.state(lost, party=COOP)
    assert _kept(ledger) == 4
    shared.close(ledger)
    again = shared.open()

    assert _kept(again) == 3
    assert again.disclosures(good) == {"/person": {"name": NAMES[0]}}
    (outcome,) = accept(again.state(lost, party=COOP))
    assert again.disclosures(outcome.digest) == {"/person": {"name": NAMES[1]}}


def test_opening_a_second_ledger_does_not_sweep_what_another_is_about_to_commit(
    shared: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`chaski verify` beside a running server: values put but not yet committed look like orphans."""
    import threading

    ledger = shared.create()
    found(ledger)
    set_head, at_commit, opened = Journal._set_head, threading.Event(), threading.Event()

    def slowly(self: Journal, tip: object) -> None:
        at_commit.set()
        opened.wait(0.5)
        set_head(self, tip)  # type: ignore[arg-type] # passed on as it came

    monkeypatch.setattr(Journal, "_set_head", slowly)
    body = {"producer": thing("S2"), "code": "S2", "district": "Distrito Inventado"}
    told = fact("producer.enrolled", body, sealed={"/person": {"name": NAMES[1]}})
    answer = ledger.offer([ledger.prepare_unsigned(told, party=COOP)])
    assert at_commit.wait(20)
    other = shared.open()
    opened.set()

    (outcome,) = accept(answer.result(30))
    assert other.disclosures(outcome.digest) == {"/person": {"name": NAMES[1]}}
    assert ledger.verify().size == count(ledger)


def _kept(ledger: Ledger) -> int:
    db = Connection(ledger._vault._engine)
    row = db.one(f"SELECT COUNT(*) FROM {ledger._vault._schema}disclosure")
    db.close()
    assert row is not None
    return int(row[0])


def test_another_master_key_is_noticed_at_the_start(shared: Place) -> None:
    """Going on would seal new values under a key that the old ones do not know."""
    ledger = shared.create()
    found(ledger)
    shared.close(ledger)
    shared.companion(".master.key").write_text(b64url(new_secret_key()) + "\n")

    with pytest.raises(ProofError) as caught:
        shared.open()
    assert [p.code for p in caught.value.problems] == ["master-key-wrong"]


def test_a_lost_master_key_is_never_made_anew(shared: Place) -> None:
    shared.close(shared.create())
    shared.companion(".master.key").unlink()

    with pytest.raises(NotFoundError) as caught:
        shared.open()
    assert [p.code for p in caught.value.problems] == ["key-file-missing"]
    assert not shared.companion(".master.key").exists()


def test_a_sealed_value_moved_to_another_statement_does_not_open(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    one, other = _enrol(ledger, NAMES[0], "S1"), _enrol(ledger, NAMES[1], "S2")
    vault = open_engine(str(on_disk.companion(".vault")), must_exist=True)
    db = Connection(vault)
    db.run("UPDATE disclosure SET sealed = (SELECT sealed FROM disclosure WHERE statement = ?)", one)
    db.close()
    vault.dispose()

    assert ledger.disclosures(one) == {"/person": {"name": NAMES[0]}}
    with pytest.raises(ProofError) as caught:
        ledger.disclosures(other)
    assert [p.code for p in caught.value.problems] == ["seal-broken"]


def test_settling_that_was_rolled_back_is_done_with_the_next_write(tmp_path: Path) -> None:
    vault = Vault.in_file(tmp_path / "vault", new_secret_key())
    vault.put([SealedValue("a" * 64, "/person", "HOLDER", "text")])
    vault.committed(["a" * 64])
    with pytest.raises(AttributeError):
        vault.put([None])  # type: ignore[list-item] # anything that fails half-way
    assert vault.has_unsettled()
    vault.put([])
    assert not vault.has_unsettled()
    vault.close()


def test_files_can_be_searched_by_anybody(on_disk: Place) -> None:
    """The same search with the tool an outsider would use; a control shows that it finds what is there."""
    ledger = on_disk.create()
    found(ledger)
    search = ["grep", "-rla", "--", "", str(on_disk.file.parent)]
    control = subprocess.run([*search[:3], "Distrito Inventado", *search[4:]], capture_output=True, check=False)
    personal = subprocess.run([*search[:3], PERSON, *search[4:]], capture_output=True, check=False)

    assert (control.returncode, personal.returncode) == (0, 1)
