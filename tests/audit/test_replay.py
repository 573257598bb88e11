"""Judging again: an honest log passes, and whatever a node or an insider did past the rules is found and named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger import canonical
from ledger.audit.replay import replay as replaying
from ledger.audit.replay.attested import attested_roots
from ledger.audit.replay.attesting import attestation, signed_attestation
from ledger.audit.replay.replay import replay
from ledger.audit.whole.ledger import WholeLedger
from ledger.audit.whole.log import ShownHead
from ledger.errors import FormatError, NotFoundError, Problem, ProofError
from ledger.keys import SigningKey
from ledger.log import Checkpoint, KeyKind, VerifierKey, sign_checkpoint
from ledger.packs.catalogue import builtin
from ledger.postings import post
from ledger.postings.privacy import restatement
from ledger.queries import Outcome
from ledger.queries.logged import Logged
from ledger.statement import parse_statement, restated_text, sign
from ledger.store.connection import Connection
from tests.audit.shown import Shown, found, judged, slip_in
from tests.world import Party, World, named_bytes

VECTORS = Path(__file__).parents[1] / "vectors" / "facts"


@pytest.fixture
def coop(world: World) -> Party:
    return world.coop()


def in_the_database(world: World, sql: str, *params: object) -> None:
    """What somebody with the database open does."""
    db = Connection(world.ledger._engine)
    try:
        db.begin_write()
        db.run(sql, *params)
        db.commit()
    finally:
        db.close()


def season(world: World) -> list[str]:
    """Two families deliver, it is pooled, and one of them corrects itself."""
    farms = [world.farm(), world.farm()]
    lots = [world.deliver(farm, 100_000) for farm in farms]
    wrong = world.say(world.delivery(farms[0], 40_000))
    world.say(world.delivery(farms[0], 30_000).replacing(wrong))
    return lots


# ---------------------------------------------------------------- an honest log


def test_an_honest_log_passes(world: World) -> None:
    season(world)
    head = world.ledger.head()

    done = judged(world)

    assert (done.result, done.deviations, done.undecided) == ("passed", (), ())
    assert (done.size, done.root, done.judged) == (head.size, head.root, head.size)
    assert (done.is_signed, done.is_key_pinned, done.flags_compared) == (True, False, True)
    assert (done.rules_versions, len(done.packs)) == ((1,), len(builtin()))


def test_a_flagged_log_passes_with_its_flags(world: World) -> None:
    farm = world.farm()
    world.say(world.delivery(farm, 50_000, receipt="B001-7"))
    assert world.flagged(world.delivery(farm, 60_000, receipt="B001-7")) == ["receipt-number-repeated"]

    done = judged(world)

    assert (done.result, dict(done.flags)) == ("passed", {"receipt-number-repeated": 1})


def test_a_pinned_key_is_the_logs(world: World) -> None:
    key = VerifierKey.parse(world.ledger.verifier_key)
    assert replay(WholeLedger(world.ledger), key=key).is_key_pinned

    other = VerifierKey(key.name, key.kind, SigningKey.from_seed(named_bytes("another", 32)).public)
    with pytest.raises(ProofError, match="verifier-key-differs"):
        replay(WholeLedger(world.ledger), key=other)


def test_a_portion_ends_anywhere(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    season(world)
    whole = replace(judged(world), seconds=0.0)

    for portion in (1, 7):
        monkeypatch.setattr(replaying, "PORTION", portion)
        assert replace(judged(world), seconds=0.0) == whole


def test_a_large_log_is_judged_in_a_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    season(world)
    monkeypatch.setattr(replaying, "_MOST_IN_MEMORY", 3)

    assert judged(world).result == "passed"


def test_progress_is_told_up_to_the_end(world: World) -> None:
    told: list[tuple[int, int]] = []

    replay(WholeLedger(world.ledger), progress=lambda done, total: told.append((done, total)))

    size = world.ledger.head().size
    assert told[-1] == (size, size)


# ---------------------------------------------------------------- what a node let through


def test_a_fact_slipped_in_with_the_nodes_key_is_refused(world: World) -> None:
    """Nothing else sees it: bytes, signatures, tree and books are all in order."""
    season(world)
    made_up = world.delivery(world.farm(), 100_000).but(net=400_000)
    index = slip_in(world, made_up)
    world.ledger.verify()
    assert world.ledger.rebuild().differences == ()

    done = judged(world)

    assert found(done) == [("refused", index, ["net-differs"])]
    assert (done.result, done.root) == ("failed", world.ledger.head().root)


def test_what_follows_a_refused_fact_is_judged_with_it_in_the_books(world: World, coop: Party) -> None:
    """The sale of grams nobody had is one finding; what was done with the rest by the rules is none."""
    lot = world.deliver(world.farm(), 100_000)
    index = slip_in(world, world.loss(coop, lot, 150_000))
    world.say(world.delivery(world.farm(), 20_000))

    done = judged(world)

    assert [(kind, at) for kind, at, _ in found(done)] == [("refused", index)]


def test_a_fact_of_a_lost_key_is_refused(world: World, coop: Party) -> None:
    """Whoever found the telephone had a friend at the server; the signature itself is good."""
    own = world.own_key(coop, "person")
    draft = world.delivery(world.farm(), 10_000)
    world.say_as_operator(world.revocation(own, "lost"))
    index = world.ledger.head().size
    world.ledger._journal.replay([(parse_statement(own.sign(draft)), world.clock())])

    assert found(judged(world)) == [("refused", index, ["key-revoked"])]


def test_a_rule_left_out_for_a_day_shows(world: World, coop: Party) -> None:
    """A node that was changed for a while so that it does not ask, and changed back."""
    lot = world.deliver(world.farm(), 100_000)
    journal = world.ledger._journal
    journal._without_rule = "book_is_not_overdrawn"
    outcome = world.say(world.loss(coop, lot, 150_000))
    journal._without_rule = ""

    assert found(judged(world)) == [("refused", outcome.index, ["book-overdrawn", "title-overdrawn"])]


NOT_SLIPPED = frozenset({"log.opened/1", "log.key-rotated/1", "rules.adopted/1", "statement.vouched/1"})
"""What a node would not even open its own log with."""


def test_every_kind_of_fact_slipped_in_is_refused_and_none_stops_the_judging(world: World) -> None:
    """The examples of every fact, of another trade, one after the other: who says them is not even known here."""
    slipped = []
    for file in sorted(VECTORS.glob("*.json")):
        envelope = orjson.loads(file.read_bytes())["examples"][0]["envelope"]
        if envelope["fact"] in NOT_SLIPPED:
            continue
        envelope |= {"id": world.new_id("slipped"), "log": world.ledger.origin}
        envelope.pop("seq", None)
        statement = sign(envelope, world.ledger.node_key)
        slipped.append(world.ledger.head().size)
        world.ledger._journal.replay([(statement, world.clock())])
    world.ledger.head()

    done = judged(world)

    assert len(slipped) > 100
    assert done.stopped_at is None
    assert {each.index for each in done.deviations if each.kind == "refused"} == set(slipped)


def test_a_dropped_flag_is_missed(world: World) -> None:
    farm = world.farm()
    world.say(world.delivery(farm, 50_000, receipt="B001-7"))
    flagged = world.say(world.delivery(farm, 60_000, receipt="B001-7"))
    in_the_database(world, "DELETE FROM flag WHERE ix = ?", flagged.index)

    done = judged(world)

    assert found(done) == [("flag-missing", flagged.index, ["receipt-number-repeated"])]
    assert done.result == "passed-with-findings"


def test_a_flag_nobody_raised_is_named(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))

    def accused(lines: list[Logged]) -> list[Logged]:
        flag = Problem("receipt-number-repeated", "/body/receipt", "B001-1", effect="flag")
        return [replace(line, flags=(flag,)) if line.index == said.index else line for line in lines]

    assert found(judged(world, lines=accused)) == [("flag-unfounded", said.index, ["receipt-number-repeated"])]


def test_a_source_without_flags_says_so(world: World) -> None:
    farm = world.farm()
    world.say(world.delivery(farm, 50_000, receipt="B001-7"))
    world.say(world.delivery(farm, 60_000, receipt="B001-7"))

    done = judged(world, lines=lambda lines: [replace(line, flags=None) for line in lines])

    assert (done.flags_compared, done.deviations, done.flags["receipt-number-repeated"]) == (False, (), 1)


def test_another_version_of_the_rules_only_says_what_today_would_refuse(world: World) -> None:
    index = slip_in(world, world.delivery(world.farm(), 100_000).but(net=400_000))

    done = replay(WholeLedger(world.ledger), rules_version=1)

    assert found(done) == [("refused-today", index, ["net-differs"])]
    assert done.result == "passed-with-findings"
    with pytest.raises(FormatError, match="rules-unknown"):
        replay(WholeLedger(world.ledger), rules_version=2)


# ---------------------------------------------------------------- packs


def own_pack() -> bytes:
    """A pack of somebody's own: coffee with another version line."""
    return builtin()["commodity", "coffee"] + b"\n# our own\n"


