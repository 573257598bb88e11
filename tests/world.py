"""A small invented trade over a real ledger, so that tests read like the trade: who delivered, pooled, sent, received.

A `Draft` is a fact nobody has stated yet. `world.say(draft)` states it and fails the test unless it is accepted;
`world.refused(draft)` states it and answers with the codes it was refused for; `world.flagged(draft)` with those of
its flags. The clock is fixed, ids and keys follow from names: the same story gives the same log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from ledger import Ledger, SigningKey, canonical, keys
from ledger.queries import LotView, Outcome
from ledger.statement import disclose, sign
from ledger.values import crockford
from tests.outlines import square

ORIGIN = "ledger.example/log/valle"
DAY = "2026-06-12"
_START = int(datetime.fromisoformat("2026-06-12T20:00:00+00:00").timestamp() * 1000)

Inputs = Sequence[tuple[str, int] | Mapping[str, Any]]
Outputs = Sequence[tuple[str | int, ...] | Mapping[str, Any]]


def named_bytes(name: str, size: int) -> bytes:
    """Bytes that are the same for the same name."""
    return hashlib.sha256(f"world\n{name}".encode()).digest()[:size]


def codes(outcome: Outcome) -> list[str]:
    """The codes an outcome was refused for, in order."""
    return [problem.code for problem in outcome.problems]


class FixedClock:
    """A clock that moves a second with every look at it, and can be set."""

    def __init__(self, start: int = _START) -> None:
        self.now = start

    def __call__(self) -> int:
        self.now += 1000
        return self.now

    def set(self, moment: str) -> None:
        """Put the clock to a moment."""
        self.now = int(datetime.fromisoformat(moment).timestamp() * 1000)


@dataclass(frozen=True)
class Draft:
    """A fact as somebody would state it; `by` is the party that states it, `around` the rest of the envelope."""

    fact: str
    body: Mapping[str, Any]
    by: str
    id: str
    at: str = f"{DAY}T09:41:00-05:00"
    sealed: Mapping[str, Any] = field(default_factory=dict)
    around: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Any:
        return self.body[name]

    def but(self, **changes: Any) -> Draft:
        """The same with other values in its body; None takes a field out."""
        body = {name: value for name, value in {**self.body, **changes}.items() if value is not None}
        return replace(self, body=body)

    def on(self, at: str) -> Draft:
        """The same on another day, or at another moment."""
        return replace(self, at=at if "T" in at else f"{at}T09:41:00-05:00")

    def said_by(self, party: Party | str) -> Draft:
        """The same said by somebody else."""
        return replace(self, by=_id(party))

    def for_(self, party: Party | str) -> Draft:
        """The same said in the name of another party."""
        return replace(self, around={**self.around, "for": _id(party)})

    def replacing(self, outcome: Outcome) -> Draft:
        """The same as a correction of what was said before."""
        return replace(self, around={**self.around, "replaces": outcome.digest})

    def unsigned(self) -> dict[str, Any]:
        """As a client without a key sends it."""
        fact = {"id": self.id, "fact": self.fact, "at": self.at, "body": dict(self.body), **self.around}
        return fact | ({"sealed": dict(self.sealed)} if self.sealed else {})


@dataclass(frozen=True)
class Party:
    """A registered party that states through the node, with one place of its own."""

    id: str
    name: str
    place: str


@dataclass(frozen=True)
class Farm:
    """A producer with one plot."""

    producer: str
    plot: str


@dataclass
class OwnKey:
    """A key of a party's own; a device's statements are numbered from 1."""

    party: str
    kind: str
    key: SigningKey
    seq: int = 0

    @property
    def kid(self) -> str:
        """Its thumbprint."""
        return self.key.thumbprint

    def sign(self, draft: Draft, *, seq: int | None = None, log: str = ORIGIN, **more: Any) -> bytes:
        """A submission of the draft under this key; a device counts on by itself unless told a number."""
        if seq is None and self.kind == "device":
            self.seq += 1
            seq = self.seq
        body = _copy(draft.body)
        texts = []
        for pointer, value in draft.sealed.items():
            made = disclose(named_bytes(f"salt {draft.id} {pointer}", 16), pointer, value)
            _put(body, pointer, made.digest)
            texts.append(made.text)
        envelope = {
            "fact": draft.fact,
            "id": draft.id,
            "log": log,
            "by": draft.by,
            "at": draft.at,
            "nonce": canonical.b64url(named_bytes(f"nonce {draft.id}", 16)),
            "body": body,
            **draft.around,
            **more,
        }
        if seq:
            envelope["seq"] = seq
        return b"~".join([sign(envelope, self.key).jws, *(text.encode() for text in texts)])


class World:
    """The ledger of a valley and everybody in it."""

    def __init__(self, ledger: Ledger, clock: FixedClock) -> None:
        self.ledger = ledger
        self.clock = clock
        self.operator = Party(ledger.operator_party, "operator", "")
        self._numbers = count(1)
        self._parties: dict[str, Party] = {}
        self._farms = count(1)
        self._plots = count(1)
        self._receipts = count(1)
        self.outcomes: dict[str, Outcome] = {}

    @classmethod
    def begin(cls, folder: Path, *, database: str = ":memory:") -> World:
        """A new ledger; keys and companions lie in `folder`."""
        clock = FixedClock()
        state_dir = folder if database == ":memory:" else None
        ledger = Ledger.create(
            database, origin=ORIGIN, operator="Valle", demo_seed="world", clock=clock, state_dir=state_dir
        )
        return cls(ledger, clock)

    def end(self) -> None:
        """Every story ends so: the log verifies, and a replay gives the same books, now and half-way."""
        try:
            size = self.ledger.verify().size
            assert self.ledger.rebuild().differences == ()
            assert self.ledger.rebuild(until=1 + size // 2).differences == ()
        finally:
            self.ledger.close()

    def new_id(self, name: str = "thing") -> str:
        """A fresh id, the same in every run of the same story."""
        return crockford(named_bytes(f"{name} {next(self._numbers)}", 10))

    # ------------------------------------------------------------ stating

    def state(self, draft: Draft | bytes) -> Outcome:
        """State a draft through the node, or a submission as it is."""
        if isinstance(draft, bytes):
            return self.ledger.state(draft)[0]
        outcome = self.ledger.state(draft.unsigned(), party=draft.by)[0]
        self.outcomes[draft.id] = outcome
        return outcome

    def say(self, draft: Draft | bytes) -> Outcome:
        """State what is true and right: it must be accepted."""
        outcome = self.state(draft)
        assert outcome.status == "accepted", outcome.problems
        return outcome

    def refused(self, draft: Draft | bytes) -> list[str]:
        """State what must be refused; nothing is written. The codes it was refused for."""
        before = self.ledger.head().size
        outcome = self.state(draft)
        assert outcome.status == "refused", outcome
        assert outcome.index is None
        assert self.ledger.head().size == before
        return codes(outcome)

    def flagged(self, draft: Draft | bytes) -> list[str]:
        """State what is written all the same; the codes of its flags."""
        return [flag.code for flag in self.say(draft).flags]

    def batch(self, *drafts: Draft, atomic: bool = False) -> list[Outcome]:
        """State several at once, in one transaction."""
        prepared = [self.ledger.prepare_unsigned(d.unsigned(), party=d.by) for d in drafts]
        return self.ledger.offer(prepared, atomic=atomic).result()

    def check(self, *drafts: Draft) -> list[Outcome]:
        """Judge only."""
        return self.ledger.check([self.ledger.prepare_unsigned(d.unsigned(), party=d.by) for d in drafts])

    # ------------------------------------------------------------ people and places

    def draft(self, fact: str, body: Mapping[str, Any], by: Party | str, **more: Any) -> Draft:
        """Any fact; fields that are None are not said."""
        said = {name: value for name, value in body.items() if value is not None}
        return Draft(f"{fact}/1", said, _id(by), self.new_id(f"fact {fact}"), **more)

    def party(self, name: str, kind: str, place: str = "store", *, delegates: bool = True) -> Party:
        """A registered party with a place; the node may sign for it."""
        if name in self._parties:
            return self._parties[name]
        party, facility = self.new_id(f"party {name}"), self.new_id(f"facility {name}")
        entered = {"party": party, "kind": kind, "country": "PE", "name": name}
        self.say(self.draft("party.registered", entered, self.operator))
        if delegates:
            assert self.ledger.delegate(party).status == "accepted"
            built = {"facility": facility, "party": party, "kind": place, "code": name[:20]}
            self.say(self.draft("facility.registered", built, party))
        found = self._parties[name] = Party(party, name, facility)
        return found

    def coop(self, name: str = "Cooperativa") -> Party:
        """A co-operative with a collection centre."""
        return self.party(name, "cooperative", "collection-centre")

    def mill(self, name: str = "Molino") -> Party:
        """A service mill."""
        return self.party(name, "processor", "dry-mill")

    def buyer(self, name: str = "Comprador") -> Party:
        """A buyer at a port."""
        return self.party(name, "buyer", "port")

    def certifier(self, name: str = "Certificadora") -> Party:
        """A certification body with its role."""
        party = self.party(name, "certifier", "store")
        self.say(self.role(party, "certifier"))
        return party

    def role(self, party: Party, role: str) -> Draft:
        """A registrar grants a role."""
        return self.draft("role.granted", {"party": party.id, "role": role, "effective_from": DAY}, self.operator)

    def farm(self, coop: Party | None = None) -> Farm:
        """A producer of a co-operative with one plot of two hectares."""
        coop = coop or self.coop()
        number = next(self._farms)
        producer, plot = self.new_id("producer"), self.new_id("plot")
        self.say(
            self.draft(
                "producer.enrolled",
                {"producer": producer, "code": f"S-{number}", "district": "Moyobamba"},
                coop,
                sealed={"/person": {"name": f"Persona {number}"}},
            )
        )
        self.say(self.plot(coop, plot))
        return Farm(producer, plot)

    def plot(self, by: Party, plot: str | None = None, *, outline: object = None, **changes: Any) -> Draft:
        """A plot is mapped, of two hectares and on ground of its own unless said otherwise."""
        body = {"plot": plot or self.new_id("plot"), "area_m2": 20_000, "district": "Moyobamba", **changes}
        return self.draft("plot.mapped", body, by, sealed={"/geometry": outline or square(next(self._plots))})

    def herd(self, coop: Party, holder: str) -> str:
        """A herd of alpacas of a producer."""
        herd = self.new_id("herd")
        body = {"herd": herd, "holder": holder, "code": "H-1", "species": "alpaca", "district": "Pitumarca"}
        self.say(self.draft("herd.registered", body, coop))
        return herd

    # ------------------------------------------------------------ keys

    def unproven_key(self, party: Party | str, kind: str = "device", label: str = "one") -> OwnKey:
        """A key nobody has authorised."""
        return OwnKey(_id(party), kind, SigningKey.from_seed(named_bytes(f"key {_id(party)} {label}", 32)))

    def authorisation(self, own: OwnKey, by: Party | str | None = None, **changes: Any) -> Draft:
        """The fact that authorises a key, stated by a registrar unless said otherwise."""
        proof = own.key.sign(keys.possession_message(ORIGIN, own.party, own.key.public))
        body = {
            "party": own.party,
            "key": canonical.b64url(own.key.public),
            "kind": own.kind,
            "proof": canonical.b64url(proof),
            **changes,
        }
        return self.draft("key.authorised", body, by or self.operator)

    def own_key(self, party: Party | str, kind: str = "device", label: str = "one", **changes: Any) -> OwnKey:
        """A key of a party's own, authorised by a registrar."""
        own = self.unproven_key(party, kind, label)
        self.say_as_operator(self.authorisation(own, **changes))
        return own

    def revocation(self, own: OwnKey, reason: str, last_good_seq: int | None = None) -> Draft:
        """The fact that takes a key out of use."""
        body = {"key": own.kid, "reason": reason, "last_good_seq": last_good_seq}
        return self.draft("key.revoked", body, self.operator)

    def as_operator(self, draft: Draft) -> bytes:
        """A draft under the operator's own key: key facts cannot be left to the node."""
        operator = OwnKey(self.operator.id, "organisation", self.ledger.operator_key)
        return operator.sign(draft.said_by(self.operator))

    def say_as_operator(self, draft: Draft) -> Outcome:
        """State a draft under the operator's own key; it must be accepted."""
        return self.say(self.as_operator(draft))

    # ------------------------------------------------------------ stock

    def delivery(self, farm: Farm, grams: int, to: Party | None = None, **changes: Any) -> Draft:
        """A family's dry parchment at the scale."""
        coop = to or self.coop()
        body = {
            "lot": self.new_id("lot"),
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": "2026",
            "facility": coop.place,
            "producer": farm.producer,
            "plot": farm.plot,
            "harvested_from": "2026-05-20",
            "harvested_to": "2026-06-02",
            "gross": grams + 1200,
            "tare": 1200,
            "net": grams,
            "receipt": f"B001-{next(self._receipts)}",
        }
        return self.draft("lot.harvested", body | changes, coop)

    def deliver(self, farm: Farm, grams: int, to: Party | None = None, **changes: Any) -> str:
        """The same, accepted: the lot."""
        return self._bear(self.delivery(farm, grams, to, **changes))

    def purchase(self, by: Party, grams: int, **changes: Any) -> Draft:
        """Coffee of strangers is bought."""
        body = {
            "lot": self.new_id("lot"),
            "commodity": "coffee",
            "form": "dry-parchment",
            "facility": by.place,
            "gross": grams,
            "net": grams,
            "origin": "none",
        }
        return self.draft("lot.bought", body | changes, by)

    def opening(self, by: Party, grams: int, **changes: Any) -> Draft:
        """Stock that lay there when the ledger began."""
        body = {
            "lot": self.new_id("lot"),
            "commodity": "coffee",
            "form": "dry-parchment",
            "season": "2025",
            "facility": by.place,
            "grams": grams,
            "origin": "none",
        }
        return self.draft("lot.opened", body | changes, by)

    def transformation(
        self,
        by: Party,
        inputs: Inputs,
        outputs: Outputs,
        *,
        process: str = "pooling",
        losses: Mapping[str, int] | None = None,
        **changes: Any,
    ) -> Draft:
        """Inputs (lot, grams) become outputs: (form, grams), (form, kind, grams) or whole lines."""
        body = {
            "commodity": "coffee",
            "process": process,
            "facility": by.place,
            "inputs": [self._input(line) for line in inputs],
            "outputs": [self._output(line) for line in outputs],
            "losses": [{"kind": kind, "grams": grams} for kind, grams in (losses or {}).items()],
        }
        return self.draft("lot.transformed", body | changes, by)

    def pooling(self, by: Party, inputs: Inputs, **changes: Any) -> Draft:
        """Lots of dry parchment become one."""
        whole = sum(self._input(line)["grams"] for line in inputs)
        return self.transformation(by, inputs, [("dry-parchment", whole)], **changes)

    def pool(self, by: Party, *lots: tuple[str, int]) -> str:
        """The same, accepted: the new lot."""
        return self._bear(self.pooling(by, lots))

    def split(self, by: Party, lot: str, *grams: int, form: str = "dry-parchment") -> list[str]:
        """One lot becomes several, accepted: the new lots."""
        draft = self.transformation(by, [(lot, sum(grams))], [(form, part) for part in grams], process="splitting")
        self.say(draft)
        return lots_of(draft)

    def packing(self, by: Party, inputs: Inputs, grams: Sequence[int], form: str = "dry-parchment") -> Draft:
        """Stock is packed into bags with labels of their own."""
        body = {
            "commodity": "coffee",
            "form": form,
            "facility": by.place,
            "inputs": [self._input(line) for line in inputs],
            "packages": [{"lot": self.new_id("lot"), "kind": "bag", "grams": part} for part in grams],
        }
        return self.draft("lot.packed", body, by)

    def unpacking(self, by: Party, inputs: Inputs, grams: int, form: str = "dry-parchment") -> Draft:
        """Bags are opened."""
        body = {
            "commodity": "coffee",
            "form": form,
            "facility": by.place,
            "inputs": [self._input(line) for line in inputs],
            "output": self.new_id("lot"),
            "grams": grams,
        }
        return self.draft("lot.unpacked", body, by)

    def dispatch(self, by: Party, to: Party, *lots: tuple[str, int] | Mapping[str, Any], **changes: Any) -> Draft:
        """Stock leaves for a named receiver."""
        lines = [{"lot": line[0], "grams": line[1]} if isinstance(line, tuple) else dict(line) for line in lots]
        body = {"dispatch": self.new_id("dispatch"), "receiver": to.id, "lots": lines, "facility": by.place}
        return self.draft("lot.dispatched", body | changes, by)

    def send(self, by: Party, to: Party, *lots: tuple[str, int]) -> Draft:
        """The same, accepted: the dispatch's draft."""
        draft = self.dispatch(by, to, *lots)
        self.say(draft)
        return draft

    def receipt(self, by: Party, sent: Draft, *lines: Mapping[str, Any], **changes: Any) -> Draft:
        """What arrived: everything, unless lines say otherwise."""
        arrived = lines or [{"lot": line["lot"], "accepted": line["grams"]} for line in sent["lots"]]
        body = {"dispatch": sent["dispatch"], "receiver": sent["receiver"], "lots": [dict(line) for line in arrived]}
        return self.draft("lot.received", body | changes, by)

    def returning(self, by: Party, lot: str, grams: int, **changes: Any) -> Draft:
        """Stock goes back."""
        return self.draft("lot.returned", {"lot": lot, "grams": grams, "reason": "moisture", **changes}, by)

    def loss(self, by: Party, lot: str, grams: int, kind: str = "theft", **changes: Any) -> Draft:
        """Stock is gone."""
        return self.draft("lot.lost", {"lot": lot, "grams": grams, "kind": kind, **changes}, by)

    def hold(self, by: Party, *lots: str) -> Draft:
        """Lots must not move."""
        return self.draft("lot.held", {"hold": self.new_id("hold"), "lots": list(lots), "reason": "moisture"}, by)

    def release(self, by: Party, hold: Draft, *lots: str) -> Draft:
        """A hold or recall is lifted."""
        named = hold.body.get("hold") or hold.body["recall"]
        body = {"hold": named, "lots": list(lots or hold["lots"]), "grounds": "dried-again"}
        return self.draft("lot.released", body, by)

    def recall(self, by: Party, *lots: str) -> Draft:
        """Lots are called back."""
        return self.draft("lot.recalled", {"recall": self.new_id("recall"), "lots": list(lots), "reason": "mould"}, by)

    # ------------------------------------------------------------ trade

    def contract(self, by: Party, to: Party, grams: int, **changes: Any) -> Draft:
        """A contract for dry parchment at a fixed price."""
        body = {
            "contract": self.new_id("contract"),
            "number": f"C-{next(self._numbers)}",
            "seller": by.id,
            "buyer": to.id,
            "lines": [{"commodity": "coffee", "form": "dry-parchment", "grams": grams}],
            "price_terms": "fixed",
            "price": {"minor": 1_450, "scale": 0, "currency": "PEN", "per_grams": 1_000},
            "deliver_from": "2026-06-01",
            "deliver_to": "2026-12-31",
            "signed_on": DAY,
        }
        return self.draft("contract.signed", body | changes, by)

    def sale(self, by: Party, to: Party, *lots: tuple[str, int] | Mapping[str, Any], **changes: Any) -> Draft:
        """Dry parchment is sold: (lot, grams) or whole lines."""
        lines = [
            {"lot": line[0], "grams": line[1], "invoiced_grams": line[1]} if isinstance(line, tuple) else dict(line)
            for line in lots
        ]
        body = {
            "sale": self.new_id("sale"),
            "buyer": to.id,
            "commodity": "coffee",
            "form": "dry-parchment",
            "lots": lines,
        }
        return self.draft("lot.sold", body | changes, by)

    def reversal(self, by: Party, sale: Draft, *lots: tuple[str, int], **changes: Any) -> Draft:
        """A sale is undone: whole, unless (lot, grams) say otherwise."""
        whole = [{name: line[name] for name in line if name != "claims"} for line in sale["lots"]]
        lines = [{"lot": lot, "grams": grams, "invoiced_grams": grams} for lot, grams in lots] or whole
        body = {
            **{name: sale[name] for name in ("sale", "buyer", "commodity", "form")},
            "contract": sale.body.get("contract"),
            "seller": sale.by,
            "lots": lines,
            "reason": "quality",
        }
        return self.draft("sale.reversed", body | changes, by)

    def pledge(self, by: Party, lender: Party, lot: str, grams: int, **changes: Any) -> Draft:
        """Grams of a lot are pledged to a lender."""
        body = {"pledge": self.new_id("pledge"), "lot": lot, "grams": grams, "lender": lender.id}
        return self.draft("pledge.recorded", body | changes, by)

    # ------------------------------------------------------------ words about facts

    def retraction(self, by: Party, gone: Outcome, **changes: Any) -> Draft:
        """What was said never happened."""
        return self.draft("fact.retracted", {"statement": gone.digest, "reason": "never-happened", **changes}, by)

    def endorsement(self, by: Party, outcome: Outcome, role: str = "retraction") -> Draft:
        """Another party countersigns."""
        return self.draft("fact.endorsed", {"statement": outcome.digest, "role": role}, by)

    def mandate(self, principal: Party, agent: Party, *themes: str, **changes: Any) -> Draft:
        """A principal lets an agent speak for it."""
        body = {
            "mandate": self.new_id("mandate"),
            "principal": principal.id,
            "agent": agent.id,
            "themes": list(themes),
            "valid_from": "2026-01-01",
        }
        return self.draft("mandate.given", body | changes, principal)

    # ------------------------------------------------------------ looking

    def lot(self, lot: str, *, size: int | None = None) -> LotView:
        """A lot as the ledger shows it."""
        return self.ledger.lot(lot, size=size)

    def stock(self, lot: str) -> dict[str, int]:
        """Who holds how much of a lot."""
        return dict(self.lot(lot).holders)

    def blocks(self, lot: str) -> set[tuple[str, str]]:
        """Why a lot must not move: kind and source of each block."""
        return {(block.kind, block.source) for block in self.lot(lot).blocks}

    def contributions(self, lot: str) -> dict[str, int]:
        """Grams of a lot by the delivery they came from."""
        return {line.delivery: line.grams for line in self.ledger.trace(lot).contributions}

    # ------------------------------------------------------------ small things

    def _bear(self, draft: Draft) -> str:
        self.say(draft)
        return lots_of(draft)[0]

    @staticmethod
    def _input(line: tuple[str, int] | Mapping[str, Any]) -> dict[str, Any]:
        return {"lot": line[0], "grams": line[1]} if isinstance(line, tuple) else dict(line)

    def _output(self, line: tuple[str | int, ...] | Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(line, Mapping):
            return {"lot": self.new_id("lot"), **line}
        form, kind, grams = line if len(line) == 3 else (line[0], "main", line[1])
        return {"lot": self.new_id("lot"), "form": form, "kind": kind, "grams": grams}


def lots_of(draft: Draft) -> list[str]:
    """The lots a draft bears."""
    if "lot" in draft.body:
        return [draft["lot"]]
    if "output" in draft.body:
        return [draft["output"]]
    return [line["lot"] for line in draft.body.get("outputs") or draft["packages"]]


def _id(party: Party | str) -> str:
    return party if isinstance(party, str) else party.id


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copy(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copy(inner) for inner in value]
    return value


def _put(body: Any, pointer: str, digest: str) -> None:
    *path, last = pointer.strip("/").split("/")
    for part in path:
        body = body[int(part)] if isinstance(body, list) else body[part]
    body[last] = digest
