"""Keys: nobody's, somebody else's, lost, and vouched for."""

from __future__ import annotations

from ledger.seasons.planted import goods
from ledger.seasons.planted.planting import Planting, plant
from ledger.seasons.planted.stated import Hand, TextOf


@plant(
    "unknown-device",
    "fraud",
    "Una balanza que nadie autorizó registra una entrega.",
    "A scale nobody authorised records a delivery.",
    "key_is_authorised",
)
def unknown_device(p: Planting) -> None:
    stranger = Hand(p.cast.coop.id, p.valley.world.key("planted/stranger"), is_device=True)
    p.refused(goods.deliver(p, p.neighbour(), by=stranger), "key-unknown")


@plant(
    "stolen-tablet",
    "fraud",
    "Después de robada, la tableta del acopio sigue registrando entregas.",
    "After it was stolen, the centre's tablet goes on recording deliveries.",
    "key_is_authorised",
)
def stolen_tablet(p: Planting) -> None:
    tablet = p.valley.device(p.cast.coop, f"stolen {p.case.id}")
    assert tablet.key is not None  # noqa: S101 - a device has one
    goods.deliver(p, p.neighbour(), by=tablet)
    p.say(p.valley.operator, "key.revoked", {"key": tablet.key.thumbprint, "reason": "stolen"})
    p.refused(goods.deliver(p, p.neighbour(), by=tablet), "key-revoked")


@plant(
    "key-for-another",
    "fraud",
    "El molino autoriza una llave a nombre de la cooperativa.",
    "The mill authorises a key in the co-operative's name.",
    "key_may_be_enrolled",
)
def key_for_another(p: Planting) -> None:
    intruder = p.valley.world.key("planted/intruder")
    body = p.valley.authorisation(p.cast.coop.id, intruder, "device")
    p.refused(p.say(p.cast.mill.own, "key.authorised", body), "key-not-yours")


@plant(
    "key-revoked-by-stranger",
    "fraud",
    "El molino da por robada la balanza de la cooperativa para callarla.",
    "The mill reports the co-operative's scale stolen, to silence it.",
    "key_is_revoked_by_its_own",
)
def key_revoked_by_stranger(p: Planting) -> None:
    scale = p.cast.scale.key
    assert scale is not None  # noqa: S101 - a device has one
    body = {"key": scale.thumbprint, "reason": "stolen"}
    p.refused(p.say(p.cast.mill.own, "key.revoked", body), "key-not-yours")


@plant(
    "vouched-for-nothing",
    "mistake",
    "La oficina responde por un registro cuya llave sigue siendo buena.",
    "The office vouches for a record whose key is still good.",
    "vouched_statement_is_sound",
)
def vouched_for_nothing(p: Planting) -> None:
    written = p.say(p.cast.second_scale, "lot.harvested", goods.delivery_of(p, p.neighbour(), 40_000), kept_back=True)
    vouched = p.say(p.cast.coop.own, "statement.vouched", {"jws": TextOf(written.id)})
    p.refused(vouched, "vouched-key-still-good")


@plant(
    "phone-lost",
    "honest",
    "Se perdió el teléfono del acopiador; la entrega se vuelve a anotar desde la boleta de papel.",
    "The collector's phone was lost; the delivery is entered again from the paper receipt.",
)
def phone_lost(p: Planting) -> None:
    phone = p.valley.device(p.cast.coop, f"lost {p.case.id}")
    assert phone.key is not None  # noqa: S101 - a device has one
    body = goods.delivery_of(p, p.neighbour(), 52_000)
    p.say(phone, "lot.harvested", body, kept_back=True)
    p.days_later(2)
    p.say(p.valley.operator, "key.revoked", {"key": phone.key.thumbprint, "reason": "lost"})
    p.say(p.cast.coop, "lot.harvested", body, around={"basis": "document"})
    p.is_about(body["lot"])
    p.stands(body["lot"], "eu-organic", "eudr")


@plant(
    "phone-found",
    "honest",
    "El teléfono perdido apareció: la oficina responde por lo que tenía guardado.",
    "The lost phone turned up: the office vouches for what it still held.",
)
def phone_found(p: Planting) -> None:
    phone = p.valley.device(p.cast.coop, f"found {p.case.id}")
    assert phone.key is not None  # noqa: S101 - a device has one
    body = goods.delivery_of(p, p.neighbour(), 47_000)
    held = p.say(phone, "lot.harvested", body, kept_back=True)
    p.days_later(5)
    p.say(p.valley.operator, "key.revoked", {"key": phone.key.thumbprint, "reason": "lost"})
    p.say(p.cast.coop.own, "statement.vouched", {"jws": TextOf(held.id)})
    p.is_about(body["lot"])
    p.stands(body["lot"], "eu-organic", "eudr")
