"""Migrations make exactly the tables the program makes, bring older ones up, and never go near the log's own bytes."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, inspect

from ledger.book import Ledger
from ledger.errors import NotFoundError, ProofError
from ledger.store import upgrade as upgrading
from ledger.store.catalogue import Catalogue
from ledger.store.connection import Connection, open_engine
from ledger.store.upgrade import LEDGER, Part, keys_part, migrate, vault_part
from ledger.store.vault_schema import KEYS, KEYS_SCHEMA, VAULT, VAULT_SCHEMA, make_tables
from ledger.store.version import CURRENT, UNKNOWN, VAULT_CURRENT, version_of
from tests.store.world import COOP, Place, accept, count, facility, found, tell


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An empty database."""
    sqlite = request.param == "sqlite"
    made = open_engine(
        str(tmp_path / "x.db") if sqlite else str(request.getfixturevalue("postgres_url")), must_exist=False
    )
    yield made
    made.dispose()


def _part(which: str, engine: Engine) -> Part:
    schemas = engine.dialect.name == "postgresql"
    if which == "ledger":
        return LEDGER
    if which == "vault":
        return vault_part(VAULT_SCHEMA if schemas else None)
    return keys_part(KEYS_SCHEMA if schemas else None)


def _run(engine: Engine, sql: str) -> None:
    db = Connection(engine)
    db.run(sql)
    db.close()


def _migrated(engine: Engine, part: Part) -> None:
    """Make the tables by migrations alone."""
    if part.schema:
        _run(engine, f"CREATE SCHEMA {part.schema}")
    migrate(engine, part)


@pytest.mark.parametrize("which", ["ledger", "vault", "keys"])
def test_metadata_and_migrations_agree(engine: Engine, which: str) -> None:
    part = _part(which, engine)
    _migrated(engine, part)

    with engine.connect() as connection:
        options = {"include_schemas": part.schema is not None, "compare_server_default": True}
        if part.schema:
            options["version_table_schema"] = part.schema  # type: ignore[assignment] # alembic takes both in one mapping
            options["include_name"] = lambda name, kind, _: kind != "schema" or name == part.schema  # type: ignore[assignment] # as above
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, part.metadata) == []
        assert context.get_current_revision() == part.current


def test_migrations_and_creation_make_the_same_tables_to_the_letter(tmp_path: Path) -> None:
    """What alembic does not compare: primary keys, WITHOUT ROWID, conditions of indexes."""
    texts = []
    for name in ("migrated", "created"):
        engines = [open_engine(str(tmp_path / f"{name}.{kind}"), must_exist=False) for kind in ("db", "vault", "keys")]
        ledger, vault, keys = engines
        if name == "migrated":
            _migrated(ledger, LEDGER)
            _migrated(vault, vault_part(None))
            _migrated(keys, keys_part(None))
        else:
            Catalogue(ledger, 1).create("x.example/log/x", "https://x.example", {})
            make_tables(vault, None, VAULT)
            make_tables(keys, None, KEYS)
        texts.append([_tables(each) for each in engines])
        for each in engines:
            each.dispose()

    assert texts[0] == texts[1]


def _tables(engine: Engine) -> dict[str, str]:
    db = Connection(engine)
    rows = db.all(
        "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"
        " AND name NOT LIKE 'alembic%' AND name NOT LIKE 'sqlite%'"
    )
    db.close()
    return {name: re.sub(r"\s+", " ", sql).replace(" ,", ",").strip() for name, sql in rows}


def test_primary_keys_agree_on_postgresql(postgres_url: str) -> None:
    engine = open_engine(postgres_url, must_exist=False)
    _migrated(engine, LEDGER)
    keys = {t: inspect(engine).get_pk_constraint(t)["constrained_columns"] for t in LEDGER.metadata.tables}
    engine.dispose()

    assert keys == {name: [c.name for c in table.primary_key] for name, table in LEDGER.metadata.tables.items()}


@pytest.mark.parametrize("part", [LEDGER, vault_part(None), keys_part(None)])
def test_the_newest_migration_is_the_version_the_program_expects(part: Part) -> None:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(upgrading._MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(upgrading._MIGRATIONS / part.folder))

    assert ScriptDirectory.from_config(config).get_heads() == [part.current]


