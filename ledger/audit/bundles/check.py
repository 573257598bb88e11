"""Checking a bundle with the very program that lies in it: one set of checks, whoever runs them.

`chaski verify` differs in two things only: it reads the ZIP without unpacking, every byte of it, and its signatures
are checked by libsodium, which is faster and gives the same verdicts (tests/audit/test_standalone_ed25519.py).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from ledger import keys
from ledger.audit.bundles.packing import ZipFiles
from ledger.audit.bundles.standalone import verify as program
from ledger.errors import FormatError, LedgerError, NotFoundError, Problem, ProofError

CODES: Final = {
    "file-missing": "bundle-file-missing",
    "file-unlisted": "bundle-file-unlisted",
    "file-altered": "bundle-file-altered",
    "file-name": "bundle-file-name",
    "manifest-malformed": "bundle-manifest-malformed",
    "manifest-signature": "bundle-manifest-signature",
    "checkpoint-malformed": "bundle-checkpoint-malformed",
    "checkpoint-signature": "bundle-checkpoint-signature",
    "checkpoint-differs": "bundle-checkpoint-differs",
    "key-differs": "bundle-key-differs",
    "policy-malformed": "bundle-policy-malformed",
    "quorum-missing": "bundle-quorum-missing",
    "cosignature-invalid": "bundle-cosignature-invalid",
    "kept-malformed": "bundle-kept-malformed",
    "kept-forked": "bundle-kept-forked",
    "kept-ahead": "bundle-kept-ahead",
    "kept-unprovable": "bundle-kept-unprovable",
    "tile-missing": "bundle-tile-missing",
    "tile-altered": "bundle-tile-altered",
    "entry-malformed": "bundle-entry-malformed",
    "entry-chain": "bundle-entry-chain",
    "statement-missing": "bundle-statement-missing",
    "statement-altered": "bundle-statement-altered",
    "statement-malformed": "bundle-statement-malformed",
    "statement-twice": "bundle-statement-twice",
    "signature-invalid": "bundle-signature-invalid",
    "key-unsound": "bundle-key-unsound",
    "key-not-authorised": "bundle-key-not-authorised",
    "key-revoked": "bundle-key-revoked",
    "key-not-for-this": "bundle-key-not-for-this",
    "withheld-differs": "bundle-withheld-differs",
    "disclosure-differs": "bundle-disclosure-differs",
    "document-differs": "bundle-document-differs",
    "pack-differs": "bundle-pack-differs",
    "unreadable": "bundle-unreadable",
}
"""What each kind of failure of verify.py is called among our problems."""


@dataclass(frozen=True, slots=True)
class BundleVerification:
    """What was found about a bundle in which everything holds; `own_program` is False where its verify.py is another.

    Another verify.py, of an older version perhaps, is no fault: it was not used. Ours was.
    """

    answer: program.Answer
    own_program: bool
    seconds: float


def check_bundle(
    path: Path,
    *,
    key: str | None = None,
    policy: bytes | None = None,
    kept: bytes | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> BundleVerification:
    """Check a bundle's ZIP, or the folder it was unpacked into; raises ProofError that names the first thing wrong.

    The codes are those of verify.py with `bundle-` before them; `details` hold its exit code.
    """
    started = time.perf_counter()
    trust = program.Trust(key, policy, kept)
    try:
        if path.is_dir():
            answer, own = _check(program.Files(str(path)), trust, progress)
        else:
            with ZipFiles(path) as zipped:
                answer, own = _check(_Zipped(zipped), trust, progress)
    except program.Failed as failed:
        raise _problem(failed) from None
    return BundleVerification(answer, own, time.perf_counter() - started)


def own_program() -> bytes:
    """The verify.py this version puts into bundles."""
    return files("ledger.audit.bundles.standalone").joinpath("verify.py").read_bytes()


def _check(
    found: program.Files, trust: program.Trust, progress: Callable[[int, int], None] | None
) -> tuple[program.Answer, bool]:
    answer = program.check(found, trust, _signed, _runner(progress))
    return answer, hashlib.sha256(found.read("verify.py")).digest() == hashlib.sha256(own_program()).digest()


class _Zipped(program.Files):
    """The ZIP in the place of the folder."""

    def __init__(self, zipped: ZipFiles) -> None:
        self.zipped = zipped
        self.names = zipped.names

    def read(self, path: str) -> bytes:
        try:
            return self.zipped.read(path)
        except NotFoundError:
            raise program.Failed("file-missing", path) from None


def _signed(public: bytes, signature: bytes, message: bytes, bits: int) -> bool:
    del bits
    try:
        keys.verify(public, signature, message)
    except LedgerError:
        return False
    return True


def _runner(progress: Callable[[int, int], None] | None) -> program.Runner:
    def run(context: program.Context, tasks: list[program.Task]) -> Iterator[program.Checked]:
        total, done = sum(len(task.lines) for task in tasks), 0
        for task in tasks:
            yield program.check_task(context, task, _signed)
            done += len(task.lines)
            if progress is not None:
                progress(done, total)

    return run


def _problem(failed: program.Failed) -> LedgerError:
    details = {"place": failed.where, "exit": program.KINDS[failed.kind][0]}
    problem = Problem(CODES[failed.kind], "", failed.found, failed.expected, details=details)
    return FormatError(problem) if failed.kind in {"policy-malformed", "kept-malformed"} else ProofError(problem)
