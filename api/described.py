"""What /openapi.json says beyond the endpoints themselves: bodies, answers, schemas of every fact, examples."""

from __future__ import annotations

from typing import Any, Final

from fastapi import FastAPI
from pydantic import TypeAdapter
from pydantic.json_schema import models_json_schema

from api import examples
from ledger.audit.fieldwork.audits import AuditLine, AuditView, FindingLine
from ledger.audit.fieldwork.drills import TraceBack, TraceForward
from ledger.audit.fieldwork.grants import Grant, Used
from ledger.audit.fieldwork.mass_balance import MassBalance
from ledger.facts import known_types
from ledger.queries import BlastRadius, LotClaims, LotLine, LotView, Trace
from ledger.reports import csv_file
from ledger.reports.report import UNITS
from ledger.reports.written import XLSX
from ledger.store.events import EVENTS

Json = dict[str, Any]
Responses = dict[int | str, Json]

ABOUT: Final = (
    "Facts go in signed (`application/jose`) or, for clients without a key, as JSON that the node signs for the "
    "token's party. Rules judge every fact against the books; what is accepted is in a public, append-only, signed "
    "log. Errors are `application/problem+json` in Spanish or English (`Accept-Language`) with a stable `code`, the "
    "place, what was found and expected, a remedy, and whether to try again. No lot is ever called compliant here: "
    "the ledger says what is recorded, by whom, and what is not verified."
)
TAGS: Final = [
    {"name": "facts", "description": "State facts and read them back."},
    {"name": "lots", "description": "Lots, their trace and their state at any log size."},
    {"name": "reports", "description": "Tables worked out of the books at one log size (docs/reports.md)."},
    {"name": "audits", "description": "For auditors, within what they were granted (docs/auditing.md)."},
    {"name": "documents", "description": "Documents by their SHA-256."},
    {"name": "webhooks", "description": "Being told of what happens (docs/webhooks.md)."},
    {"name": "log", "description": "Public: checkpoint, tiles and proofs (C2SP, RFC 6962)."},
    {"name": "pages", "description": "Public: the lot page behind the QR code, as HTML or the same as JSON."},
    {"name": "health", "description": "For those who run it."},
]

_REF: Final = "#/components/schemas/{model}"
_TEXT_SCHEMA: Final[Json] = {"type": "string"}


def _ref(name: str) -> Json:
    return {"$ref": _REF.format(model=name)}


def _problem(text: str) -> Json:
    return {"description": text, "content": {"application/problem+json": {"schema": _ref("Problems")}}}


def _answer(text: str, schema: Json, media_type: str = "application/json", **more: Json) -> Json:
    return {"description": text, "content": {media_type: {"schema": schema, **more}}}


_MALFORMED: Final = _problem("The request is not well-formed; each problem says where.")
_GUARDED: Final[Responses] = {
    400: _MALFORMED,
    401: _problem("No token, or one that is unknown, expired or revoked."),
    403: _problem("The token lacks the scope."),
    500: _problem("An error of ours; nothing but the request's id is said."),
}
_UNKNOWN: Final[Responses] = {404: _problem("Nothing stands under that name.")}
_REFUSED: Final[Json] = {
    "description": "The rules refuse it, and nothing was written.",
    "content": {"application/problem+json": {"schema": _ref("Problems"), "example": examples.REFUSAL}},
}
_BATCH: Final[Json] = {
    "oneOf": [
        {
            "type": "object",
            "title": "Statements",
            "required": ["statements"],
            "additionalProperties": False,
            "properties": {
                "statements": {"type": "array", "minItems": 1, "maxItems": 1000, "items": _ref("Submission")}
            },
        },
        {
            "type": "object",
            "title": "Facts",
            "required": ["facts"],
            "additionalProperties": False,
            "properties": {"facts": {"type": "array", "minItems": 1, "maxItems": 1000, "items": _ref("UnsignedFact")}},
        },
    ]
}
_CONTENT: Final[Json] = {
    "application/jose": {"schema": _ref("Submission"), "example": examples.SUBMISSION},
    "application/json": {
        "schema": _BATCH,
        "examples": {
            name: {"summary": fact["fact"], "value": {"facts": [fact]}} for name, fact in examples.FACTS.items()
        },
    },
}

