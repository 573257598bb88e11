"""Tells a planted season to a ledger, whatever comes of it, and writes down what the ledger answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

from ledger import canonical
from ledger.book import Ledger
from ledger.book.outcomes import Prepared
from ledger.errors import FormatError, ProofError
from ledger.postings import post
from ledger.postings.privacy import restatement
from ledger.queries import Outcome
from ledger.seasons.calendar import PERU
from ledger.seasons.clock import SeasonClock
from ledger.seasons.planted.findings import write_lines
from ledger.seasons.planted.stated import DigestOf, RestatedOf, SizeThatMorning, Stated, TextOf
from ledger.seasons.world import World
from ledger.statement import Disclosure, Statement, disclose, restated_text, sign


@dataclass(slots=True)
class Teller:
    """Signs what is stated in the order of arrival, and offers a day's worth at a time.

    `answers` has one line per submission, from the ledger's own words: digest, and the index or the problem codes.
    `counters` are how many statements each device has numbered.
    """

    ledger: Ledger
    clock: SeasonClock
    world: World
    answers: list[dict[str, Any]] = field(default_factory=list)
    signed: dict[str, Statement] = field(default_factory=dict)
    counters: dict[str, int] = field(default_factory=dict)

    def tell(self, drafts: Iterable[Stated]) -> None:
        """Tell everything; what is refused stays refused, and the season goes on."""
        ordered = sorted(drafts, key=lambda draft: draft.arrives)
        for _, of_day in groupby(ordered, key=lambda draft: draft.arrives.astimezone(PERU).date()):
            self._tell_together(list(of_day))

    def digest_of(self, draft: Stated) -> str:
        """The digest of what was stated; its id where it could not even be signed."""
        statement = self.signed.get(draft.id)
        return draft.id if statement is None else statement.digest

    def write(self, path: Path) -> None:
        """Write the journal of answers."""
        write_lines(path, self.answers)

    def _tell_together(self, drafts: Sequence[Stated]) -> None:
        self.clock.move_to(drafts[-1].arrives)
        waiting: list[Prepared | FormatError | ProofError] = []
        sent: list[str] = []
        for draft in drafts:
            item: Prepared | FormatError | ProofError | None
            try:
                item = self._prepared(draft)
            except (FormatError, ProofError) as error:
                item = error
            if item is not None:
                waiting.append(item)
                sent.append(self.digest_of(draft))
        for digest, outcome in zip(sent, self.ledger.offer(waiting, bulk=True).result(), strict=True):
            self.answers.append(_line(digest, outcome))

    def _prepared(self, draft: Stated) -> Prepared | None:
        """What is to be offered; None for what is kept back."""
        key = draft.hand.key
        body, around = self._settled(draft.body), self._settled(draft.around)
        if key is None:
            fact = {"id": draft.id, "fact": draft.fact, "at": draft.at.isoformat(), "body": body, **around}
            if draft.sealed:
                fact["sealed"] = dict(draft.sealed)
            item = self.ledger.prepare_unsigned(fact, party=draft.hand.party)
            self.signed[draft.id] = item.statement
            return item
        disclosures = self._seal(draft, body)
        envelope = {
            "fact": draft.fact,
            "id": draft.id,
            "log": self.world.origin,
            "by": draft.hand.party,
            "at": draft.at.isoformat(),
            "nonce": canonical.b64url(self.world.bytes_of(f"nonce/{draft.id}", 16)),
            "body": body,
            **self._count(draft),
            **around,
        }
        statement = sign({name: value for name, value in envelope.items() if value is not None}, key)
        self.signed[draft.id] = statement
        if draft.kept_back:
            return None
        return self.ledger.prepare(b"~".join([statement.jws, *(one.text.encode() for one in disclosures)]))

    def _count(self, draft: Stated) -> dict[str, int]:
        """A device numbers what it signs."""
        key = draft.hand.key
        if key is None or not draft.hand.is_device:
            return {}
        number = self.counters[key.thumbprint] = self.counters.get(key.thumbprint, 0) + 1
        return {"seq": number}

    def _seal(self, draft: Stated, body: dict[str, Any]) -> list[Disclosure]:
        disclosures = []
        for pointer, value in draft.sealed.items():
            made = disclose(self.world.bytes_of(f"salt/{draft.id}{pointer}", 16), pointer, value)
            disclosures.append(made)
            body[pointer.removeprefix("/")] = made.digest
        return disclosures

    def _settled(self, value: Any) -> Any:
        """The same with every word about an earlier statement put in."""
        if isinstance(value, Mapping):
            return {name: self._settled(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._settled(inner) for inner in value]
        if isinstance(value, SizeThatMorning):
            return self.ledger.head().size
        if isinstance(value, DigestOf):
            return self.signed[value.id].digest
        if isinstance(value, TextOf):
            return self.signed[value.id].jws.decode()
        if isinstance(value, RestatedOf):
            return _restated(self.signed[value.id], value.more_grams)
        return value


def _restated(statement: Statement, more_grams: int) -> str:
    said = restatement(statement, post(statement))
    if more_grams:
        first = said.moves[0].model_copy(update={"amount": said.moves[0].amount + more_grams})
        said = said.model_copy(update={"moves": (first, *said.moves[1:])})
    return restated_text(said)


def _line(digest: str, outcome: Outcome) -> dict[str, Any]:
    if outcome.status == "refused":
        codes = list(dict.fromkeys(problem.code for problem in outcome.problems))
        return {"digest": digest, "answer": "refused", "codes": codes}
    return {"digest": digest, "answer": outcome.status, "index": outcome.index}
