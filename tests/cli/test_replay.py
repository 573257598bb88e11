"""`chaski audit replay`, `audit attested`, `export` and `import` at a terminal, each done and each refused."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ledger import Ledger, SigningKey, canonical, keys
from ledger.book.genesis import KEY_FILES
from ledger.cli.audit_replay import RESULTS
from ledger.cli.phrases import phrase
from ledger.store.companions import Companions
from tests.cli import story
from tests.cli.conftest import Chaski

AUDITOR = "AVD1T0R000000001"
ORIGIN = "ledger.example/log/test"


@pytest.fixture
def database(folder: Path, chaski: Chaski) -> Path:
    """A ledger with the story told; commands find it by its usual name."""
    made = chaski("init", "--origin", ORIGIN, "--operator", "Cooperativa Inventada", "--json")
    assert made.code == 0, made.err
    facts = canonical.encode({"facts": story.facts(made.json["operator_party"])})
    (folder / "story.json").write_bytes(facts)
    assert chaski("submit", "story.json").code == 0
    return Path(made.json["database"])


def with_auditor(database: Path, key: SigningKey | None = None) -> None:
    """An auditor is registered, gets the role, and a key of its own where one is given."""
    with Ledger.open(str(database)) as ledger:
        entered = {"party": AUDITOR, "kind": "certifier", "country": "PE", "name": "Auditora Inventada"}
        ledger.state_as_operator("party.registered/1", entered)
        role = {"party": AUDITOR, "role": "auditor", "effective_from": "2026-01-01"}
        ledger.state_as_operator("role.granted/1", role)
        if key is None:
            ledger.delegate(AUDITOR)
            return
        proof = key.sign(keys.possession_message(ledger.origin, AUDITOR, key.public))
        body = {"party": AUDITOR, "key": canonical.b64url(key.public), "kind": "person"}
        ledger.state_as_operator("key.authorised/1", {**body, "proof": canonical.b64url(proof)})


def key_file(folder: Path) -> tuple[Path, SigningKey]:
    seed = hashlib.sha256(b"auditor").digest()
    Companions(folder / "auditor").write_key(".key", seed)
    return folder / "auditor.key", SigningKey.from_seed(seed)


def key_of(database: Path) -> str:
    with Ledger.open(str(database)) as ledger:
        return ledger.verifier_key


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_honest_ledger_is_judged_again(chaski: Chaski, database: Path, language: str) -> None:
    done = chaski("audit", "replay", "--lang", language, "--key", key_of(database))

    assert (done.code, done.err) == (0, "")
    assert phrase(RESULTS["passed"], language) in done.out
    assert ORIGIN in done.out


def test_the_document_says_everything(chaski: Chaski, database: Path, folder: Path) -> None:
    done = chaski("audit", "replay", database, "--json", "-o", "report.json")

    assert (done.json["result"], done.json["deviations"], done.json["exit"]) == ("passed", [], 0)
    report = json.loads((folder / "report.json").read_bytes())
    assert report["root"] == done.json["root"]
    # The same log gives the same report, so that its digest can be attested.
    first = (folder / "report.json").read_bytes()
    assert chaski("audit", "replay", database, "-o", "report.json").code == 0
    assert (folder / "report.json").read_bytes() == first


def test_what_breaks_the_rules_is_shown_with_its_place(chaski: Chaski, database: Path) -> None:
    db = sqlite3.connect(database)
    (index, payload) = db.execute("SELECT ix, payload FROM statement WHERE type = 'lot.harvested/1'").fetchone()
    edited = payload.replace(b'"net":', b'"net":1')
    with db:
        db.execute("UPDATE statement SET payload = ? WHERE ix = ?", (edited, index))
    db.close()

    done = chaski("audit", "replay")

    assert done.code == 6
    assert "statement-altered" in done.err
    assert str(index) in done.out
    kinds = [(each["kind"], each["index"]) for each in chaski("audit", "replay", "--json").json["deviations"]]
    assert kinds[:2] == [("altered", index), ("refused", index)]


def test_what_would_be_refused_today_is_asked_by_its_version(chaski: Chaski, database: Path) -> None:
    assert chaski("audit", "replay", "--rules", "1").code == 0
    assert chaski("audit", "replay", "--rules", "9", "--json").codes == ["rules-unknown"]
    assert chaski("audit", "replay", "--rules", "1", "--attest").code == 2


def test_the_key_of_another_log_is_refused(chaski: Chaski, database: Path) -> None:
    other = f"{ORIGIN}+00000000+AQ"
    assert chaski("audit", "replay", "--key", other).code == 3


# ---------------------------------------------------------------- attesting


def test_the_node_states_what_the_auditor_found(chaski: Chaski, database: Path, folder: Path) -> None:
    with_auditor(database)

    done = chaski("audit", "replay", "--attest", "--party", AUDITOR, "-o", "report.json")

    assert done.code == 0, done.err
    with Ledger.open(str(database)) as ledger:
        ((index, said),) = ledger.statements_of("audit.attested/1")
        fact = said.fact.model_dump()
        assert (fact["size"], fact["result"], said.envelope.by) == (index, "passed", AUDITOR)
        assert fact["document"] == hashlib.sha256((folder / "report.json").read_bytes()).hexdigest()
        assert bytes.fromhex(fact["root"]) == ledger.root_at(index)
    listed = chaski("audit", "attested", "--json")
    assert (listed.code, [each["agrees"] for each in listed.json["attestations"]]) == (0, [True])
    assert "Auditora Inventada" in chaski("audit", "attested").out


def test_the_auditors_own_key_states_it(chaski: Chaski, database: Path, folder: Path) -> None:
    path, key = key_file(folder)
    with_auditor(database, key)

    assert chaski("audit", "replay", "--attest", "--party", AUDITOR, "--signing-key", path).code == 0

    with Ledger.open(str(database)) as ledger:
        ((_, said),) = ledger.statements_of("audit.attested/1")
        assert said.kid == key.thumbprint
        assert said.envelope.seen is not None


def test_an_attestation_is_signed_afar_and_submitted_later(chaski: Chaski, database: Path, folder: Path) -> None:
    """The auditor has an export and a key; the ledger is elsewhere."""
    path, key = key_file(folder)
    with_auditor(database, key)
    assert chaski("export", "ALL", "-o", "x.tar", "--public").code == 0
    attest = ("audit", "replay", "x.tar", "--attest")

    assert chaski(*attest, "--json").codes == ["option-missing"] * 3
    assert chaski(*attest, "--party", AUDITOR, "--signing-key", path, "--statement", "said.jws").code == 0

    assert chaski("submit", "said.jws").code == 0
    assert chaski("audit", "attested").code == 0


def test_who_is_no_auditor_cannot_attest(chaski: Chaski, database: Path) -> None:
    assert chaski("audit", "replay", "--attest", "--json").codes == ["role-required"]


def test_a_signing_key_that_is_none_is_refused(chaski: Chaski, database: Path, folder: Path) -> None:
    (folder / "odd.key").write_text("odd\n")
    done = chaski("audit", "replay", "--attest", "--party", AUDITOR, "--signing-key", "odd.key", "--json")
    assert done.codes == ["key-file-damaged"]


def test_an_attestation_of_another_log_is_shown(chaski: Chaski, database: Path) -> None:
    assert chaski("audit", "attested").code == 0
    with_auditor(database)
    fork = {"size": 3, "root": "ab" * 32, "rules_version": 1, "result": "passed"}
    fact: dict[str, Any] = {"id": "ATTEST0000000001", "fact": "audit.attested/1", "at": "2026-06-12T09:00:00-05:00"}
    with Ledger.open(str(database)) as ledger:
        assert ledger.state({**fact, "body": fork}, party=AUDITOR)[0].status == "accepted"

    assert chaski("audit", "attested").code == 6
    assert chaski("audit", "replay").code == 6
    verified = chaski("verify", "--json")
    assert (verified.code, [each["size"] for each in verified.json["attested_otherwise"]]) == (1, [3])
    assert "root-named-differs" in verified.err


# ---------------------------------------------------------------- moving


def test_a_ledger_is_moved_with_its_keys(chaski: Chaski, database: Path, folder: Path) -> None:
    away = folder / "away" / "chaski.db"
    away.parent.mkdir()
    assert chaski("export", "ALL", "-o", "x.tar").code == 0
    assert chaski("import", "x.tar", "--database", away, "--json").codes == ["key-file-missing"]
    for ending in KEY_FILES:
        shutil.copy(f"{database}{ending}", f"{away}{ending}")

    done = chaski("import", "x.tar", "--database", away, "--json")

    assert done.code == 0, done.err
    assert done.json["has_keys"] is True
    assert done.json["replayed"]["root"] == chaski("verify", "--json").json["root"]
    assert chaski("verify", "--database", away).code == 0
    assert chaski("rebuild", "--check", "--database", away).code == 0
    assert chaski("import", "x.tar", "--database", away, "--json").codes == ["ledger-exists"]


def test_an_export_is_for_its_owner_alone(chaski: Chaski, database: Path, folder: Path) -> None:
    assert chaski("export", "ALL", "-o", "x.tar").code == 0
    assert (folder / "x.tar").stat().st_mode & 0o077 == 0
    assert not (folder / "x.tar.part").exists()
    assert chaski("export", "LOT", "-o", "x.tar").code == 2
    assert chaski("export", "ALL", "-o", "none/x.tar", "--json").codes == ["file-not-writable"]


def test_a_copy_is_imported_without_keys(chaski: Chaski, database: Path, folder: Path) -> None:
    assert chaski("export", "ALL", "--public", "-o", "x.tar").code == 0
    done = chaski("import", "x.tar", "--database", folder / "copy.db", "--key", key_of(database))

    assert done.code == 0
    assert chaski("audit", "replay", folder / "copy.db").code == 0
    assert chaski("export", "ALL", "-o", "y.tar", "--database", folder / "copy.db").code == 0


def test_what_is_no_export_is_not_imported(chaski: Chaski, folder: Path) -> None:
    (folder / "x.tar").write_bytes(b"nothing")
    assert chaski("import", "x.tar", "--json").codes == ["export-malformed"]
    assert chaski("import", "none.tar", "--json").codes == ["file-not-readable"]
