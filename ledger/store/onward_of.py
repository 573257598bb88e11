"""What became of a lot: every lot downstream, with the grams of it expected there and at most there."""

from __future__ import annotations

from collections.abc import Mapping

from ledger.lineage import levels, topological
from ledger.queries import Onward
from ledger.state import Standing
from ledger.store.books import Books, EdgeRow
from ledger.store.evidence_of import integer
from ledger.store.schema import ACCOUNT_KINDS


def onward_of(books: Books, lot: str, grams: int) -> tuple[Onward, ...]:
    """Downstream lots, inputs before outputs. Expected grams are pro rata, rounded down; at most is a hard bound."""
    inputs: dict[str, list[EdgeRow]] = {}

    def following(level: list[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in books.edges_out_of(level):
            inputs.setdefault(row.output, []).append(row)
            found.setdefault(row.input, []).append(row.output)
        return found

    levels([lot], following)
    births = books.births([lot, *inputs])
    holders = books.balances(ACCOUNT_KINDS["stock"], inputs)
    expected, most = {lot: grams}, {lot: grams}
    onward: list[Onward] = []
    for found in topological({output: [row.input for row in rows] for output, rows in inputs.items()}):
        born = births.get(found)
        if born is None:
            continue
        whole = integer(born.value["grams"])
        rows = inputs[found]
        expected[found] = sum(_share(row, expected, births) for row in rows)
        most[found] = min(whole, sum(most.get(row.input, 0) for row in rows))
        onward.append(
            Onward(
                lot=found,
                form=str(born.value["form"]),
                how=str(born.value["how"]),
                grams=whole,
                expected_grams=expected[found],
                at_most_grams=most[found],
                holders=holders.get(found, {}),
            )
        )
    return tuple(onward)


def _share(row: EdgeRow, expected: Mapping[str, int], births: Mapping[str, Standing]) -> int:
    """Of the grams that came from this input, the part that stands for the asked lot."""
    born = births.get(row.input)
    whole = integer(born.value["grams"]) if born is not None else 0
    return row.grams * expected.get(row.input, 0) // whole if whole else 0