def test_facts_are_judged_by_the_pack_in_force_then(world: World) -> None:
    season(world)
    adopted = world.ledger.adopt_pack(own_pack())
    season(world)

    done = judged(world)

    assert adopted.status == "accepted"
    assert (done.result, len(done.packs)) == ("passed", len(builtin()) + 1)


def test_a_swapped_pack_is_refused_by_its_digest(world: World) -> None:
    world.ledger.adopt_pack(own_pack())
    digest = world.ledger.statements_of("pack.adopted/1")[-1][1].fact.model_dump()["digest"]

    with pytest.raises(ProofError, match="pack-altered"):
        judged(world, packs={digest: own_pack() + b"# and more\n"})


def test_a_swapped_pack_in_the_database_is_refused_by_its_digest(world: World) -> None:
    world.ledger.adopt_pack(own_pack())
    digest = world.ledger.statements_of("pack.adopted/1")[-1][1].fact.model_dump()["digest"]
    in_the_database(world, "UPDATE pack SET data = ? WHERE digest = ?", own_pack() + b"# and more\n", digest)

    with pytest.raises(ProofError, match="pack-altered"):
        judged(world)


def test_a_pack_nobody_has_any_more_is_named(world: World) -> None:
    adopted = world.ledger.adopt_pack(own_pack())

    class Lost(Shown):
        def pack(self, digest: str) -> bytes:
            raise NotFoundError(Problem("pack-bytes-missing", "", digest))

    assert found(replay(Lost(world.ledger))) == [("refused", adopted.index, ["pack-bytes-missing"])]


