"""Go's own log packages (golang.org/x/mod/sumdb, which check every Go module) as verifiers."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.log.thirdparty.evidence import Evidence, RefusedByStrangerError

PROGRAM = Path(__file__).with_name("verify.go")

# Where Debian and Ubuntu put the sources of golang-golang-x-mod-dev: built from there, nothing is downloaded.
GOPATH = Path("/usr/share/gocode")


def build(folder: Path) -> Path:
    """The compiled program, or a skip that says what is missing."""
    go = shutil.which("go")
    if go is None or not (GOPATH / "src/golang.org/x/mod/sumdb/tlog").is_dir():
        pytest.skip("needs Go and its x/mod sources (Debian: golang-go golang-golang-x-mod-dev)")
    program = folder / "verify"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GOCACHE": str(folder / "cache"),
        "GOFLAGS": "",
        "GO111MODULE": "off",
        "GOPATH": str(GOPATH),
        "GOTOOLCHAIN": "local",
    }
    subprocess.run([go, "build", "-o", program, PROGRAM], env=environment, check=True)
    return program


def check(program: Path, evidence: Evidence) -> int:
    """The number of proofs Go accepted; raises RefusedByStrangerError with Go's words."""
    ran = subprocess.run([program], input=evidence.to_json(), capture_output=True, check=False)
    if ran.returncode:
        raise RefusedByStrangerError(ran.stderr.decode())
    return int(ran.stdout)
