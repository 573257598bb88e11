"""A ledger that judges nothing: it keeps what is well-formed in a list, answers as told, and fails as told.

For what the real ledger does only rarely (a full queue, a broken head, an unexpected error) and for pages.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from ledger import canonical
from ledger.errors import ConflictError, FormatError, NotFoundError, Problem
from ledger.log import Checkpoint
from ledger.packs.catalogue import builtin
from ledger.packs.commodity import parse_commodity
from ledger.packs.pack import CommodityPack
from ledger.queries import Head, LotLine, LotView, Outcome, WitnessStanding
from ledger.statement import parse_submission
from tests.api import invented

ORIGIN = "chaski.example/log/demo"
KEY = f"{ORIGIN}+f6f28702+AdkYxP1e6dXuxZmxPhDDBPo2lV3fNxXbNfW2V3xO5r0g"


@dataclass(frozen=True)
class Ready:
    """What `prepare` gives back."""

    id: str
    digest: str
    type: str


class StandIn:
    """Has the methods of the front door that the API calls."""

    origin = ORIGIN
    public_url = "https://chaski.example"
    verifier_key = KEY
    is_demo = True
    operator_party = "0PERAT0R0PERAT0R"

    def __init__(self) -> None:
        self.stated: list[Ready] = []
        self.offers: list[int] = []
        self.full = False
        self.broken: Exception | None = None
        self.tokens_known: dict[str, Any] = {}
        self.asked_for_tokens = 0
        self.documents: dict[str, bytes] = {}
        self.views = {each.lot: each for each in (invented.green_coffee(), invented.few_families())}

    def witness_standing(self) -> WitnessStanding:
        head = self.head()
        return WitnessStanding(head.size, head.size, None, "none")

    def stands_at(self) -> tuple[int, str]:
        return 0, ""

    def logged(self, first: int, after: int) -> list[Any]:
        return []

    def pack_data(self, digest: str) -> bytes:
        raise NotFoundError(Problem("pack-bytes-missing", "", digest))

    def prepare(self, submission: bytes) -> Ready:
        statement, _ = parse_submission(submission)
        return Ready(statement.envelope.id, statement.digest, statement.type)

    def prepare_unsigned(self, fact: Mapping[str, Any], *, party: str, beside: object = None) -> Ready:
        del beside
        if not isinstance(fact.get("id"), str):
            raise FormatError(Problem("field-missing", "/id"))
        return Ready(fact["id"], hashlib.sha256(canonical.encode(dict(fact))).hexdigest(), str(fact.get("fact")))

    def offer(
        self, items: Sequence[Ready | FormatError], *, atomic: bool = False, bulk: bool = False
    ) -> Future[list[Outcome]]:
        if self.full:
            raise ConflictError(Problem("queue-full", retry="after-change"))
        self.offers.append(len(items))
        done: Future[list[Outcome]] = Future()
        done.set_result([self._outcome(item) for item in items])
        return done

    def check(self, items: Sequence[Ready]) -> list[Outcome]:
        return [Outcome("checked", item.id, item.type, item.digest) for item in items]

    def _outcome(self, item: Ready | FormatError) -> Outcome:
        if isinstance(item, FormatError):
            return Outcome("refused", problems=item.problems)
        known = next((each for each in self.stated if each.id == item.id), None)
        if known is not None and known.digest != item.digest:
            return Outcome("refused", item.id, item.type, item.digest, problems=(Problem("id-conflict", "/id"),))
        if known is None:
            self.stated.append(item)
        index = self.stated.index(known or item)
        status = "accepted" if known is None else "duplicate"
        return Outcome(status, item.id, item.type, item.digest, index, "2026-11-20T12:00:00.000Z", "K3F9-2M7Q")  # type: ignore[arg-type]

    def head(self) -> Head:
        if self.broken is not None:
            raise self.broken
        note = Checkpoint(ORIGIN, 10_412, bytes(32)).format()
        return Head(ORIGIN, 10_412, "00" * 32, note, "2026-09-12T15:02:11.120Z")

    def lot(self, lot: str, *, size: int | None = None, at: str | None = None) -> LotView:
        if self.broken is not None:
            raise self.broken
        if lot not in self.views:
            raise NotFoundError(Problem("lot-unknown", found=lot))
        view = replace(self.views[lot], claims_at=at or invented.ASKED_ON)
        return replace(view, size=size) if size else view

    def lots(self, **_: object) -> list[LotLine]:
        return [
            LotLine(v.lot, v.commodity, v.form, v.season, v.grams, v.born_on, v.index, v.how, v.holders)
            for v in self.views.values()
        ]

    def name_of(self, thing: str) -> str:
        return "Operador Inventado" if thing == self.operator_party else thing

    def pack(self, commodity: str) -> CommodityPack:
        data = builtin().get(("commodity", commodity))
        if data is None:
            raise NotFoundError(Problem("pack-unknown", found=commodity))
        return parse_commodity(data)

    def token(self, text: str) -> Any:
        self.asked_for_tokens += 1
        return self.tokens_known.get(text)

    def give_token(self, text: str, *scopes: str) -> dict[str, str]:
        """Make a token and return the header that carries it."""
        self.tokens_known[text] = SimpleNamespace(id="t", party="C00PC00PC00PC00P", scopes=scopes, label="test")
        return {"authorization": f"Bearer {text}"}

    def put_document(self, sha256: str, chunks: Iterable[bytes], *, media_type: str, personal: bool = False) -> None:
        data = b"".join(chunks)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise FormatError(Problem("document-digest", found=hashlib.sha256(data).hexdigest(), expected=sha256))
        self.documents[sha256] = data
