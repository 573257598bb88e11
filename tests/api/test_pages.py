"""The pages: the same as the JSON and nothing more, honest, light, and careful with people."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import Literal

import orjson
import pytest
from starlette.testclient import TestClient

from api.pages import formats, words
from api.pages.document import counted
from api.pages.lot import lot_html, prefers_json
from api.pages.lotcode import canonical_lot
from ledger.errors import FormatError
from ledger.queries import LotView, OwnerClaim, ReasonTotal
from ledger.words import LANGUAGES, Language
from ledger.words.reasons import reason_words
from tests.api import invented
from tests.api.stand_in import StandIn

LOT, FEW = invented.LOT, invented.FEW
HTML = {"accept": "text/html"}
JSON = {"accept": "application/json"}
EFFECTS: tuple[Literal["note", "held", "not-carried"], ...] = ("not-carried", "held", "note")


class Text(HTMLParser):
    """The words of a page, and what it loads."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.parts: list[str] = []
        self.loads: list[str] = []
        self.attributes: set[str] = set()
        self.tags: set[str] = set()
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.loads += [str(value) for name, value in attrs if name == "src" or (tag == "link" and name == "href")]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.parts)).replace("\u202f", " ")


@pytest.mark.parametrize("lot", [LOT, FEW])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_drawn_from_the_json_and_from_nothing_else(
    client: TestClient, lot: str, language: Language
) -> None:
    page = client.get(f"/L/{lot}?lang={language}", headers=HTML)
    data = client.get(f"/L/{lot}", headers=JSON)

    assert page.status_code == data.status_code == 200
    assert page.text == lot_html(orjson.loads(data.content), language)


@pytest.mark.parametrize("lot", [LOT, FEW])
def test_the_page_is_light_and_loads_nothing_from_elsewhere(client: TestClient, lot: str) -> None:
    answer = client.get(f"/L/{lot}", headers=HTML)
    page = Text(answer.text)

    assert int(answer.headers["content-length"]) < 6_000
    assert all(each.startswith("/static/") for each in page.loads)
    assert "script" not in page.tags
    assert "style" not in page.tags | page.attributes
    assert not any(name.startswith("on") for name in page.attributes)


def test_the_page_says_what_matters_in_both_languages(client: TestClient) -> None:
    english = Text(client.get(f"/L/{LOT}", headers=HTML | {"accept-language": "en"}).text).text
    spanish = Text(client.get(f"/L/{LOT}", headers=HTML | {"accept-language": "es"}).text).text

    for said in (
        "Invented demonstration",
        "green coffee",
        "9D3W 0XKZ 5T7M 2QAB",
        "18 975 kg",
        "212 families",
        "20 May – 28 June 2026",
        "Pardo Miguel, Nueva Cajamarca",
        "Worked out for 20 November 2026 from the record.",
        "EU organic The lot carries it Torrefazione Inventata · 14 210 kg · bought on 5 August 2026 · carries it",
        "The whole lot, 18 975 kg, comes from certified deliveries (212 families).",
        "Recorded validity: 1 January 2026 – 31 December 2026",
        "On hold: it cannot be sold as such yet",
        "2 certificates, each with its own validity",
        "Forest conservation agreement The lot does not carry it",
        "14 210 kg of 18 975 kg come from families that keep the agreement (160 families).",
        "What stands against it: The family has joined no agreement. fewer than 5 families",
        "What keeps it on hold: The agreement had run out and had not been renewed. 3 120 kg · 34 families",
        "1 600 kg are of land outside the areas of the agreement.",
        "24 310.5 kg · dry parchment · 379 deliveries",
        "Stated by the sender, from a bill of lading.",
        "139.2 kg were missing.",
        "Hulling of parchment",
        "Torrefazione Inventata",
        "Moisture 11.2 %",
        "Entry no. 9 870",
        "What this does not prove",
    ):
        assert said in english
    for said in (
        "Demostración inventada",
        "café verde",
        "212 familias",
        "20 de mayo – 28 de junio de 2026",
        "Calculado para el 20 de noviembre de 2026",
        "Orgánico UE El lote lo lleva Torrefazione Inventata · 14 210 kg · comprado el 5 de agosto de 2026 · lo lleva",
        "Todo el lote, 18 975 kg, viene de entregas certificadas (212 familias).",
        "En espera: todavía no puede venderse así",
        "Lo impide: La familia no está en ningún acuerdo. menos de 5 familias",
        "Según el remitente, por conocimiento de embarque.",
        "Faltaron 139.2 kg.",
    ):
        assert said in spanish


