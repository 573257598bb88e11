"""The front door: one method per thing a caller can do, and the way of a fact on one screen.

prepare (parse, check the signature) -> offer (queue) -> append (lock, load, judge, post, write, commit)
-> read back, sign the checkpoint, answer. Reading goes past all of that, at any log size.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine

from ledger import canonical, keys
from ledger.errors import ConflictError, FormatError, NotFoundError, Problem, ProofError, RefusedError
from ledger.facts import known_types, person_of
from ledger.keys import SigningKey
from ledger.log.checkpoint import Checkpoint, sign_checkpoint
from ledger.log.note import KeyKind, Note, VerifierKey
from ledger.log.proof import TlogProof
from ledger.log.tiles import TileId
from ledger.packs.catalogue import builtin
from ledger.packs.commodity import parse_commodity
from ledger.packs.pack import CommodityPack
from ledger.queries import FactRecord, Head, LotLine, LotView, Outcome, RebuildReport, Trace, Verification
from ledger.rules import RULES_VERSION
from ledger.rules.identity import NEVER_DELEGABLE
from ledger.statement import (
    Disclosure,
    Statement,
    check_disclosures,
    check_signature,
    disclose,
    disclosed_value,
    parse_submission,
    sign,
)
from ledger.store.batch import Clock, Group, Item, Tip, moment
from ledger.store.books import Books
from ledger.store.catalogue import Catalogue, KeyRow
from ledger.store.clock import system_clock
from ledger.store.companions import Companions, RememberedHead
from ledger.store.connection import MEMORY, Connection, StoreError, as_written, open_engine, sqlite_path
from ledger.store.documents import Documents
from ledger.store.journal import Journal
from ledger.store.log_view import LogView
from ledger.store.lot_list import lot_lines
from ledger.store.lot_view import lot_view, trace
from ledger.store.names import Names
from ledger.store.rebuild import rebuild
from ledger.store.tokens import Token, Tokens
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


@dataclass(frozen=True, slots=True)
class Prepared:
    """A fact that was parsed and whose signature was checked, ready to be offered."""

    item: Item

    @property
    def statement(self) -> Statement:
        """The statement to be judged."""
        return self.item.statement


@dataclass(frozen=True, slots=True)
class Reader:
    """A connection for reading, with the names it has met: committed names never change."""

    connection: Connection
    names: Names


class Ledger:
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
        self._readers: list[Reader] = []
        self._readers_lock = threading.Lock()
        self._public_keys: dict[str, bytes] = {}
        self._head_lock = threading.Lock()
        self._head: Head | None = None
        with ExitStack() as opened:
            opened.callback(engine.dispose)
            opened.callback(self._close_readers)
            self._catalogue = Catalogue(engine, LOG)
            self._catalogue.check_version()
            self.origin, self.public_url = self._catalogue.identity()
            self._log_key = companions.read_key(".key")
            self.has_demo_keys = companions.has_demo_key()
            self._node_seed = companions.read_secret(".node.key")
            self.node_key = SigningKey.from_seed(self._node_seed)
            self.node_kid = self.node_key.thumbprint
            self.verifier_key = VerifierKey(self.origin, KeyKind.LOG, self._log_key.public).format()
            self._remembered = RememberedHead(companions.path(".head"))
            opened.callback(self._remembered.close)
            self._packs = self._catalogue.packs()
            master = companions.master_key()
            self._vault = self._open_vault(master)
            opened.callback(self._vault.close)
            self._documents = Documents(engine, LOG, companions.documents, master)
            self._tokens = Tokens(engine, LOG, clock)
            self._journal = Journal(
                engine, LOG, self.origin, packs=lambda: self._packs, clock=clock, floor=self._stand_above_floor
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
            _nothing_yet(companions, Catalogue(engine, LOG).size())
            for ending in (".key", ".node.key", ".operator.key", ".master.key"):
                companions.write_key(ending, _new_seed(demo_seed, ending), demo=demo_seed is not None)
            named = public_url or f"https://{origin.split('/', maxsplit=1)[0]}"
            Catalogue(engine, LOG).create(origin, named, packs)
        except BaseException:
            engine.dispose()
            raise
        ledger = cls(database, engine, companions, clock or system_clock, writer_options={})
        try:
            ledger._open_log(operator, country, packs)
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
                _begun(companions, Catalogue(engine, LOG).size())
        except BaseException:
            engine.dispose()
            raise
        options = {"max_queue": max_queue, "group_commit": group_commit}
        with as_written():
            ledger = cls(database, engine, companions, clock or system_clock, writer_options=options)
        try:
            with as_written():
                ledger._check_remembered()
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

    def _close_readers(self) -> None:
        while self._readers:
            self._readers.pop().connection.close()

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
        """Sign a fact for a party with the node's key.

        `fact` has id, fact, at, body, and where needed sealed {pointer: clear value}, for, basis, replaces.
        Nonce and salts follow from the content under the node's secret, so that sending the same fact
        again gives the same statement and with it the first receipt.
        """
        unknown = fact.keys() - _UNSIGNED_FIELDS
        missing = {"id", "fact", "at", "body"} - fact.keys()
        if unknown or missing:
            raise FormatError(
                [Problem("field-unknown", f"/{name}") for name in sorted(unknown)]
                + [Problem("field-missing", f"/{name}") for name in sorted(missing)]
            )
        content = canonical.encode({**fact, "by": party, "log": self.origin})
        sealed = fact.get("sealed") or {}
        body, disclosures = self._sealed(fact["body"], sealed, content)
        envelope = {name: value for name, value in fact.items() if name not in ("sealed", "body")}
        envelope |= {
            "by": party,
            "log": self.origin,
            "body": body,
            "nonce": canonical.b64url(self._secret(b"nonce", content)),
        }
        if hand is not None:
            envelope["hand"] = hand
        statement = sign(envelope, self.node_key)
        check_disclosures(statement.fact, disclosures)
        return Prepared(Item.of(statement, verified=True, disclosures=disclosures))

    def offer(
        self, items: Sequence[Prepared | FormatError | ProofError], *, atomic: bool = False, bulk: bool = False
    ) -> Future[list[Outcome]]:
        """Queue facts for the writer; the answer has one outcome per item, in order.

        Items that failed to parse stand as refused outcomes; in an atomic request they refuse everything.
        Raises ConflictError `queue-full` where the queue has no room.
        """
        good = [item for item in items if isinstance(item, Prepared)]
        failed = {place: _failed(item) for place, item in enumerate(items) if not isinstance(item, Prepared)}
        if atomic and failed:
            refusal = Problem("atomic-refused", retry="after-change")
            return _done([failed.get(place) or _refused(item, refusal) for place, item in enumerate(items)])
        if not good:
            return _done([failed[place] for place in sorted(failed)])
        items_of = [item.item for item in good]
        groups = [Group(tuple(items_of))] if atomic else [Group((item,)) for item in items_of]
        answer = self._writer.offer(groups, bulk=bulk)
        if not failed:
            return answer
        merged: Future[list[Outcome]] = Future()
        answer.add_done_callback(lambda done: _merge(done, failed, len(items), merged))
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
        types = sorted(_delegable()) if fact_types is None else list(fact_types)
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
            "id": crockford(self._secret(b"operator-id", hidden)[:10]),
            "log": self.origin,
            "by": self.operator_party,
            "nonce": canonical.b64url(self._secret(b"nonce", hidden)),
        }
        statement = sign(envelope, self.operator_key)
        outcome = self.state(statement.jws)[0]
        if outcome.status == "refused":
            raise RefusedError(outcome.problems)
        return outcome

    # ------------------------------------------------------------ reading

    def head(self) -> Head:
        """Where the log stands, with the checkpoint signed by the log's key; never goes back."""
        with self._log_view() as view:
            tip = view.tip()
        return self._signed_head(tip)

    def checkpoint(self) -> bytes:
        """The signed checkpoint as a note."""
        return self.head().checkpoint.encode()

    def fact(self, id_or_digest: str) -> FactRecord:
        """A fact by its id or its statement's digest; raises NotFoundError."""
        with self._log_view() as view:
            return view.fact(id_or_digest)

    def receipt(self, id_or_digest: str) -> str:
        """The `.tlog-proof` of a fact at the present size, with its entry inside: one file proves it offline."""
        head = self.head()
        with self._log_view() as view:
            index = view.index_of(id_or_digest)
            if index >= head.size:
                raise NotFoundError(Problem("fact-not-found", "", id_or_digest[:64]))
            proof = view.inclusion(index, head.size)
            entry = view.entries(index, index + 1)[0]
        return TlogProof(index, tuple(proof), Note.parse(head.checkpoint.encode()), extra=entry).format().decode()

    def entry(self, index: int) -> bytes:
        """The text of one entry."""
        with self._log_view() as view:
            return view.entries(index, index + 1)[0]

    def lot(self, lot: str, *, size: int | None = None) -> LotView:
        """A lot as known now, or when the log held `size` entries; raises NotFoundError."""
        with self._books(size) as books:
            birth = books.birth_of(lot)
            return lot_view(books, lot, self._packs_in_force(books).get(str(birth.value["commodity"])))

    def lots(
        self, *, party: str | None = None, commodity: str | None = None, after: str = "", limit: int = 100
    ) -> list[LotLine]:
        """Lots in order of their birth; those a party holds or held, where one is named."""
        with self._books(None) as books:
            return lot_lines(books, party=party, commodity=commodity, after=after, limit=limit)

    def trace(self, lot: str, *, size: int | None = None) -> Trace:
        """Back to producers with grams, forward to receivers; raises NotFoundError."""
        with self._books(size) as books:
            return trace(books, lot)

    def tile(self, level: int, index: int, width: int = 256) -> bytes:
        """Hashes of a tile; raises NotFoundError beyond the tree."""
        tile = TileId(level, index, width)
        with self._log_view() as view:
            self._fits(tile, view)
            return view.tile(tile)

    def entries_tile(self, index: int, width: int = 256) -> bytes:
        """A bundle of entries; raises NotFoundError beyond the tree."""
        tile = TileId("entries", index, width)
        with self._log_view() as view:
            self._fits(tile, view)
            return view.entries_tile(tile)

    def inclusion(self, index: int, size: int) -> list[bytes]:
        """Inclusion proof; raises NotFoundError beyond the tree, FormatError for numbers without one."""
        with self._log_view() as view:
            if size > self._size():
                raise NotFoundError(Problem("size-unknown", "", size))
            return view.inclusion(index, size)

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Consistency proof between two sizes."""
        with self._log_view() as view:
            if new > self._size():
                raise NotFoundError(Problem("size-unknown", "", new))
            return view.consistency(old, new)

    def disclosures(self, id_or_digest: str) -> Mapping[str, object]:
        """The clear values of a fact's sealed fields, by pointer, from the vault."""
        with self._log_view() as view:
            digest = view.statement(view.index_of(id_or_digest)).digest
        return {pointer: disclosed_value(text) for pointer, text in self._vault.disclosures(digest).items()}

    def pack(self, commodity: str) -> CommodityPack:
        """The pack of a commodity; raises NotFoundError."""
        found = self.packs().get(commodity)
        if found is None:
            raise NotFoundError(Problem("commodity-unknown", "", commodity))
        return found

    def packs(self) -> Mapping[str, CommodityPack]:
        """The packs in force, by commodity."""
        with self._books(None) as books:
            return self._packs_in_force(books)

    def name_of(self, thing: str) -> str:
        """The public name of a party or facility, or its own code or id."""
        with self._books(None) as books:
            return books.names_of([thing]).get(thing, thing)

    @property
    def is_demo(self) -> bool:
        """Whether this is an invented ledger: named as the demo is, or signed with keys that anybody can make."""
        return self.has_demo_name or self.has_demo_keys

    @property
    def has_demo_name(self) -> bool:
        """Whether the log is named as a demo."""
        return self.origin.endswith("/log/demo")

    @property
    def operator_party(self) -> str:
        """The party that runs the log."""
        return self._catalogue.operator()

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

    def keys(self) -> list[KeyRow]:
        """Every key the log has authorised."""
        return self._catalogue.keys()

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
        with self._books(None) as books:
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
        remembered = (self._remembered.size, self._remembered.root)
        with as_written():
            return verify(
                self._database,
                self._engine,
                LOG,
                self.origin,
                self._log_key,
                kept=checkpoint,
                remembered=remembered,
                workers=workers,
                strict=strict,
                progress=progress,
            )

    def rebuild(self, *, check: bool = True, until: int | None = None) -> RebuildReport:
        """Post every fact again into empty books and compare them with the stored ones, row for row."""
        del check
        with as_written():
            return rebuild(self._engine, LOG, self.origin, until=until)

    # ------------------------------------------------------------ the writer's side

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
            self._signed_head(after, grown=True)
        return outcomes

    def _stand_above_floor(self, tip: Tip) -> None:
        """Refuse to go on behind, or beside, what was seen: somebody has put an older or another copy in place."""
        size, root = self._remembered.size, self._remembered.root
        if tip.size < size:
            raise ProofError(Problem("older-than-remembered", "", tip.size, size))
        if tip.size == size and tip.root != root and size:
            raise ProofError(Problem("forked-from-remembered", "", tip.root.hex(), root.hex()))
        if 0 < size < tip.size:
            # Another process has written: what it wrote must continue what we have signed.
            with self._log_view() as view:
                view.check_consistent(size, root, tip.size, tip.root)
        self._remembered.remember(tip.size, tip.root)

    def _check_remembered(self) -> None:
        with self._log_view() as view:
            tip = view.tip()
        self._stand_above_floor(tip)

    def _sweep(self) -> None:
        """Clear the vault of what crashed batches left; another start will do where the books are busy or full."""
        if self._vault.has_unsettled():
            with suppress(ConflictError, StoreError):
                self._journal.alone(lambda: self._vault.sweep(self._catalogue.which_stand))

    def _signed_head(self, tip: Tip, *, grown: bool = False) -> Head:
        """Sign the checkpoint of a committed head; an older one than was already signed is refused.

        `grown` says that this process has made `tip` out of a head it had checked.
        """
        with self._head_lock:
            if self._head is not None and (self._head.size, self._head.root) == (tip.size, tip.root.hex()):
                return self._head
            if self._head is not None and tip.size < self._head.size:
                # A reader that began before the last commit: what is newer was signed already.
                return self._head
            if grown and tip.size > self._remembered.size:
                self._remembered.remember(tip.size, tip.root)
            else:
                self._stand_above_floor(tip)
            note = sign_checkpoint(Checkpoint(self.origin, tip.size, tip.root), [self._log_key])
            self._head = Head(self.origin, tip.size, tip.root.hex(), note.format().decode(), moment(tip.recorded))
            return self._head

    def _open_log(self, operator: str, country: str, packs: Mapping[str, bytes]) -> None:
        party = crockford(hashlib.sha256(f"{self.origin}\noperator".encode()).digest()[:10])
        operator_key = self.operator_key
        body = {
            "origin": self.origin,
            "log_key": self.verifier_key,
            "operator": {
                "party": party,
                "name": operator,
                "country": country,
                "key": canonical.b64url(operator_key.public),
            },
            "node_key": canonical.b64url(self.node_key.public),
            "packs": [
                {"kind": "commodity", "code": code, "digest": hashlib.sha256(data).hexdigest()}
                for code, data in sorted(packs.items())
            ],
            "rules_version": RULES_VERSION,
        }
        envelope = {
            "fact": "log.opened/1",
            "id": crockford(hashlib.sha256(f"{self.origin}\ngenesis".encode()).digest()[:10]),
            "log": self.origin,
            "by": party,
            "at": moment(self._clock()),
            "nonce": canonical.b64url(self._secret(b"nonce", self.origin.encode())),
            "body": body,
        }
        outcome = self.state(sign(envelope, operator_key).jws)[0]
        if outcome.status != "accepted":
            raise RefusedError(outcome.problems)
        self.delegate(party, sorted(_delegable()))

    # ------------------------------------------------------------ small things

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

    def _secret(self, purpose: bytes, content: bytes) -> bytes:
        return hmac.digest(self._node_seed, b"chaski." + purpose + b"/v1\n" + content, "sha256")[:16]

    def _sealed(
        self, body: Mapping[str, Any], sealed: Mapping[str, Any], content: bytes
    ) -> tuple[Mapping[str, Any], tuple[Disclosure, ...]]:
        """The body with digests where clear values were given, and the disclosures."""
        if not sealed:
            return body, ()
        copy = _copied(body)
        disclosures: list[Disclosure] = []
        for pointer, value in sorted(sealed.items()):
            salt = self._secret(b"salt", content + pointer.encode())
            made = disclose(salt, pointer, value)
            _put(copy, pointer, made.digest)
            disclosures.append(made)
        return copy, tuple(disclosures)

    def _open_vault(self, master: bytes) -> Vault:
        if sqlite_path(self._database) is None and self._engine.dialect.name != "sqlite":
            return Vault(self._engine, master, schema=VAULT_SCHEMA)
        if sqlite_path(self._database) is None:
            return Vault(open_engine(MEMORY, must_exist=False), master, owns_engine=True)
        return Vault.in_file(self._companions.vault, master)

    def _packs_in_force(self, books: Books) -> Mapping[str, CommodityPack]:
        at_hand = self._packs.by_digest
        digests = books.pack_digests({pack.code for pack in at_hand.values()})
        return {code: at_hand[digest] for code, digest in digests.items() if digest in at_hand}

    def _size(self) -> int:
        with self._log_view() as view:
            return view.tip().size

    def _fits(self, tile: TileId, view: LogView) -> None:
        if not tile.fits(view.tip().size):
            raise NotFoundError(Problem("tile-unknown", "", tile.format()))

    @contextmanager
    def _reader(self) -> Iterator[Reader]:
        with self._readers_lock:
            reader = self._readers.pop() if self._readers else None
        reader = reader or Reader(Connection(self._engine), Names(LOG))
        try:
            reader.connection.begin_read()
            yield reader
        finally:
            reader.connection.rollback()
            reader.names.trim()
            with self._readers_lock:
                # A few stay at hand; after a rush the others go back, or the pool would have none left to give.
                kept = len(self._readers) < _READERS_KEPT
                if kept:
                    self._readers.append(reader)
            if not kept:
                reader.connection.close()

    @contextmanager
    def _log_view(self) -> Iterator[LogView]:
        with self._reader() as reader:
            yield LogView(reader.connection, LOG, self.origin, reader.names)

    @contextmanager
    def _books(self, size: int | None) -> Iterator[Books]:
        with self._reader() as reader:
            now = LogView(reader.connection, LOG, self.origin, reader.names).tip().size
            if size is not None and not 0 < size <= now:
                raise NotFoundError(Problem("size-unknown", "", size, now))
            yield Books(reader.connection, LOG, reader.names, size or now)


