"""Answers the ledger gives: frozen records shared by the store, the front door, the API and the command line.

Grams are whole book grams. Days are `YYYY-MM-DD`, moments RFC 3339. `size` is a log size: what was
known when the log held so many entries.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from ledger.errors import Problem

Status = Literal["accepted", "duplicate", "refused", "checked"]


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log stands: size, root and the signed checkpoint over both."""

    origin: str
    size: int
    root: str
    checkpoint: str
    recorded_at: str


_CODES = {"green": "plausibility-green", "amber": "plausibility-amber", "red": "plausibility-red"}


@dataclass(frozen=True, slots=True)
class Plausibility:
    """How a delivery fits what its plot or herd was estimated to give, as a dry run says before it is stated.

    Green up to the estimate, amber up to 110 percent of it, red above. `delivered_grams` came before,
    `this_grams` is the delivery itself, `permille` both together in thousandths of the estimate, rounded up.
    `status` is the plot status the estimate is for, "" where estimates are not kept apart.
    """

    level: Literal["green", "amber", "red"]
    grown: str
    commodity: str
    form: str
    season: str
    status: str
    delivered_grams: int
    this_grams: int
    estimated_grams: int
    permille: int

    @property
    def remark(self) -> Problem:
        """The same as words know it; it stops nothing."""
        percent = f"{self.permille // 10}.{self.permille % 10}"
        return Problem(
            _CODES[self.level],
            "/body/net",
            self.delivered_grams + self.this_grams,
            self.estimated_grams,
            effect="flag",
            details={"percent": percent},
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one offered fact. `problems` holds refusals; `flags` stay open until justified.

    `plausibility` is only there in the answer of a dry run, and only for deliveries with an estimate.
    """

    status: Status
    id: str = ""
    type: str = ""
    digest: str = ""
    index: int | None = None
    recorded_at: str = ""
    receipt_code: str = ""
    problems: tuple[Problem, ...] = ()
    flags: tuple[Problem, ...] = ()
    plausibility: Plausibility | None = None


@dataclass(frozen=True, slots=True)
class FactRecord:
    """A fact as it stands in the log. `sealed` fields show digests only; `ended_by` is set once corrected."""

    index: int
    id: str
    type: str
    digest: str
    entry: str
    recorded_at: str
    at: str
    by: str
    actor: str
    kid: str
    assurance: str
    jws: str
    envelope: Mapping[str, object]
    flags: tuple[Problem, ...] = ()
    ended_by: int | None = None
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class LotLine:
    """A lot in a list."""

    lot: str
    commodity: str
    form: str
    season: str
    grams: int
    born_on: str
    index: int
    how: str
    holders: Mapping[str, int] = field(default_factory=dict)


ClaimStatus = Literal["carried", "held", "not-carried"]
ClaimKind = Literal["certificate", "conservation", "eudr"]


@dataclass(frozen=True, slots=True)
class ClaimReason:
    """Why a claim is held, not carried, or carried with a remark (`note`).

    `subject` is the id of what it is about, `day` the day that decided, `index` the fact it rests on (None: the
    absence of one). Grams and families are those of the lot that the reason concerns; grams with two reasons count
    in both.
    """

    code: str
    effect: Literal["note", "held", "not-carried"]
    subject: str
    day: str
    index: int | None
    grams: int
    families: int


@dataclass(frozen=True, slots=True)
class ReasonTotal:
    """All lines of one reason together: every gram and family counts once, however many facts the reason rests on."""

    code: str
    effect: Literal["note", "held", "not-carried"]
    grams: int
    families: int


@dataclass(frozen=True, slots=True)
class Paper:
    """An agreement or certificate a claim rests on; `number` is its own, `valid_to` "" where it has no end."""

    id: str
    number: str
    holder: str
    valid_from: str
    valid_to: str
    document: str = ""


@dataclass(frozen=True, slots=True)
class OwnerClaim:
    """How the claim stands with one owner of the lot's grams: under own certificate, or as bought on a day."""

    party: str
    grams: int
    status: ClaimStatus
    sold_on: str = ""
    reasons: tuple[ClaimReason, ...] = ()


@dataclass(frozen=True, slots=True)
class Claim:
    """What a lot carries on a day under one scheme, agreement framework or evidence regime, and why.

    `covered_grams` of `total_grams` come from deliveries that carry it by themselves, of `covered_families` of
    `families`; `outside_grams` are those the framework does not concern. A lot is divided by weight, so a part that
    does not carry it spoils the whole (`segregated`), or lowers `share_permille` (`controlled-blending`). `reasons`
    has a line per fact they rest on, `totals` one per code and effect; both begin with the worst.
    """

    kind: ClaimKind
    name: str
    names: Mapping[str, str]
    status: ClaimStatus
    model: str
    covered_grams: int
    total_grams: int
    outside_grams: int
    covered_families: int
    families: int
    papers: tuple[Paper, ...] = ()
    reasons: tuple[ClaimReason, ...] = ()
    owners: tuple[OwnerClaim, ...] = ()
    share_permille: int = 1000
    totals: tuple[ReasonTotal, ...] = ()


@dataclass(frozen=True, slots=True)
class PartClaim:
    """What one delivery's grams carry by themselves, with the codes of the reasons."""

    kind: ClaimKind
    name: str
    status: ClaimStatus
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LotClaims:
    """All claims of a lot on a day (`at`), as known at a log size."""

    lot: str
    at: str
    size: int
    grams: int
    claimable: bool
    claims: tuple[Claim, ...]


@dataclass(frozen=True, slots=True)
class Contribution:
    """Grams of the asked lot that came from one delivery (or opening or purchase) of one producer.

    `producer` is "" where nobody declared an origin. `at_most_grams` is what the delivery could have given.
    """

    delivery: str
    producer: str
    producer_code: str
    grown: str
    district: str
    grams: int
    at_most_grams: int
    how: str
    harvested_from: str
    harvested_to: str
    delivered_on: str
    measured: Literal["weighed", "pro-rata"]
    claims: tuple[PartClaim, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One fact on a lot's way: a birth, process, packing, dispatch, receipt, hold.

    A receipt says its `evidence` (weighed, bill-of-lading, told), the party that received, and what of the grams
    sent was refused or missing; `grams` are those accepted. Where `receiver` is not `party`, the sender stated it.
    """

    index: int
    statement: str
    type: str
    at: str
    lot: str
    how: str
    process: str
    form: str
    facility: str
    place: str
    party: str
    party_name: str
    grams: int
    inputs: tuple[tuple[str, int], ...] = ()
    evidence: str = ""
    receiver: str = ""
    refused_grams: int = 0
    missing_grams: int = 0


@dataclass(frozen=True, slots=True)
class Block:
    """Why a lot must not move: `held`, `recalled`, or `in-question` after a correction; first on which lot, by what."""

    kind: str
    source: str
    lot: str
    reason: str


@dataclass(frozen=True, slots=True)
class AttributeWords:
    """An attribute of a lot (calibre, class, colour) with the pack's words for it in each language."""

    code: str
    value: str
    names: Mapping[str, str]
    value_names: Mapping[str, str]
    norm: str = ""


@dataclass(frozen=True, slots=True)
class LotView:
    """Everything the lot page and API show of a lot at a log size; no person, no plot outline.

    A lot of a form that is not `claimable` in its pack (husk) has no claims; `claims_at` is the day they were asked
    for, and `owner_names` names the owners they speak of. `deliveries` counts the harvest deliveries behind the lot, and `delivered` holds their whole grams by form:
    some may have gone elsewhere.
    """

    lot: str
    size: int
    commodity: str
    commodity_names: Mapping[str, str]
    form: str
    form_names: Mapping[str, str]
    unit: str
    season: str
    grams: int
    how: str
    kind: str
    born_on: str
    statement: str
    index: int
    harvested_from: str
    harvested_to: str
    holders: Mapping[str, int]
    holder_names: Mapping[str, str]
    in_transit: int
    families: int
    families_shown: str
    districts: tuple[str, ...]
    untraced_grams: int
    claims: tuple[Claim, ...]
    claims_at: str
    steps: tuple[Step, ...]
    blocks: tuple[Block, ...]
    attributes: tuple[AttributeWords, ...]
    measures: Mapping[str, object]
    flags: tuple[Problem, ...] = ()
    claimable: bool = True
    deliveries: int = 0
    delivered: Mapping[str, int] = field(default_factory=dict)
    owner_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Onward:
    """A lot downstream of the asked one, with the grams of the asked lot in it and who holds it."""

    lot: str
    form: str
    how: str
    grams: int
    expected_grams: int
    at_most_grams: int
    holders: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Stake:
    """A claim a lot stands to lose, as it stands on the asked day."""

    kind: ClaimKind
    name: str
    status: ClaimStatus


@dataclass(frozen=True, slots=True)
class AffectedLot:
    """A lot with grams of what a blast radius asks about; its public page is `/L/<lot>`.

    `grams` are those the lot was born with; holders and owners are of what is left of it now.
    """

    lot: str
    commodity: str
    form: str
    grams: int
    expected_grams: int
    at_most_grams: int
    holders: Mapping[str, int]
    owners: Mapping[str, int]
    blocks: tuple[str, ...]
    stakes: tuple[Stake, ...]


@dataclass(frozen=True, slots=True)
class BlastRadius:
    """Everything downstream of a subject. Totals are over all `lots`; `affected` are the first of them, by birth.

    `held_grams` is all stock of affected lots by holder, `expected_grams` the part of it that is of the subject, and
    `at_most_grams` the most that can be.
    """

    subject: str
    kind: str
    size: int
    at: str
    lots: int
    expected_grams: int
    at_most_grams: int
    held_grams: Mapping[str, int]
    holder_names: Mapping[str, str]
    affected: tuple[AffectedLot, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """Back to producers with grams contributed, forward to receivers, and the lineage between."""

    lot: str
    size: int
    grams: int
    contributions: tuple[Contribution, ...]
    steps: tuple[Step, ...]
    forward: tuple[Onward, ...]


@dataclass(frozen=True, slots=True)
class Verification:
    """What `verify` did and did not prove.

    `withheld` are indexes of statements whose text is gone; `hidden` and `erased` count persons as the books do.
    """

    origin: str
    size: int
    root: str
    statements: int
    signatures: int
    entries: int
    nodes: int
    seconds: float
    proved: tuple[str, ...]
    not_proved: tuple[str, ...]
    checkpoint: str = ""
    withheld: tuple[int, ...] = ()
    hidden: int = 0
    erased: int = 0


@dataclass(frozen=True, slots=True)
class ErasureLine:
    """A request for erasure: hidden since it was asked; `ends_on` is the first day on which it may be destroyed.

    `ends_on` is "" where nothing has to be kept; `kept_for` names what decides: the code of a retention period, or
    `audit`. `destroys` counts what there is now by kind, or was when it was destroyed.
    """

    erasure: str
    person: str
    asked_on: str
    asked_by: str
    state: Literal["hidden", "due", "done"]
    ends_on: str
    kept_for: str
    destroys: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What `rebuild --check` compared; `differences` is empty when the stored books equal the replay."""

    size: int
    rows: Mapping[str, int]
    differences: tuple[str, ...]