def test_a_lot_is_described_in_the_words_of_its_pack_with_the_norm(client: TestClient) -> None:
    """A class is worth what its norm says: its name meant another fineness in an earlier norm."""
    english = Text(client.get(f"/L/{FEW}?lang=en", headers=HTML).text).text
    spanish = Text(client.get(f"/L/{FEW}?lang=es", headers=HTML).text).text
    category, colour, _ = client.get(f"/L/{FEW}", headers=JSON).json()["attributes"]

    assert "Fleece category extrafina NTP 231.301:2022" in english
    assert "Natural colour light fawn" in english
    assert "Categoría del vellón extrafina NTP 231.301:2022" in spanish
    assert "Color natural LF (vicuña)" in spanish
    assert (category["code"], category["value"], category["norm"]) == ("category", "extrafina", "NTP 231.301:2022")
    assert (colour["names"]["es"], colour["value_names"]["en"]) == ("color natural", "light fawn")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", [f"/L/{LOT}", f"/L/{FEW}", "/"])
def test_no_page_promises_what_nobody_can(client: TestClient, path: str, language: Language) -> None:
    text = client.get(path, headers=HTML | {"accept-language": language}).text.lower()

    for word in ("eudr compliant", "guarantee", "garantiza", "cumple con la eudr", "blockchain"):
        assert word not in text


def test_few_families_are_neither_counted_nor_told_apart(client: TestClient) -> None:
    data = client.get(f"/L/{FEW}", headers=JSON).json()
    text = Text(client.get(f"/L/{FEW}?lang=en", headers=HTML).text).text

    assert data["families"] == {"count": None, "fewer_than": 5}
    assert data["claims"][0]["covered_families"]["count"] is None
    assert "fewer than 5" in text
    assert "3 families" not in text


def test_a_lot_of_few_families_tells_no_place_no_day_of_theirs_and_no_share(client: TestClient) -> None:
    """Days, district and kilograms together would lead whoever knows the village to the family."""
    answer = client.get(f"/L/{FEW}", headers=JSON)
    data, english = answer.json(), Text(client.get(f"/L/{FEW}?lang=en", headers=HTML).text).text
    spanish = Text(client.get(f"/L/{FEW}?lang=es", headers=HTML).text).text

    assert data["withheld"] == ["districts", "places", "days", "shares"]
    for hidden in ("Juli", "2025-12-03", "2026-01-15", "2026-03-04", "AP-03", "2025-01-07"):
        assert hidden not in answer.text
    assert (data["districts"], data["product"]["born_on"]) == ([], "")
    assert data["harvest"] == {"from": "", "to": ""}
    assert (data["claims"][0]["covered"], data["claims"][0]["outside"]) == (None, None)
    assert data["claims"][0]["reasons"] == [
        {
            "code": "agreement-joined-later",
            "effect": "not-carried",
            "amount": None,
            "families": {"count": None, "fewer_than": 5},
        }
    ]
    assert [data["claims"][0][each] for each in ("number", "valid_from", "valid_to")] == ["", "", ""]
    assert all(step["places"] == [] for step in data["journey"])
    assert "Shorn 2025-2026 season From Not shown" in english.replace("not shown", "Not shown")
    assert "These are fewer than 5 families: so that nobody recognises them" in english
    assert "Son menos de 5 familias: para que nadie las reconozca" in spanish
    assert client.get(f"/L/{LOT}", headers=JSON).json()["withheld"] == []


def test_the_day_of_a_single_delivery_is_not_told(client: TestClient, stand_in: StandIn) -> None:
    delivered = invented.step(77, "lot.harvested", "2026-03-04", 7_125, form="fleece", place="Acopio", district="Juli")
    stand_in.views[FEW] = replace(stand_in.views[FEW], how="harvested", families=1, steps=(delivered,))

    answer = client.get(f"/L/{FEW}", headers=JSON)

    assert "2026-03-04" not in answer.text
    assert [(step["kind"], step["from"], step["amount"]) for step in answer.json()["journey"]] == [
        ("lot.harvested", "", 7_125)
    ]


