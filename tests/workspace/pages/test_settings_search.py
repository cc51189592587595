"""The search over all settings."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories import UserFactory
from workspace.pages.settings.presentation import search

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "query",
    ["Push_show_message", "show_MESSAGE", "Show Message in Notification", "only says that there is", "privacy message"],
)
def test_a_setting_is_found_by_id_label_help_and_section(query: str) -> None:
    assert "Push_show_message" in [entry.id for entry in search(query)]


def test_all_words_must_be_there() -> None:
    assert search("message gallery chime") == []
    assert search("  ") == []


def test_the_page_leads_to_what_was_found() -> None:
    client = Client()
    client.force_login(UserFactory(roles=("admin",)))
    text = client.get(reverse("settings_index"), {"q": "gallery"}).content.decode()
    assert f"{reverse('settings_group', args=['mobile'])}#Allow_Save_Media_to_Gallery" in text
    assert "1 setting found" in text


def test_what_was_searched_for_is_shown_as_text() -> None:
    client = Client()
    client.force_login(UserFactory(roles=("admin",)))
    assert "<script>alert" not in client.get(reverse("settings_index"), {"q": "<script>alert(1)"}).content.decode()


def test_a_stranger_finds_nothing() -> None:
    assert Client().get(reverse("settings_index"), {"q": "push"}).status_code == 302
    client = Client()
    client.force_login(UserFactory())
    assert client.get(reverse("settings_index")).status_code == 302
