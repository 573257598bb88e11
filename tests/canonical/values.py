"""Hypothesis strategies for what the ledger writes as JSON."""

from __future__ import annotations

from unicodedata import normalize

from hypothesis import strategies as st

from ledger.canonical import MAX_INTEGER, JsonValue

texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00")).map(lambda text: normalize("NFC", text))
leaves: st.SearchStrategy[JsonValue] = st.one_of(
    st.none(), st.booleans(), st.integers(-MAX_INTEGER, MAX_INTEGER), texts
)
values: st.SearchStrategy[JsonValue] = st.recursive(
    leaves,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(texts, inner, max_size=4)),
    max_leaves=20,
)
