"""What came of judging a log again: where it differs from what its rules say, and what could not be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from ledger.audit.replay.attested import AttestedRoot
from ledger.errors import Problem

Kind = Literal[
    "refused",
    "refused-today",
    "flag-missing",
    "flag-unfounded",
    "root-differs",
    "altered",
    "unreadable",
    "withheld-otherwise",
    "time-reversed",
    "no-place",
]
"""How a place differs from what it should be.

`refused`: the log holds a fact that the rules in force then refuse; `refused-today`: by another version of the rules,
asked for. `flag-missing`: the rules raise a flag that was not recorded; `flag-unfounded`: one was recorded that they do
not raise. `root-differs`: somebody names a root that is not the log's at that size. `altered`: these are not the bytes
that were logged; `unreadable`: nobody can read them. `withheld-otherwise`: a text is gone and no statement of the log
says so, or says other than what stands there. `time-reversed`: recorded before the entry before it. `no-place`: its id
or number stands in the log already.
"""

Result = Literal["passed", "passed-with-findings", "failed"]

_MILD: frozenset[Kind] = frozenset({"flag-missing", "flag-unfounded", "refused-today"})


@dataclass(frozen=True, slots=True)
class Deviation:
    """One place that differs: at which index, how, which fact (id, type, digest of its statement), and each problem."""

    kind: Kind
    index: int
    id: str
    type: str
    digest: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """A fact that cannot be judged for certain: the rules ask what a statement says whose text was withheld since."""

    index: int
    id: str
    type: str
    leans_on: tuple[int, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Replayed:
    """A log judged again from empty books.

    `size` and `root` (hex) are what the replay itself came to; `judged` counts statements. `withheld` and `erased` are
    indexes: of statements whose text is gone, and of those that say a person's data was destroyed (which the rules
    never read). `log_keys` are the log's own keys as it names them,
    the newest last. `packs` are the digests judged by, `rules_versions` those in force in turn. `is_signed` says that a
    checkpoint over exactly this tree was signed by the log's key, `is_key_pinned` that this key was given from outside.
    `flags_compared` is false where the source says nothing of flags. `stopped_at` is the index where nothing could be
    taken in any more, None where all of it was.
    """

    origin: str
    log_keys: tuple[str, ...]
    size: int
    root: str
    judged: int
    rules_versions: tuple[int, ...]
    packs: tuple[str, ...]
    deviations: tuple[Deviation, ...]
    undecided: tuple[Undecided, ...]
    withheld: tuple[int, ...]
    erased: tuple[int, ...]
    attested: tuple[AttestedRoot, ...]
    roots_compared: int
    flags_compared: bool
    flags: Mapping[str, int]
    is_signed: bool
    is_key_pinned: bool
    stopped_at: int | None
    seconds: float

    @property
    def result(self) -> Result:
        """What an attestation of this would say.

        A text that is gone cannot be judged, so even the most honest erasure leaves a finding.
        """
        if self.stopped_at is not None or any(each.kind not in _MILD for each in self.deviations):
            return "failed"
        if self.deviations or self.undecided or self.withheld:
            return "passed-with-findings"
        return "passed"

    @property
    def rules_version(self) -> int:
        """The newest version of the rules that facts were judged by."""
        return max(self.rules_versions, default=1)
