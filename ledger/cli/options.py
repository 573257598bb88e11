"""The options that several commands share, described once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        "-d",
        metavar="PATH|URL",
        help="The ledger: a path or a URL. Default: CHASKI_DATABASE, chaski.toml.",
    ),
]
Size = Annotated[
    int | None, typer.Option("--size", min=0, metavar="N", help="As known when the log held N entries; default now.")
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="DAY", help="The day claims are asked for, as 2026-08-05; default today in Lima."),
]
Output = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; - or nothing is the screen.")
]
