"""The PostgreSQL the tests are given: real, empty, of the test's own, and gone with the run."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy

from tests import postgres


@pytest.mark.parametrize("writer", ["first", "second"])
def test_each_test_gets_an_empty_database_of_its_own(postgres_url: str, writer: str) -> None:
    engine = sqlalchemy.create_engine(postgres_url)

    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("CREATE TABLE note (writer text)"))
        connection.execute(sqlalchemy.text("INSERT INTO note VALUES (:writer)"), {"writer": writer})
        written = connection.execute(sqlalchemy.text("SELECT writer FROM note")).scalars().all()
    engine.dispose()

    assert written == [writer]


def test_the_server_is_one_we_support(postgres_url: str, postgres_server: postgres.Server) -> None:
    engine = sqlalchemy.create_engine(postgres_url)

    with engine.connect() as connection:
        version = connection.execute(sqlalchemy.text("SHOW server_version_num")).scalar_one()
    engine.dispose()

    assert int(version) >= 150000, postgres_server.origin


@pytest.mark.slow
def test_the_server_ends_when_the_run_is_killed() -> None:
    # Given a run that started a server,
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as run:
        _, folder = postgres.start(watched=run.pid)
        assert (folder / "data" / "postmaster.pid").exists()
        server = int((folder / "data" / "postmaster.pid").read_text().splitlines()[0])

        # when the run is killed and cannot clean up,
        run.kill()

    # then the server and its folder are gone soon after.
    deadline = time.monotonic() + 30
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not folder.exists()
    # Nobody may have collected it yet: a dead process that still has a number is no server.
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(server)], capture_output=True, text=True, check=False).stdout
    assert state.strip()[:1] in ("", "Z"), state


def test_without_any_server_the_tests_fail_instead_of_skipping(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setattr(Path, "glob", lambda _self, _pattern: iter(()))

    with pytest.raises(pytest.fail.Exception, match="No PostgreSQL for the tests"):
        postgres.find_programs()
