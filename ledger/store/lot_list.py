"""Lots in a list, page by page, in the order in which they were born."""

from __future__ import annotations

from ledger.queries import LotLine
from ledger.store.books import Books
from ledger.store.schema import ACCOUNT_KINDS

_PAGE = 500


def lot_lines(books: Books, *, party: str | None, commodity: str | None, after: str, limit: int) -> list[LotLine]:
    """At most `limit` lots after the one named; with a party, those of which it holds or held some."""
    last = (books.number(after) or 0) if after else 0
    holder = books.number(party) if party is not None else None
    if party is not None and holder is None:
        return []
    found: list[LotLine] = []
    while len(found) < limit:
        page = _page(books, last, holder)
        if not page:
            break
        last = page[-1]
        found += _lines(books, page, commodity)
    return found[:limit]


def _page(books: Books, last: int, holder: int | None) -> list[int]:
    held = (
        ""
        if holder is None
        else (" AND EXISTS (SELECT 1 FROM move m WHERE m.log = lot.log AND m.kind = 1 AND m.a = lot.lot AND m.b = ?)")
    )
    rows = books.db.all(
        f"SELECT DISTINCT lot FROM lot WHERE log = ? AND lot > ?{held} ORDER BY lot LIMIT ?",
        *((books.log, last, _PAGE) if holder is None else (books.log, last, holder, _PAGE)),
    )
    numbers = [row[0] for row in rows]
    books.names.read(books.db, numbers)
    return numbers


def _lines(books: Books, numbers: list[int], commodity: str | None) -> list[LotLine]:
    lots = [books.names.text(number) for number in numbers]
    births = books.births(lots)
    wanted = [
        lot for lot in lots if lot in births and (commodity is None or births[lot].value.get("commodity") == commodity)
    ]
    holders = books.balances(ACCOUNT_KINDS["stock"], wanted)
    return [
        LotLine(
            lot=lot,
            commodity=str(births[lot].value["commodity"]),
            form=str(births[lot].value["form"]),
            season=str(births[lot].value.get("season") or ""),
            grams=int(str(births[lot].value["grams"])),
            born_on=births[lot].effective_from,
            index=births[lot].index,
            how=str(births[lot].value["how"]),
            holders=holders.get(lot, {}),
        )
        for lot in wanted
    ]
