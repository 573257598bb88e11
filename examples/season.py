"""Builds a ledger of invented seasons at real scale: the same seed gives the same log, byte for byte.

`python -m examples.season --seed chaski --database season.db` tells all four; name stories to have fewer.
`--frauds` plants frauds, mistakes and honest oddities in a small season instead (what `chaski selftest` looks for):
its ledger, answers, labels and findings land in the folder `season`, and the exit code says whether all were found.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from ledger.seasons.planted import selftest
from ledger.seasons.play import told
from ledger.seasons.stage import STORIES


def main() -> None:
    """Tell the stories to a new ledger, verify it, and print its size and root."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("stories", nargs="*", choices=STORIES, help="which seasons; all when none is named")
    parser.add_argument("--seed", default="chaski", help="another seed makes other seasons")
    parser.add_argument("--database", type=Path, default=Path("season.db"), help="the new ledger's file")
    parser.add_argument("--frauds", action="store_true", help="plant cases in a small season and look for them")
    chosen = parser.parse_args()
    if chosen.frauds:
        sys.exit(_frauds(chosen.seed, chosen.database.with_suffix("")))
    names = tuple(chosen.stories) or tuple(STORIES)
    with told(chosen.database, names, chosen.seed) as (ledger, stories, _):
        found = ledger.verify()
        for story in stories:
            print(f"{story.name}: {story.families} families, lot {story.traced}")
        print(f"{found.size} facts, root {found.root}")


def _frauds(seed: str, folder: Path) -> int:
    done = selftest.run(seed, folder)
    for row in done.result.rows:
        print(f"{'ok  ' if row.ok else 'MISS'} {row.case.kind:7} {row.case.id}: {row.case.sentence['en']}")
    for each in done.result.accused:
        print(f"accused for nothing: {each.subjects[0]} ({', '.join(each.codes)})")
    print(f"{done.facts} facts, {done.refused} refused, {len(done.result.rows)} cases in {folder}")
    return 0 if done.ok else 1


if __name__ == "__main__":
    main()