stating: Final[Json] = {
    "requestBody": {"required": True, "content": _CONTENT},
    "parameters": [
        {
            "name": "atomic",
            "in": "query",
            "description": "All of a batch or nothing.",
            "schema": {"type": "string", "enum": ["true", "false"], "default": "false"},
        },
        {
            "name": "receipt",
            "in": "query",
            "description": "With every fact that stands, its proof file (c2sp.org/tlog-proof@v1) as `proof`.",
            "schema": {"type": "string", "enum": ["true", "false"], "default": "false"},
        },
    ],
}
checking: Final[Json] = {"requestBody": {"required": True, "content": _CONTENT}}
_EITHER: Final[Json] = {"oneOf": [_ref("Result"), _ref("Results")]}
stated: Final[Responses] = {
    **_GUARDED,
    200: _answer("Nothing new (the first receipt again), or a batch of which a part was refused.", _EITHER),
    201: _answer("Everything was written.", _EITHER),
    409: _problem("Somebody was first: the same id with another content, or a lot that already stands."),
    413: _problem("The request or one of its items is too large."),
    415: _problem("Neither application/jose nor application/json, or compressed."),
    422: _REFUSED,
    503: _problem("The queue is full: try again after Retry-After seconds."),
}
checked: Final[Responses] = {
    **{status: each for status, each in stated.items() if status not in {201, 503}},
    200: _answer("How the facts would be judged now; nothing was written.", _ref("Results")),
}
fact: Final[Responses] = {**_GUARDED, **_UNKNOWN, 200: _answer("The fact.", _ref("FactRecord"))}
disclosures: Final[Responses] = {
    **_GUARDED,
    **_UNKNOWN,
    200: _answer(
        "Clear values by JSON pointer into the body, as far as the token's party may see them.",
        {"type": "object", "required": ["disclosures"], "properties": {"disclosures": {"type": "object"}}},
    ),
}
_RECEIPT: Final[Json] = {
    "description": "A proof file (c2sp.org/tlog-proof@v1); as application/cose a COSE receipt (RFC 9942).",
    "content": {
        "text/plain": {"schema": {"type": "string"}},
        "application/cose": {"schema": {"type": "string", "format": "binary"}},
    },
}
receipt: Final[Responses] = {**_GUARDED, **_UNKNOWN, 200: _RECEIPT}
lots: Final[Responses] = {
    **_GUARDED,
    200: {
        "description": "Lots, at most `limit` of them.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["lots", "next"],
                    "properties": {
                        "lots": {"type": "array", "items": _ref("LotLine")},
                        "next": {"type": ["string", "null"]},
                    },
                }
            },
            "text/csv": {"schema": {"type": "string"}},
        },
    },
}
lot: Final[Responses] = {**_GUARDED, **_UNKNOWN, 200: _answer("The lot.", _ref("LotView"))}
claims: Final[Responses] = {
    **_GUARDED,
    404: _problem("No such lot or party, or the log was not so large, or not there yet, when it is asked about."),
    200: _answer(
        "The claims. `reasons` has a line per fact a reason rests on (`index`), `totals` one per reason.",
        _ref("LotClaims"),
        example=examples.CLAIMS,
    ),
}
trace: Final[Responses] = {
    **_GUARDED,
    **_UNKNOWN,
    200: {
        "description": "The trace; as CSV one line per delivery.",
        "content": {"application/json": {"schema": _ref("Trace")}, "text/csv": {"schema": {"type": "string"}}},
    },
}
blast_radius: Final[Responses] = {
    **_GUARDED,
    **_UNKNOWN,
    200: {
        "description": "Totals and the first lots; as CSV every lot, streamed.",
        "content": {"application/json": {"schema": _ref("BlastRadius")}, "text/csv": {"schema": {"type": "string"}}},
    },
}
report: Final[Responses] = {
    **_GUARDED,
    **_UNKNOWN,
    200: {
        "description": "The report; as CSV one of its tables, as XLSX all of them. Headings follow the language.",
        "headers": {
            "Chaski-Log": {"description": "Size and root of the log it was worked out from.", "schema": _TEXT_SCHEMA},
            "Chaski-Report": {"description": "The version of the report.", "schema": _TEXT_SCHEMA},
        },
        "content": {
            "application/json": {"schema": _ref("Report")},
            csv_file.MEDIA_TYPE.partition(";")[0]: {"schema": _TEXT_SCHEMA},
            XLSX: {"schema": {"type": "string", "format": "binary"}},
        },
    },
}
keeping: Final[Json] = {
    "requestBody": {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
}
kept: Final[Responses] = {
    **_GUARDED,
    201: _answer(
        "The document is kept.",
        {
            "type": "object",
            "properties": {
                "sha256": {"type": "string"},
                "media_type": {"type": "string"},
                "personal": {"type": "boolean"},
            },
        },
    ),
    409: _problem("It could not be kept now."),
    413: _problem("Too large."),
    415: _problem("A media type this ledger does not keep."),
    422: _problem("The bytes are not those of the digest."),
}
subscribing: Final[Json] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": _ref("WebhookAsked"), "example": examples.WEBHOOK}},
    }
}
subscribed: Final[Responses] = {
    **_GUARDED,
    201: _answer("The webhook with its secret, which is shown this once.", _ref("WebhookMade")),
    404: _problem("The token's party does not stand."),
    409: _problem("The party has as many webhooks as it may."),
    413: _problem("Too large."),
    415: _problem("Not application/json, or compressed."),
}
webhooks: Final[Responses] = {
    **_GUARDED,
    200: _answer(
        "The party's webhooks.",
        {
            "type": "object",
            "required": ["webhooks"],
            "properties": {"webhooks": {"type": "array", "items": _ref("Webhook")}},
        },
    ),
}
webhook: Final[Responses] = {**_GUARDED, **_UNKNOWN, 200: _answer("The webhook.", _ref("Webhook"))}
unsubscribed: Final[Responses] = {**_GUARDED, **_UNKNOWN, 204: {"description": "It is gone."}}
deliveries: Final[Responses] = {
    **_GUARDED,
    **_UNKNOWN,
    200: _answer(
        "Deliveries, at most `limit` of them.",
        {
            "type": "object",
            "required": ["deliveries", "next"],
            "properties": {
                "deliveries": {"type": "array", "items": _ref("WebhookDelivery")},
                "next": {"type": ["string", "null"]},
            },
        },
    ),
}
tested: Final[Responses] = {**_GUARDED, **_UNKNOWN, 200: _answer("What came of it.", _ref("WebhookTrial"))}
_NOT_GRANTED: Final[Responses] = {
    **_GUARDED,
    403: _problem("The token lacks the scope, or no access in force opens this; whether it exists is not said."),
}
_LOOK: Final[Responses] = {
    **_NOT_GRANTED,
    404: _problem("The log was never so large; to its operator also: no such thing."),
    503: _problem("The look could not be written into the log, so nothing is shown: try again."),
}


