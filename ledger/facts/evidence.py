"""Facts about evidence on land: assessments by third parties, and incidents that are open until they are closed."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from ledger.facts.base import Fact
from ledger.facts.names import Anything, Incident, NewIncident, Plot
from ledger.values import Code, Day, Digest, OwnCode, Sealed, Value


class Assessed(Value):
    """What an assessment says of one plot; `more-info-needed` is never read as low."""

    plot: Plot
    result: Literal["low", "high", "more-info-needed"]


class EvidenceRecorded(Fact):
    """A provider assessed plots (deforestation, degradation): which, by which version, and the digest of its file."""

    TYPE: ClassVar[str] = "evidence.recorded/1"
    about: Literal["deforestation", "degradation"]
    provider: OwnCode
    version: OwnCode
    assessed_on: Day
    cutoff: Day | None = None
    plots: Annotated[tuple[Assessed, ...], Field(min_length=1)]
    file: Digest


class IncidentRecorded(Fact):
    """Something happened or is disputed on land or with a producer; it stays open until it is closed."""

    TYPE: ClassVar[str] = "incident.recorded/1"
    incident: NewIncident
    kind: Literal["tenure", "environmental", "labour", "other"]
    about: Anything
    opened_on: Day
    code: Code | None = None
    document: Digest | None = None
    note: Sealed | None = None


class IncidentClosed(Fact):
    """An incident was closed, and on which grounds."""

    TYPE: ClassVar[str] = "incident.closed/1"
    incident: Incident
    closed_on: Day
    grounds: Code
    document: Digest | None = None


EvidenceFact = EvidenceRecorded | IncidentRecorded | IncidentClosed
