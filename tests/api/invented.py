"""Lots as the ledger would show them, written by hand: every thing a page can say stands in one of them."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.queries import (
    AttributeWords,
    Block,
    Claim,
    ClaimReason,
    LotClaims,
    LotView,
    OwnerClaim,
    Paper,
    ReasonTotal,
    Step,
)

LOT = "9D3W0XKZ5T7M2QAB"
FEW = "9D3W0XKZ5T7M2QAC"
COOP, BUYER = "C00PC00PC00PC00P", "B0YERB0YERB0YERB"
PRODUCER = "PRDVCERPRDVCER01"
ASKED_ON = "2026-11-20"
DIGEST = "5f" * 32


def step(index: int, kind: str, at: str, grams: int, *, missing: int = 0, refused: int = 0, **more: str) -> Step:
    return Step(
        index=index,
        statement=f"{index:064x}",
        type=f"{kind}/1",
        at=f"{at}T09:41:00-05:00",
        lot=LOT,
        how="",
        process=more.get("process", ""),
        form=more.get("form", ""),
        facility=more.get("place", ""),
        place=more.get("district", ""),
        party=COOP,
        party_name=more.get("party", "Cooperativa Valle Inventado"),
        grams=grams,
        evidence=more.get("evidence", ""),
        receiver=more.get("receiver", ""),
        refused_grams=refused,
        missing_grams=missing,
    )


def organic() -> Claim:
    """Carried by all, and a part of it sold so."""
    return Claim(
        kind="certificate",
        name="eu-organic",
        names={"es": "orgánico UE", "en": "EU organic"},
        status="carried",
        model="segregated",
        covered_grams=18_975_000,
        total_grams=18_975_000,
        outside_grams=0,
        covered_families=212,
        families=212,
        papers=(Paper("CERTCERTCERTCERT", "PE-BIO-999.123", COOP, "2026-01-01", "2026-12-31"),),
        owners=(
            OwnerClaim(BUYER, 14_210_000, "carried", "2026-08-05"),
            OwnerClaim(COOP, 4_765_000, "carried"),
        ),
    )


def fairtrade() -> Claim:
    """Held: its certificate is suspended and its successor not there; every family has a fact of its own to say so."""
    return Claim(
        kind="certificate",
        name="fairtrade",
        names={"es": "Comercio Justo", "en": "Fairtrade"},
        status="held",
        model="segregated",
        covered_grams=0,
        total_grams=18_975_000,
        outside_grams=0,
        covered_families=0,
        families=212,
        papers=(
            Paper("CERTCERTCERTCERU", "FT-0042", COOP, "2023-01-01", "2025-12-31"),
            Paper("CERTCERTCERTCERV", "FT-0043", COOP, "2026-06-01", "2026-12-31"),
        ),
        reasons=tuple(
            ClaimReason("member-suspended", "held", PRODUCER, "2026-05-30", 5_000 + number, 89_504, 1)
            for number in range(212)
        ),
        totals=(ReasonTotal("member-suspended", "held", 18_975_000, 212),),
    )


def forest() -> Claim:
    """Not carried: kept by 160 of 212 families, for every reason a page can have to tell."""
    return Claim(
        kind="conservation",
        name="forest-agreement",
        names={"es": "acuerdo de conservación del bosque", "en": "forest conservation agreement"},
        status="not-carried",
        model="segregated",
        covered_grams=14_210_000,
        total_grams=18_975_000,
        outside_grams=1_600_000,
        covered_families=160,
        families=212,
        papers=(Paper("AGREEAGREEAGREEA", "AC-2024-017", "", "2024-01-01", "2026-12-31"),),
        reasons=(
            ClaimReason("agreement-none", "not-carried", "", "2026-05-20", None, 45_000, 3),
            ClaimReason("agreement-lapsed", "held", "AGREEAGREEAGREEA", "2026-05-20", 17, 3_120_000, 34),
            ClaimReason("agreement-in-grace", "note", "AGREEAGREEAGREEA", "2026-05-20", 17, 18_000_000, 209),
            ClaimReason("harvest-days-unknown", "note", PRODUCER, "2026-06-02", 40, 1_200_000, 11),
        ),
        totals=(
            ReasonTotal("agreement-none", "not-carried", 45_000, 3),
            ReasonTotal("agreement-lapsed", "held", 3_120_000, 34),
            ReasonTotal("agreement-in-grace", "note", 18_000_000, 209),
            ReasonTotal("harvest-days-unknown", "note", 1_200_000, 11),
        ),
    )


def pasture() -> Claim:
    """Kept by two of three families, under an agreement that may be one family's own."""
    return Claim(
        kind="conservation",
        name="pasture-agreement",
        names={"es": "acuerdo de pastos", "en": "pasture agreement"},
        status="not-carried",
        model="segregated",
        covered_grams=6_000,
        total_grams=7_125,
        outside_grams=0,
        covered_families=2,
        families=3,
        papers=(Paper("AGREEAGREEAGREEB", "AP-03", "", "2025-01-07", ""),),
        reasons=(ClaimReason("agreement-joined-later", "not-carried", PRODUCER, "2025-12-03", 70, 1_125, 1),),
        totals=(ReasonTotal("agreement-joined-later", "not-carried", 1_125, 1),),
    )


