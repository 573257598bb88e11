"""The third exercise: what a party or a place had, took in, used, made, lost, sent, and what must be left.

Everything is summed from the moves and compared with what the books hold; what does not add up stands in the answer.
Days are those the facts give themselves. A walk of all stock accounts: one question, some seconds at a million facts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from ledger.audit.fieldwork.drills import Check
from ledger.audit.fieldwork.period import Period
from ledger.errors import NotFoundError, Problem
from ledger.packs.pack import CommodityPack
from ledger.packs.yields import band_grams
from ledger.rules import Packs
from ledger.state import Standing
from ledger.store import flows
from ledger.store.books import Books
from ledger.store.roll import Moved

_FLOWS: Final = {
    "lot.received": "received",
    "lot.dispatched": "dispatched",
    "lot.returned": "returned",
    "lot.lost": "lost",
}
_MADE: Final = frozenset({"transformed", "packed", "unpacked"})
_YIELD: Final = ("main", "second")


@dataclass(frozen=True, slots=True)
class StockLine:
    """One form of a commodity in whole grams: opening + everything in `moved` = closing.

    `moved` says how: harvested, bought, opened, made (by a process), used (in one), received, dispatched, returned,
    lost; what went out is below zero.
    """

    commodity: str
    form: str
    opening: int
    moved: Mapping[str, int]
    closing: int


@dataclass(frozen=True, slots=True)
class ProcessLine:
    """All runs of one process: grams used by form, made by form and kind, lost by kind.

    `unaccounted` = used - made - lost. `permille` is (main + second) / used, `low` and `high` the pack's band for it in
    thousandths, None where it states none, or where forms are counted in different units.
    """

    commodity: str
    process: str
    runs: int
    used: Mapping[str, int]
    made: Mapping[str, int]
    lost: Mapping[str, int]
    unaccounted: int
    permille: int
    low: int | None
    high: int | None


@dataclass(frozen=True, slots=True)
class MassBalance:
    """The balance of a party, or of the lots that came to be at one place while its party holds them."""

    about: str
    kind: Literal["party", "facility"]
    party: str
    size: int
    period_from: str
    period_to: str
    stock: tuple[StockLine, ...]
    processes: tuple[ProcessLine, ...]
    checks: tuple[Check, ...]


def whose(books: Books, about: str) -> tuple[Literal["party", "facility"], str]:
    """Whether a party or a place is asked about, and the party whose stock that is; raises NotFoundError otherwise."""
    born = books.births([about]).get(about)
    kind = "" if born is None else str(born.value.get("thing"))
    if born is None or kind not in ("party", "facility"):
        raise NotFoundError(Problem("reference-unknown", "", about[:64], "party / facility"))
    return ("party", about) if kind == "party" else ("facility", str(born.value["party"]))


def mass_balance(books: Books, packs: Packs, about: str, period: Period) -> MassBalance:
    """The mass balance of a party or place over a period; raises NotFoundError for anything else."""
    kind, party = whose(books, about)
    moves = flows.stock_of(books, party)
    if kind == "facility":
        here = set(flows.born_at(books, about))
        moves = [move for move in moves if move.a in here]
    return _Balance(books, packs, kind, about, party, period).of(moves)


class _Balance:
    """One question; what several lines need is read once."""

    def __init__(
        self,
        books: Books,
        packs: Packs,
        kind: Literal["party", "facility"],
        about: str,
        party: str,
        period: Period,
    ) -> None:
        self._books = books
        self._packs = packs.among(books.adopted_packs()).commodities
        self._kind = kind
        self._about = about
        self._party = party
        self._period = period

    def of(self, moves: list[Moved]) -> MassBalance:
        born = self._books.births({move.a for move in moves})
        facts = self._books.facts({move.at_index for move in moves})
        lines: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
        worked: set[int] = set()
        for move in moves:
            about, fact = born[move.a].value, facts[move.at_index]
            day = fact.at[:10]
            line = lines[str(about["commodity"]), str(about["form"])]
            if day < self._period.begins:
                line["opening"] += move.amount
            elif day <= self._period.ends:
                how = _how(move, born[move.a], fact.type)
                line[how] += move.amount
                if how in ("made", "used"):
                    worked.add(move.at_index)
        stock = tuple(self._line(*key, sums) for key, sums in sorted(lines.items()))
        return MassBalance(
            about=self._about,
            kind=self._kind,
            party=self._party,
            size=self._books.size,
            period_from=self._period.begins,
            period_to=self._period.ends,
            stock=tuple(line for line in stock if line.opening or line.closing or line.moved),
            processes=self._processes(worked),
            checks=tuple(check for check in self._checks(stock) if not check.ok),
        )

    def _line(self, commodity: str, form: str, sums: Mapping[str, int]) -> StockLine:
        moved = {how: grams for how, grams in sorted(sums.items()) if how != "opening" and grams}
        opening = sums.get("opening", 0)
        return StockLine(commodity, form, opening, moved, opening + sum(moved.values()))

    def _checks(self, stock: Iterable[StockLine]) -> Iterable[Check]:
        """No form is below zero on either day: nothing left that was not there."""
        for line in stock:
            for code, grams in (("opening-below-zero", line.opening), ("closing-below-zero", line.closing)):
                yield Check(code, f"{line.commodity}/{line.form}", grams, max(grams, 0))

    def _processes(self, indexes: Collection[int]) -> tuple[ProcessLine, ...]:
        moves = flows.stock_at(self._books, indexes)
        born = self._books.births({move.a for move in moves})
        named = {
            mark.index: mark.value
            for mark in born.values()
            if mark.index in indexes
            and mark.value.get("how") in _MADE
            and (self._kind == "party" or mark.value.get("facility") == self._about)
        }
        runs: dict[tuple[str, str], _Runs] = defaultdict(_Runs)
        keys = {
            index: (str(value["commodity"]), str(value.get("process") or value["how"]))
            for index, value in named.items()
        }
        for move in moves:
            if move.at_index in keys:
                runs[keys[move.at_index]].add(move, born[move.a])
        for lost in flows.lost_at(self._books, keys):
            runs[keys[lost.at_index]].lost[lost.kind] += lost.grams
        return tuple(_process(key, run, self._packs.get(key[0])) for key, run in sorted(runs.items()))


class _Runs:
    """All runs of one process while they are summed."""

    def __init__(self) -> None:
        self.indexes: set[int] = set()
        self.used: dict[str, int] = defaultdict(int)
        self.made: dict[tuple[str, str], int] = defaultdict(int)
        self.lost: dict[str, int] = defaultdict(int)

    def add(self, move: Moved, lot: Standing) -> None:
        """An input below zero, an output above."""
        self.indexes.add(move.at_index)
        form = str(lot.value["form"])
        if move.amount < 0:
            self.used[form] -= move.amount
        else:
            self.made[form, str(lot.value.get("kind", "main"))] += move.amount


def _process(key: tuple[str, str], run: _Runs, pack: CommodityPack | None) -> ProcessLine:
    commodity, code = key
    used, made = sum(run.used.values()), sum(run.made.values())
    good = sum(grams for (_, kind), grams in run.made.items() if kind in _YIELD)
    process = pack.processes.get(code) if pack is not None else None
    units = (
        {pack.forms[form].unit for form in (*run.used, *(form for form, _ in run.made))} if pack is not None else {""}
    )
    band = band_grams(process, used) if process is not None and used and len(units) == 1 else None
    return ProcessLine(
        commodity=commodity,
        process=code,
        runs=len(run.indexes),
        used=dict(sorted(run.used.items())),
        made={f"{form}/{kind}": grams for (form, kind), grams in sorted(run.made.items())},
        lost=dict(sorted(run.lost.items())),
        unaccounted=used - made - sum(run.lost.values()),
        permille=good * 1000 // used if used else 0,
        low=None if band is None else band[0] * 1000 // used,
        high=None if band is None else -(-band[2] * 1000 // used),
    )


def _how(move: Moved, lot: Standing, fact_type: str) -> str:
    """What a move of stock was: by how its lot came to be where the same fact bore it, else by the fact's own kind."""
    if lot.index == move.at_index and move.amount > 0:
        how = str(lot.value["how"])
        return "made" if how in _MADE else how
    return _FLOWS.get(fact_type.partition("/")[0], "used" if move.amount < 0 else "received")
