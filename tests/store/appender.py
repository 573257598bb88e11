"""A second process that states facts to a ledger and prints what was acknowledged: `index digest` per line."""

from __future__ import annotations

import sys
from pathlib import Path

from ledger.book import Ledger
from tests.store.world import COOP, HandClock, facility


def main() -> None:
    """Arguments: database, state directory, name of this writer, how many facts."""
    database, state_dir, name, many = sys.argv[1:5]
    with Ledger.open(database, state_dir=Path(state_dir), clock=HandClock()) as ledger:
        for number in range(int(many)):
            (outcome,) = ledger.state(facility(f"{name}/{number}"), party=COOP)
            print(outcome.index, outcome.digest, flush=True)


if __name__ == "__main__":
    main()
