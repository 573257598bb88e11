"""`chaski packs`: the commodity packs inside, and a look at one somebody wrote."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import read
from ledger.cli.talk import talking
from ledger.errors import NotFoundError, Problem


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(no_args_is_help=True, help="Commodity packs: list, show, or check one of your own.")
    group.command("list")(listed)
    group.command("show")(show)
    group.command("check")(check)
    app.add_typer(group, name="packs")


def listed() -> None:
    """List the built-in commodity packs."""
    from ledger.packs.catalogue import builtin
    from ledger.packs.commodity import parse_commodity

    talk = talking()
    packs = [parse_commodity(data) for data in builtin().values()]
    names = [getattr(pack.names, talk.language) for pack in packs]
    talk.table(
        ["Code", "Name", "Version", "Forms", "Digest"],
        [
            [pack.code, name, pack.version, ", ".join(pack.forms), pack.digest[:16]]
            for pack, name in zip(packs, names, strict=True)
        ],
    )
    talk.document(
        [
            {"code": p.code, "name": name, "version": p.version, "forms": list(p.forms), "digest": p.digest}
            for p, name in zip(packs, names, strict=True)
        ]
    )


def show(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code of the commodity, for example coffee.")],
) -> None:
    """Show a built-in pack as it is written."""
    from ledger.packs.catalogue import builtin

    talk = talking()
    packs = builtin()
    if code not in packs:
        raise NotFoundError(Problem("pack-not-found", found=code, expected=", ".join(packs), retry="after-change"))
    text = packs[code].decode()
    talk.show(text)
    talk.document({"code": code, "toml": text})


def check(file: Annotated[Path, typer.Argument(metavar="FILE", help="The pack, a TOML file.")]) -> int:
    """Say everything that is wrong with a pack, or that it can be adopted."""
    from ledger.cli.plain import plain_problem
    from ledger.packs.check import check as problems_of

    talk = talking()
    problems = problems_of(read(file))
    talk.problems(problems)
    if not problems:
        talk.tell("The pack {file} can be adopted.", file=str(file))
    code = Exit.FORMAT if problems else Exit.OK
    talk.document({"problems": [plain_problem(each, talk.language) for each in problems], "exit": int(code)})
    return code
