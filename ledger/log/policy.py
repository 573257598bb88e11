"""Policy files (c2sp.org/tlog-policy): which logs are known, which witnesses, and which of them together suffice.

A policy says how to take a checkpoint at its word. URLs are for who talks to logs and witnesses; checking needs none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NoReturn

from ledger.errors import FormatError, LedgerError, Problem, ProofError
from ledger.keys import check_enrolment
from ledger.log.checkpoint import SignedCheckpoint, open_checkpoint
from ledger.log.note import KeyKind, VerifierKey

MAX_BYTES: Final = 64 * 1024
MAX_LINES_OF_A_KIND: Final = 64
"""The format asks for at least 32 logs, witnesses and groups; more than this nobody reads."""

NONE: Final = "none"

# Names are octets to the format; surrogateescape carries those that are no UTF-8 through unchanged.
_ENCODING: Final = ("utf-8", "surrogateescape")
_BLANK: Final = re.compile(r"[ \t]+")
_FORBIDDEN: Final = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_NUMBER: Final = re.compile(r"[1-9][0-9]{0,3}")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A log whose checkpoints may be believed, and where it is (or "")."""

    key: VerifierKey
    url: str = ""

    def format(self) -> str:
        """The line."""
        return _line("log", self.key.format(), self.url)


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A witness: its name inside this policy, its key, and its submission prefix (or "")."""

    name: str
    key: VerifierKey
    url: str = ""

    @property
    def shown(self) -> str:
        """The name for people: the format takes any octets, a page takes text."""
        return self.name.encode(*_ENCODING).decode("utf-8", "replace")

    def format(self) -> str:
        """The line."""
        return _line("witness", self.name, self.key.format(), self.url)


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """Has witnessed a checkpoint where at least `needed` of its members have: witnesses, or groups named before."""

    name: str
    needed: int
    members: tuple[str, ...]

    def format(self) -> str:
        """The line, `needed` as a number."""
        return _line("group", self.name, str(self.needed), *self.members)


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy as a whole. `quorum` is a witness's or a group's name, or `none`: no cosignature is needed."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str

    @classmethod
    def parse(cls, data: bytes) -> Policy:
        """Read a policy file; raises FormatError policy-malformed with the number of the line that is wrong."""
        return _Reader().read(data)

    @classmethod
    def of(
        cls, logs: Iterable[PolicyLog], witnesses: Sequence[PolicyWitness], needed: int, *, group: str = "witnesses"
    ) -> Policy:
        """The plainest policy: `needed` of all these witnesses; 0 makes the quorum `none`."""
        if needed == 0:
            return cls(tuple(logs), tuple(witnesses), (), NONE)
        members = tuple(each.name for each in witnesses)
        made = cls(tuple(logs), tuple(witnesses), (PolicyGroup(group, needed, members),), group)
        # Through the reader, so that what was made by a program obeys the same rules as what was typed.
        return cls.parse(made.format())

    def format(self) -> bytes:
        """The file: logs, witnesses, groups in their order, the quorum."""
        logs = [each.format() for each in self.logs]
        witnesses = [each.format() for each in self.witnesses]
        groups = [each.format() for each in self.groups]
        return "".join([*logs, *witnesses, *groups, _line("quorum", self.quorum)]).encode(*_ENCODING)

    @property
    def shown_quorum(self) -> str:
        """The quorum's name for people."""
        return self.quorum.encode(*_ENCODING).decode("utf-8", "replace")

    @property
    def log_keys(self) -> tuple[VerifierKey, ...]:
        """The keys of all logs; empty where the log is known from elsewhere."""
        return tuple(each.key for each in self.logs)

    @property
    def witness_keys(self) -> tuple[VerifierKey, ...]:
        """The keys of all witnesses."""
        return tuple(each.key for each in self.witnesses)

    def is_met_by(self, cosigners: Iterable[VerifierKey]) -> bool:
        """Whether these keys, each of which has cosigned one and the same checkpoint, are enough."""
        keys = {key.public for key in cosigners}
        witnessed = {each.name for each in self.witnesses if each.key.public in keys} | {NONE}
        for group in self.groups:
            # Members were named before, so that one pass in the order of the file settles everything.
            if sum(member in witnessed for member in group.members) >= group.needed:
                witnessed.add(group.name)
        return self.quorum in witnessed

    def open_checkpoint(self, data: bytes, log_keys: Iterable[VerifierKey] = ()) -> SignedCheckpoint:
        """Verify a checkpoint under the policy: signed by one of its logs (or by `log_keys`), cosigned by the quorum.

        Raises what `open_checkpoint` raises, and ProofError quorum-missing.
        """
        signed = open_checkpoint(data, dict.fromkeys((*self.log_keys, *log_keys)), self.witness_keys)
        self.check(signed)
        return signed

    def check(self, signed: SignedCheckpoint) -> None:
        """Return if the cosignatures that verified are enough, else raise ProofError quorum-missing."""
        keys = [each.key for each in signed.cosignatures]
        if not self.is_met_by(keys):
            known = {key.public for key in keys}
            names = [each.shown for each in self.witnesses if each.key.public in known]
            raise ProofError(Problem("quorum-missing", found=", ".join(names) or NONE, expected=self.shown_quorum))


