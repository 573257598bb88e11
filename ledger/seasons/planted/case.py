"""What was planted: a labelled case, and what finding it means. Labels go to a file that detection never opens."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from ledger.seasons.planted.findings import write_lines

Kind = Literal["fraud", "mistake", "honest"]
How = Literal["refused", "flag", "claim", "blocked", "verify", "rebuild", "replay"]

_LOOKS: Mapping[How, str] = {
    "refused": "answers",
    "flag": "flags",
    "claim": "claims",
    "blocked": "blocks",
    "verify": "verify",
    "rebuild": "rebuild",
    "replay": "replay",
}
HONEST: Kind = "honest"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that must be found: how, under which code, and whom or what the finding names.

    For `refused` the subject is the digest of the submission and `codes` are all it must be refused for; else each
    code must be found with the subject among what the finding names.
    """

    how: How
    codes: tuple[str, ...]
    subject: str


@dataclass(frozen=True, slots=True)
class Case:
    """A fraud, a mistake, or something odd that is honest and must not be accused.

    `sentence` tells it in Spanish and English. `subject` is the id or document number it is about. `signs` must all be
    found; an honest case has none, and `carried` are (lot, claim) pairs that must stand in spite of the oddity.
    `rules` are those that find it: with one of them switched off it must be missed.
    """

    id: str
    kind: Kind
    sentence: Mapping[str, str]
    subject: str
    signs: tuple[Sign, ...] = ()
    carried: tuple[tuple[str, str], ...] = ()
    rules: tuple[str, ...] = field(default=())

    def seen_by(self, looks: Collection[str]) -> Case:
        """The same for somebody who looks only at some things (`detect.LOOKS`): signs of other kinds do not count."""
        signs = tuple(sign for sign in self.signs if _LOOKS[sign.how] in looks)
        return replace(self, signs=signs, carried=self.carried if "claims" in looks else ())


def write_labels(path: Path, cases: Iterable[Case]) -> None:
    """Write the labels down, one line each."""
    write_lines(path, [_plain(case) for case in cases])


def _plain(case: Case) -> dict[str, Any]:
    return {
        "id": case.id,
        "kind": case.kind,
        "sentence": dict(case.sentence),
        "subject": case.subject,
        "signs": [{"how": s.how, "codes": list(s.codes), "subject": s.subject} for s in case.signs],
        "carried": [{"lot": lot, "claim": claim} for lot, claim in case.carried],
        "rules": list(case.rules),
    }
