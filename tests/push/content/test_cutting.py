"""Shortening texts without splitting characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from push.content.cutting import ELLIPSIS, shorten

FAMILY = "👨\u200d👩\u200d👧"
FLAG = "🇩🇪"
THUMB = "👍🏽"
HEART = "❤\ufe0f"
COMBINED = "e\u0301"
ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"
HANGUL = "\u1112\u1161\u11ab"


def test_a_short_text_is_unchanged() -> None:
    assert shorten("x" * 10, 10) == "x" * 10


def test_a_long_text_ends_with_an_ellipsis_within_the_limit() -> None:
    assert shorten("x" * 11, 10) == "x" * 9 + ELLIPSIS


def test_no_space_is_left_before_the_ellipsis() -> None:
    assert shorten("hello world again", 7) == "hello" + ELLIPSIS


@pytest.mark.parametrize("character", [FAMILY, FLAG, THUMB, HEART, COMBINED, ENGLAND, HANGUL])
def test_grapheme_clusters_are_never_split(character: str) -> None:
    text = "ab" + character + "cdefghijkl"
    for limit in range(2, len(text)):
        cut = shorten(text, limit).removesuffix(ELLIPSIS)
        assert cut in {"a", "ab"} or cut.startswith("ab" + character)


def test_consecutive_flags_are_not_split() -> None:
    assert shorten(FLAG * 5, 4) == FLAG + ELLIPSIS
    assert shorten(FLAG * 5, 5) == FLAG * 2 + ELLIPSIS
    assert shorten("x" + FLAG * 5, 5) == "x" + FLAG + ELLIPSIS


def test_a_cluster_longer_than_the_limit_leaves_only_the_ellipsis() -> None:
    assert shorten("e" + "\u0301" * 500, 240) == ELLIPSIS


@pytest.mark.thorough
@given(st.text(max_size=60), st.integers(min_value=1, max_value=40))
def test_the_limit_holds_for_any_text(text: str, limit: int) -> None:
    cut = shorten(text, limit)
    assert len(cut) <= limit
    assert cut == text or text.startswith(cut.removesuffix(ELLIPSIS))
