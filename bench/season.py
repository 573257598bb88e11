"""`python -m bench.season`: builds a season of a million real facts through the front door, once per schema version.

What it builds is kept outside git (bench/.cache, or --cache FOLDER) under a key made of the tables, the facts, what
they mean and the season's own shape, so that it is built again only where one of those changed. A second process says
and signs the facts while this one parses, judges and writes them: each goes the whole way of a caller's fact.
"""

from __future__ import annotations

import argparse
import gc
import hashlib
import multiprocessing
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import islice
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from pathlib import Path
from queue import Empty
from typing import cast

import orjson

from bench.cluster import cluster, new_database, size_of, within
from bench.ingest import pour
from bench.region import Landmarks, Region, Shape
from bench.valley import DATABASE, ORIGIN, introduce, register
from ledger.book import Ledger

ROOT = Path(__file__).parents[1]
CACHE = ROOT / "bench" / ".cache"
FACTS = 1_000_000
_PORTION = 2_000
_MADE_OF = (
    "ledger/store/schema.py",
    "ledger/store/vault_schema.py",
    "ledger/store/pending.py",
    "ledger/store/selectivity.py",
    "ledger/facts/*.py",
    "ledger/postings/*.py",
    "ledger/lineage/*.py",
    "bench/region.py",
    "bench/coop.py",
    "bench/voice.py",
)
"""Files that say what the stored rows look like; a change in any of them asks for a new season."""


@dataclass(frozen=True, slots=True)
class Season:
    """A season that stands: where it lies, what it took to build, and what can be asked of it.

    `database` is a path or a URL, `state_dir` where the keys of a PostgreSQL one lie, `bytes` the size of the
    database without vault and documents.
    """

    database: str
    state_dir: str
    facts: int
    seconds: float
    bytes: int
    landmarks: Landmarks

    def open(self) -> Ledger:
        """The ledger, ready to be asked."""
        return Ledger.open(self.database, state_dir=Path(self.state_dir) if self.state_dir else None)

    @property
    def dialect(self) -> str:
        """SQLite or PostgreSQL."""
        return "PostgreSQL" if "://" in self.database else "SQLite"

    def said(self) -> str:
        """Build time and size in one line."""
        rate = self.facts / self.seconds
        return (
            f"{self.facts:,} facts on {self.dialect}, built in {self.seconds / 60:.1f} minutes ({rate:,.0f} facts/s), "
            f"{self.bytes / 1e9:.2f} GB ({self.bytes / self.facts:,.0f} bytes per fact)"
        )


def key(shape: Shape) -> str:
    """What a season's folder is called: other tables, facts, meanings or shapes give another name."""
    digest = hashlib.sha256(repr(shape).encode())
    for pattern in _MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:12]


def season(facts: int, cache: Path = CACHE, *, server: str | None = None) -> Season:
    """The season of so many facts, built where there is none yet.

    `server` is the URL of a PostgreSQL database from which others can be made; without one it lies on SQLite.
    """
    shape = Shape.of(facts)
    name = f"{facts}-{key(shape)}"
    folder = cache / (name if server is None else f"{name}-postgresql")
    note = folder / "season.json"
    # The server's own address may differ from run to run; the database's name does not.
    base = f"chaski_season_{facts}_{key(shape)}"
    database = str(folder / DATABASE) if server is None else within(server, base)
    state_dir = None if server is None else folder
    if not note.exists():
        # An interrupted build has no note, and is begun again.
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        if server is not None:
            new_database(server, base)
        note.write_bytes(orjson.dumps(asdict(_built(database, state_dir, shape))))
    found = orjson.loads(note.read_bytes())
    return Season(**{**found, "database": database, "landmarks": Landmarks(**found["landmarks"])})


# ---------------------------------------------------------------- building


def _built(database: str, state_dir: Path | None, shape: Shape) -> Season:
    started = time.perf_counter()
    with Ledger.create(database, origin=ORIGIN, operator="Operador Inventado", state_dir=state_dir) as ledger:
        region = Region(ORIGIN, shape)
        register(ledger, region.certifier.party, "certifier", "Certificadora Inventada")
        for number, coop in enumerate(region.coops):
            introduce(ledger, coop, f"Cooperativa Inventada {number}")
            register(ledger, coop.exporter, "exporter", f"Exportadora Inventada {number}")
        landmarks = _poured(ledger, shape)
        size = ledger.head().size
    seconds = time.perf_counter() - started
    return Season(database, "" if state_dir is None else str(state_dir), size, seconds, _size_of(database), landmarks)


def _poured(ledger: Ledger, shape: Shape) -> Landmarks:
    """State what the other process says until the log holds all facts; returns what can be asked of them."""
    context = multiprocessing.get_context("spawn")
    queue = cast("Queue[list[bytes] | Landmarks]", context.Queue(maxsize=4))
    start = ledger.head().size
    speaker = context.Process(target=_speak, args=(queue, shape, shape.facts - start), daemon=True)
    speaker.start()
    done, began = start, time.perf_counter()
    try:
        with ThreadPoolExecutor(2) as pool:
            while not isinstance(portion := _next(queue, speaker), Landmarks):
                pour(ledger, portion, pool)
                done += len(portion)
                if done % 50_000 < _PORTION:
                    rate = (done - start) / (time.perf_counter() - began)
                    print(f"  {done:,} facts, {rate:,.0f} a second", file=sys.stderr, flush=True)
    finally:
        speaker.terminate()
        speaker.join()
    return portion


def _next(queue: Queue[list[bytes] | Landmarks], speaker: BaseProcess) -> list[bytes] | Landmarks:
    """What the other process says next; raises RuntimeError where it has died."""
    while True:
        try:
            return queue.get(timeout=1)
        except Empty:
            if not speaker.is_alive():
                raise RuntimeError("the process that says the facts has ended") from None


def _speak(queue: Queue[list[bytes] | Landmarks], shape: Shape, facts: int) -> None:
    """The second process: say everything, then name the landmarks that were finished."""
    region = Region(ORIGIN, shape)
    said = islice(region.said(), facts)
    for portion in _portions(said):
        queue.put(portion)
    queue.put(region.landmarks)
    queue.close()
    queue.join_thread()


def _portions(said: Iterator[bytes]) -> Iterator[list[bytes]]:
    while portion := list(islice(said, _PORTION)):
        yield portion


def _size_of(database: str) -> int:
    if "://" in database:
        return size_of(database)
    return sum(path.stat().st_size for path in (Path(database), Path(f"{database}-wal")) if path.exists())


# ---------------------------------------------------------------- by hand


def main(arguments: list[str] | None = None) -> int:
    """Build what is asked for and say where it lies, how long it took and how large it is."""
    parser = argparse.ArgumentParser(prog="python -m bench.season", description="Build the large season, once.")
    parser.add_argument("--facts", type=int, default=FACTS)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where seasons are kept (bench/.cache)")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    given = parser.parse_args(arguments)
    gc.set_threshold(20_000, 20, 50)
    if given.postgresql:
        with cluster(given.cache / "postgresql") as server:
            found = season(given.facts, given.cache, server=server)
    else:
        found = season(given.facts, given.cache)
    print(found.said())
    print(found.database)
    return 0


if __name__ == "__main__":
    sys.exit(main())
