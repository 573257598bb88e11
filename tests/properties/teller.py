"""A random trade: deliveries, mixtures, partial dispatches, holds and corrections, told by a seed, with mistakes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from ledger.queries import Outcome
from ledger.store.schema import ACCOUNT_KINDS
from tests.world import Draft, Farm, Party, World, lots_of


@dataclass
class Teller:
    """Tells one story; `told` are all its drafts in order with what became of them."""

    world: World
    random: Random
    parties: list[Party] = field(default_factory=list)
    farms: list[Farm] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    sent: list[Draft] = field(default_factory=list)
    holds: list[Draft] = field(default_factory=list)
    told: list[tuple[Draft, Outcome]] = field(default_factory=list)
    checks: bool = False

    def begin(self) -> None:
        """Everybody there is, the same for every seed."""
        world = self.world
        self.parties = [world.coop("Norte"), world.coop("Sur"), world.buyer()]
        self.farms = [world.farm(self.parties[number % 2]) for number in range(4)]

    def tell(self, facts: int, *, corrections: bool = True) -> None:
        """So many facts, right ones and wrong ones."""
        actions: list[Callable[[], Draft | None]] = [self.deliver] * 6 + [self.pool] * 4 + [self.split] * 2
        actions += [self.pack] + [self.send] * 3 + [self.receive] * 3 + [self.give_back] + [self.lose]
        actions += [self.hold, self.release, self.recall]
        if corrections:
            actions += [self.retract, self.replace_delivery, self.replace_mixture, self.deliver_again, self.endorse]
        while len(self.told) < facts:
            draft = self.random.choice(actions)()
            if draft is not None:
                self.say(draft)

    def say(self, draft: Draft) -> Outcome:
        """State it, whatever the ledger thinks of it; a dry run beforehand must think the same."""
        world = self.world
        checked = world.check(draft)[0] if self.checks else None
        outcome = world.state(draft)
        if checked is not None:
            assert (checked.problems, checked.flags) == (outcome.problems, outcome.flags)
            assert (checked.status == "checked") == (outcome.status == "accepted")
        self.told.append((draft, outcome))
        if outcome.status == "accepted":
            self._remember(draft)
        return outcome

    def _remember(self, draft: Draft) -> None:
        if draft.fact in ("lot.harvested/1", "lot.transformed/1", "lot.packed/1"):
            self.lots += [lot for lot in lots_of(draft) if lot not in self.lots]
        elif draft.fact == "lot.dispatched/1":
            self.sent.append(draft)
        elif draft.fact in ("lot.held/1", "lot.recalled/1"):
            self.holds.append(draft)

    # ------------------------------------------------------------ facts

    def deliver(self) -> Draft:
        """A delivery."""
        return self.world.delivery(self.random.choice(self.farms), self.random.randint(1, 5_000), self._party())

    def pool(self) -> Draft | None:
        """Several lots of one holder become one, sometimes with an emptied input or a loss."""
        party = self._party()
        held = self._held(party)
        if not held:
            return None
        chosen = self.random.sample(sorted(held), min(len(held), self.random.randint(1, 4)))
        inputs: list[dict[str, Any]] = [{"lot": lot, "grams": self._some(held[lot])} for lot in chosen]
        for line in inputs:
            rest = held[line["lot"]] - line["grams"]
            if rest > 0 and self.random.random() < 0.2:
                line |= {"empties": True, "loss_grams": rest, "loss_kind": "handling"}
        draft = self.world.pooling(party, inputs)
        if self.random.random() < 0.1:
            more = [{**draft["outputs"][0], "grams": draft["outputs"][0]["grams"] + 1}]
            return draft.but(outputs=more)
        return draft

    def split(self) -> Draft | None:
        """A lot becomes several; what falls on the floor is a loss."""
        party, lot, grams = self._stock()
        if lot is None or grams < 4:
            return None
        parts = [grams // 3, grams // 3, grams - 2 * (grams // 3)]
        lost = min(parts[2] - 1, self.random.randint(0, 2))
        parts[2] -= lost
        losses = {"handling": lost} if lost else {}
        outputs = [("dry-parchment", part) for part in parts]
        return self.world.transformation(party, [(lot, grams)], outputs, process="splitting", losses=losses)

    def pack(self) -> Draft | None:
        """Bags."""
        party, lot, grams = self._stock()
        if lot is None or grams < 2:
            return None
        return self.world.packing(party, [(lot, grams)], [grams // 2, grams - grams // 2])

    def send(self) -> Draft | None:
        """A dispatch of parts of one or two lots."""
        party = self._party()
        held = self._held(party)
        if not held:
            return None
        chosen = self.random.sample(sorted(held), min(len(held), self.random.randint(1, 2)))
        return self.world.dispatch(party, self._party(), *((lot, self._some(held[lot])) for lot in chosen))

    def receive(self) -> Draft | None:
        """A receipt: accepted, refused, missing; sometimes by the wrong party or of too much."""
        if not self.sent:
            return None
        sent = self.random.choice(self.sent)
        by = next(p for p in self.parties if p.id == sent["receiver"]) if self._mostly() else self._party()
        lines = []
        for line in sent["lots"]:
            refused = self.random.randint(0, line["grams"]) if self.random.random() < 0.3 else 0
            missing = self.random.randint(0, line["grams"] - refused) if self.random.random() < 0.2 else 0
            accepted = line["grams"] - refused - missing
            lines.append({"lot": line["lot"], "accepted": accepted, "refused": refused, "missing": missing})
        return self.world.receipt(by, sent, *lines)

    def give_back(self) -> Draft | None:
        """A return: of refused stock, or of stock in hand."""
        if self.sent and self._mostly():
            sent = self.random.choice(self.sent)
            line = self.random.choice(sent["lots"])
            by = next(p for p in self.parties if p.id == sent.by)
            return self.world.returning(by, line["lot"], self._some(line["grams"]), dispatch=sent["dispatch"])
        party, lot, grams = self._stock()
        return None if lot is None else self.world.returning(party, lot, grams, to=self._party().id)

    def lose(self) -> Draft | None:
        """A loss."""
        party, lot, grams = self._stock()
        return None if lot is None else self.world.loss(party, lot, grams)

    def hold(self) -> Draft | None:
        """A hold by who has a lot, or by the operator on any two."""
        by = self._party()
        held = sorted(self._held(by))
        if held and self._mostly():
            return self.world.hold(by, self.random.choice(held))
        some = self.random.sample(self.lots, min(2, len(self.lots)))
        return self.world.hold(self.world.operator, *some) if some else None

    def recall(self) -> Draft | None:
        """A recall."""
        if not self.lots or self._mostly():
            return None
        return self.world.recall(self.world.operator, self.random.choice(self.lots))

    def release(self) -> Draft | None:
        """A release of some lot from some hold."""
        if not self.holds:
            return None
        hold = self.random.choice(self.holds)
        lots = [] if self._mostly() else [self.random.choice(self.lots)]
        return self.world.release(self.world.operator, hold, *lots)

    def retract(self) -> Draft | None:
        """Somebody takes something back."""
        found = self._accepted()
        if found is None:
            return None
        draft, outcome = found
        return self.world.retraction(self._speaker(draft), outcome)

    def replace_delivery(self) -> Draft | None:
        """A delivery weighed otherwise, or of another farm."""
        found = self._accepted("lot.harvested/1")
        if found is None:
            return None
        draft, outcome = found
        farm, party = self.random.choice(self.farms), self._speaker(draft)
        grams = max(1, draft["net"] + self.random.randint(-200, 200))
        again = self.world.delivery(farm, grams, party, lot=draft["lot"], facility=draft["facility"])
        return again.replacing(outcome)

    def deliver_again(self) -> Draft | None:
        """A delivery stated anew under its old id: refused while the first stands, taken once it is retracted."""
        found = self._accepted("lot.harvested/1")
        if found is None:
            return None
        draft, _ = found
        return self.world.delivery(self.random.choice(self.farms), draft["net"], self._party(), lot=draft["lot"])

    def replace_mixture(self) -> Draft | None:
        """A mixture that took other grams, or other lots: sometimes its own descendants."""
        found = self._accepted("lot.transformed/1")
        if found is None:
            return None
        draft, outcome = found
        inputs = [dict(line) for line in draft["inputs"]]
        if self.random.random() < 0.5:
            inputs[0]["lot"] = self.random.choice(self.lots)
        for line in inputs:
            line.pop("empties", None)
            line.pop("loss_grams", None)
            line.pop("loss_kind", None)
            line["grams"] = max(1, line["grams"] - self.random.randint(0, 3))
        taken = sum(line["grams"] for line in inputs)
        outputs = [dict(line) for line in draft["outputs"]]
        outputs = outputs[:1] if taken < len(outputs) else outputs
        for line in outputs[1:]:
            line["grams"] = 1
        outputs[0]["grams"] = taken - len(outputs) + 1
        said = {"process": draft["process"], "facility": draft["facility"]}
        again = self.world.transformation(self._speaker(draft), inputs, outputs, **said)
        return again.replacing(outcome)

    def endorse(self) -> Draft | None:
        """A countersignature, mostly of a correction to come."""
        found = self._accepted()
        if found is None:
            return None
        role = "retraction" if self._mostly() else "delivery"
        return self.world.endorsement(self._party(), found[1], role)

    # ------------------------------------------------------------ choosing

    def _mostly(self) -> bool:
        return self.random.random() < 0.8

    def _party(self) -> Party:
        return self.random.choice(self.parties)

    def _speaker(self, draft: Draft) -> Party:
        own = next((party for party in self.parties if party.id == draft.by), self.world.operator)
        return own if self._mostly() else self.random.choice([*self.parties, self.world.operator])

    def _accepted(self, fact: str | None = None) -> tuple[Draft, Outcome] | None:
        found = [
            (draft, outcome)
            for draft, outcome in self.told
            if outcome.status == "accepted" and fact in (None, draft.fact)
        ]
        return self.random.choice(found) if found else None

    def _held(self, party: Party) -> dict[str, int]:
        with self.world.ledger._readers.books(None) as books:
            stock = books.balances(ACCOUNT_KINDS["stock"], self.lots)
        return {lot: held[party.id] for lot, held in stock.items() if held.get(party.id, 0) > 0}

    def _stock(self) -> tuple[Party, str | None, int]:
        party = self._party()
        held = self._held(party)
        lot = self.random.choice(sorted(held)) if held else None
        return party, lot, self._some(held[lot]) if lot is not None else 0

    def _some(self, grams: int) -> int:
        """All of it, part of it, or now and then more than there is."""
        way = self.random.random()
        if way < 0.4:
            return grams
        return grams + self.random.randint(1, 9) if way > 0.93 else self.random.randint(1, grams)