def _list_of(name: str, schema: str) -> Json:
    return _answer(
        "All of them, oldest first.",
        {"type": "object", "required": [name], "properties": {name: {"type": "array", "items": _ref(schema)}}},
    )


audits: Final[Responses] = {**_GUARDED, 200: _list_of("audits", "AuditLine")}
findings: Final[Responses] = {**_GUARDED, 200: _list_of("findings", "FindingLine")}
grants: Final[Responses] = {**_GUARDED, 200: _list_of("grants", "Grant")}
uses: Final[Responses] = {**_NOT_GRANTED, 200: _list_of("uses", "Used")}
audit: Final[Responses] = {**_NOT_GRANTED, 200: _answer("The audit.", _ref("AuditView"))}
audited_fact: Final[Responses] = {**_LOOK, 200: _answer("The fact.", _ref("AuditedFact"))}
trace_back: Final[Responses] = {**_LOOK, 200: _answer("The lot, back to its deliveries.", _ref("TraceBack"))}
trace_forward: Final[Responses] = {**_LOOK, 200: _answer("Where it went.", _ref("TraceForward"))}
mass_balance: Final[Responses] = {**_LOOK, 200: _answer("The balance.", _ref("MassBalance"))}
population: Final[Responses] = {**_LOOK, 200: _answer("Everybody to draw from.", _ref("Population"))}
sample: Final[Responses] = {**_NOT_GRANTED, 200: _answer("The sample drawn again.", _ref("SampleCheck"))}
_PUBLIC: Final[Responses] = {400: _MALFORMED, **_UNKNOWN, 500: _GUARDED[500]}
checkpoint: Final[Responses] = {
    **_PUBLIC,
    200: _answer("A signed note.", {"type": "string"}, "text/plain"),
}
tile: Final[Responses] = {
    **_PUBLIC,
    200: _answer("A tile.", {"type": "string", "format": "binary"}, "application/octet-stream"),
}
statements: Final[Responses] = {
    **_GUARDED,
    **_UNKNOWN,
    200: _answer("Statements, one a line.", {"type": "string"}, "application/x-ndjson"),
}
pack_file: Final[Responses] = {
    **_GUARDED,
    **_UNKNOWN,
    200: _answer("The bytes a pack was read from.", {"type": "string"}, "application/toml"),
}
witnesses: Final[Responses] = {
    **_PUBLIC,
    200: _answer(
        "The log's size, the size a quorum has seen, and each witness.",
        {
            "type": "object",
            "required": ["size", "witnessed_size", "unwitnessed_since", "quorum", "witnesses"],
            "additionalProperties": False,
            "properties": {
                "size": {"type": "integer", "minimum": 1},
                "witnessed_size": {"type": "integer", "minimum": 0},
                "unwitnessed_since": {"type": ["string", "null"], "format": "date-time"},
                "quorum": {"type": "string", "description": "The policy's; `none` where nobody is asked."},
                "witnesses": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": ["name", "key", "size", "at"],
                        "additionalProperties": False,
                        "properties": {
                            "name": {"type": "string"},
                            "key": {"type": "string", "description": "Its verifier key (c2sp.org/signed-note)."},
                            "size": {"type": "integer", "minimum": 0},
                            "at": {"type": "string", "description": "When it cosigned that size; empty for never."},
                        },
                    },
                },
            },
        },
    ),
}
proof: Final[Responses] = {**_PUBLIC, 200: _answer("Base64 hashes, one a line.", {"type": "string"}, "text/plain")}
receipt_file: Final[Responses] = {**_PUBLIC, 200: _RECEIPT}
_STATUS: Final[Json] = {"type": "object", "properties": {"status": {"type": "string"}}}
healthy: Final[Responses] = {200: _answer("Alive.", _STATUS)}
ready: Final[Responses] = {200: _answer("Ready.", _STATUS), 503: _problem("The log's head cannot be read.")}
metrics: Final[Responses] = {
    200: _answer("Prometheus' text format.", {"type": "string"}, "text/plain"),
    401: _GUARDED[401],
    403: _GUARDED[403],
}
lot_page: Final[Responses] = {
    200: {
        "description": "The page; as JSON exactly the same data.",
        "content": {"text/html": {"schema": {"type": "string"}}, "application/json": {"schema": _ref("LotPage")}},
    },
    304: {"description": "Unchanged since the ETag given."},
    308: {"description": "Another spelling of the lot's id; the page is at Location."},
    400: {
        "description": "No lot id.",
        "content": {
            "text/html": {"schema": {"type": "string"}},
            "application/problem+json": {"schema": _ref("Problems")},
        },
    },
    404: {
        "description": "No such lot here.",
        "content": {
            "text/html": {"schema": {"type": "string"}},
            "application/problem+json": {"schema": _ref("Problems")},
        },
    },
}
_STANDING: Final[Json] = {
    "text/html": {"schema": {"type": "string"}},
    "application/json": {"schema": _ref("ReceiptPage")},
}
receipt_page: Final[Responses] = {
    200: {"description": "Standing or corrected; as JSON exactly the same data.", "content": _STANDING},
    308: {"description": "Another spelling of the code; the page is at Location."},
    400: {
        "description": "No receipt code.",
        "content": {
            "text/html": {"schema": {"type": "string"}},
            "application/problem+json": {"schema": _ref("Problems")},
        },
    },
    404: {"description": "Not in this log, or not yet: the same page with status `unknown`.", "content": _STANDING},
}