# ---------------------------------------------------------------- roots


def test_a_statement_that_saw_another_root_is_named(world: World, coop: Party) -> None:
    """Its signer was shown another log: a fork, kept in the log by who was deceived."""
    own = world.own_key(coop, "person")
    size = world.ledger.head().size
    true = {"size": size, "root": world.ledger.head().root}
    forked = {"size": size, "root": named_bytes("fork", 32).hex()}
    world.say(own.sign(world.delivery(world.farm(), 10_000), seen=true))
    told = world.say(own.sign(world.delivery(world.farm(), 10_000), seen=forked))

    done = judged(world)

    assert found(done) == [("root-differs", told.index, ["root-named-differs"])]
    assert done.roots_compared == 3


def test_a_statement_that_saw_more_than_there_was_is_named(world: World, coop: Party) -> None:
    own = world.own_key(coop, "person")
    seen = {"size": world.ledger.head().size + 50, "root": named_bytes("future", 32).hex()}
    told = world.say(own.sign(world.delivery(world.farm(), 10_000), seen=seen))

    assert found(judged(world)) == [("root-differs", told.index, ["root-named-differs"])]


def attested(world: World, **changes: object) -> Outcome:
    auditor = world.party("Auditora", "certifier")
    world.say(world.role(auditor, "auditor"))
    head = world.ledger.head()
    body = {"size": head.size, "root": head.root, "rules_version": 1, "result": "passed"}
    return world.say(world.draft("audit.attested", body | changes, auditor))


def test_an_attestation_of_this_log_is_listed(world: World) -> None:
    said = attested(world)

    done = judged(world)

    assert [(each.index, each.agrees) for each in done.attested] == [(said.index, True)]
    assert done.deviations == ()


def test_an_attestation_of_another_root_is_named(world: World) -> None:
    said = attested(world, root=named_bytes("fork", 32).hex())

    assert found(judged(world)) == [("root-differs", said.index, ["root-named-differs"])]
    (line,) = attested_roots(world.ledger)
    assert (line.index, line.agrees, line.found) == (said.index, False, world.ledger.root_at(line.size).hex())


