"""228 families: fruit picked in the morning, graded, packed, cooled, and on the buyer's dock the next evening.

Run it with `python -m examples.pitahaya [seed]`. People, organisations and events are invented.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ledger.seasons.play import play


def main(seed: str = "chaski") -> None:
    """Tell the season to a new ledger, say what became of one lot, and verify the whole log."""
    with tempfile.TemporaryDirectory() as folder:
        play(Path(folder, "pitahaya.db"), "pitahaya", seed, print)


if __name__ == "__main__":
    main(*sys.argv[1:2])