_FOUND: Final[Json] = {"type": ["string", "integer", "null"]}
_PROBLEM: Final[Json] = {
    "type": "object",
    "required": ["code", "where", "found", "expected", "title", "detail", "remedy", "retry", "effect"],
    "properties": {
        "code": {"type": "string", "description": "Stable; the words around it may change."},
        "where": {"type": "string", "description": "JSON pointer into what was sent."},
        "found": _FOUND,
        "expected": _FOUND,
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "remedy": {"type": "string"},
        "retry": {"enum": ["never", "after-sync", "after-change"]},
        "effect": {"enum": ["refuse", "flag"]},
    },
}
_TEXT: Final[Json] = {"type": "string"}
_WHOLE: Final[Json] = {"type": "integer"}
_MAYBE: Final[Json] = {"type": ["string", "null"]}
_WEBHOOK: Final[Json] = {
    "id": _TEXT,
    "party": _TEXT,
    "url": _TEXT,
    "events": {"type": "array", "items": {"enum": list(EVENTS)}},
    "types": {"type": "array", "items": _TEXT},
    "created_at": _TEXT,
    "paused": {"type": "boolean"},
}
_STANDS: Final[Json] = {
    **dict.fromkeys(("waiting", "delivered", "failed"), _WHOLE),
    "waiting_since": _MAYBE,
    "problem": {**_MAYBE, "description": "What went wrong the last time with the notice that waits first."},
}
_DELIVERY: Final[Json] = {
    **dict.fromkeys(("id", "event", "created_at"), _TEXT),
    **dict.fromkeys(("index", "attempts"), _WHOLE),
    "state": {"enum": ["waiting", "delivered", "failed"]},
    **dict.fromkeys(("next_try_at", "finished_at", "problem"), _MAYBE),
    "status": {"type": ["integer", "null"], "description": "What the receiver answered the last time."},
}
_TRIAL: Final[Json] = {
    "delivered": {"type": "boolean"},
    "status": {"type": ["integer", "null"]},
    "problem": _MAYBE,
    "milliseconds": _WHOLE,
}


