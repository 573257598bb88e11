"""What an auditor takes home: the audit bundle of the whole log, checked by the program that lies in it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import orjson

from ledger.audit.bundles.make import make_bundle
from ledger.audit.bundles.scope import Scope
from ledger.audit.bundles.source import BundleSource
from ledger.book import Ledger
from ledger.errors import Problem, ProofError
from ledger.seasons.voice import Voice
from ledger.words import Language

NAME = "bundle.zip"


def hand_out(ledger: Ledger, out: Path, voice: Voice, language: Language) -> str:
    """Write the bundle into the demo's folder, unpack it elsewhere and run its verify.py as a stranger would.

    Returns its name. Raises ProofError demo-not-as-promised where it is not found intact.
    """
    source = BundleSource(ledger)
    made = make_bundle(source, Scope("all", 0, source.size), out / NAME, language=language)
    with tempfile.TemporaryDirectory(prefix="chaski-bundle-") as folder:
        with zipfile.ZipFile(out / NAME) as packed:
            packed.extractall(folder)
        # -I and -S: nothing of this installation is loaded, only what any Python has.
        command = [sys.executable, "-I", "-S", str(Path(folder, "verify.py")), "--key", ledger.verifier_key, "--json"]
        # The program is the one that was just packed, and its arguments are ours.
        ran = subprocess.run(command, capture_output=True, check=False, cwd=folder)  # noqa: S603
    if ran.returncode:
        raise ProofError(Problem("demo-not-as-promised", "", NAME))
    said = orjson.loads(ran.stdout)
    voice.tell(
        "The audit bundle {file} ({megabytes} MB), unpacked and checked by its own verify.py with nothing but Python:",
        file=NAME,
        megabytes=f"{made.bytes / 1e6:.1f}",
    )
    voice.tell(
        "  intact: {statements} statements, {signatures} signatures, {packs} packs; the key is the one we gave it",
        statements=f"{said['statements']:,}",
        signatures=f"{said['signatures']:,}",
        packs=said["packs"],
    )
    return NAME
