"""Looks for everything wrong in a season: in a process of its own, on database, vault and answer journal alone.

It opens the database as an auditor does, without the log's keys. It verifies, posts everything again, judges everything
again, and reads flags, blocks and the claims of every lot. It knows nothing of what was planted, and there is no way
to tell it.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from ledger.audit.replay.replay import replay
from ledger.audit.whole.ledger import WholeLedger
from ledger.book import Copy
from ledger.errors import LedgerError, ProofError
from ledger.queries import FactRecord
from ledger.seasons.planted.findings import Finding, Found, read_lines, write_found
from ledger.store.schema import SLOT_BITS

_NUMBERS = re.compile(r"\d+")
_CHOSEN: Final = frozenset({"bought-without-claim", "claim-relinquished"})
"""Reasons by which a party did without a claim of its own will: they accuse nobody."""

LOOKS: Final = ("answers", "flags", "blocks", "claims", "verify", "rebuild", "replay")


def detect(database: Path, answers: Path, looks: Iterable[str] = LOOKS) -> Found:
    """Everything found; `looks` leaves out what is not asked for (tests of single rules need no verification)."""
    wanted = set(looks)
    findings: list[Finding] = []
    carried: set[tuple[str, str]] = set()
    if "answers" in wanted:
        findings += _refused(answers)
    with Copy(str(database)) as ledger:
        facts = list(ledger.facts())
        if "verify" in wanted:
            findings += _verified(ledger, facts)
        if "rebuild" in wanted:
            findings += _rebuilt(ledger, facts)
        if "replay" in wanted:
            findings += _judged_again(ledger, facts)
        if "flags" in wanted:
            findings += _flagged(facts)
        day = facts[-1].recorded_at[:10]
        lots = [line.lot for line in ledger.lots(limit=len(facts) * 100)]
        for lot in lots:
            if "blocks" in wanted:
                findings += [
                    Finding("blocked", (block.kind,), (lot, block.lot, block.source))
                    for block in ledger.lot(lot).blocks
                ]
            if "claims" in wanted:
                for claim in ledger.claims(lot, day).claims:
                    if claim.status == "carried":
                        carried.add((lot, claim.name))
                        continue
                    findings += [
                        Finding("claim", (reason.code,), (lot, reason.subject))
                        for reason in claim.reasons
                        if reason.effect != "note" and reason.code not in _CHOSEN
                    ]
    return Found(tuple(dict.fromkeys(findings)), frozenset(carried))


def _refused(answers: Path) -> Iterator[Finding]:
    for line in read_lines(answers):
        if line["answer"] == "refused":
            yield Finding("refused", tuple(map(str, line["codes"])), (str(line["digest"]),))


def _verified(ledger: Copy, facts: Sequence[FactRecord]) -> Iterator[Finding]:
    """What no longer is what was logged; an index leads to everything the fact there names."""
    try:
        ledger.verify(workers=1)
    except ProofError as error:
        for problem in error.problems:
            index = problem.found if isinstance(problem.found, int) else -1
            yield Finding("verify", (problem.code,), _at(facts, index))


def _rebuilt(ledger: Copy, facts: Sequence[FactRecord]) -> Iterator[Finding]:
    """Rows of the books that do not follow from the log."""
    try:
        differences = ledger.rebuild().differences
    except LedgerError as error:
        differences = tuple(str(problem.details.get("first", problem.found)) for problem in error.problems)
    for difference in differences:
        numbers = [int(number) for number in _NUMBERS.findall(difference.partition("replayed")[0])]
        # A balance has no index of its own: its account's number says which fact first named the lot.
        is_balance = difference.startswith("balance")
        index = (numbers[1] >> SLOT_BITS if is_balance else numbers[0]) if numbers[1:] else -1
        yield Finding("rebuild", ("books-differ",), _at(facts, index))


def _judged_again(ledger: Copy, facts: Sequence[FactRecord]) -> Iterator[Finding]:
    """What the node took in against its rules, and flags that were dropped or made up."""
    for each in replay(WholeLedger(ledger)).deviations:
        yield Finding("replay", tuple(dict.fromkeys(p.code for p in each.problems)), _at(facts, each.index))


def _flagged(facts: Sequence[FactRecord]) -> Iterator[Finding]:
    """Flags that stand open: neither explained, nor gone with a correction."""
    explained = {
        (str(body["statement"]), str(body["flag"]))
        for fact in facts
        if fact.type == "flag.justified/1" and fact.ended_by is None and isinstance(body := fact.envelope["body"], dict)
    }
    for fact in facts:
        for flag in fact.flags:
            if fact.ended_by is None and (fact.digest, flag.code) not in explained:
                said = map(str, flag.details.values())
                yield Finding("flag", (flag.code,), (fact.digest, fact.id, *_named(fact.envelope.get("body")), *said))


def _at(facts: Sequence[FactRecord], index: int) -> tuple[str, ...]:
    """What a place in the log names, as it reads now."""
    if not 0 <= index < len(facts):
        return ("",)
    fact = facts[index]
    return (str(index), fact.id, *_named(fact.envelope.get("body")))


def _named(value: object) -> Iterator[str]:
    """Every text in a body: ids, numbers of documents, codes."""
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _named(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _named(inner)
    elif isinstance(value, str):
        yield value


def main() -> None:
    """`python -m ledger.seasons.planted.detect --database FILE --answers FILE --out FILE`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", type=Path, required=True, help="the ledger's database; its vault lies beside it")
    parser.add_argument("--answers", type=Path, required=True, help="one line per submission: digest, and the answer")
    parser.add_argument("--out", type=Path, required=True, help="where to write the findings")
    chosen = parser.parse_args()
    write_found(chosen.out, detect(chosen.database, chosen.answers))


if __name__ == "__main__":
    main()
