"""The log asks its witnesses: every new checkpoint goes to each of them at once, and only what verifies is kept.

Each witness has a thread of its own, so that one that never answers holds up nobody. A witness that has seen more than
the log holds, or something else, stops the log: then the books are an older copy, or another history was signed.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, Protocol

from ledger.errors import ConflictError, LedgerError, Problem, ProofError
from ledger.log.add_checkpoint import SIZE_TYPE, AddCheckpoint, cosignatures_in
from ledger.log.checkpoint import Checkpoint, open_checkpoint
from ledger.log.entry import parse_decimal
from ledger.log.fork import Fork
from ledger.log.merkle import verify_consistency
from ledger.log.note import Note, Verified
from ledger.log.policy import Policy, PolicyWitness
from ledger.log.succession import Succession
from ledger.outbox.witness_client import SECONDS, WitnessAnswer, WitnessClient
from ledger.queries import Head
from ledger.store.batch import Clock
from ledger.store.bell import Bell
from ledger.store.cosignatures import Cosignatures

PACE_SECONDS: Final = 0.1
"""A busy log asks a witness no more often: each answer covers everything before it."""

POLL_SECONDS: Final = 2.0
"""How soon what another process wrote is noticed; what this one writes is sent at once."""

PAUSES: Final = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
"""Seconds until a witness is asked again that has failed so many times in a row."""

SKEW_SECONDS: Final = 300
"""How far ahead of our clock a witness's may be."""

_ROUND_SECONDS: Final = 6 * SECONDS
"""Two tries, a look at its evidence, and a slow resolver."""

Report = Callable[[str, Mapping[str, object]], None]
"""Is told what happened, as a name and plain values."""


