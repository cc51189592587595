"""Finding highlight words."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from preferences.highlights import FOLDED_LENGTH, fold, matching_words, phrases_of
from tests.cases import for_each


@for_each(
    "word, text",
    [
        ("deploy", "deploy"),
        ("deploy", "Time to DEPLOY!"),
        ("deploy", "deploying, then (deploy)"),
        ("deploy", "re-deploy, post-deploy"),
        ("deploy", "@deploy"),
        ("straße", "STRASSE gesperrt"),
        ("STRASSE", "die Straße"),
        ("émile", "E\u0301MILE kam"),
        ("e\u0301mile", "Émile kam"),
        ("ΣΊΣΥΦΟΣ", "ο σίσυφος"),
        ("срочно", "Это СРОЧНО."),
        ("नमस्ते", "नमस्ते दुनिया"),
        ("c++", "is it C++ ?"),
        ("on call", "who is On Call today"),
        ("🚀", "ship it 🚀"),
        ("release", "see `release.py` for the release"),
        ("deploy", "今日deployする"),
        ("日本", "これは日本です"),
    ],
)
def test_a_whole_word_matches_in_any_case(word: str, text: str) -> None:
    assert matching_words(text, [fold(word)]) == {fold(word)}


@for_each(
    "word, text",
    [
        ("deploy", "deployment"),
        ("deploy", "redeploy deploys deploy_all deploy2"),
        ("deploy", ""),
        ("नमस", "नमस्ते दुनिया"),
        ("cafe", "cafe\u0301"),
        ("ship", "shipé"),
        ("release", "`release`"),
        ("release", "```\nrelease\n```"),
        ("release", "https://example.org/release"),
        ("release", "release@example.org"),
        ("example", "release@example.org"),
        ("", "anything"),
    ],
)
def test_parts_of_words_code_and_urls_do_not_match(word: str, text: str) -> None:
    assert matching_words(text, [fold(word)]) == set()


TEXTS = st.text(st.sampled_from("aé\u0301ßΣ नम日 .-_@#`🚀\n"), max_size=30)


@given(text=TEXTS)
def test_every_possible_match_is_among_the_phrases(text: str) -> None:
    folded = fold(text)
    parts = {folded[begin:end] for begin in range(len(folded)) for end in range(begin + 1, len(folded) + 1)}
    phrases = phrases_of(text, most=1_000)
    assert phrases is not None
    assert phrases >= matching_words(text, parts)


def test_phrases_are_limited_to_the_length_of_a_word() -> None:
    phrases = phrases_of("ab " * 100, most=10_000)
    assert phrases is not None
    assert max(map(len, phrases)) == FOLDED_LENGTH


def test_too_many_phrases_are_not_listed() -> None:
    assert phrases_of("one two three", most=5) is None
    assert phrases_of("one one one", most=5) is None
    assert phrases_of("one two three", most=6) == {"one", "two", "three", "one two", "two three", "one two three"}


def test_only_words_in_the_text_are_returned() -> None:
    assert matching_words("the build is red", ["build", "green", "red"]) == {"build", "red"}


# Without the dotless i, whose capital is that of another letter (Unicode 15, CaseFolding.txt).
LETTERS = st.characters(categories=["Ll", "Lu"], max_codepoint=0x52F, exclude_characters="ı")
WORDS = st.text(LETTERS, min_size=1, max_size=8)
CASES = st.sampled_from([str, str.upper, str.lower, str.title, str.casefold])


@given(
    word=WORDS, case=CASES, before=st.sampled_from(["", " ", "(", "-", "…"]), after=st.sampled_from(["", ".", "!", "-"])
)
def test_any_word_matches_in_any_case(word: str, case: Callable[[str], str], before: str, after: str) -> None:
    assert matching_words(f"{before}{case(word)}{after}", [fold(word)]) == {fold(word)}


@given(word=WORDS, letter=LETTERS)
def test_no_word_matches_inside_a_longer_one(word: str, letter: str) -> None:
    assert matching_words(f"{letter}{word} {word}{letter}", [fold(word)]) == set()
