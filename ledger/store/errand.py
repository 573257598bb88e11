"""Connections for one short errand beside the writer's: taken, used and given back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

from ledger.store.connection import Connection


@contextmanager
def connected(engine: Engine) -> Iterator[Connection]:
    """A connection of one's own."""
    db = Connection(engine)
    try:
        yield db
    finally:
        db.close()


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction of one's own: committed where the block ends well, else undone."""
    with connected(engine) as db:
        db.begin_write()
        try:
            yield db
            db.commit()
        finally:
            db.rollback()
