"""Lots as the ledger would show them, written by hand: every thing a page can say stands in one of them."""

from __future__ import annotations

from ledger.errors import Problem
from ledger.queries import AttributeWords, Block, Link, LotView, Shortfall, Step

LOT = "9D3W0XKZ5T7M2QAB"
FEW = "9D3W0XKZ5T7M2QAC"
COOP, BUYER = "C00PC00PC00PC00P", "B0YERB0YERB0YERB"
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


def green_coffee() -> LotView:
    """A container lot of 212 families, one agreement over a part, one certificate over all, one over nothing."""
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
        links=(
            Link(
                kind="agreement",
                id="AGREEAGREEAGREEA",
                code="AC-2024-017",
                name="forest-agreement",
                scheme="forest-agreement",
                valid_from="2024-01-01",
                valid_to="2026-12-31",
                covered_grams=14_210_000,
                total_grams=18_975_000,
                covered_families=160,
                families=212,
                status="partly",
                reasons=("expired", "joined-later", "harvest-days-unknown"),
                shortfalls=(
                    Shortfall("expired", 3_120_000, 34),
                    Shortfall("joined-later", 45_000, 3),
                    Shortfall("harvest-days-unknown", 1_200_000, 11),
                ),
                outside_grams=1_600_000,
            ),
            Link(
                kind="certificate",
                id="CERTCERTCERTCERT",
                code="PE-BIO-999.123",
                name="eu-organic",
                scheme="eu-organic",
                valid_from="2026-01-01",
                valid_to="2026-12-31",
                covered_grams=18_975_000,
                total_grams=18_975_000,
                covered_families=212,
                families=212,
                status="valid",
            ),
            Link(
                kind="certificate",
                id="CERTCERTCERTCERU",
                code="FT-0042",
                name="fairtrade",
                scheme="fairtrade",
                valid_from="2023-01-01",
                valid_to="2025-12-31",
                covered_grams=0,
                total_grams=18_975_000,
                covered_families=0,
                families=212,
                status="not-valid",
                reasons=("expired",),
                shortfalls=(Shortfall("expired", 18_975_000, 212),),
            ),
        ),
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
        links=(
            Link(
                kind="agreement",
                id="AGREEAGREEAGREEB",
                code="AP-03",
                name="pasture-agreement",
                scheme="",
                valid_from="2025-01-01",
                valid_to="",
                covered_grams=6_000,
                total_grams=7_125,
                covered_families=2,
                families=3,
                status="partly",
                reasons=("joined-later",),
                shortfalls=(Shortfall("joined-later", 1_125, 1),),
            ),
        ),
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
