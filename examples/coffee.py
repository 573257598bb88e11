"""463 families in and around a protected forest: from the scale at two collection centres to a container in port.

Run it with `python -m examples.coffee [seed]`. People, organisations and events are invented.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ledger.seasons.play import play


def main(seed: str = "chaski") -> None:
    """Tell the season to a new ledger, say what became of one lot, and verify the whole log."""
    with tempfile.TemporaryDirectory() as folder:
        play(Path(folder, "coffee.db"), "coffee", seed, print)


if __name__ == "__main__":
    main(*sys.argv[1:2])
