"""Stating facts: parse, check the signature or sign, look at outlines, queue, and answer."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ledger import canonical, keys
from ledger.book.enrolment import Beside, twins
from ledger.book.genesis import delegable
from ledger.book.node_signer import NodeSigner
from ledger.book.outcomes import Prepared, answered, failed_outcome, fold, folded, merge, refused_outcome
from ledger.book.witnessed import WitnessedHeads
from ledger.errors import FormatError, Problem, ProofError, RefusedError
from ledger.facts.land import DRAWING
from ledger.keys import SigningKey
from ledger.queries import Outcome
from ledger.statement import Disclosure, Statement, check_signature, parse_submission, sign
from ledger.store.batch import Group, Item, moment
from ledger.store.companions import Companions
from ledger.store.journal import Journal
from ledger.store.writer import Writer
from ledger.values import crockford

if TYPE_CHECKING:
    from ledger.book.plots import Look, Plots, Sketch

from ledger.book.sealed import Sealed

_WORTH_A_THREAD = 16
"""Facts of one call from which on two threads prepare them."""


class Stating(Sealed):
    """The stating half of a ledger: prepare, offer, and what the node says beside a fact."""

    _companions: Companions
    _journal: Journal
    _public_keys: dict[str, bytes]
    _signer: NodeSigner
    _witnessed: WitnessedHeads
    _writer: Writer
    node_key: SigningKey
    node_kid: str
    origin: str

    @staticmethod
    def new_id() -> str:
        """A fresh id: 80 random bits."""
        return crockford(os.urandom(10))

    def prepare(self, submission: bytes) -> Prepared:
        """Read `<JWS>~<disclosures>` strictly and check its signature; raises FormatError or ProofError."""
        statement, disclosures = parse_submission(submission)
        public = self._public_key(statement.kid)
        if public is not None:
            check_signature(statement, public)
        item = Item.of(statement, verified=public is not None, disclosures=disclosures)
        return Prepared(item, self._sketches(statement, disclosures))

    def prepare_unsigned(
        self, fact: Mapping[str, Any], *, party: str, hand: str | None = None, beside: Beside | None = None
    ) -> Prepared:
        """Sign a fact for a party with the node's key; sending the same fact again gives the first receipt.

        `fact` has id, fact, at, body, and where needed sealed {pointer: clear value}, for, basis, replaces. Where it
        brings an outline, the node looks at it and says in open fields (`checked`, `within`) what it shows; where it
        enrols a person, whom else the programme enrolled under the same document number (`also_enrolled`). Facts of
        one request share `beside` (empty at first), so that a person entered twice in one list is noticed.
        """
        return self._signed_by_node(fact, party, self._twins(fact, party, {} if beside is None else beside), hand)

    def _signed_by_node(
        self, fact: Mapping[str, Any], party: str, also_enrolled: Sequence[str], hand: str | None = None
    ) -> Prepared:
        found = {"/also_enrolled": list(also_enrolled)} if also_enrolled else None
        statement, disclosures = self._signer.statement(fact, party=party, hand=hand, added=found)
        sketches = self._sketches(statement, disclosures)
        if sketches:
            added = self._plots.added(statement, sketches)
            statement, disclosures = self._signer.statement(fact, party=party, hand=hand, added=added)
        return Prepared(Item.of(statement, verified=True, disclosures=disclosures), sketches)

    def offer(
        self, items: Sequence[Prepared | FormatError | ProofError], *, atomic: bool = False, bulk: bool = False
    ) -> Future[list[Outcome]]:
        """Queue facts for the writer; the answer has one outcome per item, in order.

        Items that failed to parse stand as refused outcomes; in an atomic request they refuse everything.
        Raises ConflictError `queue-full` where the queue has no room, `log-unwitnessed` where the log must not grow
        until its witnesses have caught up.
        """
        self._witnessed.may_grow()
        good = [item for item in items if isinstance(item, Prepared)]
        failed = {place: failed_outcome(item) for place, item in enumerate(items) if not isinstance(item, Prepared)}
        if atomic and failed:
            refusal = Problem("atomic-refused", retry="after-change")
            return answered([failed.get(place) or refused_outcome(item, refusal) for place, item in enumerate(items)])
        if not good:
            return answered([failed[place] for place in sorted(failed)])
        together, ticket = self._together(good)
        if atomic:
            groups = [Group(tuple(item for each in together for item in each))]
        else:
            # What the node says beside a fact stands or falls with it.
            groups = [Group(tuple(each)) for each in together]
        try:
            answer = self._writer.offer(groups, bulk=bulk)
        except BaseException:
            self._settle(ticket)
            raise
        if ticket is not None:
            answer.add_done_callback(lambda _: self._settle(ticket))
            answer = folded(answer, [len(each) for each in together])
        if not failed:
            return answer
        merged: Future[list[Outcome]] = Future()
        answer.add_done_callback(lambda done: merge(done, failed, len(items), merged))
        return merged

    def state(
        self, *facts: bytes | Mapping[str, Any], party: str | None = None, atomic: bool = False, bulk: bool = False
    ) -> list[Outcome]:
        """Prepare, offer and wait: bytes are submissions, mappings are signed by the node for `party`."""
        return self.offer(self._prepared(facts, party or ""), atomic=atomic, bulk=bulk).result()

    def check(self, items: Sequence[Prepared]) -> list[Outcome]:
        """Judge in order as if offered, and write nothing."""
        together, ticket = self._together(items)
        self._settle(ticket)
        outcomes = self._journal.check([item for each in together for item in each])
        return fold(outcomes, [len(each) for each in together])

    def delegate(self, party: str, fact_types: Sequence[str] | None = None) -> Outcome:
        """As registrar, let the node's key sign for a party (every delegable fact type by default)."""
        types = delegable() if fact_types is None else list(fact_types)
        proof = self.node_key.sign(keys.possession_message(self.origin, party, self.node_key.public))
        body = {
            "party": party,
            "key": canonical.b64url(self.node_key.public),
            "kind": "node",
            "proof": canonical.b64url(proof),
            "fact_types": types,
        }
        return self.state_as_operator("key.authorised/1", body)

    def state_as_operator(self, fact_type: str, body: Mapping[str, Any], *, at: str | None = None) -> Outcome:
        """State a fact under the operator's own key; raises RefusedError where the rules say no."""
        content: dict[str, Any] = {"fact": fact_type, "at": at or moment(self._clock()), "body": dict(body)}
        # Id and nonce follow from the content under the node's secret: a demo's log is the same for the same seed.
        hidden = canonical.encode(content)
        envelope = {
            **content,
            "id": crockford(self._signer.secret(b"operator-id", hidden)[:10]),
            "log": self.origin,
            "by": self.operator_party,
            "nonce": canonical.b64url(self._signer.secret(b"nonce", hidden)),
        }
        statement = sign(envelope, self.operator_key)
        outcome = self.state(statement.jws)[0]
        if outcome.status == "refused":
            raise RefusedError(outcome.problems)
        return outcome

    def state_as_node(self, fact_type: str, body: Mapping[str, Any]) -> Outcome:
        """State for the operator what the node did, under the node's key; raises RefusedError where rules say no."""
        fact = {"id": self.new_id(), "fact": fact_type, "at": moment(self._clock()), "body": dict(body)}
        outcome = self.state(fact, party=self.operator_party)[0]
        if outcome.status == "refused":
            raise RefusedError(outcome.problems)
        return outcome

    @property
    def operator_key(self) -> SigningKey:
        """The operator's own key, from its file."""
        return self._companions.read_key(".operator.key")

    def _prepared(self, facts: Sequence[bytes | Mapping[str, Any]], party: str) -> list[Prepared]:
        same_request: Beside = {}
        # In order and before any thread begins: of two who are the same person the later one is told of the first.
        looked_up = [(f, () if isinstance(f, bytes) else self._twins(f, party, same_request)) for f in facts]

        def each(some: Sequence[tuple[bytes | Mapping[str, Any], tuple[str, ...]]]) -> list[Prepared]:
            return [
                self.prepare(fact) if isinstance(fact, bytes) else self._signed_by_node(fact, party, also)
                for fact, also in some
            ]

        if len(facts) < _WORTH_A_THREAD:
            return each(looked_up)
        # Signatures are checked without the interpreter lock: while one thread waits for one, the other parses.
        half = len(facts) // 2
        with ThreadPoolExecutor(1, thread_name_prefix="prepare") as beside:
            second = beside.submit(each, looked_up[half:])
            return [*each(looked_up[:half]), *second.result()]

    @cached_property
    def _plots(self) -> Plots:
        """Geometry takes half a second to import, and most runs draw nothing."""
        from ledger.book.plots import Plots  # noqa: PLC0415

        return Plots(self._readers, self._vault)

    def _sketches(self, statement: Statement, disclosures: Sequence[Disclosure]) -> tuple[Sketch, ...]:
        """The outlines a fact brings, read in the clear; raises FormatError where one cannot be an outline."""
        if not isinstance(statement.fact, DRAWING):
            return ()
        from ledger.book.plots import sketches  # noqa: PLC0415 - as above

        return sketches(statement, disclosures)

    def _together(self, prepared: Sequence[Prepared]) -> tuple[list[list[Item]], int | None]:
        """Each fact, followed by what the node says of its outlines beside it, and the ticket to settle later."""
        drawn = [sketch for each in prepared for sketch in each.sketches]
        if not drawn:
            return [[each.item] for each in prepared], None
        looks, ticket = self._plots.enter(drawn)
        return [[each.item, *self._remarks(each, looks)] for each in prepared], ticket

    def _remarks(self, prepared: Prepared, looks: Sequence[Look]) -> Iterator[Item]:
        from ledger.book.plots import news  # noqa: PLC0415 - as above

        statement = prepared.statement
        own = [look for look in looks if any(look.sketch is sketch for sketch in prepared.sketches)]
        if not own or self._plots.standing(statement) is not None:
            # Sent again: what the node had to say stands already.
            return
        for look in own:
            if not news(look, statement, node_signed=statement.kid == self.node_kid):
                continue
            sketch = look.sketch
            body: dict[str, Any] = {"plot": sketch.thing, "statement": statement.digest, "area_m2": sketch.area_m2}
            hidden = canonical.encode({**body, "where": sketch.where})
            said = {
                "id": crockford(self._signer.secret(b"plot-checked", hidden)[:10]),
                "fact": "plot.checked/1",
                "at": moment(self._clock()),
                "body": {**body, "checked": look.checked},
            }
            spoken, _ = self._signer.statement(said, party=self.operator_party, hand=None)
            yield Item.of(spoken, verified=True)

    def _settle(self, ticket: int | None) -> None:
        if ticket is not None:
            self._plots.settle(ticket)

    def _twins(self, fact: Mapping[str, Any], party: str, beside: Beside) -> tuple[str, ...]:
        def stated(fact_id: str) -> object:
            with self._readers.log_view() as view:
                return view.statement(view.index_of(fact_id)).fact

        def find(programme: str, document: str) -> list[str]:
            return self.find_person(document, programme=programme)

        return twins(fact, party, beside, stated=stated, find=find)

    def _public_key(self, kid: str) -> bytes | None:
        found = self._public_keys.get(kid)
        if found is None:
            found = self._catalogue.public_key(kid)
            if found is not None:
                self._public_keys[kid] = found
        return found
