"""Tests that run many cases at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases import for_each


def test_every_case_that_fails_is_named(tmp_path: Path) -> None:
    seen = []

    @for_each("number, word", [(1, "one"), (2, "two"), (3, "three")])
    def check(number: int, word: str, directory: Path) -> None:
        seen.append(directory)
        assert number == 2, f"Change {word}."

    with pytest.raises(AssertionError, match="2 of 3 cases fail") as failed:
        check(directory=tmp_path)
    assert seen == [tmp_path] * 3
    assert [word in str(failed.value) for word in ("Change one.", "Change two.", "Change three.")] == [
        True,
        False,
        True,
    ]


@for_each("text", ["a", "b"])
class TestOfAClass:
    def test_gets_fixtures_and_each_case(self, text: str, tmp_path: Path) -> None:
        assert text in "ab"
        assert tmp_path.is_dir()
