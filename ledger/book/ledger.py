"""class Ledger: one method per thing a caller can do, and the way of a fact on one screen.

prepare (parse, check the signature) -> offer (queue) -> append (lock, load, judge, post, write, commit)
-> read back, sign the checkpoint, answer. Reading (reading.py) goes past all of that, at any log size.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine

from ledger import canonical, keys
from ledger.book.genesis import KEY_FILES, begun, delegable, genesis, new_seed, nothing_yet
from ledger.book.heads import Heads
from ledger.book.node_signer import NodeSigner
from ledger.book.outcomes import Prepared, answered, failed_outcome, merge, refused_outcome
from ledger.book.readers import Readers
from ledger.book.reading import Reading
from ledger.errors import ConflictError, FormatError, NotFoundError, Problem, ProofError, RefusedError
from ledger.facts import person_of
from ledger.keys import SigningKey
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import KeyKind, Note, VerifierKey
from ledger.log.proof import TlogProof
from ledger.packs.catalogue import builtin
from ledger.packs.commodity import parse_commodity
from ledger.queries import Head, Outcome, RebuildReport, Verification
from ledger.statement import Statement, check_signature, disclosed_value, parse_submission, sign
from ledger.store.batch import Clock, Group, Item, moment
from ledger.store.catalogue import Catalogue
from ledger.store.clock import system_clock
from ledger.store.companions import Companions
from ledger.store.connection import MEMORY, open_engine, sqlite_path
from ledger.store.documents import Documents
from ledger.store.journal import Journal
from ledger.store.rebuild import rebuild
from ledger.store.tokens import Token, Tokens
from ledger.store.troubles import StoreError, as_written
from ledger.store.upgrade import Upgrade, upgrade
from ledger.store.vault import SealedValue, Vault
from ledger.store.vault_schema import VAULT_SCHEMA
from ledger.store.verify import verify
from ledger.store.writer import Writer
from ledger.values import crockford

LOG = 1
"""A database holds one log today; every key has room for more."""

_WORTH_A_THREAD = 16
"""Facts of one call from which on two threads prepare them."""


class Ledger(Reading):
    """One ledger: an open database with its keys, its writer and its readers."""

    # ------------------------------------------------------------ life

    def __init__(
        self, database: str, engine: Engine, companions: Companions, clock: Clock, *, writer_options: Mapping[str, Any]
    ) -> None:
        """Callers use `create` and `open`."""
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
            self._journal = Journal(
                engine, LOG, self.origin, packs=lambda: self._packs, clock=clock, floor=self._heads.stand_above_floor
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
    ) -> Self:
        """Open a ledger that is there.

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
            ledger = cls(database, engine, companions, clock or system_clock, writer_options=options)
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
        return Prepared(Item.of(statement, verified=public is not None, disclosures=disclosures))

    def prepare_unsigned(self, fact: Mapping[str, Any], *, party: str, hand: str | None = None) -> Prepared:
        """Sign a fact for a party with the node's key; sending the same fact again gives the first receipt.

        `fact` has id, fact, at, body, and where needed sealed {pointer: clear value}, for, basis, replaces.
        """
        statement, disclosures = self._signer.statement(fact, party=party, hand=hand)
        return Prepared(Item.of(statement, verified=True, disclosures=disclosures))

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
        items_of = [item.item for item in good]
        groups = [Group(tuple(items_of))] if atomic else [Group((item,)) for item in items_of]
        answer = self._writer.offer(groups, bulk=bulk)
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
        return self._journal.check([item.item for item in items])

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

    def disclosures(self, id_or_digest: str) -> Mapping[str, object]:
        """The clear values of a fact's sealed fields, by pointer, from the vault."""
        with self._readers.log_view() as view:
            digest = view.statement(view.index_of(id_or_digest)).digest
        return {pointer: disclosed_value(text) for pointer, text in self._vault.disclosures(digest).items()}

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
        """Keep a commodity pack's bytes and adopt it; raises FormatError where it is no sound pack."""
        pack = parse_commodity(data)
        self._catalogue.add_pack(pack.digest, pack.code, data)
        self._packs = self._catalogue.packs()
        return self.state_as_operator("pack.adopted/1", {"kind": "commodity", "code": pack.code, "digest": pack.digest})

    # ------------------------------------------------------------ documents and tokens

    def put_document(self, sha256: str, chunks: Iterable[bytes], *, media_type: str, personal: bool = False) -> None:
        """Store a document under its digest; raises FormatError for type, size or digest."""
        self._documents.put(sha256, chunks, media_type=media_type, personal=personal)

    def document(self, sha256: str) -> tuple[str, Iterator[bytes]]:
        """Media type and bytes of a document; raises NotFoundError."""
        return self._documents.get(sha256)

    def create_token(
        self, *, party: str, scopes: Sequence[str], days: int, label: str, secret: bytes | None = None
    ) -> str:
        """Make a bearer token for a party that stands; it is shown once."""
        with self._readers.books(None) as books:
            if books.births([party]).get(party) is None:
                raise NotFoundError(Problem("party-unknown", "/party", party))
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
        return replace(found, checkpoint=signed.format().decode())

    def rebuild(self, *, until: int | None = None) -> RebuildReport:
        """Post every fact again into empty books and compare them with the stored ones, row for row."""
        with as_written():
            return rebuild(self._engine, LOG, self.origin, until=until)

    # ------------------------------------------------------------ the writer's side

    def _begin(self, operator: str, country: str, packs: Mapping[str, bytes]) -> None:
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

        def to_vault(accepted: Sequence[Statement]) -> None:
            values = [
                SealedValue(s.digest, d.pointer, person_of(s.fact) or s.envelope.by, d.text)
                for s in accepted
                if s.digest in disclosed
                for d in disclosed[s.digest].disclosures
            ]
            if values:
                self._vault.put(values)

        outcomes, before, after = self._journal.append(groups, prepare=to_vault)
        if after.size > before.size:
            self._journal.read_back(before, after)
            self._vault.committed(o.digest for group in outcomes for o in group if o.digest in disclosed)
            # The floor stood at `before`, and the new nodes were computed from there: nothing else can be signed.
            self._heads.sign(after, grown=True)
        return outcomes

    def _sweep(self) -> None:
        """Clear the vault of what crashed batches left; another start will do where the books are busy or full."""
        if self._vault.has_unsettled():
            with suppress(ConflictError, StoreError):
                self._journal.alone(lambda: self._vault.sweep(self._catalogue.which_stand))

    def _prepared(self, facts: Sequence[bytes | Mapping[str, Any]], party: str) -> list[Prepared]:
        def each(some: Sequence[bytes | Mapping[str, Any]]) -> list[Prepared]:
            return [self.prepare(f) if isinstance(f, bytes) else self.prepare_unsigned(f, party=party) for f in some]

        if len(facts) < _WORTH_A_THREAD:
            return each(facts)
        # Signatures are checked without the interpreter lock: while one thread waits for one, the other parses.
        half = len(facts) // 2
        with ThreadPoolExecutor(1, thread_name_prefix="prepare") as beside:
            second = beside.submit(each, facts[half:])
            return [*each(facts[:half]), *second.result()]

    def _public_key(self, kid: str) -> bytes | None:
        found = self._public_keys.get(kid)
        if found is None:
            found = self._catalogue.public_key(kid)
            if found is not None:
                self._public_keys[kid] = found
        return found

    def _open_vault(self, master: bytes) -> Vault:
        if sqlite_path(self._database) is None and self._engine.dialect.name != "sqlite":
            return Vault(self._engine, master, schema=VAULT_SCHEMA)
        if sqlite_path(self._database) is None:
            return Vault(open_engine(MEMORY, must_exist=False), master, owns_engine=True)
        return Vault.in_file(self._companions.vault, master)