def test_a_by_product_says_that_it_carries_nothing(client: TestClient, stand_in: StandIn) -> None:
    view = stand_in.views[LOT]
    stand_in.views[LOT] = replace(view, form="husk", kind="by-product", claimable=False, claims=())

    data = client.get(f"/L/{LOT}", headers=JSON).json()
    english = Text(client.get(f"/L/{LOT}?lang=en", headers=HTML).text).text
    spanish = Text(client.get(f"/L/{LOT}?lang=es", headers=HTML).text).text

    assert (data["product"]["kind"], data["product"]["claimable"], data["claims"]) == ("by-product", False, [])
    assert "By-product: carries no agreements or certificates." in english
    assert "Subproducto: no lleva acuerdos ni certificados." in spanish
    assert "No agreement or certificate is linked" not in english


def test_several_agreements_together_show_no_common_span_of_days(client: TestClient, stand_in: StandIn) -> None:
    """From the first beginning to the last end nothing seems to have expired, while some of them had."""
    view = stand_in.views[LOT]
    papers = invented.forest().papers
    six, three = (replace(invented.forest(), papers=papers * count) for count in (6, 3))
    stand_in.views[LOT] = replace(view, claims=(six, three))

    many, few = client.get(f"/L/{LOT}", headers=JSON).json()["claims"]
    text = Text(client.get(f"/L/{LOT}?lang=en", headers=HTML).text).text

    assert (many["together"], many["number"], many["valid_from"], many["valid_to"]) == (6, "", "", "")
    assert (few["together"], few["several"]) == (None, True)
    assert "6 agreements, each with its own validity" in text
    assert "Several agreements, each with its own validity" in text
    assert "Recorded validity" not in text


def test_an_agreement_of_one_family_in_a_large_lot_is_not_told_by_its_number(
    client: TestClient, stand_in: StandIn
) -> None:
    alone = replace(invented.forest(), covered_families=1, covered_grams=90_000)
    stand_in.views[LOT] = replace(stand_in.views[LOT], claims=(alone,))

    answer = client.get(f"/L/{LOT}", headers=JSON)

    assert "AC-2024-017" not in answer.text
    assert "2024-01-01" not in answer.text


def test_one_line_stands_for_all_facts_of_a_reason(client: TestClient, stand_in: StandIn) -> None:
    """Each of 212 families was suspended by a fact of its own; one by one they would be told apart."""
    stand_in.views[LOT] = replace(stand_in.views[LOT], claims=(invented.fairtrade(),))

    claim = client.get(f"/L/{LOT}", headers=JSON).json()["claims"][0]
    text = Text(client.get(f"/L/{LOT}?lang=en", headers=HTML).text).text

    assert len(claim["reasons"]) == text.count("The family was suspended on the certificate.") == 1
    assert claim["reasons"][0]["families"] == {"count": 212, "fewer_than": None}
    assert "The family was suspended on the certificate. the whole lot" in text


def test_a_reason_with_two_effects_is_told_with_the_worse_unless_the_milder_reaches_further(
    client: TestClient, stand_in: StandIn
) -> None:
    everything, a_part = 18_975_000, 9_000_000
    totals = (
        ReasonTotal("certificate-expired", "not-carried", everything, 212),
        ReasonTotal("member-suspended", "not-carried", a_part, 100),
        ReasonTotal("certificate-expired", "held", everything, 212),
        ReasonTotal("member-suspended", "held", everything, 212),
    )
    stand_in.views[LOT] = replace(stand_in.views[LOT], claims=(replace(invented.fairtrade(), totals=totals),))

    reasons = client.get(f"/L/{LOT}", headers=JSON).json()["claims"][0]["reasons"]

    assert [(each["code"], each["effect"]) for each in reasons] == [
        ("certificate-expired", "not-carried"),
        ("member-suspended", "not-carried"),
        ("member-suspended", "held"),
    ]


def test_a_reason_that_concerns_nearly_all_does_not_count_out_the_others(client: TestClient) -> None:
    text = Text(client.get(f"/L/{LOT}?lang=en", headers=HTML).text).text

    assert "was in its days of grace. 18 000 kg · nearly all families" in text
    assert "209 families" not in text