_RECORDS: Final = (
    BlastRadius,
    LotClaims,
    LotLine,
    LotView,
    Trace,
    AuditLine,
    AuditView,
    FindingLine,
    Grant,
    MassBalance,
    TraceBack,
    TraceForward,
    Used,
)


def _whole(properties: Json) -> Json:
    return {"type": "object", "required": list(properties), "properties": properties}


_OWN: Final[Json] = {
    "AuditedFact": _whole(
        dict.fromkeys(("id", "fact", "digest", "entry", "recorded_at", "at", "by", "actor", "kid", "assurance"), _TEXT)
        | {
            "index": _WHOLE,
            "jws": _TEXT,
            "envelope": {"type": "object"},
            "flags": {"type": "array", "items": {"type": "object"}},
            "ended_by": {"type": ["integer", "null"]},
            "withheld": {"type": "boolean"},
        }
    ),
    "Population": _whole(
        dict.fromkeys(("party", "population", "weighting", "period_from", "period_to", "population_digest"), _TEXT)
        | {
            "size": _WHOLE,
            "population_size": _WHOLE,
            "members": {
                "type": "array",
                "items": _whole({"thing": _TEXT, "weight": _WHOLE, "signs": {"type": "array", "items": _TEXT}}),
            },
        }
    ),
    "SampleCheck": _whole(
        {"fact": _TEXT, "again": {"type": "object"}, "problems": {"type": "array", "items": {"type": "object"}}}
    ),
    "Webhook": _whole(_WEBHOOK | _STANDS),
    "WebhookMade": _whole(_WEBHOOK | {"secret": {"type": "string", "description": "Key of the signatures."}}),
    "WebhookDelivery": _whole(_DELIVERY),
    "WebhookTrial": _whole(_TRIAL),
    "WebhookAsked": {
        "type": "object",
        "required": ["url", "events"],
        "additionalProperties": False,
        "properties": {
            "url": {"type": "string", "maxLength": 2048, "description": "https, on a port the operator allows."},
            "events": {"type": "array", "minItems": 1, "items": {"enum": list(EVENTS)}},
            "types": {
                "type": "array",
                "maxItems": 50,
                "items": {"type": "string", "pattern": "^[a-z.0-9/-]{1,64}$"},
                "description": "Beginnings of fact types, for fact.recorded; without them, all.",
            },
        },
    },
    "Report": {
        "type": "object",
        "required": ["report", "title", "log", "question", "version", "digest", "tables"],
        "properties": {
            "report": _TEXT,
            "title": _TEXT,
            "log": _whole({"origin": _TEXT, "size": _WHOLE, "root": _TEXT}),
            "question": _whole(
                dict.fromkeys(("at", "party", "season", "framework", "producer"), _TEXT)
                | {"since": {"type": ["integer", "null"]}}
            ),
            "version": _TEXT,
            "digest": {"type": "string", "description": "SHA-256 over the question and all rows."},
            "tables": {
                "type": "array",
                "items": _whole(
                    {
                        "table": _TEXT,
                        "title": _TEXT,
                        "columns": {
                            "type": "array",
                            "items": _whole({"code": _TEXT, "unit": {"enum": list(UNITS)}, "heading": _TEXT}),
                        },
                        "rows": {
                            "type": "array",
                            "items": {"type": "object", "additionalProperties": {"type": ["string", "integer"]}},
                        },
                    }
                ),
            },
        },
    },
    "Problem": _PROBLEM,
    "Problems": {
        "type": "object",
        "required": ["type", "title", "status", "code", "detail", "request_id", "problems"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "code": {"type": "string"},
            "detail": {"type": "string"},
            "request_id": {"type": "string"},
            "problems": {"type": "array", "items": _ref("Problem")},
            "results": {"type": "array", "items": _ref("Result")},
        },
    },
    "Submission": {
        "type": "string",
        "description": "`<JWS>~<disclosure>~...`: a compact JWS over one fact, then every sealed field's clear value.",
    },
    "Result": {
        "type": "object",
        "required": ["status", "id", "fact", "digest", "flags"],
        "properties": {
            "status": {"enum": ["accepted", "duplicate", "checked", "refused"]},
            "id": {"type": "string"},
            "fact": {"type": "string"},
            "digest": {"type": "string"},
            "index": {"type": "integer"},
            "recorded_at": {"type": "string"},
            "receipt_code": {"type": "string"},
            "receipt": {"type": "string"},
            "proof": {"type": "string", "description": "With `receipt=true`: the proof file itself."},
            "flags": {"type": "array", "items": _ref("Problem")},
            "plausibility": _ref("Plausibility"),
            "problems": {"type": "array", "items": _ref("Problem")},
        },
    },
    "Plausibility": {
        "type": "object",
        "description": "In a dry run of a delivery: how it fits what its plot or herd was estimated to give. "
        "Green up to the estimate, amber up to 110 percent of it, red above.",
        "required": ["level", "delivered_grams", "this_grams", "estimated_grams", "permille", "title", "remedy"],
        "properties": {
            "level": {"enum": ["green", "amber", "red"]},
            "grown": {"type": "string", "description": "The plot or herd."},
            "commodity": {"type": "string"},
            "form": {"type": "string"},
            "season": {"type": "string"},
            "status": {"type": "string", "description": "The plot status the estimate is for; empty where none."},
            "delivered_grams": {"type": "integer", "description": "Delivered before this one."},
            "this_grams": {"type": "integer"},
            "estimated_grams": {"type": "integer"},
            "permille": {"type": "integer", "description": "Both together in thousandths of the estimate, rounded up."},
            "title": {"type": "string"},
            "remedy": {"type": "string"},
        },
    },
    "Results": {
        "type": "object",
        "required": ["accepted", "duplicates", "checked", "refused", "results"],
        "properties": {
            "accepted": {"type": "integer"},
            "duplicates": {"type": "integer"},
            "checked": {"type": "integer"},
            "refused": {"type": "integer"},
            "results": {"type": "array", "items": _ref("Result")},
        },
    },
    "FactRecord": {
        "type": "object",
        "required": ["index", "id", "fact", "digest", "recorded_at", "at", "by", "assurance", "envelope", "jws"],
        "properties": {
            "index": {"type": "integer"},
            "id": {"type": "string"},
            "fact": {"type": "string"},
            "digest": {"type": "string"},
            "entry": {"type": "string"},
            "recorded_at": {"type": "string"},
            "at": {"type": "string"},
            "by": {"type": "string"},
            "actor": {"type": "string"},
            "kid": {"type": "string"},
            "assurance": {"type": "string"},
            "ended_by": {"type": ["integer", "null"]},
            "flags": {"type": "array", "items": _ref("Problem")},
            "withheld": {"type": "boolean"},
            "envelope": {"type": "object"},
            "jws": {"type": "string"},
        },
    },
}


