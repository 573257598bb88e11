"""`chaski packs`: the packs inside (commodities, schemes, frameworks), and a look at one somebody wrote."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import read
from ledger.cli.talk import talking
from ledger.errors import NotFoundError, Problem

if TYPE_CHECKING:
    from ledger.packs.anypack import AnyPack


def add(app: typer.Typer) -> None:
    """Register the commands."""
    group = typer.Typer(
        no_args_is_help=True,
        help="Packs of commodities, certification schemes and agreement frameworks: list, show, or check your own.",
    )
    group.command("list")(listed)
    group.command("show")(show)
    group.command("check")(check)
    app.add_typer(group, name="packs")


def listed() -> None:
    """List the built-in packs: commodities, certification schemes, agreement frameworks."""
    from ledger.packs.anypack import parse_pack
    from ledger.packs.catalogue import builtin

    talk = talking()
    packs = [(kind, parse_pack(data)) for (kind, _), data in builtin().items()]
    names = [getattr(pack.names, talk.language) for _, pack in packs]
    talk.table(
        ["Kind", "Code", "Name", "Version", "Covers", "Digest"],
        [
            [kind, pack.code, name, pack.version, ", ".join(_covers(pack)), pack.digest[:16]]
            for (kind, pack), name in zip(packs, names, strict=True)
        ],
    )
    talk.document(
        [
            {
                "kind": kind,
                "code": pack.code,
                "name": name,
                "version": pack.version,
                "covers": _covers(pack),
                "digest": pack.digest,
            }
            for (kind, pack), name in zip(packs, names, strict=True)
        ]
    )


def _covers(pack: AnyPack) -> list[str]:
    """What a pack is about: a commodity's forms, a scheme's commodities (* = any other), a framework's land."""
    from ledger.packs.framework import FrameworkPack
    from ledger.packs.pack import CommodityPack

    if isinstance(pack, CommodityPack):
        return list(pack.forms)
    if isinstance(pack, FrameworkPack):
        return sorted(pack.land)
    return list(dict.fromkeys(row.commodity for row in pack.products if row.models))


def show(
    code: Annotated[str, typer.Argument(metavar="CODE", help="The code of a pack, for example coffee or fairtrade.")],
) -> None:
    """Show a built-in pack as it is written."""
    from ledger.packs.catalogue import builtin

    talk = talking()
    # A code may stand once in each kind; then the kind is said with it, as in scheme/fairtrade.
    packs = {named: data for (kind, own), data in builtin().items() for named in (f"{kind}/{own}", own)}
    if code not in packs:
        codes = dict.fromkeys(own for _, own in builtin())
        raise NotFoundError(Problem("pack-not-found", found=code, expected=", ".join(codes), retry="after-change"))
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
