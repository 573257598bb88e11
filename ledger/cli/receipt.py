"""`chaski receipt`: the proof that a fact stands in the log, and its check without any ledger or network."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ledger.cli.opening import opened, read, write
from ledger.cli.options import Database, Output
from ledger.cli.talk import talking
from ledger.errors import FormatError, Problem, ProofError

if TYPE_CHECKING:
    from ledger.log import Proven


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("receipt")(receipt)


def receipt(
    fact_id: Annotated[
        str | None, typer.Argument(metavar="ID", help="The fact's id or its statement's digest.")
    ] = None,
    *,
    database: Database = None,
    output: Output = None,
    entry_output: Annotated[
        Path | None, typer.Option("--entry-output", metavar="FILE", help="Also write the log entry the receipt is for.")
    ] = None,
    check: Annotated[
        Path | None, typer.Option("--check", metavar="FILE", help="Check this receipt, offline; needs no ledger.")
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", metavar="VERIFIERKEY", help="With --check: the log's key, from a source you trust."),
    ] = None,
    entry: Annotated[
        Path | None,
        typer.Option("--entry", metavar="FILE", help="With --check: the log entry, if the receipt lacks it."),
    ] = None,
    statement: Annotated[
        Path | None,
        typer.Option("--statement", metavar="FILE", help="With --check: the signed statement it must be for."),
    ] = None,
) -> None:
    """Write the receipt of a fact, or check one offline."""
    if (check is None) == (fact_id is None):
        raise typer.BadParameter("ID | --check FILE")
    if check is None:
        _issue(fact_id or "", database, output, entry_output)
        return
    if key is None:
        raise FormatError(Problem("option-missing", expected="--key", details={"command": "chaski receipt"}))
    _check(check, key, entry, statement)


def _issue(fact_id: str, database: str | None, output: Path | None, entry_output: Path | None) -> None:
    talk = talking()
    with opened(database) as ledger:
        text = ledger.receipt(fact_id)
        fact = ledger.fact(fact_id)
        if entry_output is not None:
            write(entry_output, ledger.entry(fact.index))
    if not talk.as_json or output is not None:
        write(output, text.encode())
    if output is not None:
        talk.tell("The receipt of {id} (index {index}) is in {file}.", id=fact.id, index=fact.index, file=str(output))
    talk.document({"id": fact.id, "index": fact.index, "digest": fact.digest, "receipt": text})


def _check(file: Path, key: str, entry_file: Path | None, statement: Path | None) -> None:
    from ledger.log import TlogProof, VerifierKey, verify_proof

    talk = talking()
    proof = TlogProof.parse(read(file))
    entry = proof.extra if entry_file is None else read(entry_file)
    if entry is None:
        raise FormatError(Problem("receipt-needs-entry", retry="after-change"))
    proven = verify_proof(proof, entry, VerifierKey.parse(key))
    if statement is not None:
        _same_statement(proven, read(statement))
    at, of = proven.entry, proven.checkpoint.checkpoint
    talk.tell("The receipt is good.")
    talk.rows(
        [
            ("Log", of.origin),
            ("Index", str(at.index)),
            ("Recorded at", at.recorded_at),
            ("Statement", at.statement.hex()),
            ("Size", str(of.size)),
            ("Cosignatures", str(len(proven.checkpoint.cosignatures))),
        ]
    )
    talk.tell("It proves that this statement stands at this place of the log the key belongs to.")
    talk.tell("It does not prove that the statement is true, nor that nothing else was stated.")
    talk.document(
        {
            "origin": of.origin,
            "index": at.index,
            "recorded_at": at.recorded_at,
            "statement": at.statement.hex(),
            "size": of.size,
            "cosignatures": len(proven.checkpoint.cosignatures),
            "statement_checked": statement is not None,
        }
    )


def _same_statement(proven: Proven, submission: bytes) -> None:
    """The digest is that of the signed part alone: what follows the first `~` are disclosures."""
    found = sha256(submission.strip().partition(b"~")[0]).hexdigest()
    if found != proven.entry.statement.hex():
        raise ProofError(Problem("receipt-other-statement", found=found, expected=proven.entry.statement.hex()))
