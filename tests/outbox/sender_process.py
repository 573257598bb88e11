"""A process made to be killed: it states facts and delivers what they cause, saying what it has come to.

Arguments: database, state directory, how many facts, `deliver` or `-`. It prints `stated` once the facts are
acknowledged, and `delivered` where it has come to the end of delivering.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

from ledger.book import Ledger
from ledger.outbox import Courier, Rules
from tests.store.world import COOP, HandClock, accept, facility


def main() -> None:
    database, state_dir, many, then = sys.argv[1:5]
    clock = HandClock()
    with Ledger.open(database, state_dir=Path(state_dir), clock=clock) as ledger:
        for number in range(int(many)):
            accept(ledger.state(facility(f"told {number}"), party=COOP))
        print("stated", flush=True)
        if then == "deliver":
            Courier(ledger.outbox, Rules(allow_local=True), clock=clock, jitter=lambda: 0.0).deliver_due()
            print("delivered", flush=True)
        time.sleep(60)


if __name__ == "__main__":
    main()