def test_what_sold_grams_carry_is_told_by_owner_without_the_day_for_few_families(
    client: TestClient, stand_in: StandIn
) -> None:
    owners = (OwnerClaim(invented.BUYER, 7_125, "held", "2026-03-09"),)
    view = stand_in.views[FEW]
    stand_in.views[FEW] = replace(
        view,
        claims=(replace(invented.organic(), owners=owners, families=3),),
        owner_names={invented.BUYER: "Hilandería"},
    )

    answer = client.get(f"/L/{FEW}", headers=JSON)
    text = Text(client.get(f"/L/{FEW}?lang=en", headers=HTML).text).text

    assert "2026-03-09" not in answer.text
    assert "Hilandería · 7.125 kg · bought · on hold" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_and_reason_is_said_in_words(client: TestClient, stand_in: StandIn, language: Language) -> None:
    """Colour and picture are never the only sign; a code stands only where there are no words."""
    reach = dict(zip(EFFECTS, (9_000, 10_000, 11_000), strict=True))
    totals = tuple(ReasonTotal(code, effect, reach[effect], 9) for code in reason_words() for effect in EFFECTS)
    for kind in ("certificate", "conservation", "eudr"):
        for status in ("carried", "held", "not-carried"):
            claim = replace(invented.organic(), kind=kind, status=status, totals=totals, owners=())
            stand_in.views[LOT] = replace(stand_in.views[LOT], claims=(claim,))
            text = Text(client.get(f"/L/{LOT}?lang={language}", headers=HTML).text).text
            own, common = f"status.{status}.{kind}", f"status.{status}"
            assert words.word_or(language, own, words.word(language, common)) in text
            for effect in EFFECTS:
                assert words.word(language, f"why.{effect}") in text
            for code, said in reason_words().items():
                assert said[language] in text
                assert f" {code} " not in text


@pytest.mark.parametrize(("covered", "bars"), [(0, 0), (9_000_000, 1), (18_975_000, 0)])
def test_a_bar_stands_only_where_it_says_something(
    client: TestClient, stand_in: StandIn, covered: int, bars: int
) -> None:
    claim = replace(invented.forest(), covered_grams=covered)
    stand_in.views[LOT] = replace(stand_in.views[LOT], claims=(claim,))

    assert client.get(f"/L/{LOT}", headers=HTML).text.count('class="bar"') == bars


def test_a_lot_of_which_one_owner_holds_a_better_part_says_so(client: TestClient, stand_in: StandIn) -> None:
    bought, own = invented.organic().owners
    owners = (bought, replace(own, status="held"))
    claim = replace(invented.organic(), status="held", owners=owners)
    stand_in.views[LOT] = replace(stand_in.views[LOT], claims=(claim,))

    text = Text(client.get(f"/L/{LOT}?lang=en", headers=HTML).text).text

    assert "A part of the lot is on hold" in text
    assert "Cooperativa Valle Inventado · 4 765 kg · on hold" in text


def test_a_blended_lot_tells_its_share(client: TestClient, stand_in: StandIn) -> None:
    claim = replace(invented.organic(), model="controlled-blending", share_permille=755, covered_grams=14_335_000)
    stand_in.views[LOT] = replace(stand_in.views[LOT], claims=(claim,))

    assert "75.5 % of the lot is certified" in Text(client.get(f"/L/{LOT}?lang=en", headers=HTML).text).text


@pytest.mark.parametrize(
    ("evidence", "receiver", "said"),
    [
        ("weighed", invented.COOP, "Stated by the receiver, weighed on arrival."),
        ("bill-of-lading", invented.BUYER, "Stated by the sender, from a bill of lading."),
        ("told", invented.BUYER, "Stated by the sender, by word of mouth."),
    ],
)
def test_a_receipt_says_who_stated_it_on_what_evidence_and_what_did_not_arrive(
    client: TestClient, stand_in: StandIn, evidence: str, receiver: str, said: str
) -> None:
    arrived = invented.step(
        99, "lot.received", "2026-09-12", 900, evidence=evidence, receiver=receiver, missing=40, refused=60
    )
    stand_in.views[LOT] = replace(stand_in.views[LOT], steps=(arrived,))

    step = client.get(f"/L/{LOT}", headers=JSON).json()["journey"][-1]
    text = Text(client.get(f"/L/{LOT}?lang=en", headers=HTML).text).text

    assert (step["evidence"], step["by_sender"]) == (evidence, receiver != invented.COOP)
    assert (step["amount"], step["missing"], step["refused"]) == (900, 40, 60)
    for each in (said, "0.04 kg were missing.", "Refused: 0.06 kg."):
        assert each in text


