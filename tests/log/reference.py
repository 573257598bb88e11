"""RFC 6962 section 2.1 as the text has it: recursive, slow, obvious; the fast tree is checked against it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from hashlib import sha256


class ReferenceTree:
    """A list of leaf inputs, with the three functions of the RFC over ranges of it."""

    def __init__(self, leaves: Sequence[bytes]) -> None:
        self._leaves = tuple(leaves)
        # Only remembers results: without it, proofs for all sizes to 600 would take an hour.
        self._remembered = lru_cache(maxsize=None)(self._mth)

    def root(self, size: int) -> bytes:
        """MTH(D[0:size])."""
        return self._remembered(0, size)

    def _mth(self, start: int, end: int) -> bytes:
        n = end - start
        if n == 0:
            return sha256(b"").digest()
        if n == 1:
            return sha256(b"\x00" + self._leaves[start]).digest()
        k = split(n)
        return sha256(
            b"\x01" + self._remembered(start, start + k) + self._remembered(start + k, end),
        ).digest()

    def inclusion(self, m: int, size: int) -> list[bytes]:
        """PATH(m, D[0:size]), section 2.1.1."""
        return self._path(m, 0, size)

    def _path(self, m: int, start: int, end: int) -> list[bytes]:
        n = end - start
        if n == 1:
            return []
        k = split(n)
        if m < k:
            return [*self._path(m, start, start + k), self._remembered(start + k, end)]
        return [*self._path(m - k, start + k, end), self._remembered(start, start + k)]

    def consistency(self, m: int, size: int) -> list[bytes]:
        """PROOF(m, D[0:size]), section 2.1.2; 0 < m <= size."""
        return self._subproof(m, 0, size, known=True)

    def _subproof(self, m: int, start: int, end: int, *, known: bool) -> list[bytes]:
        n = end - start
        if m == n:
            return [] if known else [self._remembered(start, end)]
        k = split(n)
        if m <= k:
            return [*self._subproof(m, start, start + k, known=known), self._remembered(start + k, end)]
        return [*self._subproof(m - k, start + k, end, known=False), self._remembered(start, start + k)]


def split(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k
