"""What somebody names, opened as the public log it is: an address or a folder; anything else is a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.audit.bundles.file import BundleFile, is_bundle
from ledger.audit.public.folder import FolderLog
from ledger.audit.public.source import LogSource
from ledger.audit.public.web import WebLog


def is_address(text: str) -> bool:
    """Whether a text is the address of a log on a web server."""
    return text.lower().startswith(("http://", "https://"))


def is_public(text: str) -> bool:
    """Whether a log lies there as its public files; else it is the name of a database."""
    return is_address(text) or Path(text).is_dir()


@contextmanager
def opened_source(text: str) -> Iterator[LogSource]:
    """The public files of a log named by its address or folder; raises as LogSource does."""
    if is_address(text):
        with WebLog(text) as web:
            yield web
    elif is_bundle(Path(text)) and not Path(text).is_dir():
        with BundleFile(Path(text)) as bundle:
            yield bundle
    else:
        yield FolderLog(Path(text))
