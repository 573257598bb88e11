"""One spelling per value: RFC 8785 JSON out, the strict loader in, and base64 that has a single spelling."""

from ledger.canonical.base64text import b64, b64url, b64url_bytes, unb64, unb64url
from ledger.canonical.encoding import encode
from ledger.canonical.limits import MAX_BYTES, MAX_DEPTH, MAX_INTEGER, MAX_LIST
from ledger.canonical.loading import load, load_canonical
from ledger.canonical.plain import JsonValue, Plain

__all__ = [
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_INTEGER",
    "MAX_LIST",
    "JsonValue",
    "Plain",
    "b64",
    "b64url",
    "b64url_bytes",
    "encode",
    "load",
    "load_canonical",
    "unb64",
    "unb64url",
]
