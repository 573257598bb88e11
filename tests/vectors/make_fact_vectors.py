"""Write tests/vectors/facts/*.json, one file per fact type, from the examples; `--check` only compares.

    python -m tests.vectors.make_fact_vectors [--check]

A released type's vector must load, post and hash the same for ever: then a difference is a broken promise, not
a file to write again. Until version 1.0 no type is released.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

from ledger import canonical
from ledger.postings import post
from ledger.statement import Statement
from tests.vectors.examples import all_examples, world
from tests.vectors.examples.example import Example, seal
from tests.vectors.examples.signing import envelope, signed

_PLAIN_LIST = re.compile(r"\[\n([^\[\]{}]*)\n *\]")

FOLDER = Path(__file__).resolve().parent / "facts"


def file_name(fact_type: str) -> str:
    """`lot.harvested/1` stands in `lot.harvested.1.json`."""
    return f"{fact_type.replace('/', '.')}.json"


def vectors() -> dict[str, str]:
    """Every file by name, with its text."""
    return {
        file_name(fact_type): pretty({"fact": fact_type, "examples": [vector(example) for example in examples]})
        for fact_type, examples in all_examples().items()
    }


def vector(example: Example) -> dict[str, Any]:
    """One example with everything that must stay the same: bytes, signature, digest, disclosures, postings."""
    statement = signed(example)
    return {
        "name": example.name,
        "story": example.story,
        "key": {"label": example.signer, "public": canonical.b64url(world.key(example.signer).public)},
        "envelope": envelope(example),
        "disclosures": [
            {"pointer": item.pointer, "value": item.value, "text": item.disclosure.text} for item in seal(example)[1]
        ],
        "payload": statement.payload.decode(),
        "kid": statement.kid,
        "signature": canonical.b64url(statement.signature),
        "digest": statement.digest,
        "postings": postings_of(statement),
    }


def postings_of(statement: Statement) -> dict[str, Any]:
    """What the statement means in the books, as plain values.

    Moves are [account kind, a, b, c, grams], marks [subject, kind, effective from, value], edges [output, input,
    grams]; `ends` is the digest of the statement whose postings go.
    """
    postings = post(statement)
    return {
        "moves": [[*move.account, move.amount] for move in postings.moves],
        "marks": [[mark.subject, mark.kind, mark.effective_from, dict(mark.value)] for mark in postings.marks],
        "edges": [list(edge) for edge in postings.edges],
        "ends": postings.ends,
    }


def pretty(value: Any) -> str:
    """JSON for people and diffs, a list of plain values on one line; never what is signed."""
    text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    return _PLAIN_LIST.sub(
        lambda found: "[" + ", ".join(line.strip(" ,") for line in found[1].splitlines()) + "]", text
    )


def differences() -> list[str]:
    """The names of files that are missing, not as generated, or of no known type."""
    wanted = vectors()
    found = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    return sorted(name for name in wanted.keys() | found.keys() if wanted.get(name) != found.get(name))


def main(arguments: list[str]) -> int:
    """Write the files, or with --check say which are not as generated (exit code 1)."""
    if arguments == ["--check"]:
        wrong = differences()
        for name in wrong:
            print(f"{FOLDER.name}/{name} is not as generated", file=sys.stderr)
        return 1 if wrong else 0
    if arguments:
        print(__doc__, file=sys.stderr)
        return 2
    FOLDER.mkdir(exist_ok=True)
    wanted = vectors()
    for path in FOLDER.glob("*.json"):
        if path.name not in wanted:
            path.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
