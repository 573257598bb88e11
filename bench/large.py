"""`python -m bench.large` (`make bench-large`): the numbers of claims on a season of a million facts, both databases.

--facts N takes a smaller season, --only sqlite|postgresql one database, --cache FOLDER says where seasons are kept.
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import orjson
from rich.console import Console

from bench import afterwards, claims
from bench.cluster import cluster
from bench.figures import Number
from bench.scale import FULL, TINY, Scale
from bench.season import CACHE, FACTS, season
from bench.table import said, show

DATABASES = ("sqlite", "postgresql")
_TINY = 20_000
"""Below so many facts a season is only there to see that everything runs."""


def main(arguments: list[str] | None = None) -> int:
    """Build what is missing, measure, print; with --strict exit with 1 where a number is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.large", description="Measure claims on a large season.")
    parser.add_argument("--facts", type=int, default=FACTS)
    parser.add_argument("--only", choices=DATABASES, action="append", help="only this database; may be repeated")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where seasons are kept (bench/.cache)")
    parser.add_argument("--strict", action="store_true", help="end with 1 where a number is missed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results here")
    given = parser.parse_args(arguments)
    gc.set_threshold(20_000, 20, 50)
    console = Console(width=150)
    numbers: list[Number] = []
    for database in given.only or DATABASES:
        for measured in _measured(database, given.facts, given.cache, console):
            number = replace(measured, name=f"{measured.name}, {database}")
            console.print(said(number), highlight=False)
            numbers.append(number)
    show(numbers, console)
    if given.json is not None:
        given.json.write_bytes(orjson.dumps([n.as_json() for n in numbers], option=orjson.OPT_INDENT_2) + b"\n")
    return 1 if given.strict and not all(number.met for number in numbers) else 0


def _measured(database: str, facts: int, cache: Path, console: Console) -> Iterator[Number]:
    scale: Scale = FULL if facts > _TINY else TINY
    with ExitStack() as stack:
        server = stack.enter_context(cluster(cache / "postgresql")) if database == "postgresql" else None
        found = season(facts, cache, server=server)
        console.print(found.said(), highlight=False)
        yield from claims.measure(found, scale.reads)
        # Beside the season and not in the system's temporary folder: it may be as large, and on another disk.
        place = stack.enter_context(tempfile.TemporaryDirectory(prefix="copy-", dir=cache))
        yield from afterwards.measure(found, scale, Path(place) / "season", server)


if __name__ == "__main__":
    sys.exit(main())
