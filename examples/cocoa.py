"""201 families: wet beans into boxes, six days of fermenting, a week of sun, bags for a chocolate maker.

Run it with `python -m examples.cocoa [seed]`. People, organisations and events are invented.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ledger.seasons.play import play


def main(seed: str = "chaski") -> None:
    """Tell the season to a new ledger, say what became of one lot, and verify the whole log."""
    with tempfile.TemporaryDirectory() as folder:
        play(Path(folder, "cocoa.db"), "cocoa", seed, print)


if __name__ == "__main__":
    main(*sys.argv[1:2])
