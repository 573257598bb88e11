"""Audits: who opens and attests them, what may be looked at, how samples are drawn, and findings with their proof."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from ledger import SigningKey, canonical
from ledger.log import VerifierKey, consistency_proof, new_nodes, root, sign_checkpoint
from ledger.log.checkpoint import Checkpoint
from tests.rules.test_privacy import audit
from tests.world import DAY, ORIGIN, Draft, OwnKey, Party, World, named_bytes

SEED = "11" * 32
SEED_DIGEST = hashlib.sha256(bytes.fromhex(SEED)).hexdigest()


def attesting(audit_id: str | None, **changes: object) -> dict[str, object]:
    """What somebody attests to."""
    said = {"audit": audit_id, "size": 3, "root": "ab" * 32, "rules_version": 1, "result": "passed"}
    return {name: value for name, value in (said | changes).items() if value is not None}


def opened(world: World, auditor: Party, *parties: Party, **changes: Any) -> str:
    """An audit with a seed of our own, accepted; its id."""
    draft = audit(world, auditor, *parties, **{"seed_digest": SEED_DIGEST, **changes})
    world.say(draft)
    return str(draft["audit"])


def granting(world: World, by: Party, auditor: Party, *parties: Party, **changes: Any) -> Draft:
    """A party lets an auditor look."""
    body = {
        "grant": world.new_id("grant"),
        "auditor": auditor.id,
        "parties": [party.id for party in parties or (by,)],
        "looks": ["fact", "trace-back"],
        "until": "2026-12-31",
    }
    return world.draft("access.granted", body | changes, by)


def granted(world: World, by: Party, auditor: Party, **changes: Any) -> str:
    """The same, accepted; the grant's id."""
    draft = granting(world, by, auditor, **changes)
    world.say(draft)
    return str(draft["grant"])


def ending(world: World, by: Party, grant: str, reason: str = "withdrawn") -> Draft:
    """A grant is taken back."""
    return world.draft("access.ended", {"grant": grant, "reason": reason}, by)


def using(world: World, grant: str, by: Party | None = None, **changes: Any) -> Draft:
    """The node says what it showed."""
    body = {"grant": grant, "look": "trace-back", "log_size": 2, "answer": "cd" * 32}
    return world.draft("access.used", body | changes, by or world.operator)


def farms(world: World, party: Party, count: int) -> list[str]:
    """So many producers of a party."""
    return [world.farm(party).producer for _ in range(count)]


def drawing(world: World, auditor: Party, audit_id: str, party: Party, **changes: Any) -> Draft:
    """A sample of four out of sixteen."""
    body = {
        "sample": world.new_id("sample"),
        "audit": audit_id,
        "party": party.id,
        "population": "producers",
        "purpose": "re-inspection",
        "seed": SEED,
        "log_size": world.ledger.head().size,
        "root": "ab" * 32,
        "size_rule": "square-root",
        "weighting": "equal",
        "population_size": 16,
        "population_digest": "ef" * 32,
        "drawn": farms(world, party, 4),
    }
    return world.draft("sample.drawn", body | changes, auditor)


def own_key(world: World, party: Party) -> OwnKey:
    """The key an auditor signs its findings with."""
    return world.own_key(party, "person", label="auditor")


def finding(world: World, by: Party, **changes: Any) -> Draft:
    """An auditor found something."""
    body = {"finding": world.new_id("finding"), "kind": "grams", "severity": "major"}
    return world.draft("finding.recorded", body | changes, by)


def closing(world: World, by: Party, finding_id: str) -> Draft:
    """A finding is closed."""
    return world.draft("finding.closed", {"finding": finding_id, "outcome": "corrected", "closed_on": DAY}, by)


# ---------------------------------------------------------------- opening and attesting


@pytest.mark.rule("auditor_speaks", "accepts")
@pytest.mark.rule("audit_runs_forward", "accepts")
@pytest.mark.rule("attested_log_was_there", "accepts")
def test_a_certifier_opens_an_audit_and_attests_to_it(world: World) -> None:
    auditor = world.certifier()
    draft = audit(world, auditor, world.coop(), population_on="2026-06-20")
    world.say(draft)
    world.say(world.draft("audit.attested", attesting(draft["audit"]), auditor))
    world.say(world.draft("audit.attested", attesting(None), auditor))


@pytest.mark.rule("auditor_speaks", "refuses")
def test_nobody_audits_itself(world: World) -> None:
    coop = world.coop()
    assert world.refused(audit(world, coop, coop)) == ["role-required"]
    assert world.refused(world.draft("audit.attested", attesting(None), coop)) == ["role-required"]
    assert world.refused(own_key(world, coop).sign(finding(world, coop))) == ["role-required"]