def test_a_head_over_other_entries_is_named(world: World) -> None:
    season(world)
    head = WholeLedger(world.ledger).head().checkpoint
    own = world.ledger._log_key
    other = Checkpoint(head.origin, head.size, named_bytes("other", 32))
    note = sign_checkpoint(other, [own]).format()

    done = judged(world, replaced_head=ShownHead(other, note))

    assert found(done) == [("root-differs", head.size, ["root-differs"])]
    assert not done.is_signed


def test_a_head_signed_by_a_stranger_is_no_head(world: World) -> None:
    head = WholeLedger(world.ledger).head().checkpoint
    note = sign_checkpoint(head, [SigningKey.from_seed(named_bytes("stranger", 32))]).format()

    with pytest.raises(ProofError, match="note-unsigned"):
        judged(world, replaced_head=ShownHead(head, note))


def test_an_unsigned_head_proves_nothing(world: World) -> None:
    head = WholeLedger(world.ledger).head().checkpoint

    done = judged(world, replaced_head=ShownHead(head, None))

    assert (done.result, done.is_signed) == ("passed", False)


def test_a_log_whose_key_was_changed_answers_to_the_old_pin_and_to_the_new(world: World) -> None:
    first = VerifierKey.parse(world.ledger.verifier_key)
    world.ledger.rotate_log_key(seed=named_bytes("next log key", 32))
    world.ledger.end_overlap()
    second = VerifierKey.parse(world.ledger.verifier_key)
    assert first != second

    for pinned in (first, second):
        done = replay(WholeLedger(world.ledger), key=pinned)
        assert (done.result, done.is_signed, done.log_keys) == ("passed", True, (first.format(), second.format()))


def test_a_key_slipped_in_for_the_log_signs_nothing(world: World) -> None:
    """Who has the node's key and the database names a key of his own, and signs the head with it."""
    head = WholeLedger(world.ledger).head().checkpoint
    thief = SigningKey.from_seed(named_bytes("thief", 32))
    body = {
        "log_key": VerifierKey(head.origin, KeyKind.LOG, thief.public).format(),
        "old_key_signature": canonical.b64url(bytes(64)),
    }
    named = world.draft("log.key-rotated", body, world.operator)
    statement, _ = world.ledger._signer.statement(named.unsigned(), party=named.by, hand=None)
    line = Logged(head.size, world.clock(), statement.digest, statement.jws, flags=())
    longer = Checkpoint(head.origin, head.size + 1, named_bytes("longer", 32))
    signed = ShownHead(longer, sign_checkpoint(longer, [thief]).format())

    with pytest.raises(ProofError, match="note-unsigned"):
        judged(world, lines=lambda lines: [*lines, line], replaced_head=signed)


def test_a_number_of_a_key_used_twice_stops_the_judging(world: World, coop: Party) -> None:
    phone = world.own_key(coop)
    told = world.say(phone.sign(world.delivery(world.farm(), 10_000)))
    world.say(world.delivery(world.farm(), 10_000))
    forked = parse_statement(phone.sign(world.delivery(world.farm(), 10_000), seq=1))
    last = world.ledger.head().size - 1

    done = judged(world, lines=changed(last, jws=forked.jws, digest=forked.digest))

    assert told.index is not None
    assert [(kind, at) for kind, at, _ in found(done)] == [("no-place", last)]
    assert done.stopped_at == last


# ---------------------------------------------------------------- bytes


def test_an_edited_statement_is_not_the_one_that_was_logged(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))
    payload = world.ledger._journal.so_far()[0].statement(said.index or 0).payload
    heavier = payload.replace(b'"gross":51200', b'"gross":91200')
    in_the_database(world, "UPDATE statement SET payload = ? WHERE ix = ?", heavier, said.index)

    done = judged(world)
    in_the_database(world, "UPDATE statement SET payload = ? WHERE ix = ?", payload, said.index)

    assert found(done) == [
        ("altered", said.index, ["statement-altered"]),
        ("refused", said.index, ["signature-invalid", "net-differs"]),
    ]


def changed(index: int, **fields: Any) -> Callable[[list[Logged]], list[Logged]]:
    """Lines with one of them changed."""
    return lambda lines: [replace(line, **fields) if line.index == index else line for line in lines]


def test_a_statement_nobody_can_read_stops_the_judging(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))
    world.say(world.delivery(world.farm(), 50_000))

    done = judged(world, lines=changed(said.index or 0, jws=b"no.jws.atall"))

    assert [(kind, at) for kind, at, _ in found(done)] == [("unreadable", said.index)]
    assert (done.stopped_at, done.size, done.result, done.is_signed) == (said.index, said.index, "failed", False)