def test_migrations_go_one_after_the_other() -> None:
    for folder in ("versions", "vault_versions", "keys_versions"):
        names = sorted(path.name for path in (upgrading._MIGRATIONS / folder).glob("[0-9]*.py"))
        assert [name[:4] for name in names] == [f"{number:04}" for number in range(1, len(names) + 1)]


def test_an_upgrade_of_todays_ledger_changes_nothing(shared: Place) -> None:
    ledger = shared.create()
    found(ledger)
    before = ledger.head()
    shared.close(ledger)
    done = Ledger.upgrade(shared.database, state_dir=shared.state_dir)

    assert (done.found, done.now, done.vault_found, done.vault_now) == (CURRENT, CURRENT, VAULT_CURRENT, VAULT_CURRENT)
    assert not done.changed
    assert shared.open().head() == before


def test_tables_made_before_versions_were_written_down_are_taken_over(shared: Place) -> None:
    ledger = shared.create()
    said = tell(ledger)
    before = ledger.head()
    _back_to_the_first_vault(ledger)
    for engine, schema in ((ledger._engine, ""), (ledger._vault._engine, ledger._vault._schema)):
        _run(engine, f"DROP TABLE {schema}alembic_version")
    shared.close(ledger)
    with pytest.raises(ProofError) as caught:
        shared.open()
    done = Ledger.upgrade(shared.database, state_dir=shared.state_dir)

    assert [p.code for p in caught.value.problems] == ["database-older"]
    assert (done.found, done.now, done.changed) == (UNKNOWN, CURRENT, True)
    again = shared.open()
    assert again.head() == before
    assert again.fact(said["P1"].digest).index == said["P1"].index
    accept(again.state(facility("afterwards"), party=COOP))
    assert again.verify().size == count(again)
    assert again.rebuild().differences == ()


TOMORROW = f"{int(CURRENT) + 1:04}"
NEXT = f'''
"""A step that exists in this test only."""
from alembic import op
revision = "{TOMORROW}"
down_revision = "{CURRENT}"
def upgrade() -> None:
    """Two steps, of which the second may fail."""
    op.execute("CREATE TABLE remark (log INTEGER PRIMARY KEY, text TEXT)")
    op.execute("{{second}}")
'''


