"""Every query the store asks goes through an index: recorded while a story is told and read, then explained.

SQLite once walked a whole log because an index beginning with the log's number looked good enough: 149 ms instead of
0.02. So not only a scan counts as a walk, but also a search that uses nothing but the log's number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ledger.book import Ledger
from ledger.log import TileId
from ledger.store import connection
from tests.store.world import (
    CENTRE,
    COOP,
    GROWER,
    PLOT,
    HandClock,
    Place,
    accept,
    delivery,
    facility,
    fact,
    place,
    pooled,
    retraction,
    tell,
    thing,
)

# A walk over everything, and why it may be one. The key is how the query begins.
WALKS = {
    "SELECT COUNT(*), MAX(ix) FROM entry": "verify: counts are compared with the head",
    "SELECT COUNT(*), MAX(ix) FROM statement": "verify: counts are compared with the head",
    "SELECT COUNT(*) FROM node": "verify: no node may be there that the tree does not have",
    "SELECT n, text FROM name WHERE log = ? AND n <": "rebuild compares every row",
    "SELECT lot, ix, origin_set, blocks, facility FROM lot WHERE log = ? AND ix < ?": "rebuild compares every row",
    "SELECT DISTINCT kind, code FROM pack": "a few dozen rows, read once and kept while no pack is adopted",
    "SELECT kind, a, b, c, SUM(amount) FROM move": "rebuild sums every account",
    "SELECT kind, a, b, c, amount FROM balance WHERE log = ? AND amount <> 0": "rebuild compares every balance",
    "SELECT n.text, m.ix, m.kind, m.value FROM mark m JOIN name n": "every key of the log, for verify and its list",
    "SELECT DISTINCT statement FROM disclosure WHERE settled = 0": "by an index of the unsettled, which are few",
    "SELECT DISTINCT statement FROM doomed": "empty, or what a crash left",
    "SELECT statement, kind, name FROM doomed": "empty, or what a crash left",
    "SELECT 1 FROM doomed": "empty, or what a crash left",
    "SELECT 1 FROM disclosure LIMIT 1": "any one row will do",
    "SELECT 1 FROM disclosure WHERE settled = 0": "by an index of the unsettled, which are few",
    "SELECT holder, wrapped FROM person LIMIT 1": "any one row will do",
    "SELECT digest, data FROM pack": "every pack, at the start",
    "SELECT id, party, scopes, label, expires, revoked FROM token WHERE log = ? ORDER BY expires": "every token",
    "SELECT version_num FROM": "one row",
    "DELETE FROM alembic_version": "one row, at the beginning",
    "DELETE FROM pack": "at the beginning",
}


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Every statement put to an SQLite ledger, in the store's own spelling."""
    with place("sqlite", tmp_path_factory.mktemp("plans")) as where:
        return set(_asked(where))


def _asked(where: Place) -> Iterator[str]:
    recorded: set[str] = set()
    written = connection._written

    def recording(sql: str, dialect: connection.Dialect) -> str:
        if dialect == where.kind:
            recorded.add(sql)
        return written(sql, dialect)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(connection, "_written", recording)
        ledger = where.create()
        said = tell(ledger)
        _read(ledger, said["P1"].digest)
        _claim(ledger)
        _erase(ledger)
        accept(ledger.state(delivery("Y"), pooled("Z", {"Y": 100_000}), party=COOP, atomic=True))
        ledger.state(pooled("Q", {"nowhere": 1}), facility("B"), facility("B"), party=COOP, atomic=True)
        ledger.check([ledger.prepare_unsigned(retraction(said["D2"]), party=COOP)])
        # As if killed before settling: the next start has something to sweep.
        ledger._vault._to_settle.clear()
        where.close(ledger)
        tomorrow = HandClock(HandClock().now + 86_400_000)
        other = where.open(clock=tomorrow)
        accept(other.state(facility("C"), party=COOP))
        where.close(other)
        where.open(clock=tomorrow)
    yield from recorded


