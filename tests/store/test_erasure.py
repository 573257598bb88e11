"""Erasure end to end: hidden at once, destroyed when due, made good after a crash, and nothing else is touched."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ledger.book import Ledger
from ledger.book.restore import restore
from ledger.errors import NotFoundError, ProofError
from ledger.store.connection import Connection, open_engine
from ledger.store.vault import Vault
from tests.store.world import COOP, GROWER, PERSON, PLOT, HandClock, Place, accept, delivery, fact, found, thing

LEFT, OTHER, LEFT_PLOT, SHARED_PLOT, AUDITOR = (
    thing(each) for each in ("left", "other", "plot 2", "plot 3", "auditor")
)
NAME, NUMBER, CORNER = "Persona Que Se Va", "PE-DNI 45871236", "-76.98214"
DAY = 86_400_000


def tell_of_a_member(ledger: Ledger) -> dict[str, str]:
    """A member with a plot of their own, half of another, an inspection and a scanned card; digests by name."""
    found(ledger)
    card = b"an invented card"
    sha256 = hashlib.sha256(card).hexdigest()
    ledger.put_document(sha256, [card], media_type="text/plain", personal=True)
    said: dict[str, Mapping[str, Any]] = {
        "enrolled": _enrolment(LEFT, "S-2", NAME, NUMBER),
        "other": _enrolment(OTHER, "S-3", "Persona Que Se Queda", "PE-DNI 45871237"),
        "plot": _plot(LEFT_PLOT),
        "shared": _plot(SHARED_PLOT),
        "held": _held(LEFT_PLOT, LEFT, 1000),
        "half": _held(SHARED_PLOT, LEFT, 500),
        "other half": _held(SHARED_PLOT, OTHER, 500),
        "status": fact(
            "producer.status-set",
            {"producer": LEFT, "programme": COOP, "status": "left", "effective_from": "2026-06-01"},
            sealed={"/reason": f"{NAME} vendió su chacra"},
        ),
        "card": fact(
            "document.attached",
            {
                "document": sha256,
                "kind": "id-card",
                "media_type": "text/plain",
                "size": len(card),
                "about": [LEFT],
                "personal": True,
            },
        ),
    }
    outcomes = accept(ledger.state(*said.values(), party=COOP))
    digests = {name: outcome.digest for name, outcome in zip(said, outcomes, strict=True)}
    return digests | {"sha256": sha256}


def _enrolment(producer: str, code: str, name: str, document: str) -> dict[str, Any]:
    body = {"producer": producer, "code": code, "district": "Distrito Inventado"}
    return fact("producer.enrolled", body, sealed={"/person": {"name": name, "document": document}})


def _plot(plot: str) -> dict[str, Any]:
    body = {"plot": plot, "area_m2": 20_000, "district": "Distrito Inventado", "area_from": "declared"}
    point = f'{{"type":"Point","coordinates":[{CORNER},-6.03412{len(plot)}]}}'
    return fact("plot.mapped", body, sealed={"/geometry": point})


def _held(plot: str, holder: str, share: int) -> dict[str, Any]:
    body = {"plot": plot, "holder": holder, "share_permille": share, "tenure": "owner", "held_from": "2020-01-01"}
    return fact("plot.held", body)


def ask(ledger: Ledger, person: str = LEFT) -> None:
    """The person asks through the co-operative."""
    body = {"erasure": thing(f"erasure {person}"), "person": person, "asked_on": "2026-06-12", "grounds": "objected"}
    accept(ledger.state(fact("erasure.requested", body), party=COOP))


def test_what_identifies_a_person_is_hidden_from_the_moment_they_ask(anywhere: Place) -> None:
    ledger = anywhere.create()
    said = tell_of_a_member(ledger)
    seen = {name: ledger.disclosures(said[name]) for name in ("enrolled", "plot", "shared", "status")}
    assert all(seen.values())
    assert b"".join(ledger.document(said["sha256"])[1]) == b"an invented card"
    assert ledger.find_person(NUMBER, programme=COOP) == [LEFT]
    ask(ledger)

    assert {name: bool(ledger.disclosures(said[name])) for name in seen} == {
        "enrolled": False,
        "plot": False,
        # Somebody who stays holds it too.
        "shared": True,
        "status": False,
    }
    with pytest.raises(NotFoundError):
        ledger.document(said["sha256"])
    assert ledger.find_person(NUMBER, programme=COOP) == []
    assert ledger.disclosures(said["other"])
    (line,) = ledger.erasures()
    assert (line.person, line.asked_by, line.state, line.ends_on) == (LEFT, COOP, "due", "")
    assert line.destroys == {"person-key": 2, "disclosure": 3, "blind-index": 1, "document": 1}


def test_erasing_destroys_keys_values_index_and_documents_and_leaves_the_rest(anywhere: Place) -> None:
    ledger = anywhere.create()
    said = tell_of_a_member(ledger)
    ask(ledger)
    sealed = _sealed(ledger)
    before = ledger.head()
    ((line, outcome),) = ledger.erase_due()

    assert (line.person, outcome.type) == (LEFT, "erasure.done/1")
    assert [each.state for each in ledger.erasures()] == ["done"]
    assert ledger.erasures()[0].destroys == line.destroys
    assert ledger.erase_due() == []
    assert _sealed(ledger) == sealed - 3
    assert _holders(ledger) & {LEFT, LEFT_PLOT} == set()
    assert _holders(ledger) >= {OTHER, SHARED_PLOT}
    assert ledger._vault.find(COOP, NUMBER) == []
    assert not (ledger._documents._folder / said["sha256"][:2] / said["sha256"]).exists()
    assert ledger.disclosures(said["other"])
    verified = ledger.verify(checkpoint=before.checkpoint)
    assert (verified.hidden, verified.erased, verified.withheld) == (0, 1, ())
    assert ledger.rebuild().differences == ()
    assert ledger.fact(said["enrolled"]).id


def test_the_same_books_and_the_same_verdicts_with_and_without_the_vault(on_disk: Place) -> None:
    """Judge and postings never read a sealed value: without any vault the replay comes to the same books."""
    ledger = on_disk.create()
    tell_of_a_member(ledger)
    accept(ledger.state(delivery("A"), party=COOP))
    rows = ledger.rebuild().rows
    ask(ledger)
    ledger.erase_due()
    again = fact("producer.enrolled", {"producer": LEFT, "code": "S-9", "district": "X"}, sealed={"/person": {}})
    refused = ledger.state(again, party=COOP)[0]

    assert [p.code for p in refused.problems] == ["id-already-used"]
    report = ledger.rebuild()
    assert report.differences == ()
    assert report.rows["move"] == rows["move"]
    assert ledger.rebuild(until=report.size - 2).differences == ()


def test_data_behind_a_delivery_stays_until_retention_ends(shared: Place) -> None:
    clock = HandClock()
    ledger = shared.create(clock=clock)
    found(ledger)
    accept(ledger.state(delivery("A"), party=COOP))
    ask(ledger, GROWER)

    (line,) = ledger.erasures()
    assert (line.state, line.ends_on, line.kept_for) == ("hidden", "2032-01-01", "tax-pe")
    assert ledger.erase_due() == []
    assert _holders(ledger) >= {GROWER, PLOT}
    clock.now += 2030 * DAY
    assert [each.person for each, _ in ledger.erase_due()] == [GROWER]
    assert _holders(ledger) & {GROWER, PLOT} == set()


def test_what_a_crash_left_undestroyed_goes_at_the_next_start(shared: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """The statement is in the log; the machine stopped before anything was deleted."""
    ledger = shared.create()
    said = tell_of_a_member(ledger)
    ask(ledger)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "destroy", stop)
        with pytest.raises(BaseException):  # noqa: B017, PT011 - however the writer passes it on
            ledger.erase_due()
    assert _holders(ledger) >= {LEFT, LEFT_PLOT}
    shared.close(ledger)
    again = shared.open()

    assert _holders(again) & {LEFT, LEFT_PLOT} == set()
    assert not again._vault.has_unsettled()
    assert again.erasures()[0].state == "done"
    with pytest.raises(NotFoundError):
        again.document(said["sha256"])


def test_what_was_doomed_by_a_batch_that_failed_stays(shared: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    from ledger.errors import Problem
    from ledger.store.journal import Journal
    from ledger.store.troubles import StoreError

    ledger = shared.create()
    tell_of_a_member(ledger)
    ask(ledger)

    def crash(*_: object) -> None:
        raise StoreError(Problem("disk-full"))

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "_set_head", crash)
        with pytest.raises(StoreError):
            ledger.erase_due()
    shared.close(ledger)
    again = shared.open()

    assert _holders(again) >= {LEFT, LEFT_PLOT}
    assert again.erasures()[0].state == "due"
    assert not again._vault.has_unsettled()


def test_a_request_taken_back_shows_everything_again(anywhere: Place) -> None:
    ledger = anywhere.create()
    said = tell_of_a_member(ledger)
    body = {"erasure": thing("e"), "person": LEFT, "asked_on": "2026-06-12", "grounds": "objected"}
    (asked,) = accept(ledger.state(fact("erasure.requested", body), party=COOP))
    assert ledger.disclosures(said["enrolled"]) == {}
    back = fact("fact.retracted", {"statement": asked.digest, "reason": "never-happened"})
    accept(ledger.state(back, party=COOP))

    assert ledger.disclosures(said["enrolled"])
    assert ledger.erasures() == []
    assert ledger.verify().hidden == 0


# ---------------------------------------------------------------- after a backup


def test_what_was_erased_since_the_backup_is_destroyed_again_before_anybody_is_served(
    on_disk: Place, tmp_path: Path
) -> None:
    """The vault was lost; vault, persons' keys and documents come from before the erasure, the log goes on."""
    clock = HandClock()
    ledger = on_disk.create(clock=clock)
    said = tell_of_a_member(ledger)
    data, keys = tmp_path / "backup", tmp_path / "safe"
    ledger.back_up(data, keys_folder=keys)
    ask(ledger)
    assert [outcome.status for _, outcome in ledger.erase_due()] == ["accepted"]
    on_disk.close(ledger)
    for ending in (".vault", ".persons"):
        on_disk.companion(ending).unlink()
    shutil.rmtree(on_disk.companion(".docs"))

    there = restore(data, keys_folder=keys, database=on_disk.database, sealed_only=True, workers=1)

    assert there.erased_again == 1
    again = on_disk.open(clock=clock)
    assert again.disclosures(said["enrolled"]) == {}
    assert again.disclosures(said["other"], party=COOP)
    assert again.find_person(NUMBER, programme=COOP) == []
    with pytest.raises(NotFoundError):
        again.document(said["sha256"])
    assert [path for path in on_disk.companion(".docs").rglob("*") if path.name == said["sha256"]] == []
    assert again.repeat_erasures() == 0
    again.verify(workers=1)