@pytest.fixture
def with_a_next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The program of tomorrow: its tables have one more version."""
    import shutil

    folder = tmp_path / "migrations"
    shutil.copytree(upgrading._MIGRATIONS, folder)
    monkeypatch.setattr(upgrading, "_MIGRATIONS", folder)
    monkeypatch.setattr(upgrading, "LEDGER", Part("versions", TOMORROW, None, LEDGER.metadata))
    monkeypatch.setattr(upgrading, "CURRENT", TOMORROW)
    return folder / "versions" / f"{TOMORROW}_next.py"


def test_an_older_ledger_is_brought_up(shared: Place, with_a_next_version: Path) -> None:
    with_a_next_version.write_text(NEXT.replace("{second}", "INSERT INTO remark VALUES (1, 'x')"))
    ledger = shared.create()
    shared.close(ledger)
    done = Ledger.upgrade(shared.database, state_dir=shared.state_dir)

    assert (done.found, done.now, done.changed) == (CURRENT, TOMORROW, True)
    engine = open_engine(shared.database, must_exist=True)
    assert version_of(engine) == TOMORROW
    engine.dispose()
    with pytest.raises(ProofError) as caught:
        shared.open()
    assert [p.code for p in caught.value.problems] == ["database-newer"]


def test_a_step_that_fails_leaves_the_ledger_as_it_was(shared: Place, with_a_next_version: Path) -> None:
    with_a_next_version.write_text(NEXT.replace("{second}", "INSERT INTO nowhere VALUES (1)"))
    ledger = shared.create()
    found(ledger)
    before = ledger.head()
    shared.close(ledger)
    with pytest.raises(Exception, match="database-failed"):
        Ledger.upgrade(shared.database, state_dir=shared.state_dir)

    engine = open_engine(shared.database, must_exist=True)
    assert version_of(engine) == CURRENT
    assert not inspect(engine).has_table("remark")
    engine.dispose()
    assert shared.open().head() == before


def test_a_vault_that_held_the_keys_gives_them_up(shared: Place) -> None:
    """Until version 0002 the keys lay in the vault: whoever had its backup and the master key had everything."""
    ledger = shared.create()
    said = tell(ledger)
    enrolled = [d for d in _digests(ledger) if ledger.disclosures(d)]
    clear = [ledger.disclosures(digest) for digest in enrolled]
    _back_to_the_first_vault(ledger)
    shared.close(ledger)
    with pytest.raises(ProofError) as caught:
        shared.open()
    assert [p.code for p in caught.value.problems] == ["database-older"]
    done = Ledger.upgrade(shared.database, state_dir=shared.state_dir)
    again_done = Ledger.upgrade(shared.database, state_dir=shared.state_dir)

    assert (done.vault_found, done.vault_now, again_done.changed) == ("0001", VAULT_CURRENT, False)
    again = shared.open()
    assert [again.disclosures(digest) for digest in enrolled] == clear
    assert not inspect(again._vault._engine).has_table("person", again._vault._schema.rstrip(".") or None)
    assert again.fact(said["P1"].digest).index == said["P1"].index


def _digests(ledger: Ledger) -> list[str]:
    db = Connection(ledger._engine)
    rows = db.all("SELECT digest FROM entry ORDER BY ix")
    db.close()
    return [bytes(row[0]).hex() for row in rows]


def _back_to_the_first_vault(ledger: Ledger) -> None:
    """The tables of version 0001, with the keys among the sealed values."""
    vault, keys = ledger._vault, ledger._vault._keys
    rows = keys._rows("SELECT holder, wrapped FROM {}person")
    binary = "BLOB" if vault._engine.dialect.name == "sqlite" else "BYTEA"
    for sql in (
        "DROP TABLE {}blind",
        "DROP TABLE {}doomed",
        f"CREATE TABLE {{}}person (holder TEXT PRIMARY KEY, wrapped {binary} NOT NULL)",
        "UPDATE {}alembic_version SET version_num = '0001'",
    ):
        _run(vault._engine, sql.format(vault._schema))
    db = Connection(vault._engine)
    db.many(f"INSERT INTO {vault._schema}person (holder, wrapped) VALUES (?, ?)", rows)
    db.close()
    _run(keys.engine, f"DELETE FROM {keys.schema}person")


def test_a_newer_ledger_is_not_touched_by_an_upgrade(shared: Place) -> None:
    ledger = shared.create()
    _run(ledger._engine, "UPDATE alembic_version SET version_num = '9999'")
    shared.close(ledger)
    with pytest.raises(ProofError) as caught:
        Ledger.upgrade(shared.database, state_dir=shared.state_dir)

    assert [p.code for p in caught.value.problems] == ["database-newer"]


def test_what_is_no_ledger_is_not_upgraded_into_one(tmp_path: Path, postgres_url: str) -> None:
    sqlite3.connect(tmp_path / "x.db").close()
    for database in (str(tmp_path / "x.db"), str(tmp_path / "none.db"), postgres_url):
        with pytest.raises(NotFoundError):
            Ledger.upgrade(database, state_dir=tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.db"]


def test_the_log_itself_is_the_same_byte_for_byte_after_an_upgrade(on_disk: Place, with_a_next_version: Path) -> None:
    with_a_next_version.write_text(NEXT.replace("{second}", "INSERT INTO remark VALUES (1, 'x')"))
    ledger = on_disk.create()
    tell(ledger)
    on_disk.close(ledger)
    before = _log_bytes(on_disk.file)
    Ledger.upgrade(on_disk.database)

    assert _log_bytes(on_disk.file) == before


def _log_bytes(file: Path) -> str:
    db = sqlite3.connect(file)
    rows = [db.execute(f"SELECT * FROM {t} ORDER BY 1, 2, 3").fetchall() for t in ("log", "entry", "statement", "node")]
    db.close()
    return hashlib.sha256(repr(rows).encode()).hexdigest()
