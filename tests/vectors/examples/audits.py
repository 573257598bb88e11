"""Examples about audits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from ledger.keys import SigningKey
from ledger.log import Checkpoint, consistency_proof, new_nodes, root, sign_checkpoint
from tests.vectors.examples import world
from tests.vectors.examples.example import Body, Clear, Example, digest, named_bytes, thing

AUDIT = thing("audit 2026")
GRANT = thing("grant 2026")
FINDING = thing("finding 2026-03")
SEED = digest("seed of the samples of 2026")
_SIGNER = "Certificadora Hoja Clara"


def _no_node(level: int, number: int) -> bytes:
    raise AssertionError((level, number))


def _fork() -> Mapping[str, Body]:
    """A small invented log that went two ways: after five entries, and after eight that do not continue them."""
    key = SigningKey.from_seed(named_bytes("key of the log that forked", 32))

    def signed(size: int, root_hash: bytes) -> str:
        return sign_checkpoint(Checkpoint(world.LOG, size, root_hash), [key]).format().decode()

    def tree(leaves: list[bytes]) -> tuple[bytes, dict[tuple[int, int], bytes]]:
        growth = new_nodes(0, leaves, _no_node)
        return growth.root, {(node.level, node.number): node.hash for node in growth.nodes}

    leaves = [named_bytes(f"entry {number} of the log that forked", 32) for number in range(8)]
    shown, _ = tree([*leaves[:4], named_bytes("what a reader was shown", 32)])
    larger, nodes = tree(leaves)

    def read(level: int, number: int) -> bytes:
        return nodes[level, number]

    return {
        "first": signed(5, shown),
        "second": signed(8, larger),
        "root": root(5, read).hex(),
        "proof": [each.hex() for each in consistency_proof(5, 8, read)],
    }


EXAMPLES = (
    Example(
        "audit.opened/1",
        "season",
        "The certification body opens its audit of the co-operative's season and commits to the seed of its samples.",
        {
            "audit": AUDIT,
            "parties": [world.COOP],
            "period_from": "2026-01-01",
            "period_to": "2026-09-30",
            "ends_on": "2026-12-31",
            "seed_digest": hashlib.sha256(bytes.fromhex(SEED)).hexdigest(),
            "population_on": "2026-10-15",
            "document": digest("audit plan 2026"),
        },
        world.CERTIFIER,
        "2026-10-05T09:00:00-05:00",
        signer=_SIGNER,
    ),
    Example(
        "audit.attested/1",
        "season",
        "It replayed the whole log at home and says what came of it.",
        {
            "audit": AUDIT,
            "size": 51_204,
            "root": digest("root at 51,204 entries"),
            "rules_version": 1,
            "result": "passed-with-findings",
            "document": digest("audit report 2026"),
        },
        world.CERTIFIER,
        "2026-12-12T16:00:00-05:00",
        signer=_SIGNER,
    ),
    Example(
        "access.granted/1",
        "one-container",
        "The co-operative lets the certification body follow one container's lot and read the facts about it.",
        {
            "grant": GRANT,
            "auditor": world.CERTIFIER,
            "audit": AUDIT,
            "parties": [world.COOP],
            "looks": ["fact", "trace-back", "trace-forward", "mass-balance", "population"],
            "themes": ["lot", "producer", "plot"],
            "lots": [thing("green lot of the container")],
            "period_from": "2026-01-01",
            "period_to": "2026-09-30",
            "until": "2026-12-31",
            "document": digest("audit agreement 2026"),
        },
        world.COOP,
        "2026-10-06T10:00:00-05:00",
    ),
    Example(
        "access.ended/1",
        "finished",
        "The audit is over, and the co-operative closes the access it gave.",
        {"grant": GRANT, "reason": "audit-finished"},
        world.COOP,
        "2026-12-14T08:30:00-05:00",
    ),
    Example(
        "access.used/1",
        "trace-back",
        "The node says that it traced the container's lot back for the auditor, and the digest of what it answered.",
        {
            "grant": GRANT,
            "look": "trace-back",
            "about": thing("green lot of the container"),
            "log_size": 50_112,
            "answer": digest("what the trace back answered"),
        },
        world.CENTRAL,
        "2026-10-20T11:12:13-05:00",
        signer="Central Tres Lagunas",
    ),
    Example(
        "access.used/1",
        "mass-balance",
        "The node says that it balanced the central store over the season for the auditor.",
        {
            "grant": GRANT,
            "look": "mass-balance",
            "about": world.STORE,
            "period_from": "2026-01-01",
            "period_to": "2026-09-30",
            "log_size": 50_113,
            "answer": digest("what the mass balance answered"),
        },
        world.CENTRAL,
        "2026-10-20T11:20:00-05:00",
        signer="Central Tres Lagunas",
    ),
    Example(
        "access.used/1",
        "fact",
        "The node says that it showed the auditor one delivery.",
        {
            "grant": GRANT,
            "look": "fact",
            "statement": digest("the delivery the auditor asked for"),
            "log_size": 50_114,
            "answer": digest("the delivery as it was shown"),
        },
        world.CENTRAL,
        "2026-10-20T11:25:00-05:00",
        signer="Central Tres Lagunas",
    ),
    Example(
        "sample.drawn/1",
        "re-inspection",
        "The auditor shows its seed and whom it drew: ten of the co-operative's members are inspected again.",
        {
            "sample": thing("sample of members 2026"),
            "audit": AUDIT,
            "party": world.COOP,
            "population": "producers",
            "purpose": "re-inspection",
            "seed": SEED,
            "log_size": 49_870,
            "root": digest("root at 49,870 entries"),
            "size_rule": "eu-re-inspection",
            "weighting": "risk",
            "population_size": 187,
            "population_digest": digest("the members at 49,870 entries"),
            "drawn": [thing(f"member {number} drawn in 2026") for number in range(1, 11)],
        },
        world.CERTIFIER,
        "2026-10-16T08:00:00-05:00",
        signer=_SIGNER,
    ),
    Example(
        "finding.recorded/1",
        "weight",
        "The auditor finds a delivery that weighs more than its paper receipt, and says by when it must be put right.",
        {
            "finding": FINDING,
            "audit": AUDIT,
            "kind": "grams",
            "severity": "major",
            "party": world.COOP,
            "about": [world.GROWER, thing("delivery B001-118")],
            "statements": [digest("the delivery the auditor asked for")],
            "requirement": "record-keeping",
            "due_on": "2026-11-30",
            "text": Clear("The paper receipt B001-118 says 81 kg, the ledger 181 kg."),
            "document": digest("photograph of receipt B001-118"),
        },
        world.CERTIFIER,
        "2026-10-21T15:40:00-05:00",
        signer=_SIGNER,
    ),
    Example(
        "finding.recorded/1",
        "fork",
        "A reader was shown five entries that the log of eight does not continue: both checkpoints are in the finding.",
        {
            "finding": thing("finding fork 2026"),
            "kind": "log-fork",
            "severity": "critical",
            "contradiction": _fork(),
        },
        world.CERTIFIER,
        "2026-11-02T09:05:00-05:00",
        signer=_SIGNER,
    ),
    Example(
        "finding.closed/1",
        "weight",
        "The delivery was corrected, and the auditor closes its finding.",
        {
            "finding": FINDING,
            "outcome": "corrected",
            "closed_on": "2026-11-18",
            "statements": [digest("the correction of the delivery")],
            "document": digest("letter of 18 November 2026"),
        },
        world.CERTIFIER,
        "2026-11-18T10:00:00-05:00",
        signer=_SIGNER,
    ),
)