def claims_of(view: LotView, at: str) -> LotClaims:
    """What the ledger answers when it is asked for a lot's claims alone."""
    return LotClaims(view.lot, at, view.size, view.grams, view.claimable, view.claims)


def green_coffee() -> LotView:
    """A container lot of 212 families: one certificate carried, one held, one agreement not carried."""
    return LotView(
        lot=LOT,
        size=10_412,
        commodity="coffee",
        commodity_names={"es": "café", "en": "coffee"},
        form="green",
        form_names={"es": "café verde", "en": "green coffee"},
        unit="g",
        season="2026",
        grams=18_975_000,
        how="transformed",
        kind="main",
        born_on="2026-07-20",
        statement=DIGEST,
        index=9_870,
        harvested_from="2026-05-20",
        harvested_to="2026-06-28",
        holders={COOP: 4_765_000, BUYER: 14_209_900},
        holder_names={COOP: "Cooperativa Valle Inventado", BUYER: "Torrefazione Inventata"},
        in_transit=100,
        families=212,
        families_shown="212",
        districts=("Pardo Miguel", "Nueva Cajamarca", "Elías Soplín Vargas"),
        untraced_grams=0,
        claims=(organic(), fairtrade(), forest()),
        claims_at=ASKED_ON,
        steps=(
            step(
                9_800,
                "lot.transformed",
                "2026-07-02",
                23_700_000,
                process="drying",
                form="dry-parchment",
                place="Planta",
            ),
            step(9_870, "lot.transformed", "2026-07-20", 18_975_000, process="hulling", form="green", place="Planta"),
            step(9_901, "lot.inspected", "2026-07-21", 18_975_000, form="green", place="Planta"),
            step(9_950, "lot.dispatched", "2026-08-03", 14_210_000, form="green", place="Puerto"),
            step(
                10_200,
                "lot.received",
                "2026-09-12",
                14_070_800,
                form="green",
                evidence="bill-of-lading",
                receiver=BUYER,
                missing=139_200,
            ),
        ),
        blocks=(),
        attributes=(),
        measures={"moisture": {"value": 112, "scale": 1, "unit": "percent"}},
        flags=(Problem("loss-unusual", effect="flag"),),
        deliveries=379,
        delivered={"dry-parchment": 24_310_500},
        owner_names={COOP: "Cooperativa Valle Inventado", BUYER: "Torrefazione Inventata"},
    )


def few_families() -> LotView:
    """A held lot of three families with a part of unknown origin."""
    return LotView(
        lot=FEW,
        size=10_412,
        commodity="alpaca-fibre",
        commodity_names={"es": "fibra de alpaca", "en": "alpaca fibre"},
        form="fleece",
        form_names={"es": "vellón", "en": "fleece"},
        unit="g",
        season="2025-2026",
        grams=7_125,
        how="transformed",
        kind="main",
        born_on="2026-03-04",
        statement="ab" * 32,
        index=77,
        harvested_from="2025-12-03",
        harvested_to="2026-01-15",
        holders={COOP: 7_125},
        holder_names={COOP: "Centro de acopio inventado"},
        in_transit=0,
        families=3,
        families_shown="fewer than 5",
        districts=("Juli",),
        untraced_grams=1_125,
        claims=(pasture(),),
        claims_at=ASKED_ON,
        steps=(step(77, "lot.transformed", "2026-03-04", 7_125, process="pooling", form="fleece", place="Juli"),),
        blocks=(
            Block("held", "R3N0V2M9X6ACD5Y8", FEW, "held"),
            Block("in-question", "R3N0V2M9X6ACD5Y9", LOT, "in-question"),
        ),
        attributes=(
            AttributeWords(
                "category",
                "extrafina",
                {"es": "categoría del vellón", "en": "fleece category"},
                {"es": "extrafina", "en": "extrafina"},
                "NTP 231.301:2022",
            ),
            AttributeWords(
                "colour",
                "light-fawn",
                {"es": "color natural", "en": "natural colour"},
                {"es": "LF (vicuña)", "en": "light fawn"},
            ),
            AttributeWords("breed", "huacaya", {"es": "raza", "en": "breed"}, {"es": "Huacaya", "en": "Huacaya"}),
        ),
        measures={},
    )
