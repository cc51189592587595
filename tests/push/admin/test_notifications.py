"""Admin pages of notifications and attempts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from push.models import Answer, Attempt, Notification, State
from tests.admin_rows import administrator, device_of, notification_of
from tests.factories import DeviceFactory, RoomFactory, UserFactory, message_in
from workspace.models import Message

pytestmark = pytest.mark.django_db

LIST = "/admin/push/notification/"


@pytest.fixture
def message(client: Client) -> Message:
    client.force_login(administrator())
    return message_in(RoomFactory(name="deploys"), UserFactory())


@pytest.fixture
def failed(message: Message) -> Notification:
    return notification_of(message, UserFactory(username="grace"), reason="gave_up")


def test_a_page_shows_the_reasons_and_links(client: Client, failed: Notification) -> None:
    device = device_of(failed.user)
    Attempt.objects.create(notification=failed, device=device, answer=Answer.RETRY, status=503, detail="Unavailable")
    html = client.get(f"{LIST}{failed.pk}/change/").content.decode()
    assert "All attempts failed." in html
    assert "mentions the member" in html
    for text in ("503", "Unavailable", "Will be retried"):
        assert text in html
    for url in (
        f"/workspace/user/{failed.user_id}/change/",
        f"/workspace/room/{failed.room_id}/change/",
        f"/workspace/message/{failed.message_id}/change/",
        f"/push/device/{device.pk}/change/",
        f"/push/attempt/?notification__id__exact={failed.pk}",
    ):
        assert url in html


def test_a_messages_page_links_to_its_notifications(client: Client, failed: Notification) -> None:
    other = notification_of(message_in(RoomFactory(), UserFactory()), UserFactory(username="alan"))
    url = f"{LIST}?message__id__exact={failed.message_id}"
    assert url in client.get(f"/admin/workspace/message/{failed.message_id}/change/").content.decode()
    listed = client.get(url).content.decode()
    assert f"{LIST}{failed.pk}/change/" in listed
    assert f"{LIST}{other.pk}/change/" not in listed


FILTERS = [
    ({"state__exact": "failed"}, 1),
    ({"state__exact": "sent"}, 0),
    ({"channel__exact": "push"}, 1),
    ({"channel__exact": "email"}, 0),
    ({"reason": "gave_up"}, 1),
    ({"reason": "connected"}, 0),
    ({"due_at_from_0": "2026-03-01", "due_at_from_1": "00:00:00"}, 1),
    ({"due_at_to_0": "2026-03-01", "due_at_to_1": "00:00:00"}, 0),
    ({"q": "grace"}, 1),
    ({"q": "deploys"}, 1),
    ({"q": "gave_up"}, 1),
    ({"q": "nothing like it"}, 0),
]


def test_notifications_are_filtered_and_found(client: Client, message: Message) -> None:
    due = datetime(2026, 3, 2, 12, tzinfo=UTC)
    notification_of(message, UserFactory(username="grace"), reason="gave_up", due_at=due)
    counts = [(params, len(client.get(LIST, params).context["cl"].result_list)) for params, _count in FILTERS]
    assert counts == FILTERS


def test_filters_by_user_and_room_do_not_load_all_of_them(client: Client, failed: Notification) -> None:
    UserFactory(username="somebody.else")
    params = {"user__id__exact": failed.user_id, "room__id__exact": failed.room_id}
    answer = client.get(LIST, params)
    assert len(answer.context["cl"].result_list) == 1
    assert b"somebody.else" not in answer.content
    other = notification_of(message_in(RoomFactory(), UserFactory()), UserFactory())
    for name, key in (("user", other.user_id), ("room", other.room_id)):
        assert list(client.get(LIST, {f"{name}__id__exact": key}).context["cl"].result_list) == [other]


def test_every_state_has_its_label(client: Client, message: Message) -> None:
    for state in State:
        notification_of(message, UserFactory(), state)
    html = client.get(LIST).content.decode()
    assert all(str(state.label) in html for state in State)


@pytest.mark.parametrize("page", ["add/", "{pk}/change/", "{pk}/delete/"])
def test_a_notification_is_read_only(client: Client, failed: Notification, page: str) -> None:
    attempt = Attempt.objects.create(notification=failed, device=None)
    sent = {"state": "sent", "post": "yes"}
    assert client.post(LIST + page.format(pk=failed.pk), sent).status_code == 403
    assert client.post("/admin/push/attempt/" + page.format(pk=attempt.pk), sent).status_code == 403
    failed.refresh_from_db()
    assert failed.state == State.FAILED


def test_an_email_attempt_differs_from_one_to_a_removed_device(client: Client, message: Message) -> None:
    pushed = notification_of(message, UserFactory())
    mailed = notification_of(message, UserFactory(), channel="email")
    for item, shown in ((pushed, False), (mailed, True)):
        Attempt.objects.all().delete()
        Attempt.objects.create(notification=item, device=None)
        for path in ("/admin/push/attempt/", f"{LIST}{item.pk}/change/"):
            table = client.get(path).content.decode().split("<table")[-1]
            assert ("E-mail" in table) == shown


def test_one_attempt_at_several_devices_counts_once(client: Client, message: Message) -> None:
    item = notification_of(message, UserFactory())
    devices = [DeviceFactory(user=item.user) for _number in range(5)]
    for device in devices:
        Attempt.objects.create(notification=item, device=device)
    assert "1 attempt, 5 devices" in client.get(LIST).content.decode()
    Attempt.objects.create(notification=item, device=devices[0], number=2)
    assert "2 attempts, 5 devices" in client.get(LIST).content.decode()


def test_a_test_push_is_labelled_as_such(client: Client, message: Message) -> None:
    notification_of(message, UserFactory(), State.QUEUED, reason="", rule="test_push")
    assert "This is a test push." in client.get(LIST).content.decode()
