"""The exercises and samples of an audit at the terminal, in both languages, and what they end with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.log import KeyKind, Note, VerifierKey
from ledger.log.fork import Fork
from tests.cli.conftest import Chaski
from tests.rules.test_audits import SEED, SEED_DIGEST, Forked, granted, opened, own_key
from tests.world import DAY, ORIGIN, Farm, Party, World

YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")


class Scene:
    """A ledger in the working folder: four families, one pool, part of it sold, an audit and access to it."""

    def __init__(self, world: World) -> None:
        self.coop, self.auditor, buyer = world.coop(), world.certifier(), world.buyer()
        self.farms = [world.farm() for _ in range(4)]
        lots = [world.deliver(farm, 10_000) for farm in self.farms]
        self.pool = world.pool(self.coop, *((lot, 10_000) for lot in lots))
        world.say(world.receipt(buyer, world.send(self.coop, buyer, (self.pool, 25_000))))
        world.say(world.sale(self.coop, buyer, (self.pool, 25_000)))
        self.audit = opened(world, self.auditor, self.coop)
        self.grant = granted(world, self.coop, self.auditor, audit=self.audit)
        self.first: Farm = self.farms[0]
        self.lots = lots


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    world = World.begin(folder, database=str(folder / "chaski.db"))
    yield world
    world.end()


@pytest.fixture
def scene(world: World) -> Scene:
    return Scene(world)


def test_a_lot_is_traced_back_at_the_terminal(chaski: Chaski, scene: Scene, folder: Path) -> None:
    database = ("--database", str(folder / "chaski.db"))
    said = chaski("audit", "trace-back", scene.pool, *database)
    assert (said.code, said.err) == (0, "")
    assert "Traced to producers: 40 kg" in said.out
    assert "Everything adds up." in said.out
    answer = chaski("audit", "trace-back", scene.pool, *database, "--json").json
    assert (answer["grams"], answer["complete"], answer["exit"]) == (40_000, True, 0)
    assert {each["delivery"] for each in answer["contributions"]} == set(scene.lots)
    spanish = chaski("audit", "trace-back", scene.pool, *database, "--lang", "es")
    assert "Todo cuadra." in spanish.out
    assert chaski("audit", "trace-back", "Z" * 16, *database).code == 4


def test_a_producer_is_followed_forward_at_the_terminal(chaski: Chaski, scene: Scene, folder: Path) -> None:
    database = ("--database", str(folder / "chaski.db"))
    said = chaski("audit", "trace-forward", scene.first.producer, *database)
    assert said.code == 0
    assert "10 kg went into 2 lots." in said.out
    assert "Comprador" in said.out
    assert "Cooperativa: sold" in said.out
    answer = chaski("audit", "trace-forward", scene.first.plot, *database, "--json").json
    assert [each["lot"] for each in answer["lots"]] == [scene.lots[0], scene.pool]


def test_a_party_is_balanced_at_the_terminal(chaski: Chaski, scene: Scene, folder: Path) -> None:
    database = ("--database", str(folder / "chaski.db"))
    said = chaski("audit", "mass-balance", scene.coop.id, *YEAR, *database)
    assert said.code == 0
    assert "harvested 40 kg" in said.out
    assert "dispatched -25 kg" in said.out
    answer = chaski("audit", "mass-balance", scene.coop.place, *YEAR, *database, "--json").json
    assert [(each["form"], each["closing"]) for each in answer["stock"]] == [("dry-parchment", 15_000)]
    empty = chaski("audit", "mass-balance", scene.coop.id, "--from", "2020-01-01", "--to", "2020-12-31", *database)
    assert "nothing moved in these days" in empty.out
    wrong = chaski("audit", "mass-balance", scene.coop.id, "--from", "2026-02-30", "--to", DAY, *database, "--json")
    assert (wrong.code, wrong.codes) == (3, ["day-malformed"])


def test_a_seed_is_made_and_its_digest_shown(chaski: Chaski) -> None:
    first, second = (chaski("audit", "seed", "--json").json for _ in range(2))
    assert first["seed"] != second["seed"]
    assert len(first["seed"]) == len(first["seed_digest"]) == 64


def test_a_sample_is_drawn_stated_and_drawn_again(chaski: Chaski, world: World, scene: Scene, folder: Path) -> None:
    database = ("--database", str(folder / "chaski.db"))
    asked = ("--audit", scene.audit, "--party", scene.coop.id, "--seed", SEED, *database)
    said = chaski("audit", "sample", *asked, "--risk")
    assert said.code == 0
    assert "2 of 4 drawn, at least 2" in said.out
    assert "unvisited" in said.out
    drawn = chaski("audit", "sample", *asked, "--risk", "--json").json
    draft = world.draft("sample.drawn", drawn["body"], scene.auditor)
    world.say(draft)

    good = chaski("audit", "sample", "--check", draft.id, *database)
    assert good.code == 0
    assert "Drawn again, it is the same sample." in good.out
    assert "chose at which size" in good.err

    lie = drawn["body"] | {"sample": world.new_id(), "purpose": "again", "drawn": [f.producer for f in scene.farms[:2]]}
    told = world.draft("sample.drawn", lie, scene.auditor)
    world.say(told)
    bad = chaski("audit", "sample", "--check", told.id, *database, "--json")
    assert (bad.code, bad.json["check"]["problems"][0]["code"]) == (6, "sample-differs")


def test_what_is_missing_or_not_committed_is_said(chaski: Chaski, scene: Scene, folder: Path) -> None:
    database = ("--database", str(folder / "chaski.db"))
    none = chaski("audit", "sample", *database, "--json")
    assert (none.code, none.codes) == (3, ["option-missing"] * 3)
    asked = ("--audit", scene.audit, "--party", scene.coop.id, *database)
    other = chaski("audit", "sample", *asked, "--seed", "22" * 32, "--json")
    assert (other.code, other.codes) == (1, ["seed-not-committed"])
    assert SEED_DIGEST not in chaski("audit", "sample", *asked, "--seed", "xx", "--json").out


def test_audits_are_listed_and_shown(chaski: Chaski, scene: Scene, folder: Path) -> None:
    database = ("--database", str(folder / "chaski.db"))
    assert scene.audit in chaski("audit", "show", *database).out
    assert chaski("audit", "show", *database, "--json").json["findings"] == []
    one = chaski("audit", "show", scene.audit, *database)
    assert scene.grant in one.out
    assert scene.coop.id in one.out
    answer = chaski("audit", "show", scene.audit, *database, "--json").json
    assert answer["audit"]["seed_digest"] == SEED_DIGEST
    assert answer["uses"] == {scene.grant: []}
    assert chaski("audit", "show", scene.pool, *database).code == 4


def test_an_empty_log_has_no_audits(chaski: Chaski, world: World, folder: Path) -> None:
    assert world.ledger.head().size > 0
    assert "Nobody has opened an audit." in chaski("audit", "show", "--database", str(folder / "chaski.db")).out


def test_a_fork_a_monitor_kept_becomes_a_finding(chaski: Chaski, world: World, folder: Path) -> None:
    shown = Forked(world.ledger._log_key).two_sizes(5, 9)
    kept = Fork(
        Note.parse(shown["first"].encode()),
        Note.parse(shown["second"].encode()),
        bytes.fromhex(shown["root"]),
        tuple(bytes.fromhex(each) for each in shown["proof"]),
    )
    (folder / "fork.txt").write_bytes(kept.format())
    answer = chaski("audit", "fork", "fork.txt", "--key", world.ledger.verifier_key, "--json")
    assert answer.code == 0
    body = answer.json["body"]
    assert body["contradiction"] == shown
    auditor = world.certifier()
    world.say(own_key(world, auditor).sign(world.draft("finding.recorded", body, auditor)))
    assert "signed two histories" in chaski("audit", "fork", "fork.txt", "--key", world.ledger.verifier_key).out
    stranger = VerifierKey(ORIGIN, KeyKind.LOG, auditor_key(world, auditor)).format()
    assert chaski("audit", "fork", "fork.txt", "--key", stranger, "--json").code == 6


def auditor_key(world: World, auditor: Party) -> bytes:
    """Some other public key."""
    return world.unproven_key(auditor).key.public
