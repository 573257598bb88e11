"""verify.py stands alone: standard library only, the grammar of Python 3.8, and every older python3 that is here."""

from __future__ import annotations

import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest

from tests.audit.bundled import Workshop, bundled, told, verify_py

OLDEST = (3, 8)
SOURCE = files("ledger.audit.bundles.standalone").joinpath("verify.py").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("valley")
    valley = told(place)
    path = bundled(valley, place / "x.zip")
    valley.world.ledger.close()
    return Workshop.of(path).unpacked(place / "x")


def pythons() -> Iterator[str]:
    """Every python3 on the path, and those a version manager keeps, that really runs and is new enough."""
    named = {shutil.which(f"python3.{minor}") for minor in range(OLDEST[1], 20)} | {shutil.which("python3")}
    kept = Path("~/.pyenv/versions").expanduser()
    named |= {str(each) for each in kept.glob("*/bin/python3")}
    versions: dict[str, str] = {}
    for path in sorted(each for each in named if each):
        asked = subprocess.run(
            [path, "-c", "import sys; print(*sys.version_info[:2])"], capture_output=True, check=False, text=True
        )
        if asked.returncode == 0 and tuple(map(int, asked.stdout.split())) >= OLDEST:
            versions.setdefault(asked.stdout.strip(), path)
    yield from versions.values()


def test_its_grammar_is_that_of_python_3_8() -> None:
    ast.parse(SOURCE, feature_version=OLDEST)


def test_it_imports_nothing_but_the_standard_library() -> None:
    imported = {
        name.partition(".")[0]
        for node in ast.walk(ast.parse(SOURCE))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names
    # Nothing that could speak to anybody.
    assert not imported & {"socket", "urllib", "http", "ssl", "ftplib", "smtplib", "subprocess", "ctypes"}


def test_every_python_here_gives_the_same_answer(folder: Path) -> None:
    answers = set()
    for python in pythons():
        run = verify_py(folder, "--json", python=python)
        assert run.returncode == 0, (python, run.stdout, run.stderr)
        assert run.stderr == "", python
        answers.add(run.stdout)

    assert len(answers) == 1


def test_several_processes_find_what_one_finds(folder: Path, tmp_path: Path) -> None:
    """Below 2,000 signatures one process is used; this asks the others all the same."""
    script = (
        "import sys; sys.path.insert(0, sys.argv[1]); import verify\n"
        "if __name__ == '__main__':\n"
        "    import multiprocessing as m; m.set_start_method(sys.argv[2], force=True)\n"
        "    verify.FEW = 0\n"
        "    sys.exit(verify.main([sys.argv[1], '--cores', '2']))\n"
    )
    (tmp_path / "asked.py").write_text(script, encoding="utf-8")
    for method in ("fork", "spawn"):
        run = subprocess.run(
            [sys.executable, str(tmp_path / "asked.py"), str(folder), method],
            capture_output=True,
            check=False,
            text=True,
            timeout=120,
        )
        assert run.returncode == 0, run.stdout + run.stderr
        assert "on 2 cores" in run.stdout


def test_the_folder_may_be_named_and_the_program_may_be_ones_own_copy(folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "verify.py"
    own.write_text(SOURCE, encoding="utf-8")

    run = subprocess.run(
        [sys.executable, "-I", "-S", str(own), str(folder)],
        capture_output=True,
        check=False,
        text=True,
        cwd=tmp_path,
        timeout=120,
    )

    assert run.returncode == 0, run.stdout + run.stderr


def test_a_terminal_that_knows_no_accents_gets_an_answer_too(folder: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-I", "-S", "verify.py", "--lang", "es"],
        cwd=folder,
        capture_output=True,
        check=False,
        env={"LC_ALL": "C", "PATH": os.environ["PATH"]},
        timeout=120,
    )
    assert run.returncode == 0, run.stderr
    assert b"INTACTO" in run.stdout
