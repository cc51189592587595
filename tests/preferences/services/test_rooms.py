"""Saving a member's preferences for one room."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from preferences.models import IgnoredSender, RoomPreferences
from preferences.services.rooms import room_preferences_save, sender_ignore
from tests.factories import RoomFactory, UserFactory
from workspace.models import Subscription

pytestmark = pytest.mark.django_db


@pytest.fixture
def subscription() -> Subscription:
    return RoomFactory(members=[UserFactory()]).subscriptions.get()


def test_only_the_given_preferences_change(subscription: Subscription) -> None:
    room_preferences_save(subscription=subscription, push="all", group_mentions_muted=True)
    room_preferences_save(subscription=subscription, push="nothing", notifications_disabled=True)
    row = RoomPreferences.objects.get()
    assert (row.subscription, row.room) == (subscription, subscription.room)
    assert (row.push, row.group_mentions_muted, row.notifications_disabled) == ("nothing", True, True)


def test_the_row_is_deleted_with_the_last_choice(subscription: Subscription) -> None:
    room_preferences_save(subscription=subscription, push="all", notifications_disabled=True)
    room_preferences_save(subscription=subscription, push="")
    assert RoomPreferences.objects.exists()
    room_preferences_save(subscription=subscription, notifications_disabled=False)
    assert not RoomPreferences.objects.exists()


def test_an_invalid_level_is_refused(subscription: Subscription) -> None:
    with pytest.raises(ValidationError):
        room_preferences_save(subscription=subscription, push="sometimes")
    assert not RoomPreferences.objects.exists()


def test_ignoring_and_unignoring_can_be_repeated(subscription: Subscription) -> None:
    sender = UserFactory()
    for _time in range(2):
        sender_ignore(subscription=subscription, sender=sender)
        assert IgnoredSender.objects.get().sender == sender
    for _time in range(2):
        sender_ignore(subscription=subscription, sender=sender, ignore=False)
        assert not IgnoredSender.objects.exists()