@pytest.mark.parametrize(
    ("families", "shown"), [(0, (0, None)), (1, (None, 5)), (4, (None, 5)), (5, (5, None)), (212, (212, None))]
)
def test_families_are_counted_from_five_on(families: int, shown: tuple[int | None, int | None]) -> None:
    assert tuple(counted(families).values()) == shown


@pytest.mark.parametrize(
    ("covered", "count"), [(212, 212), (211, None), (208, None), (207, 207), (5, 5), (4, None), (0, 0)]
)
def test_those_left_out_are_not_counted_out_either(
    client: TestClient, stand_in: StandIn, covered: int, count: int | None
) -> None:
    view = stand_in.views[LOT]
    stand_in.views[LOT] = replace(view, claims=(replace(invented.forest(), covered_families=covered),))

    data = client.get(f"/L/{LOT}", headers=JSON).json()

    assert data["claims"][0]["covered_families"]["count"] == count


def test_deliveries_are_told_together_and_few_ones_without_number_place_or_entry(
    client: TestClient, stand_in: StandIn
) -> None:
    few = [invented.step(70 + n, "lot.harvested", "2026-01-15", 3_000, place="Pasiri") for n in range(2)]
    many = [
        invented.step(80 + n, "lot.harvested", f"2026-01-{n + 1:02d}", 3_000, place=f"Acopio {n % 2}") for n in range(9)
    ]
    view = stand_in.views[LOT]

    def told(steps: list[object]) -> dict[str, object]:
        stand_in.views[LOT] = replace(view, steps=tuple(steps))  # type: ignore[arg-type]
        journey = client.get(f"/L/{LOT}", headers=JSON).json()["journey"]
        return next(item for item in journey if item["kind"] == "lot.harvested")

    alone, together = told(list(few)), told(list(many))

    assert (alone["count"], alone["fewer_than"], alone["places"], alone["entries"]) == (None, 5, [], None)
    assert alone["statement"] is None
    assert (together["count"], together["amount"], together["places"]) == (9, 27_000, ["Acopio 0", "Acopio 1"])


def test_blocks_come_before_everything_else(client: TestClient) -> None:
    text = Text(client.get(f"/L/{FEW}?lang=en", headers=HTML).text).text

    assert text.index("Held") < text.index("7.125 kg")
    assert text.index("In question") < text.index("7.125 kg")
    assert "1.125 kg of 7.125 kg have no recorded origin" in text


def test_a_lot_of_before_says_so_and_leads_back(client: TestClient) -> None:
    answer = client.get(f"/L/{LOT}?size=9000&lang=en", headers=HTML)

    assert "when the log held 9 000 entries" in Text(answer.text).text
    assert f"/L/{LOT}?size=9000&amp;lang=es" in answer.text or f"/L/{LOT}?size=9000&lang=es" in answer.text