# ---------------------------------------------------------------- who sees what


def consent(to: str, **changes: Any) -> dict[str, Any]:
    """A producer lets somebody see who they are."""
    body = {"consent": thing(f"consent {to}{changes}"), "producer": LEFT, "to": to, "purpose": "audit"}
    return fact("consent.given", body | {"scope": ["personal-data"]} | changes)


def test_a_party_sees_its_own_and_an_auditor_what_was_consented_to(anywhere: Place) -> None:
    clock = HandClock()
    ledger = anywhere.create(clock=clock)
    said = tell_of_a_member(ledger)
    party = {"party": AUDITOR, "kind": "certifier", "country": "PE", "name": "Auditora Inventada"}
    accept(ledger.state(fact("party.registered", party), party=ledger.operator_party))

    def sees(party: str, name: str = "enrolled") -> bool:
        return bool(ledger.disclosures(said[name], party=party))

    assert sees(COOP)
    assert sees(LEFT)
    assert not sees(AUDITOR)
    assert not sees(ledger.operator_party)
    accept(ledger.state(consent(AUDITOR), party=COOP))
    assert not sees(AUDITOR), "a consent alone makes nobody an auditor"
    role = {"party": AUDITOR, "role": "auditor", "effective_from": "2026-06-01"}
    accept(ledger.state(fact("role.granted", role), party=ledger.operator_party))
    assert sees(AUDITOR)
    assert sees(AUDITOR, "plot")
    assert not sees(AUDITOR, "shared"), "the other holder did not consent"
    assert not sees(AUDITOR, "other")
    withdrawn = {"consent": thing(f"consent {AUDITOR}{{}}"), "effective_from": "2026-06-12"}
    accept(ledger.state(fact("consent.withdrawn", withdrawn), party=COOP))
    assert not sees(AUDITOR)
    accept(ledger.state(consent(AUDITOR, valid_to="2026-06-20"), party=COOP))
    assert sees(AUDITOR)
    clock.now += 10 * DAY
    assert not sees(AUDITOR)
    accept(ledger.state(consent(AUDITOR, scope=["deliveries"]), party=COOP))
    assert not sees(AUDITOR)


