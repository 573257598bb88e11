"""Who and what the examples speak of: an invented co-operative in San Martin, its people, plots, herds and lots.

No person, organisation, certificate or document here exists. Districts are real places; nothing told of them is.
"""

from __future__ import annotations

import base64
import hashlib

from ledger.keys import SigningKey
from tests.vectors.examples.example import thing

TEST_SEED = bytes(range(32))
"""Published on purpose: whoever signs with a key of this seed proves nothing."""

LOG = "ledger.example/log/nube-mansa"
OTHER_LOG = "ledger.example/log/puerto-garza"

# Parties
COOP = thing("Cooperativa Nube Mansa")
CENTRAL = thing("Central Tres Lagunas")
BUYER = thing("Puerto Garza Importers")
MILL = thing("Planta Piedra Lisa")
CARRIER = thing("Transportes Camino Largo")
CERTIFIER = thing("Certificadora Hoja Clara")
AUTHORITY = thing("Jefatura del Bosque Nube Mansa")
FUNDER = thing("Fundacion Arbol Quieto")
LENDER = thing("Financiera Semilla Lenta")
COMMUNITY = thing("Comunidad Pampa Callada")
GROWER_PERSON = thing("the person of producer NM-0417, as a party with a key")
COMMITTEE = thing("Comite de Turismo Nube Mansa")

# Places
ACOPIO = thing("acopio Naranjal")
STORE = thing("almacen central")
FERMENTARY = thing("fermentary Naranjal")
BOX = thing("fermentation box 3")
DRY_MILL = thing("dry mill Piedra Lisa")
PACKHOUSE = thing("packhouse Naranjal")
SORTING = thing("sorting centre Pampa Callada")
DOCK = thing("dock 4, Puerto Garza")

# People and the units they live in
GROWER = thing("producer NM-0417")
NEIGHBOUR = thing("producer NM-0418")
HEIR = thing("producer NM-0532")
COCOA_GROWER = thing("producer NM-0211")
FRUIT_GROWER = thing("producer NM-0306")
HERDER = thing("producer PC-0023")
HOUSEHOLD = thing("household H-0155")

# Land and herds
HILL = thing("plot NM-0417-1")
RIVER = thing("plot NM-0418-1")
COCOA_PLOT = thing("plot NM-0211-1")
FRUIT_PLOT = thing("plot NM-0306-1")
FOREST = thing("area Bosque Nube Mansa")
PASTURE = thing("area Pampa Callada")
HERD = thing("herd PC-0023")

# Paper
AGREEMENT = thing("agreement AC-2026-118")
FRAMEWORK_AGREEMENT = thing("agreement AC-2024-003")
CERTIFICATE = thing("certificate HC-2026-0091")
RA_CERTIFICATE = thing("certificate HC-RA-2026-0012")
INSPECTION = thing("inspection 2026-0417")

# Lots: coffee from two plots, pooled, hulled, packed; cocoa, pitahaya and fibre beside it
PARCHMENT_HILL = thing("lot parchment hill")
PARCHMENT_RIVER = thing("lot parchment river")
POOLED = thing("lot parchment pooled")
GREEN = thing("lot green main")
SECONDS = thing("lot green seconds")
HUSK = thing("lot husk")
WET_BEANS = thing("lot wet beans 211")
FERMENTING = thing("lot box 3, batch 41")
FRUIT = thing("lot fruit 306")
FLEECES = thing("lot fleeces PC-0023")
DISPATCH = thing("dispatch D-1")
HOLD = thing("hold 7")
RECALL = thing("recall 2")


def key(holder: str) -> SigningKey:
    """The test key of a holder."""
    return SigningKey.derived(TEST_SEED, holder)


def public(holder: str) -> str:
    """The public half of a holder's test key, as facts write it."""
    return _b64url(key(holder).public)


def verifier_key(origin: str, holder: str) -> str:
    """The name of a log with its Ed25519 key, as signed notes write it (c2sp.org/signed-note)."""
    typed = b"\x01" + key(holder).public
    return f"{origin}+{note_key_id(origin, holder).hex()}+{base64.b64encode(typed).decode()}"


def note_key_id(origin: str, holder: str) -> bytes:
    """The first four bytes of SHA-256 over name, line feed, type and key."""
    return hashlib.sha256(origin.encode() + b"\n\x01" + key(holder).public).digest()[:4]


def signed_checkpoint(origin: str, holder: str, size: int) -> str:
    """The last checkpoint of an older log: a note of three lines, signed by its key (c2sp.org/tlog-checkpoint)."""
    root = base64.b64encode(hashlib.sha256(f"root of {origin} at {size}".encode()).digest()).decode()
    text = f"{origin}\n{size}\n{root}\n"
    signature = note_key_id(origin, holder) + key(holder).sign(text.encode())
    return f"{text}\n— {origin} {base64.b64encode(signature).decode()}\n"


def _b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