_RECEIPT_PAGE: Final[Json] = {
    "type": "object",
    "required": ["code", "url", "demonstration", "status", "index", "recorded_at", "log", "proof", "not_proved"],
    "properties": {
        "code": {"type": "string"},
        "url": {"type": "string"},
        "demonstration": {"type": "boolean"},
        "status": {"enum": ["standing", "corrected", "unknown"]},
        "index": {"type": ["integer", "null"]},
        "recorded_at": {"type": ["string", "null"]},
        "corrected_by": {"type": ["integer", "null"], "description": "The index of what corrected it."},
        "corrected_at": {"type": ["string", "null"]},
        "log": {"type": "object"},
        "proof": {"type": ["object", "null"]},
        "not_proved": {"type": "array", "items": {"type": "string"}},
    },
}


def install(app: FastAPI) -> None:
    """Complete the description the framework makes; it is made once, when first asked for."""
    plain = app.openapi

    def complete() -> Json:
        if app.openapi_schema is None:
            schema = plain()
            components = schema.setdefault("components", {})
            # Our answers are described here; the framework's own validation schemas describe answers never given.
            components["schemas"] = _schemas()
            components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
            for path, operations in schema["paths"].items():
                for operation in operations.values():
                    operation.get("responses", {}).pop("422", None) if _is_framework_422(operation) else None
                    if path.startswith("/v1/"):
                        operation["security"] = [{"bearer": []}]
            app.openapi_schema = schema
        return app.openapi_schema

    setattr(app, "openapi", complete)  # noqa: B010 - the documented way to extend it, which mypy forbids


