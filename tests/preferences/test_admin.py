"""Preferences on the admin pages."""

from __future__ import annotations

import pytest
from django.test import Client

from tests.admin_rows import administrator
from tests.factories import (
    AccountPreferencesFactory,
    HighlightWordFactory,
    IgnoredSenderFactory,
    RoomFactory,
    RoomPreferencesFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def test_a_members_preferences_are_shown_in_the_list_and_on_the_page(client: Client) -> None:
    client.force_login(administrator())
    membership = RoomFactory(members=[UserFactory()]).subscriptions.get()
    assert "No alerts" not in client.get("/admin/workspace/subscription/").content.decode()
    RoomPreferencesFactory(
        subscription=membership, push="nothing", notifications_disabled=True, group_mentions_muted=True
    )
    IgnoredSenderFactory(subscription=membership, sender=UserFactory(username="mallory"))
    listed = client.get("/admin/workspace/subscription/").content.decode()
    assert "No alerts" in listed
    assert "push: Nothing" in listed
    assert "@all muted" in listed
    assert "mallory" in client.get(f"/admin/workspace/subscription/{membership.pk}/change/").content.decode()


def test_an_accounts_preferences_are_shown_on_its_page(client: Client) -> None:
    client.force_login(administrator())
    user = UserFactory()
    AccountPreferencesFactory(user=user, push="mentions", always_display_mobile=False)
    HighlightWordFactory(user=user, word="zeppelin")
    html = client.get(f"/admin/workspace/user/{user.pk}/change/").content.decode()
    assert "Mentions" in html
    assert "zeppelin" in html
