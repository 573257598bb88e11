"""Who speaks: the right log, a registered party, a mandate, names that stand, and the log's own affairs."""

from __future__ import annotations

from ledger import canonical, keys
from ledger.log.note import KeyKind, VerifierKey
from ledger.seasons.planted import goods
from ledger.seasons.planted.planting import Planting, plant


@plant(
    "another-log",
    "fraud",
    "Una entrega firmada para el libro de otra cooperativa se presenta también aquí.",
    "A delivery signed for another co-operative's log is handed in here as well.",
    "log_is_named",
)
def another_log(p: Planting) -> None:
    elsewhere = {"log": f"otro.example/log/{p.dice.pick(('norte', 'sur', 'selva'))}"}
    body = goods.delivery_of(p, p.neighbour(), 60_000)
    p.refused(p.say(p.cast.scale, "lot.harvested", body, around=elsewhere), "statement-wrong-log")


@plant(
    "second-beginning",
    "fraud",
    "Alguien intenta volver a abrir el libro, como si nada se hubiera escrito.",
    "Somebody tries to open the log again, as if nothing had been written.",
    "log_is_open",
)
def second_beginning(p: Planting) -> None:
    key = p.valley.world.key("planted/pretender")
    body = {
        "origin": p.valley.world.origin,
        "log_key": VerifierKey(p.valley.world.origin, KeyKind.LOG, key.public).format(),
        "operator": {
            "party": p.thing("operator"),
            "name": "Otro operador (ejemplo)",
            "country": "PE",
            "key": canonical.b64url(key.public),
        },
        "node_key": canonical.b64url(p.valley.world.key("planted/pretended node").public),
        "packs": [],
        "rules_version": 1,
    }
    p.refused(p.say(p.valley.operator, "log.opened", body), "genesis-only-once")


@plant(
    "ghost-principal",
    "fraud",
    "El molino dice hablar por una organización que nadie registró.",
    "The mill says it speaks for an organisation nobody registered.",
    "stater_stands",
)
def ghost_principal(p: Planting) -> None:
    around = {"for": p.thing("ghost")}
    body = goods.delivery_of(p, p.neighbour(), 50_000)
    p.refused(p.say(p.cast.mill, "lot.harvested", body, around=around), "party-unknown", "mandate-missing")


@plant(
    "no-mandate",
    "fraud",
    "Una acopiadora da por perdido café de la cooperativa sin poder para hablar por ella.",
    "A trader writes off the co-operative's coffee without a mandate to speak for it.",
    "agent_has_mandate",
)
def no_mandate(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    loss = {"lot": lot, "grams": grams // 2, "kind": "theft"}
    p.refused(p.say(p.cast.rival, "lot.lost", loss, around={"for": p.cast.coop.id}), "mandate-missing")


@plant(
    "self-made-mandate",
    "fraud",
    "Una acopiadora se escribe ella misma el poder de la cooperativa.",
    "A trader writes itself the co-operative's mandate.",
    "mandate_is_given_by_its_principal",
)
def self_made_mandate(p: Planting) -> None:
    body = {
        "mandate": p.thing("mandate"),
        "principal": p.cast.coop.id,
        "agent": p.cast.rival.id,
        "themes": ["lot"],
        "valid_from": "2026-01-01",
    }
    p.refused(p.say(p.cast.rival, "mandate.given", body), "mandate-not-yours")


@plant(
    "delivery-restated",
    "fraud",
    "Un segundo aparato registra el mismo lote con más kilos.",
    "A second device records the same lot with more kilograms.",
    "names_stand_or_are_new",
)
def delivery_restated(p: Planting) -> None:
    body = goods.delivery_of(p, p.neighbour(), p.dice.roll(300, 500) * 100)
    p.say(p.cast.scale, "lot.harvested", body)
    more = {**body, "gross": body["gross"] + 9_000, "net": body["net"] + 9_000}
    p.refused(p.say(p.cast.second_scale, "lot.harvested", more), "lot-restated-differently")


@plant(
    "delivery-sent-twice",
    "mistake",
    "Dos tabletas sincronizan la misma entrega; la segunda sobra.",
    "Two tablets synchronise the same delivery; the second is one too many.",
    "names_stand_or_are_new",
)
def delivery_sent_twice(p: Planting) -> None:
    body = goods.delivery_of(p, p.neighbour(), p.dice.roll(300, 500) * 100)
    p.say(p.cast.scale, "lot.harvested", body)
    p.refused(p.say(p.cast.second_scale, "lot.harvested", body), "lot-already-recorded")


@plant(
    "self-registered",
    "fraud",
    "Una acopiadora registra por su cuenta una empresa de fachada.",
    "A trader registers a front company by itself.",
    "registrar_speaks",
)
def self_registered(p: Planting) -> None:
    body = {"party": p.thing("front"), "kind": "buyer", "country": "PE", "name": "Fachada (ejemplo)"}
    p.refused(p.say(p.cast.rival, "party.registered", body), "role-required")


@plant(
    "rules-of-tomorrow",
    "mistake",
    "El operador adopta una versión de las reglas que su programa aún no trae.",
    "The operator adopts a version of the rules its program does not bring yet.",
    "rules_are_known",
)
def rules_of_tomorrow(p: Planting) -> None:
    p.refused(p.say(p.valley.operator, "rules.adopted", {"version": 2}), "rules-unknown")


@plant(
    "pack-without-bytes",
    "mistake",
    "Se adopta un paquete de reglas que nadie puede leer.",
    "A pack is adopted that nobody can read.",
    "pack_bytes_are_at_hand",
)
def pack_without_bytes(p: Planting) -> None:
    digest = p.valley.world.bytes_of("planted/lost pack", 32).hex()
    body = {"kind": "commodity", "code": "coffee", "digest": digest}
    p.refused(p.say(p.valley.operator, "pack.adopted", body), "pack-bytes-missing")


@plant(
    "log-key-taken-over",
    "fraud",
    "Alguien anuncia una llave nueva del libro sin la firma de la anterior.",
    "Somebody announces a new key of the log without the signature of the old one.",
    "old_log_key_agrees",
)
def log_key_taken_over(p: Planting) -> None:
    world = p.valley.world
    key = world.key("planted/usurper")
    log_key = VerifierKey(world.origin, KeyKind.LOG, key.public).format()
    signature = canonical.b64url(key.sign(keys.rotation_message(world.origin, log_key)))
    body = {"log_key": log_key, "old_key_signature": signature}
    p.refused(p.say(p.valley.operator, "log.key-rotated", body), "log-key-not-agreed")


@plant(
    "mandated-mill",
    "honest",
    "El molino habla por la cooperativa con un poder que sí tiene.",
    "The mill speaks for the co-operative under a mandate it does hold.",
)
def mandated_mill(p: Planting) -> None:
    lot, grams = goods.delivered(p)
    body = {
        "mandate": p.thing("mandate"),
        "principal": p.cast.coop.id,
        "agent": p.cast.mill.id,
        "themes": ["lot"],
        "facilities": [p.cast.mill.place],
        "valid_from": p.day(3),
    }
    p.say(p.cast.coop, "mandate.given", body)
    made, _ = goods.pool(p, p.cast.mill, (lot, grams), around={"for": p.cast.coop.id})
    p.is_about(made)
    p.stands(made, "eu-organic", "eudr")