# ---------------------------------------------------------------- the store of keys


def test_a_backup_of_the_vault_alone_reveals_nothing(on_disk: Place) -> None:
    ledger = on_disk.create()
    tell_of_a_member(ledger)
    on_disk.close(ledger)
    vault = open_engine(str(on_disk.companion(".vault")), must_exist=True)
    db = Connection(vault)
    tables = {row[0] for row in db.all("SELECT name FROM sqlite_master WHERE type = 'table'")}
    db.close()
    vault.dispose()
    assert tables == {"disclosure", "blind", "doomed", "alembic_version"}
    on_disk.companion(".persons").unlink()

    with pytest.raises(NotFoundError) as caught:
        on_disk.open()
    assert [p.code for p in caught.value.problems] == ["person-keys-missing"]


def test_an_older_copy_of_the_vault_opens_nothing_of_an_erased_person(on_disk: Place) -> None:
    """Whoever brings yesterday's vault back has values again, but no key to them."""
    ledger = on_disk.create()
    said = tell_of_a_member(ledger)
    on_disk.close(ledger)
    yesterday = on_disk.companion(".vault").read_bytes()
    ledger = on_disk.open()
    ask(ledger)
    ledger.erase_due()
    on_disk.close(ledger)
    for ending in (".vault", ".vault-wal", ".vault-shm"):
        on_disk.companion(ending).unlink(missing_ok=True)
    on_disk.companion(".vault").write_bytes(yesterday)
    again = on_disk.open()

    assert again._vault.disclosures(said["enrolled"]) == {}
    assert again._vault.disclosures(said["other"])
    assert again._vault.holders(said["enrolled"]) == {LEFT}
    assert again.erase_due() == []
    assert again._vault.holders(said["enrolled"]) == set(), "what came back with the copy is destroyed again"