def _is_framework_422(operation: Json) -> bool:
    described = operation.get("responses", {}).get("422", {})
    return "HTTPValidationError" in str(described.get("content", {}))


def _schemas() -> Json:
    """Every schema by name: our own, the answer records, and the body of every fact."""
    classes = dict(sorted(known_types().items()))
    names, bodies = models_json_schema([(each, "validation") for each in classes.values()], ref_template=_REF)
    records, shared = TypeAdapter.json_schemas(
        [(each.__name__, "serialization", TypeAdapter(each)) for each in _RECORDS],
        ref_template=_REF,
    )
    schemas: Json = {**shared.get("$defs", {}), **bodies.get("$defs", {})}
    schemas.update({name: _inlined(schema, schemas) for (name, _), schema in records.items()})
    schemas["LotView"]["properties"]["flags"] = {"type": "array", "items": _ref("Problem")}
    for reason in ("ClaimReason", "ReasonTotal"):
        schemas[reason]["properties"]["words"] = {"type": "string", "description": "The reason in the asked language."}
    schemas["UnsignedFact"] = {
        "oneOf": [
            _unsigned(fact_type, names[each, "validation"]["$ref"].rpartition("/")[2])
            for fact_type, each in classes.items()
        ]
    }
    return {**schemas, **_OWN, "LotPage": {"type": "object"}, "ReceiptPage": _RECEIPT_PAGE}


def _inlined(schema: Json, schemas: Json) -> Json:
    """A record under its own name rather than a reference to it."""
    reference = schema.get("$ref", "")
    return dict(schemas[reference.rpartition("/")[2]]) if reference else schema


def _unsigned(fact_type: str, body: str) -> Json:
    return {
        "type": "object",
        "title": fact_type,
        "required": ["id", "fact", "at", "body"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "pattern": "^[0-9A-HJKMNP-TV-Z]{16}$"},
            "fact": {"const": fact_type},
            "at": {"type": "string", "description": "RFC 3339 with the signer's offset."},
            "body": _ref(body),
            "sealed": {"type": "object", "description": "JSON pointer in the body -> clear value of a sealed field."},
            "for": {"type": "string"},
            "basis": {"enum": ["witnessed", "document", "told"]},
            "basis_document": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
            "replaces": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
        },
    }
