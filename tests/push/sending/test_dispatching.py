"""Sending what is due, as the gateway, the devices and the queue see it."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cloud.models import CloudConnection, SetupWizardSettings
from preferences.models import AccountsSettings
from push.content.options import PushContent
from push.explain.delivery_outcomes import advice_of, end_sentence
from push.models import Answer, Attempt, Channel, Decision, Device, EndReason, Notification, PushSettings, State
from push.selectors.items import Item
from push.sending import preparing
from push.sending.claiming import users_claim
from push.sending.dispatching import claim_dispatch, due_dispatch
from push.tasks import decide
from tests.factories import (
    AccountPreferencesFactory,
    DeviceFactory,
    EmailAddressFactory,
    UserFactory,
    direct_room,
    message_in,
)
from tests.fakes.gateway import FakeGateway
from tests.push.conftest import ACCESS_TOKEN, Post, gateway_connect, queue, settings_change
from workspace.models import Message, Room, Subscription, User
from workspace.services.messages import message_delete
from workspace.services.presence import activity_report
from workspace.services.reading import room_mark_read
from workspace.services.rooms import members_add
from workspace.setting_groups import base as setting_groups

pytestmark = pytest.mark.django_db


def ending(item: Notification) -> tuple[str, str]:
    item.refresh_from_db()
    return item.state, item.reason


def test_a_due_item_is_sent_to_every_device(gateway: FakeGateway, receiver: User, device: Device, post: Post) -> None:
    other = DeviceFactory(user=receiver, type="gcm")
    item = queue(receiver, post("disk full"))
    assert due_dispatch()
    assert ending(item) == (State.SENT, "")
    assert {(one.service, one.token) for one in gateway.accepted} == {("apn", device.token), ("gcm", other.token)}
    assert gateway.accepted[0].authorization == f"Bearer {ACCESS_TOKEN}"
    assert gateway.texts == ["ana: disk full", "ana: disk full"]
    identities = {one.options["identity"] for one in gateway.accepted}
    assert len(identities) == 2
    device.refresh_from_db()
    assert device.last_accepted_at is not None


def test_nothing_is_sent_before_its_time(gateway: FakeGateway, receiver: User, post: Post) -> None:
    item = queue(receiver, post(), due_in=60)
    due_dispatch()
    assert gateway.received == []
    assert ending(item) == (State.QUEUED, "")


def test_a_due_item_brings_the_users_other_items_forward_in_order_of_creation(
    gateway: FakeGateway, receiver: User, post: Post
) -> None:
    queue(receiver, post("first"), due_in=60)
    queue(receiver, post("second"), due_in=90)
    queue(receiver, post("third"), due_in=0)
    due_dispatch()
    assert gateway.texts == ["ana: first", "ana: second", "ana: third"]


def test_items_of_many_users_are_sent_each_in_order(gateway: FakeGateway, room: Room, post: Post) -> None:
    members = UserFactory.create_batch(20)
    members_add(room=room, users=members)
    for member in members:
        DeviceFactory(user=member)
    messages = [post(f"message {number}") for number in range(3)]
    for message in messages:
        for member in members:
            queue(member, message)
    due_dispatch()
    assert len(gateway.accepted) == 60
    for member in members:
        texts = [one.options["text"] for one in gateway.accepted if one.options["userId"] == member.public_id]
        assert texts == ["ana: message 0", "ana: message 1", "ana: message 2"]
    assert set(Notification.objects.values_list("state", flat=True)) == {State.SENT}


def test_a_run_out_of_time_puts_the_rest_back(
    gateway: FakeGateway, receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue(receiver, post())
    monkeypatch.setattr("push.sending.dispatching.RUN_SECONDS", -1)
    assert not due_dispatch()
    assert Notification.objects.get().state == State.QUEUED
    monkeypatch.undo()
    assert due_dispatch()
    assert len(gateway.accepted) == 1


def test_sending_begins_while_other_messages_still_wait_for_their_decision(
    gateway: FakeGateway, receiver: User, room: Room, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("first", "second", "third"):
        Decision.objects.get_or_create(message=post(f"@{receiver.username} {text}"))
    monkeypatch.setattr("push.tasks.DECIDE_SECONDS", 0.0)
    queued: list[str] = []
    monkeypatch.setattr("push.waking.async_task", queued.append)
    decide()
    assert len(gateway.accepted) == 1
    assert Decision.objects.filter(decided_at=None).count() == 2
    assert queued.count("push.tasks.decide") == 1


# What is read again before sending.


def delete_message(message: Message, user: User) -> None:
    Message.objects.filter(pk=message.pk).update(deleted_at=timezone.now())


def leave_room(message: Message, user: User) -> None:
    Subscription.objects.filter(room=message.room, user=user).delete()


def read_room(message: Message, user: User) -> None:
    Subscription.objects.filter(room=message.room, user=user).update(last_seen_at=message.accepted_at)


def deactivate(message: Message, user: User) -> None:
    User.objects.filter(pk=user.pk).update(is_active=False)


def turn_push_off(message: Message, user: User) -> None:
    settings_change(enable=False)


def disable_devices(message: Message, user: User) -> None:
    Device.objects.filter(user=user).update(disabled_at=timezone.now())


def be_online_with_mobile_off(message: Message, user: User) -> None:
    AccountPreferencesFactory(user=user, always_display_mobile=False)
    activity_report(user=user)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (delete_message, EndReason.MESSAGE_GONE),
        (leave_room, EndReason.ACCESS_LOST),
        (read_room, EndReason.CLEARED_BY_READ),
        (deactivate, EndReason.USER_INACTIVE),
        (turn_push_off, EndReason.PUSH_DISABLED),
        (disable_devices, EndReason.NO_DEVICE),
        (be_online_with_mobile_off, EndReason.CONNECTED),
    ],
)
def test_what_changed_since_it_was_queued_drops_the_item(
    gateway: FakeGateway, receiver: User, post: Post, change: object, reason: EndReason
) -> None:
    message = post()
    item = queue(receiver, message)
    change(message, receiver)  # type: ignore[operator]
    due_dispatch()
    assert ending(item) == (State.DROPPED, reason)
    assert gateway.received == []


def test_reading_before_the_message_was_posted_drops_nothing(
    gateway: FakeGateway, receiver: User, room: Room, post: Post
) -> None:
    room_mark_read(user=receiver, room=room)
    item = queue(receiver, post())
    due_dispatch()
    assert ending(item) == (State.SENT, "")


def test_an_online_member_who_always_wants_mobile_pushes_gets_them(
    gateway: FakeGateway, receiver: User, post: Post
) -> None:
    activity_report(user=receiver)
    item = queue(receiver, post())
    due_dispatch()
    assert ending(item) == (State.SENT, "")


def test_the_workspaces_default_decides_for_members_who_chose_nothing(
    gateway: FakeGateway, receiver: User, post: Post
) -> None:
    accounts = AccountsSettings.stored()
    accounts.always_display_mobile = False
    accounts.save()
    activity_report(user=receiver)
    item = queue(receiver, post())
    due_dispatch()
    assert ending(item) == (State.DROPPED, EndReason.CONNECTED)


def test_an_away_member_is_not_connected(gateway: FakeGateway, receiver: User, post: Post) -> None:
    AccountPreferencesFactory(user=receiver, always_display_mobile=False)
    activity_report(user=receiver, at=timezone.now() - timedelta(seconds=100))
    item = queue(receiver, post())
    due_dispatch()
    assert ending(item) == (State.SENT, "")


def test_a_member_who_may_not_view_direct_messages_any_more_is_not_told_of_one(
    gateway: FakeGateway, receiver: User
) -> None:
    room = direct_room(UserFactory(), receiver)
    item = queue(receiver, message_in(room, room.creator))
    receiver.groups.clear()
    due_dispatch()
    assert ending(item) == (State.DROPPED, EndReason.ACCESS_LOST)


def test_a_direct_message_is_sent_to_who_may_view_it(gateway: FakeGateway, receiver: User) -> None:
    room = direct_room(UserFactory(username="carl"), receiver)
    item = queue(receiver, message_in(room, room.creator, "psst"))
    due_dispatch()
    assert ending(item) == (State.SENT, "")
    assert gateway.accepted[0].options["title"] == "carl"


def test_an_item_of_a_deleted_room_is_dropped(gateway: FakeGateway, receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    Notification.objects.filter(pk=item.pk).update(room=item.room_id + 1000)
    due_dispatch()
    assert ending(item) == (State.DROPPED, EndReason.ACCESS_LOST)


def test_a_message_deleted_while_an_earlier_one_is_sent_is_dropped(
    gateway: FakeGateway, receiver: User, room: Room, post: Post
) -> None:
    queue(receiver, post("first"))
    second = post("second")
    item = queue(receiver, second)
    claim = users_claim(limit=10, now=timezone.now())
    assert claim is not None
    message_delete(deleter=room.creator, message=second)
    claim_dispatch(claim=claim, end=float("inf"))
    assert gateway.texts == ["ana: first"]
    assert ending(item) == (State.DROPPED, EndReason.MESSAGE_GONE)


# The way to the devices.


def test_without_a_registration_the_item_fails_visibly(receiver: User, post: Post) -> None:
    item = queue(receiver, post())
    due_dispatch()
    assert ending(item) == (State.FAILED, EndReason.NOT_REGISTERED)


@pytest.mark.parametrize(
    ("missing", "reason", "words"),
    [
        ("register_server", EndReason.NOT_REGISTERED, "“Register Server” is off"),
        ("privacy_terms_agreed", EndReason.TERMS_NOT_AGREED, "Privacy Terms are accepted"),
        ("connection", EndReason.NOT_CONNECTED, "not connected to a cloud"),
    ],
)
def test_the_record_says_what_was_missing_for_the_gateway(
    gateway: FakeGateway, receiver: User, post: Post, missing: str, reason: EndReason, words: str
) -> None:
    if missing == "connection":
        CloudConnection.objects.all().delete()
    else:
        wizard = SetupWizardSettings.stored()
        setattr(wizard, missing, False)
        wizard.save()
    item = queue(receiver, post())
    due_dispatch()
    assert ending(item) == (State.FAILED, reason)
    gateway_connect(gateway.address)
    sentence = end_sentence(item.reason)
    assert sentence.startswith("Server notifications are misconfigured: ")
    assert words in sentence
    assert advice_of(item).startswith("An administrator can ")


def test_without_the_gateway_there_is_no_route(gateway: FakeGateway, receiver: User, post: Post) -> None:
    settings_change(enable_gateway=False)
    item = queue(receiver, post())
    due_dispatch()
    assert ending(item) == (State.FAILED, EndReason.NO_ROUTE)
    assert not Attempt.objects.exists()


def test_the_second_gateway_is_used_while_the_first_cannot_be_reached(
    gateway: FakeGateway, receiver: User, post: Post
) -> None:
    gateway_connect("http://127.0.0.1:1", gateway.address)
    item = queue(receiver, post())
    due_dispatch()
    assert ending(item) == (State.SENT, "")


# E-mail.


def test_an_email_is_sent_to_the_first_verified_address(
    receiver: User, room: Room, post: Post, mailoutbox: list[object]
) -> None:
    EmailAddressFactory(user=receiver, address="unverified@example.org", verified=False)
    EmailAddressFactory(user=receiver, address="bob@example.org")
    EmailAddressFactory(user=receiver, address="second@example.org")
    item = queue(receiver, post("disk full"), channel=Channel.EMAIL)
    due_dispatch()
    assert ending(item) == (State.SENT, "")
    [mail] = mailoutbox
    assert mail.to == ["bob@example.org"]  # type: ignore[attr-defined]
    assert "disk full" in mail.body  # type: ignore[attr-defined]
    assert Attempt.objects.get().answer == Answer.ACCEPTED


def test_an_online_member_gets_no_email(receiver: User, post: Post, mailoutbox: list[object]) -> None:
    EmailAddressFactory(user=receiver)
    activity_report(user=receiver)
    item = queue(receiver, post(), channel=Channel.EMAIL)
    due_dispatch()
    assert ending(item) == (State.DROPPED, EndReason.CONNECTED)
    assert mailoutbox == []


def test_without_a_verified_address_there_is_no_email(receiver: User, post: Post) -> None:
    item = queue(receiver, post(), channel=Channel.EMAIL)
    due_dispatch()
    assert ending(item) == (State.DROPPED, EndReason.NO_EMAIL)


def test_emails_turned_off_since_are_not_sent(receiver: User, post: Post, mailoutbox: list[object]) -> None:
    EmailAddressFactory(user=receiver)
    accounts = AccountsSettings.stored()
    accounts.allow_email = False
    accounts.save()
    item = queue(receiver, post(), channel=Channel.EMAIL)
    due_dispatch()
    assert ending(item) == (State.DROPPED, EndReason.EMAIL_DISABLED)
    assert mailoutbox == []


def test_push_and_email_of_one_message_both_go(
    gateway: FakeGateway, receiver: User, post: Post, mailoutbox: list[object]
) -> None:
    EmailAddressFactory(user=receiver)
    message = post()
    queue(receiver, message)
    queue(receiver, message, channel=Channel.EMAIL)
    due_dispatch()
    assert len(gateway.accepted) == len(mailoutbox) == 1


def test_content_that_cannot_be_built_fails_its_item_alone(
    gateway: FakeGateway, room: Room, receiver: User, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = queue(receiver, post("broken")), queue(receiver, post("sound"))
    build = preparing.PushContents.of

    def build_or_fail(contents: preparing.PushContents, item: Item) -> PushContent:
        if item.notification.pk == broken.pk:
            raise KeyError("broken")
        return build(contents, item)

    monkeypatch.setattr(preparing.PushContents, "of", build_or_fail)
    due_dispatch()
    assert ending(broken) == (State.FAILED, EndReason.NOT_BUILT)
    assert ending(sound) == (State.SENT, "")


def test_a_round_costs_few_queries_however_many_users(
    gateway: FakeGateway, room: Room, post: Post, answers_together: None, django_assert_max_num_queries: object
) -> None:
    members = UserFactory.create_batch(30)
    members_add(room=room, users=members)
    message = post()
    for member in members:
        DeviceFactory.create_batch(2, user=member)
        queue(member, message)
    PushSettings.forget_cached()
    with django_assert_max_num_queries(50):  # type: ignore[operator]
        due_dispatch()
    assert len(gateway.accepted) == 60


def test_a_batch_of_100_pushes_takes_a_fifth_of_a_query_for_each(
    gateway: FakeGateway, room: Room, post: Post, answers_together: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Settings are read once a second, and not for each batch.
    monkeypatch.setattr(setting_groups, "CACHE_SECONDS", 600.0)
    members = UserFactory.create_batch(101)
    members_add(room=room, users=members)
    message = post()
    for member in members:
        DeviceFactory(user=member)
    queue(members[0], message)
    due_dispatch()
    for member in members[1:]:
        queue(member, message)
    with CaptureQueriesContext(connection) as captured:
        claim = users_claim(limit=100, now=timezone.now())
        assert claim is not None
        claim_dispatch(claim=claim, end=time.monotonic() + 60)
    assert len(gateway.accepted) == 101
    statements = [query["sql"] for query in captured.captured_queries]
    recorded = max(place for place, sql in enumerate(statements) if sql.startswith('DELETE FROM "push_claimeditem"'))
    ignored = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")
    queries = [sql for sql in statements[: recorded + 1] if not sql.startswith(ignored)]
    assert len(queries) <= 0.2 * 100, "\n".join(queries)
