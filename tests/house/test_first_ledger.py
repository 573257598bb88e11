"""The pages that lead from an empty folder to a buyer's receipt and a public lot page work, command for command.

A page is one shell: what one block names, the next ones use. ` ```sh serve ` stays in the background to the end.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.test_readme import PORT, Block, _free_port, _newcomer, blocks
from tests.house.tree import ROOT

PAGES = ("first-ledger.md", "primer-registro.md")


def script(found: list[Block], port: str) -> str:
    """All blocks as one script, which stops what it serves and ends with the first command that fails."""
    awaited = f"for i in $(seq 100); do curl -fs http://127.0.0.1:{port}/healthz > healthz && break; sleep 0.2; done\n"
    lines = ["trap 'kill $SERVER' EXIT\n" + _behind(each) + awaited if each.serve else each.commands for each in found]
    return "".join(lines).replace(PORT, port)


def _behind(block: Block) -> str:
    return f"{block.commands.rstrip()} & SERVER=$!\n"


def test_both_pages_show_the_same_commands_on_other_names() -> None:
    english, spanish = (blocks((ROOT / "docs" / page).read_text(encoding="utf-8")) for page in PAGES)

    def verbs(found: list[Block]) -> list[str]:
        lines = "".join(each.commands for each in found).splitlines()
        return [" ".join(line.split()[:2]) for line in lines if line.startswith("chaski ")]

    assert verbs(english) == verbs(spanish)
    assert len(verbs(english)) >= 12


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_page_takes_a_newcomer_from_nothing_to_a_lot_page(page: str, tmp_path: Path) -> None:
    port = _free_port()
    environment = _newcomer(tmp_path)
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), environment["PATH"]])

    done = subprocess.run(
        ["sh", "-eu", "-c", script(blocks((ROOT / "docs" / page).read_text(encoding="utf-8")), port)],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    [lot_page] = list(tmp_path.glob("*.html"))
    shown = lot_page.read_text(encoding="utf-8")
    assert "Invent" in shown
    assert "Ana Inventada" not in shown