def test_nothing_of_a_destroyed_key_is_left_in_the_files(on_disk: Place) -> None:
    ledger = on_disk.create()
    tell_of_a_member(ledger)
    keys = ledger._vault._keys
    wrapped = dict(keys._rows("SELECT holder, wrapped FROM {}person"))[LEFT]
    assert any(bytes(wrapped) in path.read_bytes() for path in _files(on_disk, ".persons"))
    ask(ledger)
    ledger.erase_due()

    assert not any(bytes(wrapped) in path.read_bytes() for path in _files(on_disk, ".persons"))


def test_a_withheld_text_is_gone_from_the_files_and_a_forged_withholding_is_found(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    body = {"producer": LEFT, "code": "S-2", "district": "Distrito Inventado", "sector": f"{NAME} 45871236"}
    (loud,) = accept(ledger.state(fact("producer.enrolled", body, sealed={"/person": {"name": NAME}}), party=COOP))
    assert any(NAME.encode() in path.read_bytes() for path in _files(on_disk, ""))
    accept([ledger.withhold(loud.digest, reason="personal-data-in-open-field", mask=["sector"])])

    assert not any(NAME.encode() in path.read_bytes() for path in _files(on_disk, ""))
    assert ledger.disclosures(loud.digest) == {}
    assert ledger.verify().withheld == (loud.index,)
    assert ledger.rebuild().differences == ()
    db = Connection(ledger._engine)
    db.run("UPDATE statement SET signature = x'' WHERE ix = 3")
    db.close()
    with pytest.raises(ProofError) as caught:
        ledger.verify()
    assert [(p.code, p.found) for p in caught.value.problems] == [("statement-altered", 3)]


def test_what_was_restated_cannot_be_edited_afterwards(on_disk: Place) -> None:
    ledger = on_disk.create()
    found(ledger)
    (said,) = accept(ledger.state(delivery("A"), party=COOP))
    accept([ledger.withhold(said.digest, reason="court-order")])
    db = Connection(ledger._engine)
    db.run("UPDATE statement SET payload = CAST(REPLACE(payload, '100000', '900000') AS BLOB) WHERE ix = ?", said.index)
    db.close()

    with pytest.raises(ProofError) as caught:
        ledger.verify()
    assert [(p.code, p.found) for p in caught.value.problems] == [("statement-altered", said.index)]


def test_a_name_in_clear_never_enters_the_stores(on_disk: Place) -> None:
    ledger = on_disk.create()
    tell_of_a_member(ledger)
    for words in (NAME, "45871236", CORNER, PERSON):
        assert not any(words.encode() in path.read_bytes() for path in _files(on_disk, ""))


def _files(where: Place, ending: str) -> list[Path]:
    return [path for path in where.file.parent.glob(f"{where.file.name}{ending}*") if path.is_file()]


def _sealed(ledger: Ledger) -> int:
    ((count,),) = ledger._vault._all("SELECT COUNT(*) FROM {}disclosure")
    assert isinstance(count, int)
    return count


def _holders(ledger: Ledger) -> set[str]:
    return {holder for holder, _ in ledger._vault._keys._rows("SELECT holder, wrapped FROM {}person")}