@pytest.mark.rule("audit_runs_forward", "refuses")
def test_an_audit_does_not_end_before_it_begins(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    assert world.refused(audit(world, auditor, coop, period_to="2025-12-31")) == ["period-reversed"]
    assert world.refused(audit(world, auditor, coop, ends_on="2026-06-11")) == ["period-reversed"]
    assert world.refused(audit(world, auditor, coop, population_on="2026-06-11")) == ["period-reversed"]


@pytest.mark.rule("attested_log_was_there", "refuses")
def test_nobody_attests_to_entries_to_come_or_to_anothers_audit(world: World) -> None:
    auditor = world.certifier()
    draft = audit(world, auditor, world.coop())
    world.say(draft)
    assert world.refused(world.draft("audit.attested", attesting(None, size=5000), auditor)) == ["size-unknown"]
    other = world.certifier("Otra Certificadora")
    found = world.refused(world.draft("audit.attested", attesting(draft["audit"]), other))
    assert found == ["audit-of-another"]


def test_an_audit_is_never_taken_back(world: World) -> None:
    auditor = world.certifier()
    said = world.say(audit(world, auditor, world.coop()))
    assert world.refused(world.retraction(auditor, said)) == ["not-correctable"]


def test_an_audit_that_is_a_lot_is_refused_and_breaks_nothing(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    lot = world.deliver(world.farm(), 10_000)
    assert world.refused(drawing(world, auditor, lot, coop)) == ["reference-wrong-kind"]
    assert world.refused(ending(world, coop, lot)) == ["reference-wrong-kind"]
    assert world.refused(using(world, lot)) == ["reference-wrong-kind"]


# ---------------------------------------------------------------- access


@pytest.mark.rule("access_is_given_by_whose_it_is", "accepts")
@pytest.mark.rule("access_goes_to_an_auditor", "accepts")
@pytest.mark.rule("access_runs_forward", "accepts")
def test_a_party_opens_its_own_and_a_registrar_that_of_others(world: World) -> None:
    auditor, coop, mill = world.certifier(), world.coop(), world.mill()
    audit_id = opened(world, auditor, coop)
    period = {"period_from": "2026-01-01", "period_to": "2026-06-30"}
    world.say(granting(world, coop, auditor, audit=audit_id, **period))
    world.say(granting(world, world.operator, auditor, coop, mill))


@pytest.mark.rule("access_is_given_by_whose_it_is", "refuses")
def test_nobody_opens_what_is_anothers(world: World) -> None:
    auditor, coop, mill = world.certifier(), world.coop(), world.mill()
    assert world.refused(granting(world, coop, auditor, coop, mill)) == ["access-not-yours"]
    assert world.refused(granting(world, auditor, auditor, coop)) == ["access-not-yours"]


@pytest.mark.rule("access_goes_to_an_auditor", "refuses")
def test_access_goes_to_no_competitor_and_to_no_other_auditor(world: World) -> None:
    auditor, coop, buyer = world.certifier(), world.coop(), world.buyer()
    audit_id = opened(world, auditor, coop)
    other = world.certifier("Otra Certificadora")
    assert world.refused(granting(world, coop, buyer)) == ["role-required"]
    assert world.refused(granting(world, coop, other, audit=audit_id)) == ["audit-of-another"]
    mill = world.mill()
    assert world.refused(granting(world, mill, auditor, audit=audit_id)) == ["party-not-audited"]


@pytest.mark.rule("access_runs_forward", "refuses")
def test_access_does_not_end_before_it_begins(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    assert world.refused(granting(world, coop, auditor, until="2026-06-11")) == ["period-reversed"]
    backwards = {"period_from": "2026-06-01", "period_to": "2026-05-31"}
    assert world.refused(granting(world, coop, auditor, **backwards)) == ["period-reversed"]


@pytest.mark.rule("access_is_ended_once_by_either_side", "accepts")
def test_either_side_ends_access(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    for who, reason in ((coop, "withdrawn"), (auditor, "given-back"), (world.operator, "granted-by-mistake")):
        world.say(ending(world, who, granted(world, coop, auditor), reason))


@pytest.mark.rule("access_is_ended_once_by_either_side", "refuses")
def test_a_stranger_ends_nobodys_access_and_nobody_ends_it_twice(world: World) -> None:
    auditor, coop, mill = world.certifier(), world.coop(), world.mill()
    grant = granted(world, coop, auditor)
    assert world.refused(ending(world, mill, grant)) == ["access-not-yours"]
    world.say(ending(world, coop, grant))
    assert world.refused(ending(world, coop, grant)) == ["access-ended"]


@pytest.mark.rule("look_is_told_by_the_operator", "accepts")
@pytest.mark.rule("look_stays_within_its_grant", "accepts")
def test_the_node_says_what_it_showed(world: World) -> None:
    world.say(using(world, granted(world, world.coop(), world.certifier())))


@pytest.mark.rule("look_is_told_by_the_operator", "refuses")
def test_nobody_but_the_operator_says_who_looked(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    assert world.refused(using(world, granted(world, coop, auditor), auditor)) == ["role-required"]


@pytest.mark.rule("look_stays_within_its_grant", "refuses")
def test_nothing_is_shown_past_what_the_grant_opens(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    grant = granted(world, coop, auditor, until="2026-06-30")
    assert world.refused(using(world, grant, look="mass-balance")) == ["access-not-covered"]
    assert world.refused(using(world, grant, log_size=5_000)) == ["size-unknown"]
    world.clock.set("2026-07-01T15:00:00+00:00")
    assert world.refused(using(world, grant).on("2026-07-01")) == ["access-expired"]
    later = granted(world, coop, auditor)
    gone = {"party": auditor.id, "role": "certifier", "effective_from": DAY}
    world.say(world.draft("role.ended", gone, world.operator))
    assert world.refused(using(world, later)) == ["role-required"]
    world.say(ending(world, coop, later))
    assert world.refused(using(world, later)) == ["access-ended", "role-required"]


def test_a_look_stays_in_the_log_for_ever(world: World) -> None:
    used = world.say(using(world, granted(world, world.coop(), world.certifier())))
    assert world.refused(world.retraction(world.operator, used)) == ["not-correctable"]


# ---------------------------------------------------------------- samples


@pytest.mark.rule("sample_shows_the_seed_committed_to", "accepts")
@pytest.mark.rule("population_came_after_the_seed", "accepts")
@pytest.mark.rule("sample_is_drawn_once", "accepts")
@pytest.mark.rule("sample_is_large_enough", "accepts")
def test_a_sample_is_drawn_with_the_seed_committed_to(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    audit_id = opened(world, auditor, coop)
    at = world.ledger.head().size
    world.say(drawing(world, auditor, audit_id, coop))
    world.say(drawing(world, auditor, audit_id, coop, purpose="product-samples", log_size=at))
    few = {"size_rule": "eu-re-inspection", "population_size": 4, "population": "lots", "log_size": at}
    world.say(drawing(world, auditor, audit_id, coop, **few))


@pytest.mark.rule("sample_shows_the_seed_committed_to", "refuses")
def test_a_seed_cannot_be_chosen_afterwards(world: World) -> None:
    auditor, coop, mill = world.certifier(), world.coop(), world.mill()
    audit_id = opened(world, auditor, coop)
    assert world.refused(drawing(world, auditor, audit_id, coop, seed="22" * 32)) == ["seed-not-committed"]
    assert world.refused(drawing(world, auditor, audit_id, mill)) == ["party-not-audited"]
    other = world.certifier("Otra Certificadora")
    assert world.refused(drawing(world, other, audit_id, coop)) == ["audit-of-another"]


@pytest.mark.rule("population_came_after_the_seed", "refuses")
def test_a_population_known_before_the_seed_is_refused(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    before = world.ledger.head().size
    audit_id = opened(world, auditor, coop)
    assert world.refused(drawing(world, auditor, audit_id, coop, log_size=before)) == ["population-before-seed"]
    assert world.refused(drawing(world, auditor, audit_id, coop, log_size=9_000)) == ["size-unknown"]
    fixed = opened(world, auditor, coop, population_on="2026-06-12")
    assert world.refused(drawing(world, auditor, fixed, coop)) == ["population-open"]
    world.clock.set("2026-06-13T15:00:00+00:00")
    world.say(drawing(world, auditor, fixed, coop))


@pytest.mark.rule("population_came_after_the_seed", "refuses")
def test_nothing_is_drawn_from_what_was_recorded_after_the_seed_was_shown(world: World) -> None:
    """Whoever knows the seed and states a fact steers the root: try facts until the sample pleases, then state one."""
    auditor, coop = world.certifier(), world.coop()
    audit_id = opened(world, auditor, coop)
    world.say(drawing(world, auditor, audit_id, coop))
    shown_at = world.ledger.head().size - 1
    world.farm(coop)
    assert world.refused(drawing(world, auditor, audit_id, coop, population="lots")) == ["population-after-seed"]
    world.say(drawing(world, auditor, audit_id, coop, population="lots", log_size=shown_at))


@pytest.mark.rule("sample_is_drawn_once", "refuses")
def test_nobody_draws_again_until_it_pleases(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    audit_id = opened(world, auditor, coop)
    at = world.ledger.head().size
    world.say(drawing(world, auditor, audit_id, coop))
    assert world.refused(drawing(world, auditor, audit_id, coop, log_size=at)) == ["sample-already-drawn"]


@pytest.mark.rule("sample_is_large_enough", "refuses")
def test_a_sample_is_neither_too_small_nor_padded(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    audit_id = opened(world, auditor, coop)
    one = world.farm(coop).producer
    assert world.refused(drawing(world, auditor, audit_id, coop, population_size=17)) == ["sample-too-small"]
    assert world.refused(drawing(world, auditor, audit_id, coop, drawn=[one] * 4)) == ["sample-repeats"]
    assert world.refused(drawing(world, auditor, audit_id, coop, population_size=3)) == ["sample-too-large"]
    assert world.refused(drawing(world, auditor, audit_id, coop, size_rule="as-i-like")) == ["size-rule-unknown"]
    eu = {"size_rule": "eu-re-inspection", "population_size": 200, "drawn": farms(world, coop, 9)}
    assert world.refused(drawing(world, auditor, audit_id, coop, **eu)) == ["sample-too-small"]


# ---------------------------------------------------------------- findings


@pytest.mark.rule("finding_is_its_auditors_own", "accepts")
def test_an_auditor_records_and_closes_a_finding_with_its_own_key(world: World) -> None:
    auditor, coop = world.certifier(), world.coop()
    own = own_key(world, auditor)
    lot = world.deliver(world.farm(), 10_000)
    audit_id = opened(world, auditor, coop)
    found = finding(world, auditor, audit=audit_id, party=coop.id, about=[lot])
    world.say(own.sign(found))
    world.say(own.sign(closing(world, auditor, found["finding"])))
    world.say(own.sign(finding(world, auditor)))


@pytest.mark.rule("finding_is_its_auditors_own", "refuses")
def test_nobody_finds_in_anothers_audit_or_closes_anothers_finding(world: World) -> None:
    auditor, other, coop = world.certifier(), world.certifier("Otra Certificadora"), world.coop()
    own, theirs = own_key(world, auditor), own_key(world, other)
    audit_id = opened(world, auditor, coop)
    assert world.refused(theirs.sign(finding(world, other, audit=audit_id))) == ["audit-of-another"]
    found = finding(world, auditor)
    world.say(own.sign(found))
    assert world.refused(theirs.sign(closing(world, other, found["finding"]))) == ["finding-of-another"]
    world.say(own.sign(closing(world, auditor, found["finding"])))
    assert world.refused(own.sign(closing(world, auditor, found["finding"]))) == ["finding-closed"]


def test_the_node_cannot_find_for_an_auditor(world: World) -> None:
    auditor = world.certifier()
    assert world.refused(finding(world, auditor)) == ["fact-not-delegable"]
    everything = ["finding.recorded/1"]
    assert world.ledger.delegate(auditor.id, everything).status == "accepted"
    assert world.refused(finding(world, auditor)) == ["fact-not-delegable"]


class Forked:
    """A log that went two ways: trees over invented leaves, signed with the log's own key."""

    def __init__(self, key: SigningKey, origin: str = ORIGIN) -> None:
        self._key = key
        self._origin = origin

    def tree(self, size: int, branch: str = "") -> tuple[Checkpoint, dict[tuple[int, int], bytes]]:
        """A tree whose last leaf is of a branch."""
        leaves = [named_bytes(f"leaf {number}", 32) for number in range(size - 1)]
        growth = new_nodes(0, [*leaves, named_bytes(f"leaf {size} {branch}", 32)], _no_node)
        nodes = {(node.level, node.number): node.hash for node in growth.nodes}
        return Checkpoint(self._origin, size, growth.root), nodes

    def signed(self, checkpoint: Checkpoint) -> str:
        """As the log gave it out."""
        return sign_checkpoint(checkpoint, [self._key]).format().decode()

    def two_sizes(self, small: int, large: int) -> dict[str, Any]:
        """A smaller checkpoint, and a larger tree that has another root at that size."""
        first, _ = self.tree(small, "as it was")
        second, nodes = self.tree(large)
        read = lambda level, number: nodes[level, number]  # noqa: E731 - one line of arithmetic
        return {
            "first": self.signed(first),
            "second": self.signed(second),
            "root": root(small, read).hex(),
            "proof": [each.hex() for each in consistency_proof(small, large, read)],
        }

    def one_size(self, size: int) -> dict[str, Any]:
        """Two roots at one size."""
        (one, _), (other, _) = self.tree(size, "one"), self.tree(size, "other")
        return {"first": self.signed(one), "second": self.signed(other)}


def _no_node(level: int, number: int) -> bytes:
    raise AssertionError((level, number))


@pytest.fixture
def forked(world: World) -> Forked:
    """Made with the real log's key: only its holder can."""
    return Forked(world.ledger._log_key)


@pytest.mark.rule("contradiction_holds", "accepts")
def test_a_fork_is_shown_by_two_checkpoints(world: World, forked: Forked) -> None:
    auditor = world.certifier()
    own = own_key(world, auditor)
    grave = {"kind": "log-fork", "severity": "critical"}
    world.say(own.sign(finding(world, auditor, **grave, contradiction=forked.one_size(40))))
    for small, large in ((5, 9), (8, 13), (7, 64)):
        world.say(own.sign(finding(world, auditor, **grave, contradiction=forked.two_sizes(small, large))))


@pytest.mark.rule("contradiction_holds", "accepts")
def test_a_rollback_is_shown_by_a_size_the_log_once_signed(world: World, forked: Forked) -> None:
    auditor = world.certifier()
    own = own_key(world, auditor)
    now = world.ledger.checkpoint().decode()
    ahead, _ = forked.tree(5_000)
    body = {
        "kind": "log-rollback",
        "severity": "critical",
        "contradiction": {"first": forked.signed(ahead), "second": now},
    }
    world.say(own.sign(finding(world, auditor, **body)))


@pytest.mark.rule("contradiction_holds", "refuses")
def test_nobody_accuses_the_log_without_proof(world: World, forked: Forked) -> None:
    auditor = world.certifier()
    own = own_key(world, auditor)

    def told(shown: Any, kind: str = "log-fork") -> list[str]:
        draft = finding(world, auditor, kind=kind, severity="critical")
        return world.refused(own.sign(draft if shown is None else draft.but(contradiction=shown)))

    good, stranger = forked.two_sizes(5, 9), Forked(SigningKey.from_seed(b"s" * 32))
    same, _ = forked.tree(7)
    smaller, _ = forked.tree(3)
    assert told(None) == ["contradiction-missing"]
    assert told(good, "grams") == ["contradiction-misplaced"]
    # checkpoints by another key, of one and the same tree, with no proof, with a proof of something else
    assert told(stranger.one_size(40)) == ["contradiction-unproven"]
    assert told({"first": forked.signed(same), "second": forked.signed(same)}) == ["contradiction-unproven"]
    assert told({name: good[name] for name in ("first", "second")}) == ["contradiction-unproven"]
    assert told({**good, "root": "ab" * 32}) == ["contradiction-unproven"]
    assert told({**good, "proof": good["proof"][:-1]}) == ["contradiction-unproven"]
    # garbage, and two logs
    garbage = "x" * 60 + "\n"
    assert told({"first": garbage, "second": garbage}) == ["contradiction-unproven"]
    other, _ = Forked(world.ledger._log_key, "other.example/log/x").tree(7, "x")
    elsewhere = Forked(world.ledger._log_key, "other.example/log/x").signed(other)
    assert told({"first": forked.signed(same), "second": elsewhere}) == ["contradiction-unproven"]
    # a size the log has passed is no rollback
    assert told({"first": forked.signed(same), "second": forked.signed(smaller)}, "log-rollback") == [
        "contradiction-unproven"
    ]


def test_a_fork_of_a_trusted_log_is_shown_with_its_key(world: World) -> None:
    auditor = world.certifier()
    own, theirs = own_key(world, auditor), SigningKey.from_seed(b"t" * 32)
    origin = "other.example/log/x"
    elsewhere = Forked(theirs, origin)
    draft = finding(world, auditor, kind="log-fork", severity="critical", contradiction=elsewhere.one_size(6))
    assert world.refused(own.sign(draft)) == ["contradiction-unproven"]
    trusted = {"origin": origin, "log_key": VerifierKey(origin, 1, theirs.public).format()}  # type: ignore[arg-type]
    world.say(world.draft("log.trusted", trusted, world.operator))
    world.say(own.sign(draft))
    assert canonical.b64url(theirs.public)
