"""Whatever happens in a season, and in whatever order: no gram and no claim comes from nothing.

Hypothesis tells the season step by step and shortens the story where something does not hold. What the ledger says
is compared with `slow_season`, which reads the statements of the log and nothing else.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.queries import ClaimStatus, LotClaims
from tests.claims.certified_valley import FOREST, ORGANIC, RAINFOREST
from tests.properties.programs import STEPS
from tests.properties.reference import Told, read
from tests.properties.season import CLAIMS, Season
from tests.properties.slow_season import IN_STOCK, SlowSeason, weaker, worst
from tests.properties.test_histories import PHYSICAL
from tests.world import World

BLOCKS = frozenset({"lot-held", "lot-recalled", "lot-in-question"})
ASKED = ("2026-06-12", "2026-07-15", "2026-08-05", "2026-09-01")


def _told(step: str) -> Callable[[Callable[..., None]], Any]:
    """A rule of the machine, with the arguments of a step."""
    arguments: dict[str, Any] = dict(STEPS[step])
    return rule(**arguments)


def _plain(step: str, *, once: str = "") -> Any:
    """A step that is stated, whatever the ledger thinks of it; with `once` only where such a fact was accepted."""

    def tell(machine: SeasonMachine, **said: Any) -> None:
        machine.season.do(step, **said)

    tell.__name__ = step
    made = _told(step)(tell)
    return precondition(lambda machine: machine.season.accepted(once))(made) if once else made


class SeasonMachine(RuleBasedStateMachine):
    """A season; what must hold after every step, and what is compared at its end."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.season = Season(World.begin(Path(self.folder.name)))
        self.ledger = self.season.world.ledger
        self.at = ASKED[-2]
        self.part = 0.5
        self.told: list[Told] = []
        self.slow = SlowSeason([], 0)

    def now(self) -> SlowSeason:
        """The season as it stands, read again only where something was added."""
        if len(self.told) != self.ledger.head().size:
            self.told = read(self.ledger, self.told)
            self.slow = SlowSeason(self.told, len(self.told))
        return self.slow

    @initialize(at=st.sampled_from(ASKED), percent=st.integers(1, 99))
    def ask(self, at: str, percent: int) -> None:
        """The day and the size that will be asked for at the end."""
        self.at, self.part = at, percent / 100

    deliver = _plain("deliver")
    pool = _plain("pool")
    split = _plain("split")
    hull = _plain("hull")
    pack = _plain("pack")
    dispatch = _plain("dispatch")
    receive = _plain("receive", once="lot.dispatched/1")
    hold = _plain("hold")
    release = _plain("release", once="lot.held/1")
    reverse = _plain("reverse", once="lot.sold/1")
    relinquish = _plain("relinquish")
    certificate_status = _plain("certificate_status")
    member_status = _plain("member_status")
    plot_status = _plain("plot_status")
    agreement_status = _plain("agreement_status")
    breach = _plain("breach")
    close = _plain("close", once="breach.recorded/1")
    retract = _plain("retract")
    weigh_again = _plain("weigh_again")
    hull_again = _plain("hull_again")
    endorse = _plain("endorse")

    @_told("sell")
    def sell(self, **said: Any) -> None:
        """A sale that is taken sells what the lot carried, and no more volume than there was."""
        draft = self.season.sell(**said)
        if draft is None:
            return
        [line] = draft["lots"]
        day = draft.at[:10]
        before = self.ledger.claims(line["lot"], day, party=self.season.coop.id)
        carried = {claim.name for claim in before.claims if claim.status == "carried"}
        outcome = self.season.say(draft)
        if outcome is not None and outcome.status == "accepted":
            assert {claim["name"] for claim in line["claims"]} <= carried
            balances = self.now().balances()
            for account, _ in self.told[-1].postings.moves:
                assert balances[account] >= 0, account

    @_told("sell_carried")
    def sell_carried(self, **said: Any) -> None:
        """What is carried can be sold, unless the licence or a hold stands in the way."""
        draft = self.season.sell_carried(**said)
        outcome = self.season.say(draft)
        if outcome is not None:
            assert {problem.code for problem in outcome.problems} <= {"volume-overdrawn", "lot-held", "lot-in-question"}

    @_told("adjust_volume")
    def adjust_volume(self, **said: Any) -> None:
        """A limit refuses debits, never the fact that lowers it."""
        outcome = self.season.do("adjust_volume", **said)
        assert outcome is not None
        assert outcome.status == "accepted"

    # ------------------------------------------------------------ after every step

    @invariant()
    def no_mass_is_made(self) -> None:
        """What lies somewhere or was lost is what came from the fields."""
        slow = self.now()
        for fact in self.told[self.season.begun :]:
            assert sum(m.amount for m in fact.postings.moves if m.account.kind in PHYSICAL) == 0, fact.statement.type
        totals = slow.plain.totals()
        assert totals["stock"] + totals["transit"] + totals["return"] + totals["loss"] == -totals["field"]

    @invariant()
    def no_certified_mass_is_made(self) -> None:
        """No more is sold under a scheme than its families' deliveries can have become, nor than was licensed."""
        slow = self.now()
        for scheme, certificate in zip((ORGANIC, RAINFOREST), self.season.certificates, strict=True):
            assert slow.sold(scheme) <= slow.certified_at_best(certificate), scheme
        assert slow.sold(RAINFOREST) <= slow.most_licensed(self.season.valley.rainforest)

    @invariant()
    def what_is_below_zero_is_in_question(self) -> None:
        """Stock is short only after a correction, volume only after the body lowered it."""
        slow = self.now()
        short = {account for account, grams in slow.balances().items() if grams < 0 and account.kind in IN_STOCK}
        assert not short or slow.corrected()
        with self.ledger._readers.books(None) as books:
            stored = books.lots(slow.lot_of(account) for account in short)
        for account in short:
            blocks = stored[slow.lot_of(account)].blocks
            assert "in-question" in {block.kind for block in blocks}, account
        for account, grams in slow.balances().items():
            if account.kind == "volume" and grams < 0:
                assert slow.drawn(account.a) <= slow.most_licensed(account.a)

    # ------------------------------------------------------------ at the end

    def teardown(self) -> None:
        """Compare everything with the slow way, at the present size and an earlier one, and verify."""
        try:
            now = self.now()
            size = self.season.begun + int((len(self.told) - self.season.begun) * self.part)
            for known in {len(self.told), size}:
                slow = now if known == len(self.told) else SlowSeason(self.told, known)
                self._claims_are_those_of_the_slow_way(slow, known)
                self._no_claim_is_stronger_than_its_weakest_input(slow, known)
                self._blocks_are_those_of_the_slow_way(slow, known)
                assert self.ledger.rebuild(until=known).differences == ()
            self.ledger.verify()
        finally:
            self.ledger.close()
            self.folder.cleanup()

    def _claims(self, lot: str, size: int) -> LotClaims:
        return self.ledger.claims(lot, self.at, known_at=size, party=self.season.coop.id)

    def _claims_are_those_of_the_slow_way(self, slow: SlowSeason, size: int) -> None:
        for lot in slow.births:
            found = {claim.name: claim.status for claim in self._claims(lot, size).claims}
            if not found:
                continue
            for scheme, certificate in zip((ORGANIC, RAINFOREST), self.season.certificates, strict=True):
                assert found.get(scheme, "not-carried") == slow.status(lot, scheme, certificate, self.at), (
                    lot,
                    scheme,
                    size,
                )

    def _no_claim_is_stronger_than_its_weakest_input(self, slow: SlowSeason, size: int) -> None:
        for lot in slow.made():
            found = {claim.name: claim.status for claim in self._claims(lot, size).claims}
            for one in slow.inputs[lot] & slow.births.keys():
                # A hold is lifted lot by lot, and a shortage stays with its lot: these are no word about a claim.
                sources = {claim.name: _by_reasons(claim.reasons) for claim in self._claims(one, size).claims if found}
                for name in {*found} & {*CLAIMS, "eudr"}:
                    # Goods of nobody's land are asked for no agreement; mixed with others they hold its claim.
                    source: ClaimStatus = sources.get(name, "held" if name == FOREST else "not-carried")
                    assert not weaker(source, found[name]), (lot, one, name, size)

    def _blocks_are_those_of_the_slow_way(self, slow: SlowSeason, size: int) -> None:
        with self.ledger._readers.books(size) as books:
            for lot, found in books.lots(slow.plain.named).items():
                assert {tuple(block) for block in found.blocks} == slow.plain.blocks(lot), (lot, size)


def _by_reasons(reasons: Any) -> ClaimStatus:
    effects = {"note": "carried", "held": "held", "not-carried": "not-carried"}
    return worst(effects[reason.effect] for reason in reasons if reason.code not in BLOCKS)  # type: ignore[misc]


def test_a_few_short_seasons() -> None:
    run_state_machine_as_test(SeasonMachine, settings=settings(max_examples=12, stateful_step_count=25))


@pytest.mark.soak
def test_many_long_seasons() -> None:
    thorough = settings(settings.get_profile("thorough"), max_examples=400, stateful_step_count=60)
    run_state_machine_as_test(SeasonMachine, settings=thorough)
