"""The `chaski` command: one file per command; what is shared stands in command, talk, options, opening and plain.

Nothing heavy is imported before a command needs it, so that `chaski version` answers at once.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code (docs/cli.md)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    # Asked by every script and bug report: answered before anything else is imported.
    if given in (["version"], ["--version"]):
        from ledger import __version__

        sys.stdout.write(f"chaski {__version__}\n")
        return 0
    from ledger.cli.command import run

    # Facts on their way are many small objects that live for a moment and form no cycles. Looking for
    # cycles after every 700 new objects, as Python does, costs a sixth of an import.
    gc.set_threshold(20_000, 20, 50)
    return run(given)
