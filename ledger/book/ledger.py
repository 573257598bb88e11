"""class Ledger: one method per thing a caller can do, and the way of a fact on one screen.

prepare (parse, check the signature) -> offer (queue) -> append (lock, load, judge, post, write, commit)
-> read back, sign the checkpoint, answer. Reading (reading.py) goes past all of that, at any log size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import Engine

from ledger.book.backup import Backup, back_up
from ledger.book.genesis import KEY_FILES, begun, genesis, kept_sealed, new_seed, nothing_yet
from ledger.book.heads import Heads
from ledger.book.log_affairs import LogAffairs
from ledger.book.log_keys import LogKeys
from ledger.book.node_signer import NodeSigner
from ledger.book.readers import Readers
from ledger.book.witnessed import UNASKED, WitnessedHeads
from ledger.book.writing import Writing
from ledger.errors import FormatError, NotFoundError, Problem, RefusedError
from ledger.keys import SigningKey
from ledger.log.bundle_note import bundle_note
from ledger.log.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from ledger.log.cose import sign_receipt
from ledger.log.note import Verified
from ledger.log.policy import Policy
from ledger.log.proof import TlogProof
from ledger.log.succession import Succession
from ledger.packs.anypack import Kind, kind_of, parse_pack
from ledger.packs.catalogue import builtin
from ledger.queries import Head, Outcome, RebuildReport, Verification, WitnessStanding
from ledger.statement import sign
from ledger.store.batch import Clock, moment
from ledger.store.bell import Bell
from ledger.store.catalogue import Catalogue
from ledger.store.clock import system_clock
from ledger.store.companions import Companions
from ledger.store.connection import MEMORY, open_engine, sqlite_path
from ledger.store.cosignatures import Cosignatures
from ledger.store.documents import Documents
from ledger.store.journal import Journal
from ledger.store.outbox import Outbox
from ledger.store.rebuild import rebuild
from ledger.store.subscriptions import Subscription
from ledger.store.tokens import Token, Tokens
from ledger.store.troubles import as_written
from ledger.store.upgrade import Upgrade, upgrade
from ledger.store.vault import Vault
from ledger.store.vault_schema import KEYS_SCHEMA, VAULT_SCHEMA
from ledger.store.verify import verify
from ledger.store.writer import Writer

LOG = 1
"""A database holds one log today; every key has room for more."""


class Ledger(LogAffairs, Writing):
    """One ledger: an open database with its keys, its writer and its readers."""

    def __init__(
        self,
        database: str,
        engine: Engine,
        companions: Companions,
        clock: Clock,
        *,
        writer_options: Mapping[str, Any],
        policy: Policy | None = None,
        unwitnessed_seconds: int | None = None,
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
            self._signer = NodeSigner(self.origin, companions.read_secret(".node.key"))
            self.node_key = self._signer.key
            self.node_kid = self.node_key.thumbprint
            self._readers = Readers(engine, LOG, self.origin)
            opened.callback(self._readers.close)
            self._log_keys = LogKeys(self.origin, companions, self.succession())
            self.has_demo_keys = companions.has_demo_key()
            self._heads = Heads(
                self.origin,
                self._log_keys.signing,
                companions.path(".head"),
                self._readers,
                grown_elsewhere=self.settle_log_keys,
            )
            opened.callback(self._heads.close)
            self.cosignatures = Cosignatures(engine, LOG)
            self.policy = _of_this_log(policy, self._log_keys.succession) if policy else UNASKED
            self._witnessed = WitnessedHeads(
                self.origin,
                self.policy,
                self.cosignatures,
                self._readers,
                self._heads,
                clock=clock,
                patience=unwitnessed_seconds,
            )
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
    def create(  # noqa: PLR0913 - a log begins with so many things
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
        predecessor: SignedCheckpoint | None = None,
    ) -> Self:
        """Begin a ledger: keys beside the database, tables, and the genesis at index 0 with the built-in packs.

        `predecessor` is the final checkpoint of a closed log that this one continues under another origin.

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
            ledger._begin(operator, country, packs, predecessor)
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
        policy: Policy | None = None,
        unwitnessed_seconds: int | None = None,
        without_rule: str = "",
    ) -> Self:
        """Open a ledger that is there. `without_rule` leaves one rule out, for tests.

        `policy` says whose cosignatures checkpoints and receipts carry; with `unwitnessed_seconds` nothing is written
        once the log has grown for longer without its quorum (None: the log goes on and says since when).
        Raises NotFoundError where there is none, ProofError where it stands behind what this machine has
        seen before or has another root at that size (an older or forked copy).
        """
        companions = Companions.beside(database, state_dir)
        engine = open_engine(database, must_exist=True)
        try:
            with as_written():
                begun(companions, Catalogue(engine, LOG).size())
                if sqlite_path(database) is not None or engine.dialect.name != "sqlite":
                    kept_sealed(engine, companions, VAULT_SCHEMA)
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
                policy=policy,
                unwitnessed_seconds=unwitnessed_seconds,
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

    @property
    def verifier_key(self) -> str:
        """The log's key in force, as readers pin it."""
        return self._log_keys.verifier_key.format()

    @property
    def _log_key(self) -> SigningKey:
        return self._log_keys.newest

    def head(self) -> Head:
        """Where the log stands, with the checkpoint signed by the log's key; never goes back."""
        return self._heads.now()

    def checkpoint(self) -> bytes:
        """The signed checkpoint as a note, with every cosignature there is of exactly this checkpoint."""
        return self._witnessed.note(self.head()).format()

    def shown_checkpoint(self, at_least: int = 0) -> bytes:
        """The checkpoint strangers are shown, as a note: the newest witnessed one, unless witnesses are late.

        Without witnesses it is the newest. It never goes back, nor behind the size `at_least`.
        """
        return self._witnessed.shown(self.head(), at_least).format()

    def must_be_able_to_grow(self) -> None:
        """Raise ConflictError log-unwitnessed where the log has grown unwitnessed for longer than its settings say."""
        self._witnessed.may_grow()

    def witness_standing(self) -> WitnessStanding:
        """How far the witnesses of the policy have come, and since when there is something they have not seen."""
        return self._witnessed.standing(self.head())

    @property
    def forgot(self) -> bool:
        """Whether the remembered head was gone when this ledger was opened: an older copy would not be noticed."""
        return self._heads.forgot

    @property
    def grown(self) -> Bell:
        """Rings whenever a new checkpoint has been signed."""
        return self._heads.grown

    def take_cosignatures(self, size: int, root: bytes, found: Sequence[Verified]) -> None:
        """Keep what a witness said of one of our checkpoints; every line was verified, and is again when it is read."""
        witnessed, _ = self._witnessed.newest(self.head())
        self.cosignatures.add(size, root, found, witnessed=witnessed)
        self._witnessed.forget_answer()

    def halt(self, problem: Problem, evidence: bytes = b"") -> None:
        """Sign and write nothing more: a witness has seen what these books do not hold. Evidence goes beside them."""
        self._heads.halt(problem)
        if evidence:
            self._companions.keep_evidence(evidence)

    def receipt(self, id_or_digest: str) -> str:
        """The `.tlog-proof` of a fact, with its entry inside: one file proves it offline.

        It rests on the newest checkpoint that a quorum of witnesses has cosigned and that holds the fact; where there
        is none yet, on the newest one.
        """
        head = self.head()
        with self._readers.log_view() as view:
            index = view.index_of(id_or_digest)
        if index >= head.size:
            raise NotFoundError(Problem("fact-not-found", "", id_or_digest[:64]))
        size, note = self._witnessed.covering(index, head)
        with self._readers.log_view() as view:
            proof = view.inclusion(index, size)
            entry = view.entries(index, index + 1)[0]
        return TlogProof(index, tuple(proof), note, extra=entry).format().decode()

    def cose_receipt(self, id_or_digest: str) -> bytes:
        """The same proof as a COSE receipt (RFC 9942) under the log's key; whoever checks it needs the entry too."""
        head = self.head()
        with self._readers.log_view() as view:
            index = view.index_of(id_or_digest)
            if index >= head.size:
                raise NotFoundError(Problem("fact-not-found", "", id_or_digest[:64]))
            hashes, entry = view.inclusion(index, head.size), view.entries(index, index + 1)[0]
        return sign_receipt(entry, hashes, head.size, self._log_key).format()

    @property
    def is_demo(self) -> bool:
        """Whether this is an invented ledger: named as the demo is, or signed with keys that anybody can make."""
        return self.has_demo_name or self.has_demo_keys

    @property
    def has_demo_name(self) -> bool:
        """Whether the log is named as a demo."""
        return self.origin.endswith("/log/demo")

    def adopt_pack(self, data: bytes) -> Outcome:
        """Keep the bytes of a pack of any kind and adopt it; raises FormatError where it is no sound pack."""
        pack = parse_pack(data)
        self._catalogue.add_pack(pack, data)
        self._packs = self._catalogue.packs()
        body = {"kind": kind_of(pack), "code": pack.code, "digest": pack.digest}
        return self.state_as_operator("pack.adopted/1", body)

    def put_document(self, sha256: str, chunks: Iterable[bytes], *, media_type: str, personal: bool = False) -> None:
        """Store a document under its digest; raises FormatError for type, size or digest."""
        self._documents.put(sha256, chunks, media_type=media_type, personal=personal)

    def document(self, sha256: str) -> tuple[str, Iterator[bytes]]:
        """Media type and bytes of a document; raises NotFoundError, also for a personal one of hidden persons."""
        with self._persons() as persons:
            if persons.hides_document(sha256):
                raise NotFoundError(Problem("document-unknown", "", sha256))
        return self._documents.get(sha256)

    def open_documents(self, digests: Sequence[str]) -> list[str]:
        """Which of these documents are kept here and are nobody's personal document."""
        return self._documents.open_ones(digests)

    def sign_bundle(self, manifest_digest: str) -> bytes:
        """The note over the manifest of an audit bundle, by its SHA-256: exactly one line, by the log's key."""
        return bundle_note(self.origin, manifest_digest, self._log_key)

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

    def subscribe(
        self, *, party: str, url: str, events: Sequence[str], types: Sequence[str] = ()
    ) -> tuple[Subscription, str]:
        """Let a party that stands be told of events at an address that was checked; the secret is shown once.

        Everything else about webhooks is asked of `outbox`; `ledger.outbox` delivers what waits there.
        """
        self._must_stand(party)
        name, secret = self.outbox.subscriptions.add(party=party, url=url, events=events, types=types)
        return self.outbox.subscriptions.one(name), secret

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
                self._log_keys.succession.keys,
                kept=checkpoint,
                # What was not remembered before this process began says nothing.
                remembered=(0, b"") if self.forgot else (self._heads.remembered.size, self._heads.remembered.root),
                workers=workers,
                strict=strict,
                progress=progress,
            )
        root = bytes.fromhex(found.root)
        signed = sign_checkpoint(Checkpoint(self.origin, found.size, root), self._log_keys.signing())
        return replace(self.with_persons(found), checkpoint=signed.format().decode())

    def back_up(self, folder: Path, *, keys_folder: Path | None = None) -> Backup:
        """Write a backup while the ledger is in use: the ledger into one folder, everything secret into another.

        See `ledger.book.backup.back_up` for what it raises, and for PostgreSQL. `ledger.book.restore` puts it back.
        """
        return back_up(
            self._database,
            self._companions,
            folder=folder,
            keys_folder=keys_folder,
            signed=self._heads.note,
            at=moment(self._clock()),
        )

    def rebuild(self, *, until: int | None = None) -> RebuildReport:
        """Post every fact again into empty books and compare them with the stored ones, row for row."""
        with as_written():
            return rebuild(self._engine, LOG, self.origin, until=until)

    def _begin(
        self,
        operator: str,
        country: str,
        packs: Mapping[tuple[Kind, str], bytes],
        predecessor: SignedCheckpoint | None,
    ) -> None:
        envelope = genesis(
            self.origin,
            operator=operator,
            country=country,
            operator_key=self.operator_key,
            signer=self._signer,
            verifier_key=self.verifier_key,
            packs=packs,
            at=moment(self._clock()),
            predecessor=predecessor,
        )
        outcome = self.state(sign(envelope, self.operator_key).jws)[0]
        if outcome.status != "accepted":
            raise RefusedError(outcome.problems)
        self.delegate(self.operator_party)

    def _must_stand(self, party: str) -> None:
        with self._readers.books(None) as books:
            if books.births([party]).get(party) is None:
                raise NotFoundError(Problem("party-unknown", "/party", party))

    def _open_vault(self, master: bytes) -> Vault:
        if sqlite_path(self._database) is None and self._engine.dialect.name != "sqlite":
            return Vault(self._engine, master, schema=VAULT_SCHEMA, keys_schema=KEYS_SCHEMA)
        if sqlite_path(self._database) is None:
            keys_engine = open_engine(MEMORY, must_exist=False)
            return Vault(open_engine(MEMORY, must_exist=False), master, keys_engine=keys_engine, owns_engine=True)
        return Vault.in_file(self._companions.vault, master)


def _of_this_log(policy: Policy, succession: Succession) -> Policy:
    """The policy, if the logs it names (where it names any) include ours; else it was written for another log."""
    named = [key.format() for key in policy.log_keys]
    if named and not {key.format() for key in succession.keys} & set(named):
        raise FormatError(
            Problem("policy-other-log", found=", ".join(named)[:200], expected=succession.current.format())
        )
    return policy
