"""Notifications to browsers and UnifiedPush apps, from the queue to what the browser reads."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cloud.models import CloudConnection
from push.models import Answer, Attempt, Device, EndReason, State, VapidKeys
from push.providers.web_push.keys import vapid_keys_ensure, vapid_keys_renew
from push.providers.web_push.provider import SUBSCRIPTIONS_PER_USER
from push.selectors.response_texts import error_text
from push.sending.dispatching import due_dispatch
from tests.factories import UserFactory, direct_room, message_in
from tests.fakes.gateway import FakeGateway, Reply
from tests.fakes.webpush import FakePushService
from tests.push.conftest import Post, queue, settings_change, subscribe
from workspace.models import Room, User
from workspace.services.rooms import members_add
from workspace.setting_groups import licence

pytestmark = pytest.mark.django_db


@pytest.fixture
def member(room: Room) -> User:
    user: User = UserFactory(username="cleo")
    members_add(room=room, users=[user])
    return user


def test_a_browser_is_reached_without_any_gateway(push_service: FakePushService, member: User, post: Post) -> None:
    CloudConnection.objects.all().delete()
    device = subscribe(member, push_service)
    message = post("disk full")
    item = queue(member, message)
    due_dispatch()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.SENT, "")
    [delivered] = push_service.delivered
    content = delivered.content
    assert (content["title"], content["text"]) == ("#ops", "ana: disk full")
    assert content["tag"] == message.room.public_id
    assert content["url"].endswith(f"/channel/ops?msg={message.public_id}")
    assert content["payload"]["messageId"] == message.public_id
    device.refresh_from_db()
    assert device.last_accepted_at is not None


def test_phones_and_browsers_each_take_their_own_way(
    gateway: FakeGateway, push_service: FakePushService, receiver: User, post: Post
) -> None:
    subscribe(receiver, push_service)
    queue(receiver, post("disk full"))
    due_dispatch()
    assert gateway.texts == ["ana: disk full"]
    assert push_service.texts == ["ana: disk full"]


def test_messages_of_one_room_replace_each_other_and_of_two_do_not(
    push_service: FakePushService, member: User, room: Room, post: Post
) -> None:
    subscribe(member, push_service)
    other = direct_room(room.creator, member)
    for message in (post("one"), post("two"), message_in(other, room.creator, "three")):
        queue(member, message)
    due_dispatch()
    first, second, third = (one.headers["topic"] for one in push_service.delivered)
    assert first == second != third
    assert room.public_id not in first


def test_what_calls_for_somebody_wakes_the_device(push_service: FakePushService, member: User, post: Post) -> None:
    subscribe(member, push_service)
    for rule in ("mentioned", "room_all"):
        item = queue(member, post(rule))
        item.rule = rule
        item.save()
    due_dispatch()
    assert [one.headers["urgency"] for one in push_service.delivered] == ["high", "normal"]


def test_privacy_settings_hold_for_browsers_too(push_service: FakePushService, member: User, post: Post) -> None:
    settings_change(show_username_room=False, show_message=False)
    subscribe(member, push_service)
    queue(member, post("disk full"))
    due_dispatch()
    [delivered] = push_service.delivered
    assert delivered.content["text"] == "You have a new message"
    assert not {"ops", "ana", "disk"} & set(str(delivered.content).replace("/", " ").split())


def test_the_text_travels_encrypted_also_where_apple_and_google_get_the_id_only(
    gateway: FakeGateway, push_service: FakePushService, receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(licence, "_sources", [lambda: ["push-privacy"]])
    settings_change(request_content_from_server=True)
    subscribe(receiver, push_service)
    queue(receiver, post("disk full"))
    due_dispatch()
    assert gateway.texts == ["You have a new message"]
    assert push_service.texts == ["ana: disk full"]


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_has_ended_is_not_sent_to_again(
    push_service: FakePushService, member: User, post: Post, status: int
) -> None:
    device = subscribe(member, push_service)
    push_service.script(push_service.subscriptions[device.token.removeprefix(push_service.address)], Reply(status))
    item = queue(member, post())
    due_dispatch()
    item.refresh_from_db()
    device.refresh_from_db()
    assert (item.state, item.reason) == (State.DROPPED, EndReason.TOKEN_DEAD)
    assert device.disabled_at is not None
    queue(member, post())
    due_dispatch()
    assert push_service.requests == 1


def test_a_busy_push_service_is_asked_again_when_it_says(
    push_service: FakePushService, member: User, post: Post
) -> None:
    device = subscribe(member, push_service)
    subscription = push_service.subscriptions[device.token.removeprefix(push_service.address)]
    push_service.script(subscription, Reply(429, {"Retry-After": "600"}))
    item = queue(member, post())
    due_dispatch()
    item.refresh_from_db()
    assert item.state == State.RETRYING
    assert timedelta(minutes=9) < item.due_at - timezone.now() < timedelta(minutes=12)


def test_keys_are_made_once_and_kept_encrypted() -> None:
    keys = VapidKeys.objects.get()
    assert vapid_keys_ensure() == keys
    with connection.cursor() as cursor:
        cursor.execute("SELECT private_key FROM push_vapidkeys")
        [stored] = cursor.fetchone()
    assert "PRIVATE KEY" in keys.private_key
    assert "PRIVATE" not in stored


def test_with_new_keys_old_subscriptions_are_told_apart(
    push_service: FakePushService, member: User, post: Post
) -> None:
    device = subscribe(member, push_service)
    vapid_keys_renew()
    item = queue(member, post())
    due_dispatch()
    item.refresh_from_db()
    device.refresh_from_db()
    assert (item.state, item.reason) == (State.FAILED, EndReason.UNAUTHORIZED)
    assert "another key" in error_text(device)
    assert device.disabled_at is None


def test_without_readable_keys_the_reason_is_told(push_service: FakePushService, member: User, post: Post) -> None:
    subscribe(member, push_service)
    VapidKeys.objects.update(private_key="")
    item = queue(member, post())
    due_dispatch()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.FAILED, EndReason.NO_WEB_PUSH_KEYS)


def test_the_oldest_of_very_many_subscriptions_makes_room(push_service: FakePushService, member: User) -> None:
    first = subscribe(member, push_service)
    for _number in range(SUBSCRIPTIONS_PER_USER):
        subscribe(member, push_service)
    assert Device.objects.filter(user=member).count() == SUBSCRIPTIONS_PER_USER
    assert not Device.objects.filter(pk=first.pk).exists()


def test_a_subscription_whose_host_turned_private_is_refused(
    push_service: FakePushService, member: User, post: Post, settings: Any
) -> None:
    subscribe(member, push_service)
    settings.WEB_PUSH_PRIVATE_HOSTS = []
    item = queue(member, post())
    due_dispatch()
    item.refresh_from_db()
    assert (item.state, item.reason) == (State.FAILED, EndReason.REFUSED)
    assert Attempt.objects.get().answer == Answer.REFUSED
    assert push_service.requests == 0
