"""The witness's one decision: whether a checkpoint continues what it has cosigned, and if so, its cosignature."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import Final, NoReturn, Self

from ledger.errors import ConflictError, FormatError, NotFoundError, Problem, ProofError
from ledger.keys import check_enrolment, new_secret_key
from ledger.log.add_checkpoint import AddCheckpoint
from ledger.log.checkpoint import Checkpoint, SignedCheckpoint, open_checkpoint
from ledger.log.merkle import verify_consistency
from ledger.log.note import KeyKind, Note, NoteSignature, VerifierKey, cosign_note
from ledger.store.batch import Clock
from ledger.store.companions import Companions, RememberedHead
from ledger.store.troubles import as_written
from ledger.witness.state import Latest, State, WatchedLog

STEP_BACK_SECONDS: Final = 60
"""How far a witness's clock may have gone back; meanwhile its cosignatures keep the last time."""

_PATH: Final = re.compile(r"[0-9a-f]{64}")


class Witness:
    """One witness: an SQLite file, the key beside it, and per log a small file that remembers how far it had come."""

    def __init__(self, path: Path, clock: Clock, *, must_exist: bool = True) -> None:
        """Callers use `create` and `open`; `clock` gives milliseconds since 1970."""
        self._companions = Companions(path)
        self._clock = clock
        self._remembered: dict[str, RememberedHead] = {}
        self._turn = Lock()
        with ExitStack() as opened:
            self._state = State(path, must_exist=must_exist)
            opened.callback(self._state.close)
            opened.callback(self._forget)
            self._opened = opened.pop_all()

    @classmethod
    def create(cls, path: Path, *, name: str, clock: Clock, logs: Iterable[VerifierKey] = ()) -> Self:
        """Begin a witness: its file, its key and the logs it watches; raises ConflictError witness-exists.

        A key file that is there already is never replaced, nor used for a witness that begins anew.
        """
        checked = [_of_a_log(key) for key in logs]
        VerifierKey(name, KeyKind.COSIGNER, bytes(32))
        companions = Companions(path)
        if path.exists() or companions.path(".key").exists():
            raise ConflictError(Problem("witness-exists", "", path.name))
        with as_written():
            made = cls(path, clock, must_exist=False)
            try:
                companions.write_key(".key", new_secret_key())
                made._state.begin(name)
                for key in checked:
                    made._state.trust(key)
                made._take_up()
            except BaseException:
                made.close()
                raise
        return made

    @classmethod
    def open(cls, path: Path, *, clock: Clock) -> Self:
        """Take up a witness that is there.

        Raises NotFoundError witness-not-found, and ProofError older-than-remembered where its file is an older copy:
        a witness that forgot what it cosigned could be made to cosign a fork.
        """
        with as_written():
            found = cls(path, clock)
            try:
                found._take_up()
            except BaseException:
                found.close()
                raise
        return found

    def _take_up(self) -> None:
        self._key = self._companions.read_key(".key")
        self.key = VerifierKey(self._state.name(), KeyKind.COSIGNER, self._key.public)
        for log in self._state.logs():
            self._must_stand(log.origin, self._state.latest(log.origin))

    def close(self) -> None:
        """Let everything go."""
        self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def trust(self, key: VerifierKey, *, only: bool = False) -> None:
        """Watch one more log, or accept one more key of a log that is watched; raises FormatError.

        With `only` the keys given for that log before are trusted no more: one of them is in wrong hands.
        """
        self._state.trust(_of_a_log(key), only=only)

    def logs(self) -> list[WatchedLog]:
        """The logs this witness watches."""
        return self._state.logs()

    def evidence(self, origin: str) -> list[bytes]:
        """Requests a log has signed that contradict what was cosigned of it."""
        return self._state.evidence(origin)

    def checkpoint(self, path: str) -> bytes:
        """The last checkpoint cosigned of the log whose origin has this SHA-256 in hex; raises NotFoundError."""
        found = self._state.latest_under(path) if _PATH.fullmatch(path) else None
        if found is None:
            raise NotFoundError(Problem("witness-log-unknown"))
        return found

    # ------------------------------------------------------------ add-checkpoint

    def add_checkpoint(self, body: bytes) -> bytes:
        """The cosignature line over a checkpoint that continues what was cosigned before.

        The checks, in the order of c2sp.org/tlog-witness: malformed, or an old size above the new one (FormatError);
        unknown log (NotFoundError); not signed by the log (ProofError witness-log-unsigned); another old size than
        the last one cosigned (ConflictError witness-old-size, `expected` is that size); a wrong proof, or another
        root at the same size (ProofError witness-proof-wrong, witness-fork). The new state is durable before the
        answer leaves.
        """
        request = AddCheckpoint.parse(body)
        checkpoint = Checkpoint.parse(request.note.text)
        if request.old > checkpoint.size:
            raise FormatError(Problem("add-checkpoint-old-larger", "/old", request.old, checkpoint.size))
        signed = self._opened_under_its_keys(request.note, checkpoint.origin)
        try:
            with self._turn:
                with self._state.changing():
                    line = self._cosign(request, signed)
                # Only now: were it remembered before it is durable, a crash in between would look like an older copy.
                self._remember(checkpoint.origin).remember(checkpoint.size, checkpoint.root)
                return line
        except ProofError as error:
            if error.problems[0].code in {"witness-proof-wrong", "witness-fork"}:
                seconds = self._clock() // 1000
                self._state.keep_evidence(checkpoint.origin, error.problems[0].code, seconds, body)
            raise

    def _opened_under_its_keys(self, note: Note, origin: str) -> SignedCheckpoint:
        keys = self._state.keys_of(origin)
        if not keys:
            raise NotFoundError(Problem("witness-log-unknown"))
        try:
            return open_checkpoint(note.format(), keys)
        except (ProofError, FormatError) as error:
            raise ProofError(Problem("witness-log-unsigned", found=error.problems[0].code)) from None

    def _cosign(self, request: AddCheckpoint, signed: SignedCheckpoint) -> bytes:
        """Inside the transaction: compare, write, sign."""
        checkpoint = signed.checkpoint
        latest = self._state.latest(checkpoint.origin)
        last = 0 if latest is None else latest.size
        self._must_stand(checkpoint.origin, latest)
        if request.old != last:
            raise ConflictError(Problem("witness-old-size", "/old", request.old, last))
        if latest is None or last == 0:
            # Every tree begins with the empty one: there is nothing to prove, and so nothing to send.
            if request.proof:
                _unproven("witness-proof-wrong", checkpoint.size)
        else:
            if checkpoint.size == last and checkpoint.root != latest.root:
                _unproven("witness-fork", checkpoint.size)
            try:
                verify_consistency(last, checkpoint.size, latest.root, checkpoint.root, request.proof)
            except ProofError:
                _unproven("witness-proof-wrong", checkpoint.size)
        seconds = self._now(latest)
        line = cosign_note(request.note.text, self.key.name, self._key, seconds)
        # Of the lines that came along only the log's own are passed on: the others were not looked at.
        by_log = [each for each in request.note.signatures if _is_by(each, signed.log_keys)]
        note = Note(request.note.text, (*by_log, line)).format()
        path = hashlib.sha256(checkpoint.origin.encode()).hexdigest()
        self._state.put(checkpoint.origin, path, Latest(checkpoint.size, checkpoint.root, note, seconds))
        return line.format().encode()

    def _now(self, latest: Latest | None) -> int:
        """The second to cosign at: never before the last one, or two of our own statements would contradict."""
        seconds = self._clock() // 1000
        last = 0 if latest is None else latest.seconds
        if seconds < last - STEP_BACK_SECONDS:
            raise ConflictError(Problem("witness-clock-backwards", found=seconds, expected=last, retry="after-change"))
        return max(seconds, last)

    def _must_stand(self, origin: str, latest: Latest | None) -> None:
        """Raise ProofError where the file says less than was remembered outside it: an older copy was put in place."""
        remembered = self._remember(origin)
        size, root = (0, b"") if latest is None else (latest.size, latest.root)
        if size < remembered.size:
            raise ProofError(Problem("witness-older-copy", found=size, expected=remembered.size))
        if size == remembered.size and size and root != remembered.root:
            raise ProofError(Problem("witness-older-copy", found=root.hex(), expected=remembered.root.hex()))

    def _remember(self, origin: str) -> RememberedHead:
        if origin not in self._remembered:
            name = hashlib.sha256(origin.encode()).hexdigest()[:16]
            self._remembered[origin] = RememberedHead(self._companions.path(f".{name}.head"))
        return self._remembered[origin]

    def _forget(self) -> None:
        while self._remembered:
            self._remembered.popitem()[1].close()


def _is_by(line: NoteSignature, keys: Iterable[VerifierKey]) -> bool:
    return any(line.is_by(key) for key in keys)


def _of_a_log(key: VerifierKey) -> VerifierKey:
    if key.kind is not KeyKind.LOG:
        raise FormatError(Problem("witness-log-key", found=key.name))
    check_enrolment(key.public)
    return key


def _unproven(code: str, size: int) -> NoReturn:
    raise ProofError(Problem(code, found=size))
