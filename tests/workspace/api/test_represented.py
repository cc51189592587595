"""Objects that are built in their final form are equal to what their serializers make of the same values."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from preferences.api.objects import member_subscriptions_json, subscriptions_json
from preferences.api.subscriptions import SubscriptionObject
from preferences.models import AccountPreferences, HighlightWord, IgnoredSender, RoomPreferences
from tests.factories import RoomFactory, UserFactory, direct_room, message_in
from workspace.api.base import Represented, SuccessResult
from workspace.api.objects import TimestampText
from workspace.api.rooms.objects import RoomObject, own_rooms, rooms_of
from workspace.models import Room, RoomType, Subscription, User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ana() -> User:
    """Return a user with rooms in all states."""
    ana, bob = UserFactory(username="ana", name="Ana"), UserFactory(username="bob", name="")
    AccountPreferences.objects.create(user=ana, desktop="mentions", email="all")
    HighlightWord.objects.create(user=ana, word="Ops", folded="ops")
    ops = RoomFactory(name="ops", members=[ana, bob], topic="Calls", custom_fields={"a": [1]}, join_code_digest="x")
    staff = RoomFactory(name="staff", type=RoomType.PRIVATE, members=[ana, bob], is_archived=True, is_read_only=True)
    RoomFactory(name="empty", members=[ana], is_default=True)
    message_in(ops, bob, parent=message_in(ops, ana))
    message_in(direct_room(ana, bob), bob, "@ana Hi")
    message_in(direct_room(ana), ana)
    ops.subscriptions.filter(user=bob).update(is_muted=True)
    staff.subscriptions.filter(user=bob).update(is_unmuted=True)
    own = Subscription.objects.get(user=ana, room=ops)
    Subscription.objects.filter(pk=own.pk).update(is_owner=True, is_leader=True, is_favorite=True, unread=2)
    Subscription.objects.filter(user=ana, room=staff).update(last_seen_at=timezone.now(), is_open=False)
    IgnoredSender.objects.create(subscription=own, sender=bob)
    RoomPreferences.objects.create(
        subscription=own, push="all", audio="nothing", sound="chime", desktop_duration=0, unread_alert="all"
    )
    RoomPreferences.objects.create(
        subscription=Subscription.objects.get(user=ana, room=staff), notifications_disabled=True, unread_hidden=True
    )
    return ana


def plain(values: dict[str, Any]) -> dict[str, Any]:
    """Return an object with the times themselves instead of their texts."""
    return {name: value.moment if isinstance(value, TimestampText) else value for name, value in values.items()}


def test_subscriptions(ana: User) -> None:
    objects = subscriptions_json(ana, Subscription.objects.all())
    assert len(objects) == 5
    names = set[str]()
    for values in objects:
        assert type(values) is Represented
        assert SubscriptionObject().to_representation(plain(values)) == values
        names |= values.keys()
    assert names == set(SubscriptionObject().fields)


def test_rooms(ana: User) -> None:
    objects = own_rooms(ana, None)
    assert len(objects) == 5
    names = set[str]()
    for values in objects:
        assert type(values) is Represented
        assert RoomObject().to_representation(plain(values)) == values
        names |= values.keys()
    assert names == set(RoomObject().fields)


def test_rooms_are_the_same_from_columns_and_from_model_instances(ana: User) -> None:
    loaded = Room.objects.select_related("creator").order_by("pk")
    long_ago = timezone.now().replace(year=2000)
    assert own_rooms(ana, None) == rooms_of(loaded) == own_rooms(ana, long_ago)


def test_subscriptions_are_the_same_for_one_and_for_several_users(ana: User) -> None:
    together = member_subscriptions_json(Subscription.objects.all())
    alone = {
        key: values
        for user in User.objects.all()
        for key, values in member_subscriptions_json(Subscription.objects.filter(user=user)).items()
    }
    assert together == alone
    assert len(together) == 8


def test_an_object_that_is_the_whole_response_gets_its_envelope() -> None:
    assert SuccessResult.json_of(Represented()) == {"success": True}
