"""`python -m bench`: measure every number and print one table.

--quick takes smaller sizes, --only NAME only one, --json FILE keeps the results, --strict ends with 1 where a number
is missed (a measurement that fell short is a result, not an error).
"""

from __future__ import annotations

import argparse
import gc
import sys
import tempfile
from pathlib import Path

import orjson
from rich.console import Console

from bench.plan import BENCHMARKS, run
from bench.scale import SCALES
from bench.table import said, show


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and with --strict exit with 1 where a number is missed."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure the numbers of docs/performance.md.")
    parser.add_argument("--only", action="append", choices=list(BENCHMARKS), help="only this one; may be repeated")
    parser.add_argument("--quick", action="store_const", const="quick", dest="scale", default="full")
    parser.add_argument("--tiny", action="store_const", const="tiny", dest="scale", help="only to see that it runs")
    parser.add_argument("--strict", action="store_true", help="end with 1 where a number is missed")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the results here (bench-results.json)")
    parser.add_argument("--folder", type=Path, help="where to put the ledgers (the system's temporary folder)")
    given = parser.parse_args(arguments)
    # As the chaski command does; docs/performance.md advises it to whoever imports in bulk.
    gc.set_threshold(20_000, 20, 50)
    console = Console(width=150)
    numbers = []
    with tempfile.TemporaryDirectory(prefix="chaski-bench-", dir=given.folder) as folder:
        for number in run(given.only or list(BENCHMARKS), SCALES[given.scale], Path(folder)):
            console.print(said(number), highlight=False)
            numbers.append(number)
    show(numbers, console)
    if given.json is not None:
        given.json.write_bytes(
            orjson.dumps([number.as_json() for number in numbers], option=orjson.OPT_INDENT_2) + b"\n"
        )
    return 1 if given.strict and not all(number.met for number in numbers) else 0


if __name__ == "__main__":
    sys.exit(main())