class WitnessedLog(Protocol):
    """What is asked of the log that wants to be witnessed: ledger.book.Ledger."""

    @property
    def origin(self) -> str:
        """Its name."""
        ...

    def succession(self) -> Succession | None:
        """The keys it has signed with, oldest first."""
        ...

    @property
    def policy(self) -> Policy:
        """Who is asked, and how many suffice."""
        ...

    @property
    def cosignatures(self) -> Cosignatures:
        """What they said so far."""
        ...

    @property
    def grown(self) -> Bell:
        """Rings when there is a new checkpoint."""
        ...

    def head(self) -> Head:
        """The newest signed checkpoint."""
        ...

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the tree of `old` is the beginning of the tree of `new`."""
        ...

    def root_at(self, size: int) -> bytes:
        """The root the tree had at a size."""
        ...

    def take_cosignatures(self, size: int, root: bytes, found: Sequence[Verified]) -> None:
        """Keep verified cosignatures."""
        ...

    def halt(self, problem: Problem, evidence: bytes = b"") -> None:
        """Sign and write nothing more."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """What one witness answered: up to which size it has now cosigned us, and the code of what was wrong, if anything.

    `rolled_back` says that it knows less of us than it had cosigned before.
    """

    witness: str
    size: int
    problem: str | None
    milliseconds: int
    rolled_back: bool = False


class Asking:
    """Asks one witness, and remembers how far it had come."""

    def __init__(self, log: WitnessedLog, witness: PolicyWitness, clock: Clock, client: WitnessClient) -> None:
        """`client` is open to the witness's submission prefix."""
        self.witness = witness
        self._log = log
        self._clock = clock
        self._client = client
        self._turn = threading.Lock()
        last = log.cosignatures.last_by(witness.key)
        self._proven = 0 if last is None else last.size
        self.size = self._proven

    def close(self) -> None:
        """Let the connection go."""
        self._client.close()

    def ask(self, *, at_start: bool = False) -> Asked:
        """Send the newest checkpoint, once more from the size the witness names if it is another than we thought.

        Raises ProofError behind-witness or forked-from-witness where what it has seen is not the beginning of our
        log: at start on its word alone, later only with a checkpoint that carries our own signature, or any witness
        could stop a log that serves.
        """
        began = monotonic()
        problem, rolled_back = None, False
        try:
            # One at a time: a round that was given up may still be waiting for its answer.
            with self._turn:
                rolled_back = self._submit(at_start)
        except ConflictError as error:
            problem = error.problems[0].code
        return Asked(self.witness.shown, self.size, problem, round((monotonic() - began) * 1000), rolled_back)

    def _submit(self, at_start: bool) -> bool:
        head = self._log.head()
        if self.size > head.size:
            # We know it has seen more: a reader of an older moment, or an older copy of the books.
            self._contradicted("behind-witness", self.size, head, at_start=at_start)
        answer = self._send(head, self.size)
        known, rolled_back = _size_in(answer), False
        if known is not None:
            if known > head.size:
                head = self._log.head()
                if known > head.size:
                    self._contradicted("behind-witness", known, head, at_start=at_start)
            rolled_back = known < self._proven
            self.size = known
            answer = self._send(head, known)
            if _size_in(answer) is not None:
                _refused("witness-busy", answer)
        if answer.status in {409, 422}:
            # It holds another root at the size we start from, or says so.
            self._contradicted("forked-from-witness", self.size, head, at_start=at_start)
        if answer.status != 200:
            _refused("witness-refused", answer)
        self._take(head, answer)
        return rolled_back

    def _send(self, head: Head, old: int) -> WitnessAnswer:
        proof = self._log.consistency(old, head.size) if 0 < old < head.size else []
        request = AddCheckpoint(old, tuple(proof), Note.parse(head.checkpoint.encode()))
        return self._client.post("add-checkpoint", request.format())

    def _take(self, head: Head, answer: WitnessAnswer) -> None:
        """Verify every line by the witness's key; nothing else of the answer is kept."""
        text = Note.parse(head.checkpoint.encode()).text
        try:
            found = cosignatures_in(answer.body, text, self.witness.key)
        except LedgerError as error:
            raise ConflictError(Problem("witness-line-bad", found=error.problems[0].code)) from None
        latest = self._clock() // 1000 + SKEW_SECONDS
        if any((each.seconds or 0) > latest for each in found):
            raise ConflictError(Problem("witness-clock-ahead", found=self.witness.shown))
        self._log.take_cosignatures(head.size, bytes.fromhex(head.root), found[:1])
        self.size = head.size
        self._proven = max(self._proven, head.size)

    # ------------------------------------------------------------ where it has seen something else

    def _contradicted(self, code: str, seen: int, head: Head, *, at_start: bool) -> None:
        """Raise ProofError where there is evidence, or at start; else ConflictError: its word alone stops nobody."""
        evidence = self._evidence()
        if evidence is not None:
            # Read again: what our key signed meanwhile is no evidence against us, whoever hands it over.
            head = self._log.head()
            shown = self._shown(evidence, head)
            if shown is not None:
                raise self._stopped(*shown)
            if evidence[0].size <= head.size and code == "behind-witness":
                # It has signed proof of less than it claims: this is no rollback of ours.
                raise ConflictError(Problem("witness-claims-more", found=head.size, expected=seen))
        if not at_start:
            raise ConflictError(Problem("witness-claims-more", found=head.size, expected=seen))
        raise self._stopped(Problem(code, found=head.size, expected=seen, details=self._details), b"")

    def _stopped(self, problem: Problem, evidence: bytes) -> ProofError:
        self._log.halt(problem, evidence)
        return ProofError(problem)

    def _evidence(self) -> tuple[Checkpoint, Note] | None:
        """The checkpoint the witness holds of us, if it carries our own signature."""
        path = f"{hashlib.sha256(self._log.origin.encode()).hexdigest()}/checkpoint"
        succession = self._log.succession()
        if succession is None:
            return None
        try:
            answer = self._client.get(path)
            signed = open_checkpoint(answer.body, succession.keys)
        except LedgerError:
            return None
        return (signed.checkpoint, signed.note) if answer.status == 200 else None

    def _shown(self, evidence: tuple[Checkpoint, Note], head: Head) -> tuple[Problem, bytes] | None:
        """What two checkpoints under our own key show: that we stand behind, or that there are two histories."""
        seen, note = evidence
        if seen.size > head.size:
            return Problem("behind-witness", found=head.size, expected=seen.size, details=self._details), note.format()
        root = self._log.root_at(seen.size)
        if root == seen.root:
            return None
        ours = Note.parse(head.checkpoint.encode())
        proof = self._log.consistency(seen.size, head.size) if 0 < seen.size < head.size else []
        fork = Fork(note, ours, root, tuple(proof)) if seen.size < head.size else Fork(note, ours)
        if proof:
            verify_consistency(seen.size, head.size, root, bytes.fromhex(head.root), proof)
        problem = Problem("forked-from-witness", found=head.size, expected=seen.size, details=self._details)
        return problem, fork.format()

    @property
    def _details(self) -> dict[str, str | int]:
        return {"witness": self.witness.shown}


