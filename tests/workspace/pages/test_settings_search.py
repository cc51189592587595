"""The search for settings."""

from __future__ import annotations

import pytest

from workspace.pages.settings.presentation import search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "query",
    ["Push_show_message", "show_MESSAGE", "Show Message in Notification", "only show that there is", "privacy message"],
)
def test_a_setting_is_found_by_id_label_help_and_section(query: str) -> None:
    assert "Push_show_message" in [entry.id for entry in search(query)]


def test_all_words_must_match() -> None:
    assert search("message gallery chime") == []
    assert search("  ") == []
