"""class Ledger: one method per thing a caller can do, and the way of a fact on one screen.

prepare (parse, check the signature) -> offer (queue) -> append (lock, load, judge, post, write, commit)
-> read back, sign the checkpoint, answer. Reading (reading.py) goes past all of that, at any log size.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from sqlalchemy import Engine

from ledger import canonical, keys
from ledger.book.enrolment import Beside, document_of, twins
from ledger.book.erasures import erasure_lines
from ledger.book.genesis import KEY_FILES, begun, delegable, genesis, new_seed, nothing_yet
from ledger.book.heads import Heads
from ledger.book.node_signer import NodeSigner
from ledger.book.outcomes import Prepared, answered, failed_outcome, fold, folded, merge, refused_outcome
from ledger.book.persons import Persons
from ledger.book.readers import Readers
from ledger.book.reading import Reading
from ledger.errors import ConflictError, FormatError, NotFoundError, Problem, ProofError, RefusedError
from ledger.facts import person_of
from ledger.facts.corrections import FactRetracted, FlagJustified
from ledger.facts.land import DRAWING
from ledger.facts.parties import PartyRegistered
from ledger.facts.privacy import ErasureDone, StatementWithheld
from ledger.facts.producers import ProducerEnrolled
from ledger.keys import SigningKey
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import KeyKind, Note, VerifierKey
from ledger.log.proof import TlogProof
from ledger.packs.anypack import Kind, kind_of, parse_pack
from ledger.packs.catalogue import builtin
from ledger.postings import post
from ledger.postings.privacy import restatement
from ledger.queries import ErasureLine, Head, Outcome, RebuildReport, Verification
from ledger.statement import (
    Disclosure,
    Statement,
    check_signature,
    disclosed_value,
    meant,
    parse_submission,
    restated_text,
    sign,
)
from ledger.store.batch import Clock, Group, Item, moment
from ledger.store.catalogue import Catalogue
from ledger.store.clock import system_clock
from ledger.store.companions import Companions
from ledger.store.connection import MEMORY, open_engine, sqlite_path
from ledger.store.documents import Documents
from ledger.store.journal import Journal
from ledger.store.outbox import Outbox
from ledger.store.rebuild import rebuild
from ledger.store.subscriptions import Subscription
from ledger.store.tokens import Token, Tokens
from ledger.store.troubles import StoreError, as_written
from ledger.store.upgrade import Upgrade, upgrade
from ledger.store.vault import Doomed, IdentityDocument, SealedValue, Vault
from ledger.store.vault_schema import KEYS_SCHEMA, VAULT_SCHEMA
from ledger.store.verify import verify
from ledger.store.writer import Writer
from ledger.values import crockford, day_of

if TYPE_CHECKING:
    from ledger.book.plots import Look, Plots, Sketch

LOG = 1
"""A database holds one log today; every key has room for more."""

_WORTH_A_THREAD = 16
"""Facts of one call from which on two threads prepare them."""


class Ledger(Reading):
    """One ledger: an open database with its keys, its writer and its readers."""

    # ------------------------------------------------------------ life

    def __init__(
        self,
        database: str,
        engine: Engine,
        companions: Companions,
        clock: Clock,
        *,
        writer_options: Mapping[str, Any],
        without_rule: str = "",
    ) -> None:
        """Callers use `create` and `open`. No setting and no command names a rule to leave out; tests of rules do."""
        self._database = database
        self._engine = engine
        self._companions = companions
        self._clock = clock
        self._public_keys: dict[str, bytes] = {}
        with ExitStack() as opened:
            opened.callback(engine.dispose)
            self._catalogue = Catalogue(engine, LOG)
            self._catalogue.check_version()
            self.origin, self.public_url = self._catalogue.identity()
            self._log_key = companions.read_key(".key")
            self.has_demo_keys = companions.has_demo_key()
            self._signer = NodeSigner(self.origin, companions.read_secret(".node.key"))
            self.node_key = self._signer.key
            self.node_kid = self.node_key.thumbprint
            self.verifier_key = VerifierKey(self.origin, KeyKind.LOG, self._log_key.public).format()
            self._readers = Readers(engine, LOG, self.origin)
            opened.callback(self._readers.close)
            self._heads = Heads(self.origin, self._log_key, companions.path(".head"), self._readers)
            opened.callback(self._heads.close)
            self._packs = self._catalogue.packs()
            master = companions.master_key()
            self._vault = self._open_vault(master)
            opened.callback(self._vault.close)
            self._documents = Documents(engine, LOG, companions.documents, master)
            self._tokens = Tokens(engine, LOG, clock)
            self.outbox = Outbox(engine, LOG, clock, master)
            self._journal = Journal(
                engine,
                LOG,
                self.origin,
                packs=lambda: self._packs,
                clock=clock,
                floor=self._heads.stand_above_floor,
                announced=self.outbox.ring,
                without_rule=without_rule,
            )
            opened.callback(self._journal.close)
            self._writer = Writer(self._append, **writer_options)
            opened.callback(self._writer.close)
            # Closed in the opposite order: first the writer finishes what is queued.
            self._opened = opened.pop_all()

    @classmethod
    def create(
        cls,
        database: str,
        *,
        origin: str,
        operator: str,
        country: str = "PE",
        public_url: str = "",
        demo_seed: str | None = None,
        clock: Clock | None = None,
        state_dir: Path | None = None,
    ) -> Self:
        """Begin a ledger: keys beside the database, tables, and the genesis at index 0 with the built-in packs.

        `demo_seed` derives every key from a seed, for demonstrations only. An attempt that was interrupted
        before its genesis is taken up again. Raises ConflictError where a ledger is already there.
        """
        companions = Companions.beside(database, state_dir)
        engine = open_engine(database, must_exist=False)
        packs = dict(builtin())
        try:
            nothing_yet(companions, Catalogue(engine, LOG).size())
            for ending in KEY_FILES:
                companions.write_key(ending, new_seed(demo_seed, ending), demo=demo_seed is not None)
            named = public_url or f"https://{origin.split('/', maxsplit=1)[0]}"
            Catalogue(engine, LOG).create(origin, named, packs)
        except BaseException:
            engine.dispose()
            raise
        ledger = cls(database, engine, companions, clock or system_clock, writer_options={})
        try:
            ledger._begin(operator, country, packs)
        except BaseException:
            ledger.close()
            raise
        return ledger

    @classmethod
    def open(
        cls,
        database: str,
        *,
        clock: Clock | None = None,
        state_dir: Path | None = None,
        max_queue: int = 4096,
        group_commit: bool = True,
        without_rule: str = "",
    ) -> Self:
        """Open a ledger that is there. `without_rule` leaves one rule out, for tests.

        Raises NotFoundError where there is none, ProofError where it stands behind what this machine has
        seen before or has another root at that size (an older or forked copy).
        """
        companions = Companions.beside(database, state_dir)
        engine = open_engine(database, must_exist=True)
        try:
            with as_written():
                begun(companions, Catalogue(engine, LOG).size())
        except BaseException:
            engine.dispose()
            raise
        options = {"max_queue": max_queue, "group_commit": group_commit}
        with as_written():
            ledger = cls(
                database,
                engine,
                companions,
                clock or system_clock,
                writer_options=options,
                without_rule=without_rule,
            )
        try:
            with as_written():
                ledger._heads.check()
            ledger._sweep()
        except BaseException:
            ledger.close()
            raise
        return ledger

    @staticmethod
    def upgrade(database: str, *, state_dir: Path | None = None) -> Upgrade:
        """Bring the tables of an older Chaski into today's form; the log's own bytes never change."""
        return upgrade(database, Companions.beside(database, state_dir))

    def close(self) -> None:
        """Finish what is queued and let everything go; closing again does nothing."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    @staticmethod
    def new_id() -> str:
        """A fresh id: 80 random bits."""
        return crockford(os.urandom(10))

    # ------------------------------------------------------------ stating

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
        Raises ConflictError `queue-full` where the queue has no room.
        """
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

    # ------------------------------------------------------------ reading with keys

    def head(self) -> Head:
        """Where the log stands, with the checkpoint signed by the log's key; never goes back."""
        return self._heads.now()

    def checkpoint(self) -> bytes:
        """The signed checkpoint as a note."""
        return self.head().checkpoint.encode()

    def receipt(self, id_or_digest: str) -> str:
        """The `.tlog-proof` of a fact at the present size, with its entry inside: one file proves it offline."""
        head = self.head()
        with self._readers.log_view() as view:
            index = view.index_of(id_or_digest)
            if index >= head.size:
                raise NotFoundError(Problem("fact-not-found", "", id_or_digest[:64]))
            proof = view.inclusion(index, head.size)
            entry = view.entries(index, index + 1)[0]
        return TlogProof(index, tuple(proof), Note.parse(head.checkpoint.encode()), extra=entry).format().decode()

    def disclosures(self, id_or_digest: str, *, party: str | None = None) -> Mapping[str, object]:
        """The clear values of a fact's sealed fields, by pointer, from the vault: those that `party` may see.

        A party sees its own, that of the persons it enrolled and itself; one with the role auditor also what a producer
        consented to (scope `personal-data`); others nothing. Without a party it is the operator at the machine, who
        holds the keys. What is hidden, destroyed or withheld is absent, for everybody.
        """
        with self._readers.log_view() as view:
            statement = view.statement(view.index_of(id_or_digest))
        if statement.is_withheld:
            return {}
        with self._persons() as persons:
            found = self._vault.disclosures(
                statement.digest,
                lambda holder: (
                    not persons.is_hidden(holder) and (party is None or persons.may_see(party, holder, statement))
                ),
            )
        return {pointer: disclosed_value(text) for pointer, text in found.items()}

    def find_person(self, document: str, *, programme: str) -> list[str]:
        """The persons a programme (the party that enrolled them) entered under a document number `PE-DNI 00000023`.

        Found by a blind index under the programme's own key; never those who asked for erasure, nor what a
        correction took back.
        """
        standing: list[str] = []
        with self._persons() as persons:
            for holder, digest in self._vault.find(programme, document):
                if self._catalogue.stands(digest) and persons.enrolled(holder) and not persons.is_hidden(holder):
                    standing.append(holder)
        return sorted(set(standing))

    # ------------------------------------------------------------ erasing

    def erasures(self) -> list[ErasureLine]:
        """Every request for erasure: what is hidden, when retention ends, what would be or was destroyed."""
        with self._readers.books(None) as books:
            return erasure_lines(books, day_of(moment(self._clock())), self._vault.count)

    def erase_due(self) -> list[tuple[ErasureLine, Outcome]]:
        """Destroy what is due and state `erasure.done` for each, as operator; the rules are asked before anything goes.

        Keys, disclosures, blind index and personal documents go when the statement is in the log; a crash in between
        is made good at the next start. What was destroyed before and came back, with a backup or with what somebody
        stated since, is destroyed again.
        """
        done = []
        today = day_of(moment(self._clock()))
        for line in self.erasures():
            if line.state == "done":
                with self._persons() as persons:
                    gone = Doomed(*persons.belongings(line.person))
                self._vault.destroy(gone)
                self._documents.destroy(gone.documents)
            if line.state == "due":
                counted = [{"kind": kind, "count": count} for kind, count in line.destroys.items()]
                body = {"erasure": line.erasure, "person": line.person, "done_on": today, "destroyed": counted}
                done.append((line, self.state_as_operator("erasure.done/1", body)))
        return done

    def withhold(self, id_or_digest: str, *, reason: str, mask: Sequence[str] = ()) -> Outcome:
        """As operator, take a statement's text out of the ledger and restate what it means; the last resort.

        `mask` names members of its marks (name, district, sector, code, number) whose words go as well. Raises
        RefusedError where the rules say no.
        """
        with self._readers.log_view() as view:
            statement = view.statement(view.index_of(id_or_digest))
        restated = restatement(statement, post(statement), mask=mask)
        body = {"statement": statement.digest, "reason": reason, "restated": restated_text(restated)}
        return self.state_as_operator("statement.withheld/1", body)

    # ------------------------------------------------------------ operating

    @property
    def is_demo(self) -> bool:
        """Whether this is an invented ledger: named as the demo is, or signed with keys that anybody can make."""
        return self.has_demo_name or self.has_demo_keys

    @property
    def has_demo_name(self) -> bool:
        """Whether the log is named as a demo."""
        return self.origin.endswith("/log/demo")

    @property
    def operator_key(self) -> SigningKey:
        """The operator's own key, from its file."""
        return self._companions.read_key(".operator.key")

    def adopt_pack(self, data: bytes) -> Outcome:
        """Keep the bytes of a pack of any kind and adopt it; raises FormatError where it is no sound pack."""
        pack = parse_pack(data)
        self._catalogue.add_pack(pack, data)
        self._packs = self._catalogue.packs()
        body = {"kind": kind_of(pack), "code": pack.code, "digest": pack.digest}
        return self.state_as_operator("pack.adopted/1", body)

    # ------------------------------------------------------------ documents and tokens

    def put_document(self, sha256: str, chunks: Iterable[bytes], *, media_type: str, personal: bool = False) -> None:
        """Store a document under its digest; raises FormatError for type, size or digest."""
        self._documents.put(sha256, chunks, media_type=media_type, personal=personal)

    def document(self, sha256: str) -> tuple[str, Iterator[bytes]]:
        """Media type and bytes of a document; raises NotFoundError, also for a personal one of hidden persons."""
        with self._persons() as persons:
            if persons.hides_document(sha256):
                raise NotFoundError(Problem("document-unknown", "", sha256))
        return self._documents.get(sha256)

    def create_token(
        self, *, party: str, scopes: Sequence[str], days: int, label: str, secret: bytes | None = None
    ) -> str:
        """Make a bearer token for a party that stands; it is shown once."""
        self._must_stand(party)
        return self._tokens.create(party=party, scopes=scopes, days=days, label=label, secret=secret)

    def token(self, text: str) -> Token | None:
        """What a bearer token allows, or None."""
        return self._tokens.find(text)

    def tokens(self) -> list[Token]:
        """Every token, without its text."""
        return self._tokens.all()

    def revoke_token(self, token_id: str) -> None:
        """End a token; raises NotFoundError."""
        self._tokens.revoke(token_id)

    # ------------------------------------------------------------ telling others

    def subscribe(
        self, *, party: str, url: str, events: Sequence[str], types: Sequence[str] = ()
    ) -> tuple[Subscription, str]:
        """Let a party that stands be told of events at an address that was checked; the secret is shown once.

        Everything else about webhooks is asked of `outbox`; `ledger.outbox` delivers what waits there.
        """
        self._must_stand(party)
        name, secret = self.outbox.subscriptions.add(party=party, url=url, events=events, types=types)
        return self.outbox.subscriptions.one(name), secret

    # ------------------------------------------------------------ checking

    def verify(
        self,
        *,
        checkpoint: str | None = None,
        workers: int | None = None,
        strict: bool = True,
        progress: Callable[[int, int], None] | None = None,
    ) -> Verification:
        """Check everything from the bytes up; raises ProofError that names what is broken.

        A checkpoint kept outside proves that the log still holds all it held then.
        """
        with as_written():
            found = verify(
                self._database,
                self._engine,
                LOG,
                VerifierKey.parse(self.verifier_key),
                kept=checkpoint,
                remembered=(self._heads.remembered.size, self._heads.remembered.root),
                workers=workers,
                strict=strict,
                progress=progress,
            )
        signed = sign_checkpoint(Checkpoint(self.origin, found.size, bytes.fromhex(found.root)), [self._log_key])
        return replace(self.with_persons(found), checkpoint=signed.format().decode())

    def rebuild(self, *, until: int | None = None) -> RebuildReport:
        """Post every fact again into empty books and compare them with the stored ones, row for row."""
        with as_written():
            return rebuild(self._engine, LOG, self.origin, until=until)

    # ------------------------------------------------------------ the writer's side

    def _begin(self, operator: str, country: str, packs: Mapping[tuple[Kind, str], bytes]) -> None:
        envelope = genesis(
            self.origin,
            operator=operator,
            country=country,
            operator_key=self.operator_key,
            signer=self._signer,
            verifier_key=self.verifier_key,
            packs=packs,
            at=moment(self._clock()),
        )
        outcome = self.state(sign(envelope, self.operator_key).jws)[0]
        if outcome.status != "accepted":
            raise RefusedError(outcome.problems)
        self.delegate(self.operator_party)

    def _append(self, groups: Sequence[Group]) -> list[list[Outcome]]:
        disclosed = {item.statement.digest: item for group in groups for item in group.items if item.disclosures}
        doomed: dict[str, Doomed] = {}
        has_withheld = False

        def to_vault(accepted: Sequence[Statement]) -> None:
            nonlocal has_withheld
            values: list[SealedValue] = []
            documents: list[IdentityDocument] = []
            for s in accepted:
                said = meant(s).fact
                has_withheld |= isinstance(said, StatementWithheld)
                if isinstance(said, ErasureDone):
                    _, books = self._journal.so_far()
                    persons = Persons(books, day_of(moment(self._clock())))
                    doomed[s.digest] = Doomed(*persons.belongings(said.person))
                    self._vault.doom(s.digest, doomed[s.digest])
                if s.digest in disclosed:
                    own = disclosed[s.digest].disclosures
                    holder = self._holder(s, accepted)
                    values += [SealedValue(s.digest, d.pointer, holder, d.text) for d in own]
                    documents += _identity_documents(s, own)
            if values:
                self._vault.put(values, documents)

        outcomes, before, after = self._journal.append(groups, prepare=to_vault)
        if after.size > before.size:
            self._journal.read_back(before, after)
            self._vault.committed(o.digest for group in outcomes for o in group if o.digest in disclosed)
            # The floor stood at `before`, and the new nodes were computed from there: nothing else can be signed.
            self._heads.sign(after, grown=True)
        for digest, gone in doomed.items():
            self._destroy(digest, gone)
        if has_withheld:
            self._journal.tidy()
        return outcomes

    def _holder(self, statement: Statement, accepted: Sequence[Statement]) -> str:
        """Under whose key sealed values go; words about another statement go under the key of whom that is about."""
        fact = meant(statement).fact
        if isinstance(fact, FlagJustified | FactRetracted):
            beside = next((each.fact for each in accepted if each.digest == fact.statement), None)
            if beside is None:
                view, _ = self._journal.so_far()
                beside = meant(view.statement(view.index_of(fact.statement))).fact
            return person_of(beside) or statement.envelope.by
        return person_of(fact) or statement.envelope.by

    def _destroy(self, statement: str, doomed: Doomed) -> None:
        """Destroy what a statement of `erasure.done`, which is in the log, dooms."""
        self._vault.destroy(doomed)
        self._documents.destroy(doomed.documents)
        self._vault.destroyed(statement)

    def _sweep(self) -> None:
        """Clear the vault of what crashed batches left; another start will do where the books are busy or full."""
        if not self._vault.has_unsettled():
            return
        left: dict[str, Doomed] = {}

        def settle() -> None:
            self._vault.sweep(self._catalogue.which_stand)
            # Under the head lock: what another process is about to state must not be destroyed yet.
            left.update(self._vault.doomed())

        with suppress(ConflictError, StoreError):
            self._journal.alone(settle)
            for statement, doomed in left.items():
                self._destroy(statement, doomed)

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

    def _must_stand(self, party: str) -> None:
        with self._readers.books(None) as books:
            if books.births([party]).get(party) is None:
                raise NotFoundError(Problem("party-unknown", "/party", party))

    # ------------------------------------------------------------ outlines

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

    @contextmanager
    def _persons(self) -> Iterator[Persons]:
        """Questions about persons, put to the books as they stand now."""
        with self._readers.books(None) as books:
            yield Persons(books, day_of(moment(self._clock())))

    def _public_key(self, kid: str) -> bytes | None:
        found = self._public_keys.get(kid)
        if found is None:
            found = self._catalogue.public_key(kid)
            if found is not None:
                self._public_keys[kid] = found
        return found

    def _open_vault(self, master: bytes) -> Vault:
        if sqlite_path(self._database) is None and self._engine.dialect.name != "sqlite":
            return Vault(self._engine, master, schema=VAULT_SCHEMA, keys_schema=KEYS_SCHEMA)
        if sqlite_path(self._database) is None:
            keys_engine = open_engine(MEMORY, must_exist=False)
            return Vault(open_engine(MEMORY, must_exist=False), master, keys_engine=keys_engine, owns_engine=True)
        return Vault.in_file(self._companions.vault, master)


def _identity_documents(statement: Statement, disclosures: Sequence[Disclosure]) -> Iterator[IdentityDocument]:
    """The document number a person was entered under, for the blind index of the party that entered them."""
    fact = statement.fact
    if not isinstance(fact, ProducerEnrolled | PartyRegistered):
        return
    holder = fact.producer if isinstance(fact, ProducerEnrolled) else fact.party
    for disclosure in disclosures:
        document = document_of(disclosed_value(disclosure.text)) if disclosure.pointer == "/person" else None
        if document is not None:
            yield IdentityDocument(statement.digest, statement.actor, document, holder)
