"""Who is there in every planted season: organisations, devices, papers, areas, and the families nobody may accuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from ledger.seasons.calendar import day
from ledger.seasons.planted.stated import DigestOf, Hand
from ledger.seasons.planted.valley import SEASON, Family, Party, Valley

ORGANIC: Final = "eu-organic"
RAINFOREST: Final = "rainforest-alliance"
FOREST: Final = "forest-agreement"
EUDR: Final = "eudr"
EVERYTHING: Final = (ORGANIC, FOREST, EUDR)
"""What a lot of the co-operative's families carries when all is well."""

NEIGHBOURS: Final = 12
NORTHERNERS: Final = 4
LICENSED: Final = 400_000
"""Grams of green coffee the north may sell as Rainforest Alliance."""


@dataclass(slots=True)
class Cast:
    """The organisations of the season with their devices and papers."""

    coop: Party
    north: Party
    union: Party
    rival: Party
    mill: Party
    buyer: Party
    roaster: Party
    certifier: Party
    other_certifier: Party
    authority: Party
    auditor: Party
    lender: Party
    community: Party
    scale: Hand
    second_scale: Hand
    farmer: Hand
    forest: str
    commons: str
    town: str
    organic: str = ""
    rainforest: str = ""
    agreement: str = ""
    neighbours: tuple[Family, ...] = ()
    northerners: tuple[Family, ...] = ()


def cast_of(valley: Valley) -> Cast:
    """Register everybody, map the areas, record the papers, and enrol the families of the background."""
    coop = valley.with_key(valley.party("Cooperativa", "cooperative", "collection-centre"))
    north = valley.party("Norte", "cooperative", "collection-centre")
    authority = valley.party("Jefatura", "authority", role="authority")
    cast = Cast(
        coop=coop,
        north=north,
        # It holds papers and never a bean: what is tried on certificates in its name touches no lot.
        union=valley.party("Central", "cooperative"),
        rival=valley.with_key(valley.party("Acopiadora", "buyer")),
        mill=valley.with_key(valley.party("Molino", "processor", "dry-mill")),
        buyer=valley.with_key(valley.party("Importadora", "buyer", "port")),
        roaster=valley.party("Tostaduría", "buyer"),
        certifier=valley.party("Certificadora", "certifier", role="certifier"),
        other_certifier=valley.party("Sello", "certifier", role="certifier"),
        authority=authority,
        auditor=valley.party("Auditora", "certifier", role="auditor"),
        lender=valley.party("Financiera", "lender"),
        community=valley.party("Comunidad", "community"),
        scale=valley.device(coop, "scale"),
        second_scale=valley.device(coop, "second scale"),
        farmer=valley.person("farmer"),
        forest=valley.area(authority, "conservation", "forest"),
        commons=valley.area(authority, "conservation", "commons"),
        town=valley.area(authority, "production", "town"),
    )
    valley.move_to(day(1, 12))
    cast.organic = certificate(valley, cast, coop, ORGANIC)
    volume = [{"commodity": "coffee", "form": "green", "season": SEASON, "grams": LICENSED}]
    cast.rainforest = certificate(valley, cast, north, RAINFOREST, volumes=volume)
    cast.agreement = agreement(valley, cast)
    valley.move_to(day(2, 2))
    cast.neighbours = tuple(family(valley, cast) for _ in range(NEIGHBOURS))
    cast.northerners = tuple(northerner(valley, cast) for _ in range(NORTHERNERS))
    return cast


def certificate(valley: Valley, cast: Cast, holder: Party, scheme: str, **changes: Any) -> str:
    """A group certificate over coffee, with the holder's and the mill's sites; returns its id."""
    body = certificate_body(valley, cast, holder, scheme, **changes)
    valley.say(holder.office, "certificate.recorded", body)
    return str(body["certificate"])


def certificate_body(valley: Valley, cast: Cast, holder: Party, scheme: str, **changes: Any) -> dict[str, Any]:
    """What such a certificate says."""
    sites = [(holder, False), (cast.mill, True)]
    return {
        "certificate": valley.thing("certificate"),
        "scheme": scheme,
        "scheme_version": SEASON,
        "number": f"HC-{valley.dice(f'number/{len(valley.drafts)}').roll(1000, 9999)}-{len(valley.drafts)}",
        "holder": holder.id,
        "sellers": [holder.id],
        "units": [
            {"party": site.id, "facility": site.place, "activities": ["all"], "subcontractor": away}
            for site, away in sites
        ],
        "body": cast.certifier.id,
        "products": [{"commodity": "coffee"}],
        "models": ["segregated"],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        **changes,
    }


def agreement(valley: Valley, cast: Cast, **changes: Any) -> str:
    """The authority's agreement on the forest, endorsed by it; returns its id."""
    body = agreement_body(valley, cast, **changes)
    signed = valley.say(cast.coop.office, "agreement.signed", body)
    endorsed = {"statement": DigestOf(signed.id), "role": "agreement"}
    valley.say(cast.authority.office, "fact.endorsed", endorsed)
    return str(body["agreement"])


def agreement_body(valley: Valley, cast: Cast, **changes: Any) -> dict[str, Any]:
    """What such an agreement says."""
    return {
        "agreement": valley.thing("agreement"),
        "framework": FOREST,
        "level": "family",
        "code": f"AC-{len(valley.drafts)}",
        "institutions": [
            {"party": cast.authority.id, "role": "authority"},
            {"party": cast.coop.id, "role": "cooperative"},
        ],
        "areas": [cast.forest],
        "commitments": [
            {"code": "no-felling", "kind": "prohibit", "critical": True},
            {"code": "patrols", "kind": "do", "critical": False},
        ],
        "ladder": ["notice", "suspension"],
        "valid_from": "2026-01-01",
        "valid_to": "2026-12-31",
        **changes,
    }


def family(
    valley: Valley,
    cast: Cast,
    *,
    group: Party | None = None,
    organic: str | None = None,
    status: str | None = "organic",
    agreement: str | None = None,
    joined_on: str = "2026-01-10",
    region: str = "forest",
) -> Family:
    """A family of the co-operative in order: organic land, listed, signatory; "" leaves a paper out."""
    found = valley.enrol(group or cast.coop, region)
    if status:
        standing = {"plot": found.plot, "scheme": ORGANIC, "status": status, "effective_from": "2024-01-01"}
        valley.say(found.group.office, "plot.status-set", standing)
    paper = cast.organic if organic is None else organic
    if paper:
        valley.say(found.group.office, "member.status-set", listing(paper, found))
    bond = cast.agreement if agreement is None else agreement
    if bond:
        joined = {"agreement": bond, "signatory": found.producer, "joined_on": joined_on}
        valley.say(cast.coop.office, "agreement.joined", joined)
    return found


def northerner(valley: Valley, cast: Cast, *, paper: str | None = None, group: Party | None = None) -> Family:
    """A family of the north: outside every area, listed for Rainforest Alliance (or another paper, or none: "")."""
    found = valley.enrol(group or cast.north, "outside")
    chosen = cast.rainforest if paper is None else paper
    if chosen:
        valley.say(found.group.office, "member.status-set", listing(chosen, found))
    return found


def listing(paper: str, family: Family, status: str = "listed", since: str = "2026-01-01") -> dict[str, Any]:
    """A certificate lists, suspends or removes a family."""
    return {
        "certificate": paper,
        "producer": family.producer,
        "season": SEASON,
        "status": status,
        "effective_from": since,
    }
