"""Whether whoever sells, or still holds, a lot may do so under the scheme on the asked day."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from ledger.claims.certificate import CertificateRead
from ledger.claims.evidence import Marks
from ledger.claims.reasons import Reason
from ledger.claims.register import LAPSE_CODES, SchemeRegister, Served, best, harms, when_selling
from ledger.packs.pack import CommodityPack
from ledger.packs.scheme import SchemePack


class Product(NamedTuple):
    """What is sold: commodity and form, the custody model asked ("" = any), and the commodity's pack if at hand."""

    commodity: str
    form: str
    model: str = ""
    pack: CommodityPack | None = None


def seller_certified(
    party: str,
    day: str,
    marks: Marks,
    scheme: SchemePack,
    contracted: bool | None = None,
    *,
    product: Product | None = None,
    register: SchemeRegister | None = None,
) -> Served:
    """Whether a party may sell under the scheme on a day, by its best certificate as holder or seller.

    `contracted`: False asks for a new sale, True for one on a contract from before the lapse, None what becomes of
    the claim of stock produced while all was well. Without any certificate it is held: good earlier stock waits for
    its seller. With a `product` the scope must name it, or (by the pack) what it can become, and the certificate must
    allow its custody model.
    """
    register = register or SchemeRegister(marks, scheme)
    mine = register.named_by(party, "certificate-of", frozenset({"holder", "seller"}))
    options = [
        Served(
            (*paper_sells(read, day, scheme, contracted, product), *_beside_a_lapsed_one(read, mine, day)),
            (read.thing,),
        )
        for read in mine
    ]
    served = best(options)
    if served is None:
        return Served((Reason("seller-not-certified", "held", party, day),), ())
    between = _between(mine, day)
    if between is not None and all(
        r.code in ("certificate-expired", "certificate-not-yet-valid") for r in harms(served)
    ):
        # One certificate ended and the next begins later: to the scheme that is a gap, not an end.
        reasons = tuple(r for r in served.reasons if r.effect == "note")
        gap = Reason("certificate-gap", when_selling("gap", scheme, contracted), between.thing, day, between.at_index)
        return Served((*reasons, gap) if harms(served) else served.reasons, served.certificates)
    return served


def paper_sells(
    read: CertificateRead,
    day: str,
    scheme: SchemePack,
    contracted: bool | None,
    product: Product | None,
) -> Iterator[Reason]:
    """What keeps one certificate from serving its holder's and sellers' sales on a day; nothing where it serves."""
    for lapsed in read.lapses(day):
        effect = when_selling(lapsed.lapse, scheme, contracted)
        yield Reason(LAPSE_CODES[lapsed.lapse], effect, read.thing, day, lapsed.at_index)
    if product is not None and not product_in_scope(read.products, product):
        yield Reason("product-not-in-scope", "not-carried", read.thing, day, read.at_index)
    if product is not None and product.model and not read.allows(product.model):
        yield Reason("model-not-on-certificate", "not-carried", read.thing, day, read.at_index)
    contradiction = read.contradiction(day)
    if contradiction is not None:
        yield contradiction


def _beside_a_lapsed_one(read: CertificateRead, mine: Iterable[CertificateRead], day: str) -> Iterator[Reason]:
    """A holder whose certificate the body has suspended does not help itself with another one in the body's name."""
    if read.is_confirmed:
        return
    lapsed = any(
        lapse.lapse in ("suspended", "withdrawn")
        for other in mine
        if other.thing != read.thing and (other.holder, other.body) == (read.holder, read.body)
        for lapse in other.lapses(day)
    )
    if lapsed:
        yield Reason("certificate-unconfirmed", "held", read.thing, day, read.at_index)


def _between(mine: Iterable[CertificateRead], day: str) -> CertificateRead | None:
    """The next certificate, where one ended before the day and another begins after it."""
    mine = list(mine)
    over = any(max(p.last for p in read.periods) < day for read in mine)
    coming = [read for read in mine if min(p.first for p in read.periods) > day]
    return min(coming, key=lambda read: read.periods[0].first) if over and coming else None


def product_in_scope(products: Iterable[tuple[str, str]], product: Product) -> bool:
    """Whether a product is named, or is raw material of one that is (parchment of a certificate for green coffee)."""
    forms = {form for commodity, form in products if commodity == product.commodity}
    if not forms or "" in forms or product.form in forms:
        return bool(forms)
    return product.pack is not None and bool(forms & _can_become(product.pack, product.form))


def _can_become(pack: CommodityPack, form: str) -> set[str]:
    reached, waiting = {form}, [form]
    while waiting:
        current = waiting.pop()
        for process in pack.processes.values():
            for out in process.outputs_from(frozenset({current})):
                if out.kind in ("main", "second") and out.form not in reached:
                    reached.add(out.form)
                    waiting.append(out.form)
    return reached
