"""How large, deep and long a document may be; every limit is part of the log format."""

from __future__ import annotations

from typing import Final

# 2^53 - 1: the largest integer that every JSON reader in the world, browsers included, holds exactly
# (RFC 8785 section 3.2.2.3; I-JSON, RFC 7493 section 2.2).
MAX_INTEGER: Final = 9_007_199_254_740_991

# Objects and lists inside each other; `[[]]` is 2.
MAX_DEPTH: Final = 32

# Items in one list. Objects need no limit of their own: the size of the document bounds them.
MAX_LIST: Final = 2_500

# Bytes of one document, 256 KiB.
MAX_BYTES: Final = 262_144
