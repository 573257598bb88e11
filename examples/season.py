"""Builds a ledger of invented seasons at real scale: the same seed gives the same log, byte for byte.

`python -m examples.season --seed chaski --database season.db` tells all four; name stories to have fewer.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from ledger.seasons.play import told
from ledger.seasons.stage import STORIES


def main() -> None:
    """Tell the stories to a new ledger, verify it, and print its size and root."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stories", nargs="*", choices=STORIES, help="which seasons; all when none is named")
    parser.add_argument("--seed", default="chaski", help="another seed makes other seasons")
    parser.add_argument("--database", type=Path, default=Path("season.db"), help="the new ledger's file")
    chosen = parser.parse_args()
    names = tuple(chosen.stories) or tuple(STORIES)
    with told(chosen.database, names, chosen.seed) as (ledger, stories, _):
        found = ledger.verify()
        for story in stories:
            print(f"{story.name}: {story.families} families, lot {story.traced}")
        print(f"{found.size} facts, root {found.root}")


if __name__ == "__main__":
    main()
