"""A story about agreements told in facts, and the marks it leaves: no ledger, no rules, only what facts mean.

Every fact is signed and posted as the real ones are; `marks(size)` answers with what stood when so many were known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ledger import canonical
from ledger.claims.conservation import Conservation, ConservationStatus
from ledger.claims.evidence import Delivery, Place
from ledger.claims.membership import Keeper
from ledger.keys import SigningKey
from ledger.packs.figure import Figure
from ledger.packs.framework import FrameworkPack, KnownCommitment
from ledger.packs.pack import Names
from ledger.packs.ruling import Ruling
from ledger.postings import post
from ledger.state import Standing
from ledger.statement import sign
from tests.vectors.examples.example import named_bytes, thing

FOREST = "forest-agreement"
_KEY = SigningKey.from_seed(bytes(32))


def ruling(value: str) -> Ruling:
    """A word of a framework."""
    return Ruling(value, "general", verified=False)


def months(value: int) -> Figure:
    """A number of months or days."""
    return Figure(value, 0, "months", "general", verified=False)


def framework(**changes: Any) -> FrameworkPack:
    """A forest framework: areas are named, the family wins, an unattributed breach is under review."""
    pack = FrameworkPack(
        code=FOREST,
        version="1",
        names=Names("bosque", "forest"),
        kind="forest",
        land=frozenset({"plot"}),
        levels=("family", "community"),
        needs_area=True,
        wins=ruling("family"),
        unendorsed=ruling("compliant"),
        unattributed_breach=ruling("under-review"),
        critical_breach=ruling("non-compliant"),
        other_breach=ruling("compliant-with-observations"),
        partly_met=ruling("compliant-with-observations"),
        not_monitored=ruling("under-review"),
        monitoring_months=None,
        renewal_grace_days=None,
        ladder=("notice", "suspension", "termination"),
        commitments={"no-hunting": KnownCommitment("no-hunting", Names("caza", "hunting"), "prohibit", critical=True)},
        sources={},
        digest="",
    )
    return replace(pack, **changes)


class Story:
    """What was said, in order. Names stand for ids; dates are plain; everything has a usual value."""

    def __init__(self) -> None:
        self.said: list[tuple[list[tuple[str, Standing]], str, int | None]] = []
        self._digests: dict[str, int] = {}
        self.pack = framework()

    # ------------------------------------------------------------ stating

    def say(
        self, fact: str, body: Mapping[str, Any], *, by: str = "authority", at: str = "2026-01-05", **around: Any
    ) -> str:
        """State a fact; the digest of its statement."""
        envelope = {
            "fact": f"{fact}/1",
            "id": thing(f"fact {len(self.said)}"),
            "log": "ledger.example/log/valle",
            "by": thing(by),
            "at": f"{at}T09:00:00-05:00",
            "nonce": canonical.b64url(named_bytes(f"nonce {len(self.said)}", 16)),
            "body": {name: value for name, value in body.items() if value is not None},
            **around,
        }
        statement = sign(envelope, _KEY)
        index = len(self.said)
        postings = post(statement)
        marks = [(m.subject, Standing(index, m.kind, m.effective_from, m.value)) for m in postings.marks]
        ends = self._digests[postings.ends] if postings.ends is not None else None
        self.said.append((marks, statement.digest, ends))
        self._digests[statement.digest] = index
        return statement.digest

    @property
    def size(self) -> int:
        """How much has been said so far: remember it to ask what was known then."""
        return len(self.said)

    def marks(self, size: int | None = None) -> dict[str, list[Standing]]:
        """Everything that stood when so many facts were known."""
        known = self.said[:size]
        gone = {ends for _, _, ends in known if ends is not None}
        found: dict[str, list[Standing]] = {}
        for index, (marks, _, _) in enumerate(known):
            for subject, mark in marks if index not in gone else ():
                found.setdefault(subject, []).append(mark)
        return found

    # ------------------------------------------------------------ land and people

    def area(self, name: str = "forest", area_m2: int = 1_000_000, within: str | None = None) -> None:
        """An area is mapped."""
        body = {
            "area": thing(name),
            "kind": "conservation",
            "name": name,
            "area_m2": area_m2,
            "geometry": "A" * 43,
            "district": "Rioja",
            "within": within and thing(within),
        }
        self.say("area.mapped", body)

    def plot(self, name: str = "plot", within: str | None = "forest") -> None:
        """A plot is mapped."""
        body = {"plot": thing(name), "area_m2": 20_000, "geometry": "A" * 43, "district": "Rioja"}
        self.say("plot.mapped", body | {"within": within and thing(within)})

    def herd(self, name: str = "herd", holder: str = "producer") -> None:
        """A herd is entered."""
        body = {"herd": thing(name), "holder": thing(holder), "code": "H-1", "species": "alpaca", "district": "Juli"}
        self.say("herd.registered", body)

    def grazes(self, area: str, since: str, until: str | None = None, herd: str = "herd") -> None:
        """A herd grazes an area."""
        body = {"herd": thing(herd), "area": thing(area), "grazes_from": since, "grazes_to": until}
        self.say("herd.grazes", body | {"right": "community"})

    # ------------------------------------------------------------ agreements

    def sign(self, name: str = "pact", level: str = "family", areas: tuple[str, ...] = ("forest",), **more: Any) -> str:
        """An agreement is signed for the year 2026 with no-felling (critical) and shade (not critical)."""
        around = {key: more.pop(key) for key in ("by", "at", "replaces") if key in more}
        body = {
            "agreement": thing(name),
            "framework": FOREST,
            "level": level,
            "code": name,
            "institutions": [{"party": thing("authority"), "role": "authority"}],
            "areas": [thing(area) for area in areas],
            "commitments": [
                {"code": "no-felling", "kind": "prohibit", "critical": True},
                {"code": "shade", "kind": "do", "critical": False},
            ],
            "valid_from": "2026-01-01",
            "valid_to": "2026-12-31",
        }
        return self.say("agreement.signed", body | more, **around)

    def join(
        self, who: str = "household", name: str = "pact", on: str = "2026-01-01", household: str | None = None
    ) -> str:
        """Somebody joins."""
        body = {"agreement": thing(name), "signatory": thing(who), "joined_on": on}
        return self.say("agreement.joined", body | {"household": household and thing(household)})

    def leave(
        self, who: str = "household", name: str = "pact", on: str = "2026-06-01", household: str | None = None
    ) -> None:
        """Somebody leaves."""
        body = {"agreement": thing(name), "signatory": thing(who), "left_on": on}
        self.say("agreement.left", body | {"household": household and thing(household)})

    def renew(self, since: str, until: str | None, name: str = "pact", signed_on: str | None = None) -> None:
        """A further term is signed."""
        body = {"agreement": thing(name), "signed_on": signed_on or since, "valid_from": since, "valid_to": until}
        self.say("agreement.renewed", body)

    def extend(self, until: str, name: str = "pact") -> None:
        """The running term is made longer."""
        self.say("agreement.extended", {"agreement": thing(name), "valid_to": until})

    def supersede(self, by: str, on: str, name: str = "pact") -> None:
        """Another agreement takes this one's place."""
        self.say("agreement.superseded", {"agreement": thing(name), "by": thing(by), "effective_from": on})

    def status(self, status: str, on: str, name: str = "pact", **scope: str) -> str:
        """The status of the whole, or of one household, plot or herd, is set."""
        body = {
            "agreement": thing(name),
            "status": status,
            "effective_from": on,
            "decided_by": thing("authority"),
            **{field: thing(value) for field, value in scope.items()},
        }
        return self.say("agreement.status-set", body)

    def breach(
        self,
        since: str,
        commitment: str = "no-felling",
        *,
        whose: str = "producer",
        name: str = "pact",
        known_as: str = "breach",
        until: str | None = None,
        monitoring: str | None = None,
        **concerns: str,
    ) -> str:
        """A commitment was broken, on the plot unless something else is named."""
        body = {
            "breach": thing(known_as),
            "agreement": thing(name),
            "commitment": commitment,
            "severity": "serious",
            "attributed_to": whose,
            "window_from": since,
            "window_to": until,
            "monitoring": monitoring and thing(monitoring),
            **{field: thing(value) for field, value in (concerns or {"plot": "plot"}).items() if value},
        }
        return self.say("breach.recorded", body)

    def close(
        self, outcome: str, on: str, *, whose: str | None = None, name: str = "pact", breach: str = "breach"
    ) -> None:
        """A breach is cured, dismissed or laid at another's door."""
        body = {
            "breach": thing(breach),
            "agreement": thing(name),
            "outcome": outcome,
            "attributed_to": whose,
            "effective_from": on,
            "decided_by": thing("authority"),
        }
        self.say("breach.closed", body)

    def look(
        self, on: str, kind: str = "patrol", name: str = "pact", known_as: str = "look", **found: str | dict[str, str]
    ) -> None:
        """Somebody looks; `found` names commitments with results (`no_felling="met"`) and what was looked at."""
        where = {k: thing(str(v)) for k, v in found.items() if k in ("plot", "herd", "household", "producer")}
        since = {k: v for k, v in found.items() if k == "covers_from"}
        said = {k: v for k, v in found.items() if k not in where | since}
        lines = [{"commitment": k.replace("_", "-"), "result": v} for k, v in said.items()]
        body = {"monitoring": thing(known_as), "agreement": thing(name), "kind": kind, "monitored_on": on, **since}
        self.say("agreement.monitored", body | {"assessed": lines} | where)

    def succeed(self, producer: str, successor: str, on: str) -> None:
        """A producer dies and somebody follows."""
        body = {"producer": thing(producer), "successor": thing(successor), "reason": "death", "effective_from": on}
        self.say("producer.succeeded", body)

    def endorse(self, digest: str, by: str, role: str = "agreement") -> None:
        """A party puts its name to a statement."""
        self.say("fact.endorsed", {"statement": digest, "role": role}, by=by)

    # ------------------------------------------------------------ asking

    def keeper(
        self, household: str = "household", *, producer: str = "producer", community: str = "", grown: str = "plot"
    ) -> Keeper:
        """Who is asked about, and which land."""
        return Keeper(*(thing(name) if name else "" for name in (producer, household, community, grown)))

    def asked(self, day: str, keeper: Keeper | None = None, *, size: int | None = None) -> ConservationStatus:
        """The status on a day, as known when so many facts were in the log."""
        return Conservation(self.marks(size), self.pack).status(keeper or self.keeper(), day)

    def word(self, day: str, keeper: Keeper | None = None, *, size: int | None = None) -> str:
        """The word alone."""
        return self.asked(day, keeper, size=size).word

    def codes(self, day: str, keeper: Keeper | None = None) -> list[str]:
        """The codes of the reasons."""
        return [reason.code for reason in self.asked(day, keeper).reasons]

    def place(
        self, first: str = "", last: str = "", *, delivered_on: str = "2026-12-30", keeper: Keeper | None = None
    ) -> Place:
        """A delivery of the keeper's, picked between two days."""
        who = keeper or self.keeper()
        delivery = Delivery(
            thing("lot"), "harvested", delivered_on, first, last, "2026", "dry-parchment", "", "", 1000, 7
        )
        return Place(who.producer, who.household, who.community, who.grown, delivery)

    def picked(self, first: str = "", last: str = "", **more: Any) -> ConservationStatus:
        """The status of grams picked between two days."""
        return Conservation(self.marks(), self.pack).delivery(self.place(first, last, **more))


def family() -> Story:
    """A family that joined its family agreement for 2026, with one plot in the forest."""
    story = Story()
    story.area()
    story.plot()
    story.sign()
    story.join()
    return story