def test_a_statement_shown_twice_stops_the_judging(world: World) -> None:
    first = world.say(world.delivery(world.farm(), 50_000))
    second = world.say(world.delivery(world.farm(), 50_000))
    lines = world.ledger.logged(first.index or 0, (first.index or 0) + 1)

    done = judged(world, lines=changed(second.index or 0, jws=lines[0].jws, digest=lines[0].digest))

    assert found(done) == [("no-place", second.index, ["id-conflict"])]
    assert done.stopped_at == second.index


def test_a_statement_left_out_is_missed(world: World) -> None:
    season(world)
    with pytest.raises(ProofError, match="entry-missing"):
        judged(world, lines=lambda lines: [line for line in lines if line.index != 5])
    with pytest.raises(ProofError, match="entry-missing"):
        judged(world, lines=lambda lines: lines[:-1])


def test_a_statement_that_is_not_shown_ends_it(world: World) -> None:
    with pytest.raises(FormatError, match="statements-incomplete"):
        judged(world, lines=changed(1, jws=None, why_absent="not-included"))


def test_a_backdated_entry_is_named(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))
    line = world.ledger.logged(said.index or 0, (said.index or 0) + 1)[0]

    done = judged(world, lines=changed(said.index or 0, recorded_at=line.recorded_at - 86_400_000))

    kinds = [kind for kind, _, _ in found(done)]
    assert "time-reversed" in kinds
    # The entry holds the time as well, so the tree is another one.
    assert kinds[-1] == "root-differs"


def test_a_log_that_does_not_begin_with_its_opening_is_none(world: World) -> None:
    lines = world.ledger.logged(0, 2)
    with pytest.raises(ProofError, match="genesis-missing"):
        judged(world, lines=changed(0, jws=lines[1].jws, digest=lines[1].digest))


# ---------------------------------------------------------------- withheld and erased


def withhold(world: World, outcome: Outcome) -> Outcome:
    return world.ledger.withhold(outcome.digest, reason="court-order")


def test_a_withheld_statement_is_named_and_not_judged(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))
    world.say(world.delivery(world.farm(), 60_000))
    withhold(world, said)

    done = judged(world)

    assert (done.deviations, done.undecided, done.withheld) == ((), (), (said.index,))
    assert (done.result, done.judged) == ("passed-with-findings", done.size - 1)
    assert done.root == world.ledger.head().root


def test_a_restatement_that_differs_from_what_was_stated_is_named(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))
    withheld = withhold(world, said)
    (line,) = world.ledger.logged(said.index or 0, (said.index or 0) + 1)
    heavier = (line.restated or b"").replace(b"50000", b"90000")
    assert heavier != line.restated

    done = judged(world, lines=changed(said.index or 0, restated=heavier))

    assert ("withheld-otherwise", withheld.index, ["restated-differently"]) in found(done)
    assert done.result == "failed"


def test_a_text_taken_out_in_secret_is_named(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))
    statement = world.ledger._journal.so_far()[0].statement(said.index or 0)
    stand_in = restated_text(restatement(statement, post(statement))).encode()

    done = judged(world, lines=changed(said.index or 0, jws=None, restated=stand_in, why_absent="withheld"))

    assert found(done) == [("withheld-otherwise", said.index, ["withheld-unsaid"])]


def test_a_statement_of_keys_cannot_have_been_withheld(tmp_path: Path) -> None:
    """The operator slips in that the authorisation of a key was withheld, so that nobody can read whose it is."""
    # A world of its own: its database does not verify any more either, which every other story must.
    world = World.begin(tmp_path)
    own = world.unproven_key(world.coop(), "person")
    said = world.say_as_operator(world.authorisation(own))
    statement = world.ledger._journal.so_far()[0].statement(said.index or 0)
    body = {
        "statement": said.digest,
        "reason": "court-order",
        "restated": restated_text(restatement(statement, post(statement))),
    }
    index = slip_in(world, world.draft("statement.withheld", body, world.operator))

    done = judged(world)

    assert ("refused", index) in [(kind, at) for kind, at, _ in found(done)]
    assert "not-withholdable" in [code for _, _, codes in found(done) for code in codes]
    with pytest.raises(ProofError, match="statement-altered"):
        world.ledger.verify()
    world.ledger.close()