@pytest.mark.parametrize("typed", [LOT.lower(), "9D3W-OXKZ-5T7M-2QAB", "9d3w 0xkz 5t7m 2qab"])
def test_every_way_to_type_a_code_leads_to_its_one_address(client: TestClient, typed: str) -> None:
    answer = client.get(f"/L/{typed}?lang=en", follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (308, f"/L/{LOT}?lang=en")


def test_crockfords_lookalikes_are_read_as_digits() -> None:
    assert canonical_lot("oOiIlL00000000-00") == "0011110000000000"
    for wrong in ("", "U" * 16, LOT[:-1], LOT + "0", "9D3W0XKZ5T7M2QÁB", "x" * 100, "../../../../etc"):
        with pytest.raises(FormatError):
            canonical_lot(wrong)


@pytest.mark.parametrize(("path", "status"), [("/L/ABC", 400), ("/L/9D3W0XKZ5T7M2QZZ", 404), (f"/L/{LOT}?size=x", 400)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_not_there_gets_an_honest_page_and_never_200(
    client: TestClient, path: str, status: int, language: Language
) -> None:
    page = client.get(path, headers=HTML | {"accept-language": language})
    data = client.get(path, headers=JSON)

    assert page.status_code == data.status_code == status
    assert words.word(language, f"nolot.{status}") in page.text
    assert data.headers["content-type"] == "application/problem+json"


def test_an_unchanged_page_is_not_sent_twice(client: TestClient, stand_in: StandIn) -> None:
    first = client.get(f"/L/{LOT}", headers=HTML | {"accept-language": "es"})
    known = HTML | {"if-none-match": first.headers["etag"]}

    assert client.get(f"/L/{LOT}", headers=known | {"accept-language": "es"}).status_code == 304
    assert client.get(f"/L/{LOT}", headers=known | {"accept-language": "en"}).status_code == 200
    assert client.get(f"/L/{LOT}", headers=known | JSON).status_code == 200
    stand_in.views[LOT] = replace(stand_in.views[LOT], grams=1)
    assert client.get(f"/L/{LOT}", headers=known | {"accept-language": "es"}).status_code == 200


def test_markup_in_data_stays_text(client: TestClient, stand_in: StandIn) -> None:
    view: LotView = stand_in.views[LOT]
    nasty = '"><script>alert(1)</script>'
    stand_in.views[LOT] = replace(view, districts=(nasty,), holder_names=dict.fromkeys(view.holders, nasty))

    assert "<script" not in client.get(f"/L/{LOT}", headers=HTML).text


def test_both_languages_have_the_same_words() -> None:
    assert words.catalogue("es").keys() == words.catalogue("en").keys()
    for key, spanish in words.catalogue("es").items():
        english = words.catalogue("en")[key]
        assert sorted(re.findall(r"{\w+}", spanish)) == sorted(re.findall(r"{\w+}", english)), key


@pytest.mark.parametrize(
    ("accept", "json"),
    [
        ("application/json", True),
        ("text/html,application/xhtml+xml,*/*;q=0.8", False),
        ("*/*", False),
        ("", False),
        ("text/html;q=0.5, application/json", True),
        ("application/json;q=0.5, text/html", False),
        ("application/json;q=x", False),
    ],
)
def test_json_is_given_to_who_prefers_it(accept: str, json: bool) -> None:
    assert prefers_json(accept) is json


def test_amounts_and_days_read_the_same_in_both_languages() -> None:
    assert formats.amount(18_975_000, "g", "es") == "18\u202f975\u00a0kg"
    assert formats.amount(225_150, "g", "en") == "225.15\u00a0kg"
    assert formats.amount(1, "g", "en") == "0.001\u00a0kg"
    assert formats.amount(100_000, "g", "en") == "100\u00a0kg"
    assert formats.amount(350, "ml", "es") == "0.35\u00a0L"
    assert formats.amount(1, "piece", "es") == "1\u00a0pieza"
    assert formats.amount(24, "piece", "en") == "24\u00a0pieces"
    assert formats.days("2026-06-01", "2026-06-28", "en") == "1–28 June 2026"
    assert formats.days("2025-12-03", "2026-01-15", "es") == "3 de diciembre de 2025 – 15 de enero de 2026"
    assert formats.days("2026-06-01", "2026-06-01", "es") == "1 de junio de 2026"
    assert formats.days("", "", "es") == ""
    assert formats.moment_here("2026-08-05T01:30:00.000Z", "es") == "4 de agosto de 2026, 20:30 (hora del Perú)"
    assert formats.moment_here("2026-08-05T01:30:00.000Z", "en") == "4 August 2026, 20:30 (Peru time)"


def test_the_front_page_shows_how_to_check_the_log(client: TestClient) -> None:
    page = Text(client.get("/?lang=en").text).text

    assert "Operador Inventado" in page
    assert "chaski.example/log/demo+f6f28702+" in page
    assert "10 412" in page
    assert "Signed checkpoint" in page


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        (LOT, f"/L/{LOT}"),
        ("9d3w-0xkz 5t7m 2qab", "/L/9d3w0xkz5t7m2qab"),
        ("", "/"),
        ("//evil.example/ñ", "/L/evilexample"),
    ],
)
def test_the_front_page_finds_a_lot_by_the_code_typed_in(client: TestClient, typed: str, leads_to: str) -> None:
    answer = client.get("/L", params={"lot": typed}, follow_redirects=False)

    assert (answer.status_code, answer.headers["location"]) == (303, leads_to)
    assert 'action="/L"' in client.get("/").text


def test_lots_are_listed_by_a_demonstration_alone(client: TestClient, stand_in: StandIn) -> None:
    assert f"/L/{LOT}" in client.get("/").text
    stand_in.is_demo = False
    assert f"/L/{LOT}" not in client.get("/").text
