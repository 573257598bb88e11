"""Sealed values: disclosures encrypted under a key per person; the keys lie in a store of their own (person_keys.py).

The vault is a database file of its own (a schema of its own on PostgreSQL), so that it can be backed
up and forgotten apart from the log; without the persons' keys it reveals nothing. Values go in before
the log's transaction and are settled after it; what a refused or crashed batch left behind is swept at
the next start. What a statement of `erasure.done` will destroy is written down the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import Engine, inspect

from ledger.canonical import b64url
from ledger.errors import ConflictError, NotFoundError, Problem
from ledger.keys import blind_index, seal, unseal
from ledger.store.connection import Connection, Row, open_engine
from ledger.store.person_keys import PersonKeys
from ledger.store.troubles import StoreError, translated
from ledger.store.vault_schema import KEYS, VAULT, make_tables
from ledger.store.version import VAULT_CURRENT, check_version, version_of


class SealedValue(NamedTuple):
    """A disclosure to keep: of which statement, where in its body, whose, and the text."""

    statement: str
    pointer: str
    holder: str
    text: str


class IdentityDocument(NamedTuple):
    """A person's document number to find them by: of which statement, in which programme, the number, whose."""

    statement: str
    programme: str
    document: str
    holder: str


class Doomed(NamedTuple):
    """What a statement of `erasure.done` destroys: holders of sealed values, and digests of documents."""

    holders: tuple[str, ...]
    documents: tuple[str, ...]


def everybody(holder: str) -> bool:
    """Leave nobody out."""
    del holder
    return True


