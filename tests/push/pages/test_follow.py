"""The page that follows one notification."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from push.explain.timeline import duration_text
from push.models import Answer, Attempt, Channel, Decision, Device, Notification, ShownRoom, State
from push.services.fanout import pending_decide
from tests.admin_rows import staff
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message, Subscription, User

pytestmark = pytest.mark.django_db

REQUEST, TRACE, CLAIM = "a-request-of-a-proxy", "ab" * 16, "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def bob() -> User:
    return UserFactory(username="bob", name="Bob Meier", time_zone="Asia/Tokyo")


@pytest.fixture
def device(bob: User) -> Device:
    return DeviceFactory(user=bob, name="Bob's phone")


@pytest.fixture
def message(bob: User, device: Device) -> Message:
    message = message_in(
        RoomFactory(members=[bob], name="stage"), UserFactory(name="Ana Silva"), "@bob the secret text"
    )
    pending_decide()
    Decision.objects.update(request_id=REQUEST, trace_id=TRACE)
    return message


@pytest.fixture
def notification(message: Message) -> Notification:
    return Notification.objects.get(message=message, channel=Channel.PUSH)


@pytest.fixture
def attempt(notification: Notification, device: Device) -> Attempt:
    """A first attempt that failed, and a second one that the device has confirmed."""
    queued = notification.created_at
    values = {"notification": notification, "device": device, "route": "gateway", "claimed_by": CLAIM}
    Attempt.objects.create(
        **values,
        answer=Answer.RETRY,
        status=503,
        started_at=queued + timedelta(seconds=1),
        finished_at=queued + timedelta(seconds=1.34),
        retry_at=queued + timedelta(seconds=61),
    )
    sent_at = queued + timedelta(seconds=62)
    attempt: Attempt = Attempt.objects.create(
        **values,
        number=2,
        answer=Answer.ACCEPTED,
        status=200,
        started_at=sent_at,
        finished_at=sent_at + timedelta(seconds=0.05),
        received_at=sent_at + timedelta(seconds=2),
    )
    Notification.objects.filter(pk=notification.pk).update(state=State.SENT, finished_at=attempt.finished_at)
    Subscription.objects.filter(user=notification.user, room=notification.room).update(
        last_seen_at=sent_at + timedelta(minutes=5)
    )
    return attempt


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(UserFactory(username="ada", roles=("admin",), time_zone="Asia/Tokyo"))
    return client


def page(client: Client, **query: Any) -> str:
    response = client.get(reverse("follow"), query)
    assert response.status_code == 200
    return response.content.decode()


def stages(html: str) -> list[str]:
    return re.findall(r"<p><strong>([^<]+)</strong>", html)


def test_all_steps_are_shown_in_order_with_ids_and_durations(
    admin: Client, notification: Notification, attempt: Attempt
) -> None:
    html = page(admin, kind="notification", id=notification.pk)
    expected = [
        "Posted",
        "Decided",
        "Queued",
        "Attempt",
        "Answer",
        "Attempt",
        "Answer",
        "Outcome",
        "Received",
        "Room read",
    ]
    assert stages(html) == expected
    ids = {"message": notification.message.public_id, "request": REQUEST, "trace": TRACE, "claim": CLAIM}
    ids |= {"notification": str(notification.pk), "attempt": str(attempt.pk)}
    assert [name for name, value in ids.items() if f"<code>{name}={value}</code>" not in html] == []
    assert "+ 340 ms" in html
    assert "HTTP 503" in html
    assert "1:01 min" in html
    assert "Bob&#x27;s phone confirmed the push." in html
    # In the reader's zone.
    local = timezone.localtime(attempt.started_at, timezone.zoneinfo.ZoneInfo("Asia/Tokyo"))
    assert f"<b>{local:%H:%M:%S}." in html
    assert "Asia/Tokyo" in html


def test_no_text_of_the_message_is_shown(admin: Client, notification: Notification, attempt: Attempt) -> None:
    for query in ({"kind": "notification", "id": notification.pk}, {"id": REQUEST}):
        assert "the secret text" not in page(admin, **query)


def test_every_id_leads_there(admin: Client, notification: Notification, attempt: Attempt) -> None:
    for number, kind in ((notification.pk, "notification"), (attempt.pk, "attempt")):
        html = page(admin, kind=kind, id=number)
        assert f"Notification {notification.pk}</a>" in html
        assert ('aria-current="step"' in html) == (kind == "attempt")
    for text in (notification.message.public_id, REQUEST, TRACE):
        html = page(admin, id=text)
        assert f"?kind=notification&amp;id={notification.pk}" in html
        assert stages(html) == ["Posted", "Decided"]


def test_the_notifications_of_a_message_can_be_limited_to_a_person(admin: Client, message: Message) -> None:
    assert "Bob Meier" in page(admin, kind="message", id=message.public_id, user="@bob")
    assert "No notifications" in page(admin, kind="message", id=message.public_id, user="nobody")


def test_old_rows_without_ids_and_decision_are_shown(
    admin: Client, notification: Notification, attempt: Attempt
) -> None:
    Decision.objects.all().delete()
    html = page(admin, kind="notification", id=notification.pk)
    assert stages(html)[:3] == ["Posted", "Decided", "Queued"]
    assert "request=" not in html
    assert "has been deleted" in page(admin, kind="message", id=notification.message.public_id)


def test_what_devices_still_show_is_listed(admin: Client, notification: Notification, device: Device) -> None:
    shown = ShownRoom.objects.create(device=device, room=notification.room)
    assert "They are removed when the member reads it." in page(admin, kind="notification", id=notification.pk)
    ShownRoom.objects.filter(pk=shown.pk).update(read_at=timezone.now())
    assert "are being removed" in page(admin, kind="notification", id=notification.pk)


def test_a_waiting_notification_ends_with_what_it_waits_for(admin: Client, notification: Notification) -> None:
    assert stages(page(admin, kind="notification", id=notification.pk))[-1] == "Waiting"


@pytest.mark.parametrize("text", ["", "nothing", "9" * 30, "٣", "<script>", "-1"])
def test_an_unknown_id_finds_nothing(admin: Client, text: str) -> None:
    html = page(admin, id=text)
    assert not stages(html)
    assert "<script>" not in html.replace("<script src", "")
    assert not text or "Nothing has this id" in html


def test_only_people_with_the_permission_see_it(notification: Notification) -> None:
    client = Client()
    assert client.get(reverse("follow")).status_code == 302
    person = staff()
    client.force_login(person)
    assert client.get(reverse("follow"), {"id": notification.pk}).status_code == 403
    person.user_permissions.add(Permission.objects.get(codename="explain_notifications"))
    assert "Bob Meier" in page(client, kind="notification", id=notification.pk)


def test_it_is_linked_from_the_rows(admin: Client, notification: Notification, attempt: Attempt) -> None:
    addresses = {
        reverse(
            "admin:push_notification_change", args=[notification.pk]
        ): f"kind=notification&amp;id={notification.pk}",
        reverse("admin:push_attempt_change", args=[attempt.pk]): f"kind=attempt&amp;id={attempt.pk}",
        f"{reverse('explain')}?message={notification.message.public_id}&user=bob": "?kind=message",
    }
    for address, query in addresses.items():
        html = admin.get(address).content.decode()
        assert f"{reverse('follow')}" in html
        assert query in html


def test_durations_are_readable() -> None:
    seconds = {0.0004: "0 ms", 0.34: "340 ms", 12.34: "12.3 s", 61: "1:01 min", 3723: "1:02:03", -5: "0 ms"}
    assert {number: duration_text(timedelta(seconds=number)) for number in seconds} == seconds
