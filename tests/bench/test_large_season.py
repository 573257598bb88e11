"""The large season in small: it is built once, its facts are all accepted, and claims are asked of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import orjson
import pytest

from bench.large import main
from bench.region import Region, Shape
from bench.season import Season, key, season
from bench.valley import ORIGIN

pytestmark = pytest.mark.slow

FACTS = 2_000


@pytest.fixture(scope="module")
def cache() -> Iterator[Path]:
    """Where the seasons of this module are kept: a folder that the user a PostgreSQL runs as may enter."""
    with tempfile.TemporaryDirectory(prefix="chaski-bench-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture(scope="module")
def built(cache: Path) -> Season:
    """A season of two thousand facts."""
    return season(FACTS, cache)


def test_season_holds_as_many_facts_as_asked_and_all_of_them_verify(built: Season) -> None:
    with built.open() as ledger:
        # The node may state a few of its own, where it looked at a plot again.
        assert ledger.head().size == built.facts >= FACTS
        assert ledger.verify(workers=1, strict=False).size == built.facts


def test_landmarks_lead_to_what_they_are_named_for(built: Season) -> None:
    shape, marks = Shape.of(FACTS), built.landmarks
    with built.open() as ledger:
        container = ledger.trace(marks.containers[0])
        assert len(container.contributions) == shape.deliveries
        assert len({share.producer for share in container.contributions}) == shape.farmers
        assert len(ledger.trace(marks.small_lots[0]).contributions) == 20


def test_a_season_that_stands_is_not_built_again(built: Season, cache: Path) -> None:
    before = Path(built.database).stat().st_mtime_ns

    assert season(FACTS, cache) == built
    assert Path(built.database).stat().st_mtime_ns == before


def test_an_interrupted_build_begins_again(tmp_path: Path) -> None:
    folder = tmp_path / f"300-{key(Shape.of(300))}"
    folder.mkdir()
    (folder / "chaski.db").write_bytes(b"half of something")

    assert season(300, tmp_path).facts >= 300


def test_the_same_shape_says_the_same_facts() -> None:
    said = [list(islice(Region(ORIGIN, Shape.of(FACTS)).said(), 500)) for _ in range(2)]

    assert said[0] == said[1]


def test_other_shapes_have_other_keys() -> None:
    assert key(Shape.of(2_000)) != key(Shape.of(20_000))


def test_a_million_has_containers_of_five_hundred_farmers_and_a_certificate_over_ten_thousand_lots() -> None:
    shape = Shape.of(1_000_000)

    assert (shape.farmers, shape.deliveries) == (500, 2_500)
    assert shape.containers * shape.deliveries >= 10_000
    assert shape.coops * shape.growers > 9_000


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_every_large_number_is_printed(
    database: str, built: Season, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    results = tmp_path / "results.json"

    facts = [f"--facts={FACTS if database == 'sqlite' else 500}"]
    assert main([*facts, f"--cache={cache}", f"--only={database}", f"--json={results}"]) == 0

    printed = capsys.readouterr().out
    names = [number["name"] for number in orjson.loads(results.read_bytes())]
    assert f"claims of a container, p95, {database}" in names
    assert f"ingest, batches of 100, large log, {database}" in names
    assert all(f"{name}: " in printed for name in names)
