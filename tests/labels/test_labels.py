"""Labels: what the decoder reads in the picture is the address of the lot's page, and people can check the rest."""

from __future__ import annotations

import re
from dataclasses import replace
from io import BytesIO
from xml.etree import ElementTree

import pytest
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ledger import labels
from ledger.errors import FormatError
from ledger.labels import Label, label_of, lot_url, symbol_of
from ledger.values import CROCKFORD
from tests.api.invented import LOT, few_families, green_coffee

LABEL = label_of(green_coffee(), "https://chaski.example", "es")


def decoded(picture: Image.Image) -> str:
    found = zxingcpp.read_barcodes(picture.convert("L"))
    assert len(found) == 1
    return found[0].text


def drawn(svg: str, pixels: int = 6) -> Image.Image:
    """The picture of our SVG symbol by a slow reader of its own: dashes of a stroked path."""
    root = ElementTree.fromstring(svg)
    side = int(root.attrib["viewBox"].split()[2])
    path = next(e.attrib["d"] for e in root.iter() if e.attrib.get("stroke"))
    image = Image.new("L", (side, side), 255)
    x, y = 0.0, 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(v) for v in re.findall(r"-?\d+(?:\.\d+)?", numbers)]
        if command == "M":
            x, y = values
        elif command == "m":
            x, y = x + values[0], y + values[1]
        else:
            for column in range(int(x), int(x + values[0])):
                image.putpixel((column, int(y)), 0)
            x += values[0]
    return image.resize((side * pixels, side * pixels), Image.Resampling.NEAREST)


def test_the_picture_leads_to_the_lots_page() -> None:
    png = Image.open(BytesIO(labels.png(LABEL)))

    assert png.mode == "1"
    assert decoded(png) == decoded(drawn(labels.svg(LABEL))) == f"HTTPS://CHASKI.EXAMPLE/L/{LOT}"


@given(
    st.text(CROCKFORD, min_size=16, max_size=16),
    st.sampled_from(["https://ch.pe", "http://127.0.0.1:8000", "https://a.example/log"]),
)
def test_every_lot_is_read_back(lot: str, address: str) -> None:
    url = lot_url(address, lot)
    label = Label(url, lot, "", "", "", "", "", "en")

    assert decoded(drawn(labels.svg(label), 4)) == url


def test_a_short_domain_needs_the_smallest_symbol() -> None:
    assert symbol_of(lot_url("https://ledger.pe", LOT)).side == 25
    assert len(lot_url("https://x.pe", LOT)) <= 32


def test_the_svg_is_small() -> None:
    assert len(labels.svg(LABEL)) < 2_000


def test_capitals_only_where_they_mean_the_same() -> None:
    assert lot_url("https://ledger.example/", LOT) == f"HTTPS://LEDGER.EXAMPLE/L/{LOT}"
    assert lot_url("https://ledger.example/base", LOT) == f"https://ledger.example/base/L/{LOT}"


@pytest.mark.parametrize(
    "address", ["", "ledger.example", "ftp://ledger.example", "https://", "https://a.example/?x=1"]
)
def test_a_label_without_a_public_address_is_refused(address: str) -> None:
    with pytest.raises(FormatError, match="public-url-missing"):
        lot_url(address, LOT)


def test_a_person_can_check_the_label_against_the_sack() -> None:
    assert (LABEL.title, LABEL.groups, LABEL.amount) == ("Café verde", "9D3W 0XKZ 5T7M 2QAB", "18\u202f975 kg")
    assert (LABEL.harvest, LABEL.subtitle) == ("2026-05-20 – 06-28", "Campaña 2026")
    few = label_of(few_families(), "https://chaski.example", "en", demonstration=True)
    assert (few.title, few.subtitle, few.amount) == ("Fleece", "Alpaca fibre · Season 2025-2026", "7.125 kg")
    assert few.harvest == "2025-12-03 – 2026-01-15"
    for made in (labels.thermal(few), labels.a4([few])):
        for said in ("Fleece", "7.125 kg", "9D3W 0XKZ 5T7M 2QAC", "Juli", "INVENTED DEMONSTRATION"):
            assert said in made


def test_class_and_colour_stand_on_the_label_and_what_has_no_room_on_the_page() -> None:
    spanish = label_of(few_families(), "https://chaski.example", "es")
    english = label_of(few_families(), "https://chaski.example", "en")

    assert (LABEL.described, spanish.described) == ("", "extrafina · LF (vicuña)")
    assert english.described == "extrafina · light fawn"
    for made in (labels.thermal(spanish), labels.thermal(spanish, 80), labels.a4([spanish])):
        assert "extrafina · LF (vicuña)" in made
        assert "Huacaya" not in made


def test_words_end_above_the_number_of_the_lot_however_many_there_are() -> None:
    full = replace(label_of(few_families(), "https://chaski.example", "es", demonstration=True), district="A, B, C, D")
    places = {
        "".join(text.itertext()): float(text.attrib["y"])
        for text in ElementTree.fromstring(re.findall(r"<svg.*?</svg>", labels.a4([full]), re.DOTALL)[0]).iter()
        if text.tag.endswith("text")
    }

    number = next(y for said, y in places.items() if full.groups in said)
    assert places["C, D"] + 4 < number


def test_a_sheet_holds_ten_labels_a_page() -> None:
    assert labels.a4([LABEL] * 23).count("<svg") == 3
    assert labels.a4([LABEL] * 23).count(LABEL.amount) == 23
    assert "<script" not in labels.a4([LABEL])


@pytest.mark.parametrize("width", [62, 80])
def test_a_strip_is_as_wide_as_its_roll(width: int) -> None:
    root = ElementTree.fromstring(labels.thermal(LABEL, width))  # type: ignore[arg-type]

    assert root.attrib["width"] == f"{width}mm"


def test_text_in_a_label_stays_text_and_inside() -> None:
    nasty = Label(LABEL.url, LOT, "<b>&" + "long " * 40, "", "", "", "", "en")

    made = labels.thermal(nasty)

    ElementTree.fromstring(made)
    assert "<b>" not in made
    assert "…" in made