class _Reader:
    """Reads a file line by line; what was defined before is all a line may name."""

    def __init__(self) -> None:
        self.line = 0
        self.logs: list[PolicyLog] = []
        self.witnesses: list[PolicyWitness] = []
        self.groups: list[PolicyGroup] = []
        self.quorum: str | None = None
        self.names: set[str] = set()
        self.members: set[str] = set()
        self.publics: set[tuple[KeyKind, bytes]] = set()

    def read(self, data: bytes) -> Policy:
        if len(data) > MAX_BYTES:
            self._fail("too-long")
        if _FORBIDDEN.search(data):
            self._fail("control-character")
        if not data.endswith(b"\n"):
            # A file cut off in the middle of a name could name another, smaller quorum.
            self._fail("no-newline")
        for text in data.decode(*_ENCODING).split("\n")[:-1]:
            self.line += 1
            words = [word for word in _BLANK.split(text) if word]
            if words and not words[0].startswith("#"):
                self._take(words)
        if self.quorum is None:
            self._fail("quorum-missing")
        return Policy(tuple(self.logs), tuple(self.witnesses), tuple(self.groups), self.quorum)

    def _take(self, words: list[str]) -> None:
        match words:
            case ["log", key, *url] if len(url) < 2:
                self.logs.append(PolicyLog(self._key(key, KeyKind.LOG), *url))
                self._few(self.logs)
            case ["witness", name, key, *url] if len(url) < 2:
                self._define(name)
                self.witnesses.append(PolicyWitness(name, self._key(key, KeyKind.COSIGNER), *url))
                self._few(self.witnesses)
            case ["group", name, needed, *members] if members:
                self._join(members)
                self._define(name)
                self.groups.append(PolicyGroup(name, self._needed(needed, len(members)), tuple(members)))
                self._few(self.groups)
            case ["quorum", name]:
                if self.quorum is not None:
                    self._fail("quorum-twice")
                if name != NONE and name not in self.names:
                    self._fail("name-unknown")
                self.quorum = name
            case _:
                self._fail("line-unknown")

    def _key(self, text: str, kind: KeyKind) -> VerifierKey:
        try:
            text.encode()
            key = VerifierKey.parse(text)
            check_enrolment(key.public)
        except (LedgerError, UnicodeEncodeError):
            self._fail("key-malformed")
        if key.kind is not kind:
            self._fail("key-kind")
        if (kind, key.public) in self.publics:
            self._fail("key-twice")
        self.publics.add((kind, key.public))
        return key

    def _define(self, name: str) -> None:
        if name == NONE or name in self.names:
            self._fail("name-taken")
        self.names.add(name)

    def _join(self, members: list[str]) -> None:
        """Each name counts in one place only, or a witness could count twice towards the quorum."""
        for member in members:
            if member not in self.names:
                self._fail("name-unknown")
            if member in self.members:
                self._fail("member-twice")
            self.members.add(member)

    def _needed(self, text: str, members: int) -> int:
        if text in {"any", "all"}:
            return 1 if text == "any" else members
        if _NUMBER.fullmatch(text) is None or int(text) > members:
            self._fail("threshold")
        return int(text)

    def _few(self, lines: Sequence[object]) -> None:
        if len(lines) > MAX_LINES_OF_A_KIND:
            self._fail("too-long")

    def _fail(self, reason: str) -> NoReturn:
        raise FormatError(Problem("policy-malformed", found=self.line, details={"reason": reason}))


def _line(*words: str) -> str:
    return " ".join(word for word in words if word) + "\n"
