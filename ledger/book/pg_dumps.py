"""Dumps of a ledger on PostgreSQL: which commands make them, and whether what they made holds every table.

We do not run pg_dump: it must be that of the server's version, and asks for the password in its own ways.
"""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Final

from sqlalchemy.engine import make_url

from ledger.errors import FormatError, NotFoundError, Problem
from ledger.store.connection import database_url
from ledger.store.schema import metadata
from ledger.store.vault_schema import KEYS_SCHEMA, VAULT_SCHEMA, keys_metadata, vault_metadata

DUMP: Final = "chaski.dump"
PERSONS_DUMP: Final = "chaski.persons.dump"
_SECONDS: Final = 600


def commands(database: str, folder: Path, keys_folder: Path | None) -> tuple[str, ...]:
    """The pg_dump commands, without the password: pg_dump finds it in ~/.pgpass or PGPASSWORD, or asks.

    The persons' keys are dumped after the vault that needs them, and into the other folder.
    """
    url = make_url(database_url(database))._replace(drivername="postgresql", password=None)
    at = shlex.quote(url.render_as_string())
    said = [f"pg_dump --format=custom --exclude-schema={KEYS_SCHEMA} --file={shlex.quote(str(folder / DUMP))} {at}"]
    if keys_folder is not None:
        path = shlex.quote(str(keys_folder / PERSONS_DUMP))
        said.append(f"pg_dump --format=custom --schema={KEYS_SCHEMA} --file={path} {at}")
    return tuple(said)


def check_dump(dump: Path) -> None:
    """Raise FormatError backup-dump-bad unless pg_restore reads the dump and finds the data of every table in it."""
    persons = dump.name == PERSONS_DUMP
    wanted = {f"{KEYS_SCHEMA} {table.name}" for table in keys_metadata(KEYS_SCHEMA).sorted_tables}
    if not persons:
        wanted = {f"public {table.name}" for table in metadata.sorted_tables}
        wanted |= {f"{VAULT_SCHEMA} {table.name}" for table in vault_metadata(VAULT_SCHEMA).sorted_tables}
    listed = _pg_restore("--list", str(dump))
    found = {f"{schema} {table}" for schema, table in re.findall(r" TABLE DATA (\S+) (\S+) ", listed)}
    missing = sorted(wanted - found)
    stray = sorted(each for each in found if not persons and each.startswith(f"{KEYS_SCHEMA} "))
    if missing or stray:
        detail = ", ".join(missing or stray)[:200]
        raise FormatError(Problem("backup-dump-bad", found=dump.name, expected=detail, retry="after-change"))


def tip_in_dump(dump: Path, log: int) -> tuple[str, int, bytes]:
    """Origin, size and root as they stand in the dump."""
    text = _pg_restore("--data-only", "--schema=public", "--table=log", "--file=-", str(dump))
    header = re.search(r"^COPY public\.log \(([^)]*)\) FROM stdin;\n((?:[^\\\n].*\n)*)\\\.", text, re.MULTILINE)
    if header is not None:
        names = header.group(1).split(", ")
        for line in header.group(2).splitlines():
            row = dict(zip(names, line.split("\t"), strict=True))
            if row["log"] == str(log):
                return row["origin"], int(row["size"]), bytes.fromhex(row["root"].removeprefix("\\\\x"))
    raise FormatError(Problem("backup-dump-bad", found=dump.name, expected="log", retry="after-change"))


def _pg_restore(*arguments: str) -> str:
    program = shutil.which("pg_restore")
    if program is None:
        raise NotFoundError(Problem("pg-restore-missing", retry="after-change"))
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program with paths as arguments, no shell
            [program, *arguments], capture_output=True, check=True, timeout=_SECONDS
        )
    except (subprocess.SubprocessError, OSError):
        problem = Problem(
            "backup-dump-bad", found=Path(arguments[-1]).name, expected="pg_restore", retry="after-change"
        )
        raise FormatError(problem) from None
    return done.stdout.decode(errors="replace")
