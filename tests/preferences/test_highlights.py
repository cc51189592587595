"""Finding highlight words."""

from __future__ import annotations

import pytest

from preferences.highlights import fold, words_found


@pytest.mark.parametrize(
    ("word", "text"),
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
    ],
)
def test_a_whole_word_is_found_in_any_case(word: str, text: str) -> None:
    assert words_found(text, [fold(word)]) == {fold(word)}


@pytest.mark.parametrize(
    ("word", "text"),
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
def test_part_of_a_word_code_and_addresses_are_not(word: str, text: str) -> None:
    assert words_found(text, [fold(word)]) == set()


def test_only_the_words_that_stand_in_the_text_are_returned() -> None:
    assert words_found("the build is red", ["build", "green", "red"]) == {"build", "red"}
