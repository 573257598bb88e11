"""What is tracked is about the project, and about no machine it was made on."""

from __future__ import annotations

import re

import pytest

from tests.house.tree import ROOT, tracked

# An index's address belongs to whoever installs, not to what is installed: settings of pip and uv stay with them.
# Put together from pieces, so that this file does not find itself.
ADDRESSES = re.compile(
    r"(?<!no-emit-)(?<!-)--(extra-)?index-" + r"url\b|(?m:^\s*(extra[-_])?index[-_]" + r"url\s*=)"
    r"|(PIP|UV)_(EXTRA_)?INDEX|UV_DEFAULT_INDEX|(PIP|UV)_FIND_LINKS|/simple/|files\.python" + r"hosted|pypi\.",
    re.IGNORECASE,
)


def test_no_tracked_file_names_the_address_of_a_package_index() -> None:
    found = []
    for path in tracked():
        if path.samefile(__file__):
            continue
        text = path.read_text(encoding="utf-8", errors="ignore")
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in ADDRESSES.finditer(text)]

    assert not found


@pytest.mark.parametrize(
    "line",
    [
        "--index-" + "url https://example.org",
        "--extra-index-" + "url https://example.org",
        "index-" + "url = 'https://example.org'",
        "uv pip install --index-" + "url x",
        "https://py" + "pi.org/",
        "https://mirror.example.org" + "/simple" + "/",
    ],
)
def test_an_address_would_be_found(line: str) -> None:
    assert ADDRESSES.search(line)


def test_no_lock_file_of_the_installer_is_tracked() -> None:
    """It would carry the address of the index it was made from."""
    assert not [path for path in tracked() if path.name in {"uv.lock", "poetry.lock", "Pipfile.lock"}]


def test_the_pinned_files_name_no_machine() -> None:
    for path in (ROOT / "requirements").iterdir():
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        assert not re.search(r"(?m)(^|\s)/\w", text), path.name


def test_no_database_key_or_sealed_data_is_tracked_outside_the_tests() -> None:
    private = {".db", ".key", ".vault", ".persons", ".head", ".pem"}

    assert not [p for p in tracked() if p.suffix in private and "tests" not in p.relative_to(ROOT).parts]


def test_scripts_that_are_run_may_be_run() -> None:
    assert all(path.stat().st_mode & 0o111 for path in (ROOT / ".ci").iterdir() if path.is_file())