def _read(ledger: Ledger, digest: str) -> None:
    size = ledger.head().size
    for lot in ("P1", "P0", "D0"):
        ledger.lot(thing(lot), size=size - 1)
        ledger.trace(thing(lot))
    ledger.lots()
    ledger.lots(party=COOP, commodity="coffee", after=thing("D0"), limit=2)
    ledger.receipt(digest)
    ledger.receipt(ledger.fact(digest).id)
    ledger.disclosures(digest)
    ledger.tile(0, 0, size)
    ledger.entries_tile(0, size)
    ledger.inclusion(1, size)
    ledger.consistency(3, size)
    ledger.name_of(COOP)
    ledger.keys()
    token = ledger.create_token(party=COOP, scopes=["lots:read"], days=1, label="x")
    found = ledger.token(token)
    assert found is not None
    ledger.tokens()
    ledger.revoke_token(found.id)
    ledger.put_document("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", [], media_type="text/csv")
    ledger.document("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    ledger.verify(checkpoint=ledger.head().checkpoint)
    assert TileId(0, 0).fits(size) is False
    for until in (None, size - 1):
        assert ledger.rebuild(until=until).differences == ()


def _claim(ledger: Ledger) -> None:
    """Claims and blast radius, now and as known before, asked again after a new fact: what was kept is then checked."""
    size = ledger.head().size
    for known_at in (None, size - 1):
        ledger.claims(thing("P1"), known_at=known_at)
    accept(ledger.state(facility("D"), party=COOP))
    ledger.claims(thing("P1"), "2026-07-01", party=COOP)
    kid = ledger.keys()[0].kid
    for subject in (GROWER, PLOT, CENTRE, COOP, thing("D2"), thing("hold"), kid):
        assert ledger.blast_radius(subject, limit=3).kind
        assert len(list(ledger.affected(subject))) == ledger.blast_radius(subject).lots


def _erase(ledger: Ledger) -> None:
    """A member who never delivered is erased, one who did is hidden, and a text is withheld."""
    left, paper = thing("left"), "ab" * 32
    enrolled = {"producer": left, "code": "S-2", "district": "Distrito Inventado"}
    attached = {"document": paper, "kind": "id-card", "media_type": "image/png", "size": 1, "about": [left]}
    audited = {"audit": thing("audit"), "parties": [COOP], "seed_digest": paper, "ends_on": "2026-06-12"}
    audited |= {"period_from": "2026-01-01", "period_to": "2026-06-01"}
    role = {"party": COOP, "role": "auditor", "effective_from": "2026-01-01"}
    accept(ledger.state(fact("role.granted", role), party=ledger.operator_party))
    facts = [
        fact("producer.enrolled", enrolled, sealed={"/person": {"document": "PE-DNI 1"}}),
        fact("document.attached", attached | {"personal": True}),
        fact("audit.opened", audited),
    ]
    for person in (left, GROWER):
        asked = {"erasure": thing(f"erasure {person}"), "person": person, "grounds": "objected"}
        facts.append(fact("erasure.requested", asked | {"asked_on": "2026-06-12"}))
    for each in facts:
        accept(ledger.state(each, party=COOP))
    assert ledger.find_person("PE-DNI 1", programme=COOP) == []
    # An audit runs through its last day.
    assert [line.state for line in ledger.erasures()] == ["hidden", "hidden"]
    assert isinstance(ledger._clock, HandClock)
    ledger._clock.now += 86_400_000
    assert [line.person for line, _ in ledger.erase_due()] == [left]
    another = enrolled | {"producer": thing("another"), "code": "S-3"}
    accept(ledger.state(fact("producer.enrolled", another, sealed={"/person": {"name": "x"}}), party=COOP))
    accept([ledger.withhold(accept(ledger.state(facility("loud"), party=COOP))[0].digest, reason="court-order")])


def _walked(plan: str) -> bool:
    """Whether a line of a plan goes through a whole table, or through all of one log."""
    if plan.startswith("SCAN"):
        return not re.match(r"SCAN (json_each|CONSTANT ROW|\d)", plan)
    return plan.startswith("SEARCH") and re.search(r"\((log=\?|log=\? AND log=\?)\)", plan) is not None


def _explained(asked: set[str]) -> Iterator[tuple[str, list[str]]]:
    import tempfile

    with tempfile.TemporaryDirectory() as folder, place("sqlite", Path(folder)) as where:
        ledger = where.create()
        for sql in sorted(asked):
            if not re.match(r"(SELECT|INSERT|UPDATE|DELETE)\b", sql):
                continue
            engine = ledger._engine
            if re.search(r"\b(disclosure|blind|doomed)\b", sql):
                engine = ledger._vault._engine
            elif re.search(r"\bperson\b", sql):
                engine = ledger._vault._keys.engine
            db = connection.Connection(engine)
            plan = db.all(f"EXPLAIN QUERY PLAN {sql}", *[None] * sql.count("?"), *[None] * sql.count("@list"))
            db.close()
            yield sql, [row[3] for row in plan]


def test_the_story_asks_of_every_table(asked: set[str]) -> None:
    tables = "entry statement node name move mark edge balance lot origin flag pack token document"
    tables += " disclosure person blind doomed"
    assert [t for t in tables.split() if not any(re.search(rf"(FROM|INTO|JOIN) {t}\b", sql) for sql in asked)] == []
    assert len(asked) > 60


def test_every_query_goes_through_an_index(asked: set[str]) -> None:
    walks = {
        sql: plan
        for sql, plan in _explained(asked)
        if any(_walked(line) for line in plan) and not any(sql.startswith(begin) for begin in WALKS)
    }
    assert walks == {}, "\n".join(f"{sql}\n    {plan}" for sql, plan in walks.items())


def test_no_permission_to_walk_is_left_over(asked: set[str]) -> None:
    assert [begin for begin in WALKS if not any(sql.startswith(begin) for sql in asked)] == []


def test_a_query_without_an_index_would_be_seen(tmp_path: Path) -> None:
    walking = {
        "SELECT ix FROM move WHERE log = ? AND amount = ?",
        "SELECT ix FROM entry WHERE recorded > ?",
        "SELECT n.text FROM mark m JOIN name n ON n.log = m.log AND n.n = m.subject WHERE m.kind = ?",
    }
    assert {sql for sql, plan in _explained(walking) if any(_walked(line) for line in plan)} == walking


def test_postgresql_can_plan_every_query_with_an_index(postgres_url: str, tmp_path: Path) -> None:
    with place("postgresql", tmp_path, postgres_url) as where:
        asked = set(_asked(where))
    walks = []
    with psycopg.connect(postgres_url.replace("+psycopg", ""), autocommit=True) as db:
        if db.info.server_version < 160_000:
            pytest.skip("EXPLAIN (GENERIC_PLAN) needs PostgreSQL 16")
        db.execute("SET enable_seqscan = off")
        for sql in sorted(asked):
            if re.match(r"(SELECT|INSERT|UPDATE|DELETE)\b", sql):
                plan = db.execute(f"EXPLAIN (GENERIC_PLAN) {_numbered(sql)}".encode()).fetchall()
                text = "\n".join(row[0] for row in plan)
                if "Seq Scan" in text and not any(_plain(sql).startswith(begin) for begin in WALKS):
                    walks.append(f"{sql}\n{text}")
    assert walks == []


def _plain(sql: str) -> str:
    return sql.replace("vault.", "").replace("persons.", "")


def _numbered(sql: str) -> str:
    number = iter(range(1, 100))
    return re.sub(r"\?", lambda _: f"${next(number)}", sql.replace("IN @list", "= ANY(?)"))
