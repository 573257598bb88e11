"""Examples about the log itself. Keys are real keys of the published test seed, so that tests can use them."""

from __future__ import annotations

from ledger.canonical import b64url
from ledger.keys import possession_message
from tests.vectors.examples import world
from tests.vectors.examples.deliveries import DELIVERY
from tests.vectors.examples.example import Clear, Example, digest
from tests.vectors.examples.signing import signed

_TABLET = "scale tablet, acopio Naranjal"
_POLICY = digest("witness policy of 2026")
_OLD_LOG = "ledger.example/log/nube-mansa-2025"
_NEW_LOG_KEY = world.verifier_key(world.LOG, "log key of 2027")


def _possession(holder: str, party: str) -> str:
    key = world.key(holder)
    return b64url(key.sign(possession_message(world.LOG, party, key.public)))


EXAMPLES = (
    Example(
        "log.opened/1",
        "successor",
        "The co-operative opens its log, which continues an older one.",
        {
            "origin": world.LOG,
            "log_key": world.verifier_key(world.LOG, "log key"),
            "operator": {
                "party": world.COOP,
                "name": "Cooperativa Nube Mansa",
                "country": "PE",
                "key": world.public("Cooperativa Nube Mansa"),
            },
            "node_key": world.public("node"),
            "packs": [
                {"kind": "commodity", "code": "coffee", "digest": digest("commodity pack coffee")},
                {"kind": "commodity", "code": "cocoa", "digest": digest("commodity pack cocoa")},
            ],
            "rules_version": 1,
            "witness_policy": _POLICY,
            "predecessor": {
                "origin": _OLD_LOG,
                "checkpoint": world.signed_checkpoint(_OLD_LOG, "log key of 2025", 18_204),
            },
        },
        world.COOP,
        "2026-01-05T08:00:00-05:00",
    ),
    Example(
        "role.granted/1",
        "certifier",
        "The operator grants a certification body its role, on its accreditation.",
        {
            "party": world.CERTIFIER,
            "role": "certifier",
            "effective_from": "2026-01-06",
            "evidence": [digest("accreditation of the certification body")],
        },
        world.COOP,
        "2026-01-06T09:00:00-05:00",
    ),
    Example(
        "role.ended/1",
        "lender",
        "A lender no longer takes part in the programme.",
        {"party": world.LENDER, "role": "lender", "effective_from": "2026-12-31"},
        world.COOP,
        "2026-12-30T17:00:00-05:00",
    ),
    Example(
        "key.authorised/1",
        "device",
        "A tablet at the scale may sign deliveries for the co-operative.",
        {
            "party": world.COOP,
            "key": world.public(_TABLET),
            "kind": "device",
            "proof": _possession(_TABLET, world.COOP),
            "fact_types": ["lot.harvested/1", "delivery.rejected/1"],
        },
        world.COOP,
        "2026-01-06T09:30:00-05:00",
    ),
    Example(
        "key.revoked/1",
        "retired",
        "The tablet is retired; what it signed up to number 118 still counts when it arrives.",
        {"key": world.key(_TABLET).thumbprint, "reason": "retired", "last_good_seq": 118},
        world.COOP,
        "2026-06-13T08:00:00-05:00",
    ),
    Example(
        "key.revoked/1",
        "stolen",
        "A farmer's phone was stolen.",
        {"key": world.key("phone of producer NM-0417").thumbprint, "reason": "stolen"},
        world.COOP,
        "2026-07-01T12:00:00-05:00",
    ),
    Example(
        "statement.vouched/1",
        "stolen-tablet",
        "The co-operative stands for a delivery that a stolen tablet had signed and kept.",
        {"jws": signed(DELIVERY).jws.decode()},
        world.COOP,
        "2026-06-14T10:00:00-05:00",
    ),
    Example(
        "pack.adopted/1",
        "commodity",
        "A new edition of the coffee pack is in force.",
        {"kind": "commodity", "code": "coffee", "digest": digest("commodity pack coffee, second edition")},
        world.COOP,
        "2026-04-01T08:00:00-05:00",
    ),
    Example(
        "rules.adopted/1",
        "second",
        "The second version of the rules is in force.",
        {"version": 2},
        world.COOP,
        "2026-04-01T08:05:00-05:00",
    ),
    Example(
        "log.key-rotated/1",
        "yearly",
        "The log's key is changed; the old key signed the new one's line.",
        {
            "log_key": _NEW_LOG_KEY,
            "old_key_signature": b64url(world.key("log key").sign(_NEW_LOG_KEY.encode())),
        },
        world.COOP,
        "2027-01-04T08:00:00-05:00",
    ),
    Example(
        "log.trusted/1",
        "buyer",
        "Receipts of the buyer's log are accepted under its key and the same witnesses.",
        {
            "origin": world.OTHER_LOG,
            "log_key": world.verifier_key(world.OTHER_LOG, "log key of the buyer"),
            "witness_policy": _POLICY,
        },
        world.COOP,
        "2026-06-01T09:00:00-05:00",
    ),
    Example(
        "log.closed/1",
        "succeeded",
        "The log ends; the programme's common log continues it.",
        {
            "successor": "ledger.example/log/tres-lagunas",
            "reason": Clear("La cooperativa pasa al registro común de la central."),
        },
        world.COOP,
        "2028-01-10T08:00:00-05:00",
    ),
)
