"""The glossary is complete in both languages and easy to search."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

GLOSSARY = (Path(__file__).resolve().parents[2] / "docs" / "glossary.md").read_text("utf-8")
SECTIONS = [
    [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section.splitlines()
        if line.startswith("|") and not line.startswith(("| word |", "| --- |"))
    ]
    for section in GLOSSARY.split("\n## ")[1:]
]
OURS = {"lot", "delivery", "producer", "plot", "herd", "facility", "custody", "certificate", "agreement"}
OURS |= {"statement", "fact", "entry", "checkpoint", "witness", "claim", "blast radius"}


def test_every_word_has_spanish_and_a_whole_sentence() -> None:
    for row in (row for section in SECTIONS for row in section):
        word, spanish, meaning = row
        assert word, row
        assert spanish, row
        assert re.fullmatch(r"[A-Z0-9].*\.", meaning), row


def test_words_stand_in_alphabetical_order_and_once() -> None:
    for section in SECTIONS:
        assert all(before[0].casefold() < after[0].casefold() for before, after in pairwise(section))
    words = [row[0] for section in SECTIONS for row in section]
    assert len(words) == len(set(words))


def test_the_words_of_the_code_are_all_there() -> None:
    assert {row[0] for section in SECTIONS for row in section} >= OURS
