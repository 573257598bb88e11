"""Every problem has words, in both languages, with a way out; and saying them never fails."""

from __future__ import annotations

import re
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Problem
from ledger.words import LANGUAGES, Language, codes, fill, nearest, say, say_all
from tests.words.source import CODE, literals, uses

NETWORK_FREE_TEXT = st.text(max_size=40)


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_the_source_uses_has_words_and_a_remedy(language: Language) -> None:
    words = codes(language)

    wordless = sorted(
        {
            f"{use.code} ({use.file}:{use.line})"
            for use in uses()
            if use.code not in words or not all(text.strip() for text in words[use.code])
        }
    )

    assert not wordless, "\n".join(wordless)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_catalogue_holds_words_for_a_code_that_nothing_uses(language: Language) -> None:
    assert sorted(set(codes(language)) - literals()) == []


def test_both_catalogues_speak_of_the_same_codes_with_the_same_values() -> None:
    english, spanish = codes("en"), codes("es")

    assert list(english) == list(spanish)
    for code, texts in english.items():
        for one, other in zip(texts, spanish[code], strict=True):
            assert placeholders(one) == placeholders(other), code


@pytest.mark.parametrize("language", LANGUAGES)
def test_words_are_whole_sentences_and_codes_are_kebab_case(language: Language) -> None:
    for code, texts in codes(language).items():
        assert CODE.fullmatch(code), code
        for text in texts:
            assert text[0].isupper() or text[0] in "{«¿0123456789" or text.startswith("chaski"), (code, text)
            assert text.endswith((".", "?", "}")), (code, text)
            assert "  " not in text, (code, text)


def test_spanish_words_are_spanish() -> None:
    """A word left in English, or Spanish typed without its accents, reads as carelessness to the clerk who meets it."""
    careless = re.compile(r"\b(the|and|with|is not|numero|codigo|mas de|despues|dia|fue|organizacion)\b", re.IGNORECASE)
    allowed = {"fue"}
    for code, texts in codes("es").items():
        for text in texts:
            found = {word.lower() for word in careless.findall(text)} - allowed
            assert not found, (code, text)


def test_a_problem_is_said_with_what_was_found_against_what_was_expected() -> None:
    problem = Problem("jws-signature-length", "/signature", found=63, expected=64)

    english, spanish = say(problem, "en"), say(problem, "es-PE")

    assert english.title == "The signature has 63 bytes instead of 64."
    assert english.detail == "/signature: The signature has 63 bytes instead of 64."
    assert spanish.title == "La firma tiene 63 bytes en vez de 64."
    assert english.remedy
    assert spanish.remedy
    assert [each.code for each in say_all([problem], "es")] == ["jws-signature-length"]


def test_details_fill_words_of_their_own() -> None:
    problem = Problem("setting-invalid", found="x", expected="1", details={"setting": "port", "source": "CHASKI_PORT"})

    assert say(problem, "en").title == "The setting port in CHASKI_PORT does not fit: found x, expected 1."


def test_a_missing_value_reads_as_a_question_mark() -> None:
    assert say(Problem("jws-signature-length"), "en").title == "The signature has ? bytes instead of ?."


def test_a_code_without_words_is_said_by_its_code() -> None:
    said = say(Problem("never-heard-of", found="7", expected=8), "es")

    assert said.title == "never-heard-of 7 (8)"
    assert said.remedy == ""


@pytest.mark.parametrize(
    ("asked", "spoken"), [("es", "es"), ("es_PE.UTF-8", "es"), ("EN-gb", "en"), ("qu", "en"), ("", "en")]
)
def test_the_nearest_language_is_spoken(asked: str, spoken: str) -> None:
    assert nearest(asked) == spoken


@given(
    code=st.sampled_from(sorted(codes("en"))),
    found=st.none() | st.integers() | NETWORK_FREE_TEXT,
    language=NETWORK_FREE_TEXT,
)
def test_saying_never_fails(code: str, found: str | int | None, language: str) -> None:
    assert say(Problem(code, found=found), language).title


@given(text=NETWORK_FREE_TEXT, value=NETWORK_FREE_TEXT)
def test_filling_never_fails_and_never_reaches_into_a_value(text: str, value: str) -> None:
    fill(text, {"found": value})

    assert fill("{found.__class__} {found[0]} {found!r} {found:>99}", {"found": "x"}) == "x x x x"