def test_what_leans_on_a_withheld_text_is_left_undecided(world: World, coop: Party) -> None:
    farm = world.farm()
    delivery = world.delivery(farm, 50_000)
    said = world.say(delivery)
    phone = world.own_key(world.party("Productora 1", "buyer"), "person")
    body = {"lot": delivery["lot"], "statement": said.digest, "producer": farm.producer}
    confirmed = world.say(phone.sign(world.draft("delivery.confirmed", body, phone.party)))
    assert judged(world).result == "passed"
    withhold(world, said)

    done = judged(world)

    assert [(each.index, each.leans_on) for each in done.undecided] == [(confirmed.index, (said.index,))]
    assert (done.deviations, done.result) == ((), "passed-with-findings")


def test_what_is_wrong_by_itself_is_not_excused_by_a_withheld_text(world: World, coop: Party) -> None:
    """The node confirms a delivery in a farmer's name; its text is withheld, so that this might pass as undecided."""
    farm = world.farm(coop)
    delivery = world.delivery(farm, 50_000)
    said = world.say(delivery)
    farmer = world.party("Productora 1", "buyer")
    body = {"lot": delivery["lot"], "statement": said.digest, "producer": farm.producer}
    index = slip_in(world, world.draft("delivery.confirmed", body, farmer))
    withhold(world, said)

    done = judged(world)

    assert found(done) == [("refused", index, ["fact-not-delegable"])]
    assert [[problem.code for problem in each.problems] for each in done.undecided] == [["delivery-differs"]]
    assert done.result == "failed"


def test_a_head_signed_by_the_key_before_is_no_head(world: World) -> None:
    """A thief of the replaced key holds the database too: inside the log it stands that the key is out of use."""
    old = world.ledger._log_key
    world.ledger.rotate_log_key(seed=named_bytes("next log key", 32))
    world.ledger.end_overlap()
    head = WholeLedger(world.ledger).head().checkpoint

    with pytest.raises(ProofError, match="note-unsigned"):
        judged(world, replaced_head=ShownHead(head, sign_checkpoint(head, [old]).format()))


def test_a_text_withheld_while_the_log_is_read_is_no_deviation(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))
    log = WholeLedger(world.ledger)
    withhold(world, said)

    done = replay(log)

    assert (done.deviations, done.withheld, done.size) == ((), (said.index,), world.ledger.head().size - 1)


def test_a_flag_that_repeats_a_masked_word_is_the_same_flag(world: World, coop: Party) -> None:
    def enrol(code: str) -> Outcome:
        body = {"producer": world.new_id("producer"), "code": code, "district": "Moyobamba"}
        sealed = {"/person": {"name": "Persona Inventada", "document": "PE-DNI 45871236"}}
        return world.say(world.draft("producer.enrolled", body, coop, sealed=sealed))

    first, second = enrol("S-1"), enrol("S-2")
    assert [(flag.code, flag.expected) for flag in second.flags] == [("person-enrolled-twice", "S-1")]
    world.ledger.withhold(first.digest, reason="court-order", mask=("code",))

    assert judged(world).deviations == ()


def test_a_second_withholding_of_the_same_statement_is_refused(world: World) -> None:
    said = world.say(world.delivery(world.farm(), 50_000))
    first = withhold(world, said)
    again = world.ledger._journal.so_far()[0].statement(first.index or 0).fact.model_dump()
    index = slip_in(world, world.draft("statement.withheld", again, world.operator))

    assert ("refused", index) in [(kind, at) for kind, at, _ in found(judged(world))]


# ---------------------------------------------------------------- attesting


def test_what_is_attested_is_what_was_judged(world: World) -> None:
    season(world)
    auditor = world.party("Auditora", "certifier")
    world.say(world.role(auditor, "auditor"))
    own = world.own_key(auditor, "person")
    done = judged(world)

    body = attestation(done, document=named_bytes("report", 32).hex())
    said = signed_attestation(body, "2026-06-12T16:00:00-05:00", origin=done.origin, party=auditor.id, key=own.key)
    world.say(said.jws)

    assert (body["size"], body["root"], body["result"]) == (done.size, done.root, "passed")
    assert [each.agrees for each in judged(world).attested] == [True]
