"""The unsubscribe link."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from preferences.models import AccountPreferences, RoomPreferences
from preferences.unsubscribe_links import unsubscribe_url
from tests.factories import RoomFactory, RoomPreferencesFactory
from workspace.models import User

pytestmark = pytest.mark.django_db


def address_of(user: User) -> str:
    return unsubscribe_url(user).removeprefix(settings.SITE_URL)


def email_of(user: User) -> str:
    row = AccountPreferences.objects.filter(user=user).first()
    return row.email if row else ""


def test_the_link_in_e_mails_redirects_to_the_preferences(client: Client) -> None:
    assert client.get("/preferences/email/")["Location"] == "/account/preferences/#notifications"


def test_following_the_link_asks_for_confirmation(client: Client, ana: User) -> None:
    html = client.get(address_of(ana)).content.decode()
    assert "No more e-mails?" in html
    assert email_of(ana) == ""


def test_one_click_unsubscribes_without_a_sign_in(ana: User) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(address_of(ana), {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert email_of(ana) == "nothing"
    assert client.post(address_of(ana)).status_code == 200


def test_unsubscribing_includes_rooms_with_custom_settings(client: Client, ana: User) -> None:
    for level in ("all", "mentions", "nothing"):
        room = RoomFactory(members=[ana])
        RoomPreferencesFactory(subscription=room.subscriptions.get(user=ana), room=room, email=level, push="all")
    client.post(address_of(ana))
    assert sorted(RoomPreferences.objects.values_list("email", flat=True)) == ["", "", "nothing"]
    assert set(RoomPreferences.objects.values_list("push", flat=True)) == {"all"}


def test_a_link_without_a_valid_signature_is_not_found(client: Client, ana: User) -> None:
    wrong = address_of(ana)[:-3] + "xx/"
    for address in (wrong, f"/unsubscribe/{ana.public_id}/", "/unsubscribe/a:b/"):
        assert client.post(address).status_code == 404
    assert email_of(ana) == ""
