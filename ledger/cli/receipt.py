"""`chaski receipt`: the proof that a fact stands in the log, what became of a code, and a check without any ledger."""

from __future__ import annotations

from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ledger.cli.exits import Exit
from ledger.cli.opening import opened, opened_to_read, read, write
from ledger.cli.options import Database, Output
from ledger.cli.talk import talking
from ledger.errors import FormatError, Problem, ProofError

if TYPE_CHECKING:
    from ledger.log import Entry
    from ledger.queries import Standing


class Form(StrEnum):
    """What the receipt is written as."""

    PROOF = "proof"
    COSE = "cose"


STANDINGS: Final = {
    "standing": "It stands in the log and nobody has corrected it.",
    "corrected": "It stands in the log, but it was corrected or withdrawn later.",
    "unknown": "It is not in this log, or not yet: not sent, refused, of another log, or miscopied.",
}

_COSE_BEGINS: Final = b"\xd2"
"""Tag 18 in one byte: no proof file, which is text, begins so."""


def add(app: typer.Typer) -> None:
    """Register the command."""
    app.command("receipt")(receipt)


def receipt(  # noqa: PLR0913 - one per option
    fact_id: Annotated[
        str | None,
        typer.Argument(
            metavar="ID|CODE",
            help="The fact's id or its statement's digest; or a receipt code of 20 characters: says whether it stands.",
        ),
    ] = None,
    *,
    database: Database = None,
    output: Output = None,
    form: Annotated[
        Form, typer.Option("--format", metavar="FORMAT", help="proof (c2sp.org/tlog-proof) or cose (RFC 9942).")
    ] = Form.PROOF,
    entry_output: Annotated[
        Path | None, typer.Option("--entry-output", metavar="FILE", help="Also write the log entry the receipt is for.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="FILE", help="Check this receipt (of either form), offline; needs no ledger."),
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
) -> int:
    """Write the receipt of a fact, say what became of a receipt code, or check a receipt offline."""
    if (check is None) == (fact_id is None):
        raise typer.BadParameter("ID | CODE | --check FILE")
    if check is None:
        code = _code(fact_id or "")
        if code is not None and output is None and form is Form.PROOF:
            return Exit.OK if _tell(code, database) else Exit.NOT_FOUND
        _issue(code or fact_id or "", database, output, entry_output, form)
        return Exit.OK
    if key is None:
        raise FormatError(Problem("option-missing", expected="--key", details={"command": "chaski receipt"}))
    _check(check, key, entry, statement)
    return Exit.OK


def _code(text: str) -> str | None:
    """The receipt code meant, or None where it is an id or a digest."""
    from ledger.values import read_receipt_code

    return read_receipt_code(text) if len(text.replace("-", "").replace(" ", "")) == 20 else None


def _tell(code: str, database: str | None) -> bool:
    """Say what became of a code, as the public page does: nothing of what the statement says."""
    from ledger.values import in_fours

    talk = talking()
    with opened_to_read(database) as ledger:
        found: Standing = ledger.standing(code)
    talk.tell(STANDINGS[found.status])
    talk.rows(
        [
            ("Receipt code", in_fours(found.code)),
            ("Log", found.origin),
            ("Index", "" if found.index is None else str(found.index)),
            ("Recorded at", found.recorded_at),
            ("Corrected by entry", "" if found.ended_by is None else str(found.ended_by)),
            ("Corrected at", found.ended_at),
        ]
    )
    talk.document(
        {
            "code": found.code,
            "status": found.status,
            "origin": found.origin,
            "size": found.size,
            "index": found.index,
            "recorded_at": found.recorded_at or None,
            "corrected_by": found.ended_by,
            "corrected_at": found.ended_at or None,
        }
    )
    return found.status != "unknown"


def _issue(fact_id: str, database: str | None, output: Path | None, entry_output: Path | None, form: Form) -> None:
    from ledger.canonical import b64
    from ledger.values import in_fours, receipt_code

    talk = talking()
    with opened(database) as ledger:
        data = ledger.receipt(fact_id).encode() if form is Form.PROOF else ledger.cose_receipt(fact_id)
        fact = ledger.fact(fact_id)
        if entry_output is not None:
            write(entry_output, ledger.entry(fact.index))
    if not talk.as_json or output is not None:
        write(output, data)
    code = receipt_code(fact.digest)
    if output is not None:
        talk.tell("The receipt of {id} (index {index}) is in {file}.", id=fact.id, index=fact.index, file=str(output))
        talk.tell("Its code, as printed for whoever delivered: {code}", code=in_fours(code))
    talk.document(
        {
            "id": fact.id,
            "index": fact.index,
            "digest": fact.digest,
            "receipt_code": code,
            "receipt": data.decode() if form is Form.PROOF else b64(data),
        }
    )


def _check(file: Path, key: str, entry_file: Path | None, statement: Path | None) -> None:
    talk = talking()
    data = read(file)
    given = None if entry_file is None else read(entry_file)
    if data.startswith(_COSE_BEGINS):
        at, origin, size, cosignatures = _checked_cose(data, given, key)
    else:
        at, origin, size, cosignatures = _checked_proof(data, given, key)
    if statement is not None:
        _same_statement(at, read(statement))
    talk.tell("The receipt is good.")
    talk.rows(
        [
            ("Log", origin),
            ("Index", str(at.index)),
            ("Recorded at", at.recorded_at),
            ("Statement", at.statement.hex()),
            ("Size", str(size)),
            ("Cosignatures", str(cosignatures)),
        ]
    )
    talk.tell("It proves that this statement stands at this place of the log the key belongs to.")
    talk.tell("It does not prove that the statement is true, nor that nothing else was stated.")
    talk.document(
        {
            "origin": origin,
            "index": at.index,
            "recorded_at": at.recorded_at,
            "statement": at.statement.hex(),
            "size": size,
            "cosignatures": cosignatures,
            "statement_checked": statement is not None,
        }
    )


def _checked_proof(data: bytes, given: bytes | None, key: str) -> tuple[Entry, str, int, int]:
    from ledger.log import TlogProof, VerifierKey, verify_proof

    proof = TlogProof.parse(data)
    entry = proof.extra if given is None else given
    if entry is None:
        raise FormatError(Problem("receipt-needs-entry", retry="after-change"))
    proven = verify_proof(proof, entry, VerifierKey.parse(key))
    of = proven.checkpoint.checkpoint
    return proven.entry, of.origin, of.size, len(proven.checkpoint.cosignatures)


def _checked_cose(data: bytes, entry: bytes | None, key: str) -> tuple[Entry, str, int, int]:
    from ledger.log import VerifierKey
    from ledger.log.cose import verify_receipt

    if entry is None:
        raise FormatError(Problem("receipt-needs-entry", retry="after-change"))
    proven, receipt = verify_receipt(data, entry, VerifierKey.parse(key))
    return proven, receipt.origin, receipt.size, 0


def _same_statement(entry: Entry, submission: bytes) -> None:
    """The digest is that of the signed part alone: what follows the first `~` are disclosures."""
    found = sha256(submission.strip().partition(b"~")[0]).hexdigest()
    if found != entry.statement.hex():
        raise ProofError(Problem("receipt-other-statement", found=found, expected=entry.statement.hex()))
