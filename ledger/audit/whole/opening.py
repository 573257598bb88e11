"""What somebody names, opened as a whole log with its statements: an address, an audit bundle; else an open ledger."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tarfile import is_tarfile
from zipfile import is_zipfile

from ledger.audit.bundles.file import BundleFile
from ledger.audit.public.opening import is_address
from ledger.audit.whole.export_file import ExportFile
from ledger.audit.whole.log import WholeLog
from ledger.audit.whole.web import WholeWeb
from ledger.errors import FormatError, Problem


def is_elsewhere(text: str) -> bool:
    """Whether a text names a whole log that is no database of this machine."""
    path = Path(text)
    return is_address(text) or path.is_dir() or (path.is_file() and (is_zipfile(path) or is_tarfile(path)))


@contextmanager
def opened_whole(text: str, token: str | None) -> Iterator[WholeLog]:
    """The whole log at an address, with a token, or in a bundle; raises as WholeLog does.

    Raises FormatError `source-has-no-statements` for a folder of public files, `option-missing` without a token.
    """
    if is_address(text):
        if token is None:
            raise FormatError(Problem("option-missing", expected="--token", details={"command": "chaski audit replay"}))
        web = WholeWeb(text, token)
        try:
            yield web
        finally:
            web.close()
    elif is_zipfile(text):
        with BundleFile(Path(text)) as bundle:
            yield bundle
    elif Path(text).is_file():
        with ExportFile(Path(text)) as export:
            yield export
    else:
        raise FormatError(Problem("source-has-no-statements", found=text[:200], retry="after-change"))
