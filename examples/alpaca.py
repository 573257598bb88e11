"""183 families in 11 communities: fleeces shorn, sorted together by master sorters, baled, sold to a mill.

Run it with `python -m examples.alpaca [seed]`. People, organisations and events are invented.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ledger.seasons.play import play


def main(seed: str = "chaski") -> None:
    """Tell the season to a new ledger, say what became of one lot, and verify the whole log."""
    with tempfile.TemporaryDirectory() as folder:
        play(Path(folder, "alpaca.db"), "alpaca", seed, print)


if __name__ == "__main__":
    main(*sys.argv[1:2])