class Vault:
    """The sealed values of one ledger."""

    def __init__(
        self,
        engine: Engine,
        master: bytes,
        *,
        keys_engine: Engine | None = None,
        schema: str | None = None,
        keys_schema: str | None = None,
        owns_engine: bool = False,
    ) -> None:
        """Open the vault with its persons' keys (`keys_engine`: another database), and create tables where none are.

        Raises ProofError where the tables have another form, or the master key is not the one used here;
        NotFoundError where there are sealed values but the store of keys is gone: it is never made anew.
        """
        self._engine = engine
        self._owns_engine = owns_engine
        self._schema = "" if schema is None else f"{schema}."
        self._to_settle: list[str] = []
        keys_engine = keys_engine or engine
        try:
            make_tables(engine, schema, VAULT)
            check_version(version_of(engine, schema), VAULT_CURRENT)
            self._keys_are_there(keys_engine, keys_schema)
            self._keys = PersonKeys(keys_engine, master, schema=keys_schema, owns_engine=owns_engine)
            self._db = Connection(engine)
        except BaseException:
            if owns_engine:
                engine.dispose()
                keys_engine.dispose()
            raise

    @classmethod
    def in_file(cls, path: Path, master: bytes) -> Vault:
        """The vault of an SQLite ledger; the persons' keys lie beside it in a file ending in `.persons`."""
        keys_file = path.with_suffix(".persons")
        engine = open_engine(str(path), must_exist=False)
        return cls(engine, master, keys_engine=open_engine(str(keys_file), must_exist=False), owns_engine=True)

    def _keys_are_there(self, engine: Engine, schema: str | None) -> None:
        with translated():
            if inspect(engine).has_table(KEYS.table, schema):
                return
        db = Connection(self._engine)
        try:
            row = db.one(f"SELECT 1 FROM {self._schema}disclosure LIMIT 1")
        finally:
            db.close()
        if row is not None:
            raise NotFoundError(Problem("person-keys-missing", retry="after-change"))

    def close(self) -> None:
        """Settle what was written and let go."""
        try:
            if self._to_settle:
                self.put([])
        except (StoreError, ConflictError):
            # Settling waits for the next start: unsettled values of standing statements are kept by the sweep.
            pass
        finally:
            self._db.close()
            self._keys.close()
            if self._owns_engine:
                self._engine.dispose()

    # ------------------------------------------------------------ keeping

    def put(self, values: Sequence[SealedValue], documents: Sequence[IdentityDocument] = ()) -> None:
        """Seal and keep values and blind indexes, unsettled; settle those of earlier batches."""
        # Keys first, in their own store: a value sealed under a key that a crash took back would be lost.
        keys = self._keys.give(value.holder for value in values) if values else {}
        blind = [
            (self._blind(each.programme, each.document, make=True), each.statement, each.holder) for each in documents
        ]
        db = self._db
        db.begin_write()
        try:
            settling = list(self._to_settle)
            self._settle(settling)
            rows = []
            for value in values:
                sealed = seal(keys[value.holder], value.text.encode(), _bound(value.statement, value.pointer))
                rows.append((value.statement, value.pointer, value.holder, sealed))
            db.many(
                f"INSERT INTO {self._schema}disclosure (statement, pointer, holder, sealed, settled)"
                " VALUES (?, ?, ?, ?, 0) ON CONFLICT (statement, pointer) DO NOTHING",
                rows,
            )
            db.many(
                f"INSERT INTO {self._schema}blind (digest, statement, holder) VALUES (?, ?, ?)"
                " ON CONFLICT (digest, statement) DO NOTHING",
                blind,
            )
            db.commit()
            # Only now: what a rollback took back has to be settled by a later write.
            del self._to_settle[: len(settling)]
        except BaseException:
            db.rollback()
            raise

    def committed(self, statements: Iterable[str]) -> None:
        """The log has these statements now; they are settled with the next write."""
        self._to_settle.extend(statements)

    def has_unsettled(self) -> bool:
        """Whether anything was put that nobody has settled yet, or doomed and not destroyed."""
        db = Connection(self._engine)
        try:
            return (
                db.one(f"SELECT 1 FROM {self._schema}disclosure WHERE settled = 0 LIMIT 1") is not None
                or db.one(f"SELECT 1 FROM {self._schema}doomed LIMIT 1") is not None
            )
        finally:
            db.close()

    def sweep(self, is_in_log: Callable[[list[str]], set[str]]) -> int:
        """At start: settle what the log has, drop what it never got. Returns how many statements were dropped.

        The caller holds the log's head lock: otherwise values of a batch that another process is about to
        commit would look like orphans.
        """
        db = self._db
        db.begin_write()
        try:
            rows = db.all(f"SELECT DISTINCT statement FROM {self._schema}disclosure WHERE settled = 0")
            rows += db.all(f"SELECT DISTINCT statement FROM {self._schema}doomed")
            open_ones = sorted({row[0] for row in rows})
            standing = is_in_log(open_ones) if open_ones else set()
            orphans = [statement for statement in open_ones if statement not in standing]
            for table in ("disclosure", "blind", "doomed"):
                for statement in orphans:
                    db.run(f"DELETE FROM {self._schema}{table} WHERE statement = ?", statement)
            self._settle(sorted(standing))
            db.commit()
        except BaseException:
            db.rollback()
            raise
        return len(orphans)

    # ------------------------------------------------------------ reading

    def disclosures(self, statement: str, sees: Callable[[str], bool] = everybody) -> dict[str, str]:
        """Pointer to disclosure text of one statement, of the holders the asker sees, as far as keys are there."""
        db = Connection(self._engine)
        try:
            rows = db.all(
                f"SELECT pointer, holder, sealed FROM {self._schema}disclosure WHERE statement = ?", statement
            )
        finally:
            db.close()
        seen = {holder for holder in {row[1] for row in rows} if sees(holder)}
        keys = self._keys.find(seen) if seen else {}
        return {
            pointer: unseal(keys[holder], bytes(sealed), _bound(statement, pointer)).decode()
            for pointer, holder, sealed in rows
            if holder in keys
        }

    def disclosures_of(self, statements: Sequence[str]) -> dict[str, dict[str, str]]:
        """The same of many statements at once, for the node's own eyes; one without any left is not named."""
        rows = self._all(
            "SELECT statement, pointer, holder, sealed FROM {}disclosure WHERE statement IN @list", list(statements)
        )
        keys = self._keys.find({row[2] for row in rows})
        found: dict[str, dict[str, str]] = {}
        for statement, pointer, holder, sealed in rows:
            if holder in keys:
                text = unseal(keys[holder], bytes(sealed), _bound(statement, pointer)).decode()
                found.setdefault(statement, {})[pointer] = text
        return found

    def sealed_values(self, statements: Sequence[str]) -> list[SealedValue]:
        """The values of these statements with their holders, in the order given: for moving them elsewhere."""
        rows = self._all(
            "SELECT statement, pointer, holder, sealed FROM {}disclosure WHERE statement IN @list", list(statements)
        )
        keys = self._keys.find({row[2] for row in rows})
        place = {statement: number for number, statement in enumerate(statements)}
        return [
            SealedValue(
                statement, pointer, holder, unseal(keys[holder], bytes(sealed), _bound(statement, pointer)).decode()
            )
            for statement, pointer, holder, sealed in sorted(rows, key=lambda row: (place[row[0]], row[1]))
            if holder in keys
        ]

    def holders(self, statement: str) -> set[str]:
        """Under whose keys the values of a statement lie."""
        return {row[0] for row in self._all("SELECT DISTINCT holder FROM {}disclosure WHERE statement = ?", statement)}

    def find(self, programme: str, document: str) -> list[tuple[str, str]]:
        """(holder, statement) of everybody in a programme who was entered under this document number."""
        digest = self._blind(programme, document, make=False)
        if digest is None:
            return []
        return [
            (row[0], row[1])
            for row in self._all("SELECT holder, statement FROM {}blind WHERE digest = ? ORDER BY statement", digest)
        ]

    def _blind(self, programme: str, document: str, *, make: bool) -> bytes | None:
        key = self._keys.programme(programme, make=make)
        return None if key is None else blind_index(key, normal_document(document))

    # ------------------------------------------------------------ destroying

    def count(self, holders: Iterable[str]) -> Mapping[str, int]:
        """What there is to destroy of these holders, by kind."""
        some = sorted(set(holders))
        found = {"person-key": self._keys.count(some)}
        for kind, table in (("disclosure", "disclosure"), ("blind-index", "blind")):
            ((number,),) = self._all(f"SELECT COUNT(*) FROM {{}}{table} WHERE holder IN @list", some)
            found[kind] = int(number)
        return found

    def doom(self, statement: str, doomed: Doomed) -> None:
        """Write down, before the log's transaction, what will be destroyed once the statement is in the log."""
        rows = [(statement, "holder", name) for name in doomed.holders]
        rows += [(statement, "document", name) for name in doomed.documents]
        self._write(
            lambda db: db.many(
                f"INSERT INTO {self._schema}doomed (statement, kind, name) VALUES (?, ?, ?)"
                " ON CONFLICT (statement, kind, name) DO NOTHING",
                rows,
            )
        )

    def doomed(self) -> dict[str, Doomed]:
        """What was written down and not destroyed yet, by statement."""
        found: dict[str, tuple[list[str], list[str]]] = {}
        for statement, kind, name in self._all("SELECT statement, kind, name FROM {}doomed ORDER BY statement, name"):
            found.setdefault(statement, ([], []))[kind == "document"].append(name)
        return {statement: Doomed(tuple(h), tuple(d)) for statement, (h, d) in found.items()}

    def destroy(self, doomed: Doomed) -> None:
        """Destroy keys, disclosures and blind indexes of these holders; doing it again changes nothing."""
        holders = list(doomed.holders)
        # Keys first: from here on nothing opens any more, whatever happens.
        self._keys.destroy(holders)

        def delete(db: Connection) -> None:
            for table in ("disclosure", "blind"):
                db.run(f"DELETE FROM {self._schema}{table} WHERE holder IN @list", holders)

        self._write(delete)

    def destroyed(self, statement: str) -> None:
        """All that a statement doomed is gone."""
        self._write(lambda db: db.run(f"DELETE FROM {self._schema}doomed WHERE statement = ?", statement))

    def _write(self, work: Callable[[Connection], None]) -> None:
        """A short transaction on a connection of its own, tidied up after."""
        db = Connection(self._engine)
        try:
            db.begin_write()
            work(db)
            db.commit()
            db.tidy(*(f"{self._schema}{table}" for table in ("disclosure", "blind", "doomed")))
        except BaseException:
            db.rollback()
            raise
        finally:
            db.close()

    def _settle(self, statements: list[str]) -> None:
        if statements:
            self._db.run(f"UPDATE {self._schema}disclosure SET settled = 1 WHERE statement IN @list", statements)

    def _all(self, sql: str, *params: object) -> list[Row]:
        db = Connection(self._engine)
        try:
            return db.all(sql.format(self._schema), *params)
        finally:
            db.close()


def normal_document(text: str) -> str:
    """A document number in one spelling, `PE-DNI|00000023`: upper case, no spaces, dots or hyphens in the number.

    The kind is what stands before the first space, colon or bar; a number without one has no kind.
    """
    words = text.upper().replace("|", " ").replace(":", " ").split()
    kind, rest = (words[0], words[1:]) if len(words) > 1 else ("", words)
    return f"{kind}|{''.join(rest).replace('.', '').replace('-', '')}"


def _bound(statement: str, pointer: str) -> bytes:
    return f"{statement}\n{b64url(pointer.encode())}".encode()
