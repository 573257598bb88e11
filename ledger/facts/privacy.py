"""Facts about personal data and what leaves the log: erasure asked for and done, documents issued, text withheld."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import Anything, Erasure, NewErasure, Person
from ledger.values import Code, Count, Day, Digest, FactType, Moment, Positive, Thing, Thumbprint, Value

MASK = "\N{HORIZONTAL ELLIPSIS}"
"""What stands in a restated posting where a free word had to go with the text."""


class ErasureRequested(Fact):
    """A person asked for what identifies them to be destroyed: hidden from now on, destroyed when retention ends."""

    TYPE: ClassVar[str] = "erasure.requested/1"
    erasure: NewErasure
    person: Person
    asked_on: Day
    grounds: Literal["no-longer-needed", "consent-withdrawn", "objected", "unlawful", "legal-obligation"]
    document: Digest | None = None


class Destroyed(Value):
    """How many of one kind were destroyed."""

    kind: Literal["person-key", "disclosure", "blind-index", "document"]
    count: Count


class ErasureDone(Fact):
    """What was asked to be erased is destroyed: keys, disclosures, blind index and personal documents, by count."""

    TYPE: ClassVar[str] = "erasure.done/1"
    erasure: Erasure
    person: Person
    done_on: Day
    destroyed: tuple[Destroyed, ...]


class DocumentIssued(Fact):
    """A dossier, credential or report was made from the books at a log size, so that later changes find it."""

    TYPE: ClassVar[str] = "document.issued/1"
    document: Digest
    kind: Literal["dossier", "credential", "report"]
    form: Code | None = None
    size: Count
    log_size: Positive
    packs: tuple[Digest, ...] = ()
    about: tuple[Anything, ...] = ()


class StatementWithheld(Fact):
    """The text of a statement had to go; what it means in the books is restated here, and stays where it was."""

    TYPE: ClassVar[str] = "statement.withheld/1"
    statement: Digest
    reason: Literal["personal-data-in-open-field", "court-order", "authority-order", "unlawful-content"]
    restated: Annotated[str, Field(min_length=2, max_length=200_000)]


PrivacyFact = ErasureRequested | ErasureDone | DocumentIssued | StatementWithheld


class RestatedMove(Value):
    """A move as the withheld statement posted it."""

    kind: Code
    a: str
    b: str
    c: str
    amount: int


class RestatedMark(Value):
    """A mark as the withheld statement posted it; free words in its value may be masked."""

    subject: str
    kind: Code
    effective_from: Day
    value: dict[str, Any]


class RestatedEdge(Value):
    """An edge as the withheld statement posted it."""

    output: Thing
    input: Thing
    grams: int


class Restated(Value):
    """What `statement.withheld` says of the statement whose text goes: its envelope without the body, its postings.

    In the log it is one text, the RFC 8785 form of this; the same bytes stand in the store where the payload stood.
    """

    at: Moment
    by: Thing
    fact: FactType
    id: Thing
    key: Thumbprint
    on_behalf_of: Thing | None = None
    replaces: Digest | None = None
    seq: Positive | None = None
    moves: tuple[RestatedMove, ...] = ()
    marks: tuple[RestatedMark, ...] = ()
    edges: tuple[RestatedEdge, ...] = ()


class Withheld(Fact):
    """The body of a statement whose text is gone. It has no type of its own: nobody can state it."""

    restated: Restated