_READERS_KEPT = 4
_UNSIGNED_FIELDS = {"id", "fact", "at", "body", "sealed", "for", "basis", "basis_document", "replaces"}


def _nothing_yet(companions: Companions, size: int) -> None:
    """Raise ConflictError unless a ledger may begin here: no entry in the database, and none ever seen beside it."""
    head = RememberedHead(companions.path(".head"))
    try:
        if size or head.size:
            raise ConflictError(Problem("ledger-exists", "", companions.base.name))
    finally:
        head.close()


def _begun(companions: Companions, size: int) -> None:
    """Raise NotFoundError unless there is a ledger with its genesis."""
    if not size:
        code = "ledger-unfinished" if companions.path(".key").exists() else "ledger-not-found"
        raise NotFoundError(Problem(code, "", companions.base.name))


def _delegable() -> set[str]:
    return {name for name in known_types() if name not in NEVER_DELEGABLE and name != "log.opened/1"}


def _new_seed(demo_seed: str | None, ending: str) -> bytes:
    if demo_seed is None:
        return keys.new_secret_key()
    return hashlib.sha256(f"chaski.demo-key/v1\n{demo_seed}\n{ending}".encode()).digest()


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copied(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_copied(inner) for inner in value]
    return value


def _put(body: Any, pointer: str, digest: str) -> None:
    *path, last = pointer.strip("/").split("/")
    place = body
    try:
        for part in path:
            place = place[int(part)] if isinstance(place, list) else place[part]
        place[last] = digest
    except (KeyError, IndexError, ValueError, TypeError):
        raise FormatError(Problem("sealed-pointer", "/sealed", pointer)) from None


def _done(outcomes: list[Outcome]) -> Future[list[Outcome]]:
    answer: Future[list[Outcome]] = Future()
    answer.set_result(outcomes)
    return answer


def _failed(error: FormatError | ProofError) -> Outcome:
    return Outcome(status="refused", problems=error.problems)


def _refused(item: Prepared | FormatError | ProofError, problem: Problem) -> Outcome:
    if not isinstance(item, Prepared):
        return _failed(item)
    statement = item.statement
    return Outcome("refused", statement.envelope.id, statement.type, statement.digest, problems=(problem,))


def _merge(
    done: Future[list[Outcome]], failed: Mapping[int, Outcome], count: int, merged: Future[list[Outcome]]
) -> None:
    error = done.exception()
    if error is not None:
        merged.set_exception(error)
        return
    rest = iter(done.result())
    merged.set_result([failed[place] if place in failed else next(rest) for place in range(count)])


__all__ = ["KeyRow", "Ledger", "Prepared", "Token"]
