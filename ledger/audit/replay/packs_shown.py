"""The packs a log is judged by: those it adopted, by the digest of their bytes, as its source shows them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping

from ledger.errors import NotFoundError, Problem, ProofError
from ledger.facts import Fact
from ledger.facts.log import LogOpened, PackAdopted
from ledger.packs.anypack import AnyPack, parse_pack
from ledger.packs.catalogue import builtin
from ledger.rules import Packs


class PacksShown:
    """Packs at hand, which grow with every adoption; those that come with the program need no source."""

    def __init__(self, read: Callable[[str], bytes], keep: Callable[[AnyPack, bytes], None]) -> None:
        """`read` gives the bytes of a digest or raises NotFoundError; `keep` is handed what was adopted."""
        self._read = read
        self._keep = keep
        self._own: Mapping[str, bytes] = {hashlib.sha256(data).hexdigest(): data for data in builtin().values()}
        self._parsed: dict[str, AnyPack] = {}
        self.packs = Packs(self._parsed)

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests at hand, in the order of their adoption."""
        return tuple(self._parsed)

    def adopt(self, fact: Fact) -> list[str]:
        """Fetch what a fact adopts; returns the digests whose bytes nobody has.

        Nothing is judged by a legality pack, so its bytes are not asked for. Raises ProofError `pack-altered` where the
        source gives other bytes than the log adopted.
        """
        missing = []
        for kind, digest in _adopted(fact):
            if kind == "legality" or digest in self._parsed:
                continue
            data = self._own.get(digest)
            if data is None:
                try:
                    data = self._read(digest)
                except NotFoundError:
                    missing.append(digest)
                    continue
            if hashlib.sha256(data).hexdigest() != digest:
                raise ProofError(Problem("pack-altered", "", digest))
            pack = self._parsed[digest] = parse_pack(data)
            self._keep(pack, data)
        return missing


def _adopted(fact: Fact) -> list[tuple[str, str]]:
    if isinstance(fact, LogOpened):
        return [(each.kind, each.digest) for each in fact.packs]
    return [(fact.kind, fact.digest)] if isinstance(fact, PackAdopted) else []