class Witnessing:
    """Keeps one log witnessed by those of its policy that have an address."""

    def __init__(
        self,
        log: WitnessedLog,
        *,
        clock: Clock,
        report: Report | None = None,
        client: Callable[[str], WitnessClient] = WitnessClient,
    ) -> None:
        """Raises FormatError witness-url for an address nobody can call."""
        self._log = log
        self._report = report or _silent
        self._all = [Asking(log, each, clock, client(each.url)) for each in log.policy.witnesses if each.url]
        self._stop = threading.Event()

    def ask_once(self, *, at_start: bool = False) -> list[Asked]:
        """Ask every witness now, side by side; raises ProofError where one has seen more or otherwise than we hold.

        At start before anything is signed for the world. One that does not answer is left out and reported.
        """
        answers: list[Asked | None] = [None] * len(self._all)
        failures: list[LedgerError] = []

        def ask(place: int, asking: Asking) -> None:
            try:
                answers[place] = asking.ask(at_start=at_start)
            except LedgerError as error:
                failures.append(error)

        threads = [
            threading.Thread(target=ask, args=(place, each), name=f"chaski-ask-{place}", daemon=True)
            for place, each in enumerate(self._all)
        ]
        for thread in threads:
            thread.start()
        until = monotonic() + _ROUND_SECONDS
        for thread in threads:
            thread.join(max(0.0, until - monotonic()))
        if failures:
            raise failures[0]
        found = [
            answer or Asked(each.witness.shown, each.size, "witness-too-slow", round(_ROUND_SECONDS * 1000))
            for each, answer in zip(self._all, answers, strict=True)
        ]
        for answer in found:
            self._told(answer)
        return found

    @contextmanager
    def working(self) -> Iterator[None]:
        """Ask on threads of its own for as long as this lasts."""
        threads = [
            threading.Thread(target=self._work, args=(each,), name=f"chaski-witness-{place}", daemon=True)
            for place, each in enumerate(self._all)
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._log.grown.ring()
            for thread in threads:
                # A resolver may keep one waiting for longer than anybody waits for the end of serving.
                thread.join(_ROUND_SECONDS)
            self.close()

    def close(self) -> None:
        """Let the connections go."""
        for each in self._all:
            each.close()

    def _work(self, asking: Asking) -> None:
        failures = 0
        while not self._stop.is_set():
            seen = self._log.grown.rings
            try:
                answer = self._round(asking)
            except ProofError as error:
                # Somebody must look. Nothing is signed any more; asking on would only repeat it.
                self._report("witness-contradicts", {"codes": [each.code for each in error.problems]})
                return
            except Exception as error:  # noqa: BLE001 - a full disk, a database gone away: the next round may do
                codes = [each.code for each in error.problems] if isinstance(error, LedgerError) else []
                self._report("witnessing-failed", {"error": type(error).__name__, "codes": codes})
                failures += 1
            else:
                failures = 0 if answer is None or answer.problem is None else failures + 1
            if failures:
                self._stop.wait(PAUSES[min(failures, len(PAUSES)) - 1])
            else:
                self._stop.wait(PACE_SECONDS)
                if not self._stop.is_set():
                    self._log.grown.wait(seen, POLL_SECONDS)

    def _round(self, asking: Asking) -> Asked | None:
        if self._log.head().size == asking.size:
            return None
        answer = asking.ask()
        self._told(answer)
        return answer

    def _told(self, answer: Asked) -> None:
        event = "witness-rolled-back" if answer.rolled_back else "witness"
        values = {"witness": answer.witness, "size": answer.size, "ms": answer.milliseconds}
        self._report(event, {**values, "problem": answer.problem})


def _size_in(answer: WitnessAnswer) -> int | None:
    """The size a 409 names; None for every other answer, and for a 409 that is no more than a refusal."""
    if answer.status != 409 or answer.type != SIZE_TYPE:
        return None
    try:
        return parse_decimal(answer.body.decode("ascii").removesuffix("\n"))
    except UnicodeDecodeError:
        return None


def _refused(code: str, answer: WitnessAnswer) -> None:
    raise ConflictError(Problem(code, found=answer.status))


def _silent(event: str, values: Mapping[str, object]) -> None:
    """Nobody wants to know."""
