"""Actions on the notifications' admin pages (send now, cancel, retry), and the counts above the list."""

from __future__ import annotations

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from push.models import Notification, State
from tests.admin_rows import administrator, notification_of, staff
from tests.factories import RoomFactory, UserFactory, message_in
from tests.pages import text_of
from workspace.models import Message, User

pytestmark = pytest.mark.django_db

LIST = "/admin/push/notification/"


@pytest.fixture
def admin(client: Client) -> User:
    user = administrator()
    client.force_login(user)
    return user


@pytest.fixture
def message(db: None) -> Message:
    return message_in(RoomFactory(name="deploys"), UserFactory())


def page_post(client: Client, item: Notification, action: str) -> int:
    """Confirm an action on the item's page."""
    return client.post(f"{LIST}{item.pk}/{action}/", {"confirmed": "yes"}, follow=True).status_code


def list_post(client: Client, action: str, *items: Notification, **fields: str) -> bytes:
    chosen = {"action": action, "_selected_action": [item.pk for item in items], **fields}
    return client.post(LIST, chosen, follow=True).content


@pytest.mark.parametrize(
    ("action", "title", "before", "after"),
    [
        ("send_now", "Send now", State.QUEUED, State.QUEUED),
        ("cancel", "Do not send", State.RETRYING, State.DROPPED),
        ("retry", "Retry", State.FAILED, State.RETRYING),
    ],
)
def test_actions_ask_for_confirmation_and_are_recorded(
    client: Client, admin: User, message: Message, action: str, title: str, before: State, after: State
) -> None:
    item = notification_of(message, UserFactory(username="grace"), before)
    unchanged = Notification.objects.values().get(pk=item.pk)
    assert b"confirmed" in list_post(client, action, item)
    assert client.get(f"{LIST}{item.pk}/{action}/").status_code == 200
    assert Notification.objects.values().get(pk=item.pk) == unchanged
    list_post(client, action, item, confirmed="yes")
    item.refresh_from_db()
    assert item.state == after
    entry = LogEntry.objects.get(object_id=item.pk)
    assert entry.user == admin
    assert title in entry.change_message


def test_the_confirmation_names_the_items(client: Client, admin: User, message: Message) -> None:
    item = notification_of(message, UserFactory(username="grace", name="Grace Hall"), State.QUEUED)
    page_text = text_of(list_post(client, "cancel", item).decode())
    assert "Push · Grace Hall @grace · #deploys · " in page_text
    assert "Cancel Do not send" in page_text or "Do not send Cancel" in page_text


@pytest.mark.parametrize("action", ["send_now", "cancel", "retry"])
def test_a_sent_item_is_not_changed(client: Client, admin: User, message: Message, action: str) -> None:
    item = notification_of(message, UserFactory(), State.SENT)
    list_post(client, action, item, confirmed="yes")
    item.refresh_from_db()
    assert item.state == State.SENT
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("action", ["send_now", "cancel", "retry"])
def test_viewers_cannot_use_actions(client: Client, message: Message, action: str) -> None:
    client.force_login(staff("push.view_notification"))
    item = notification_of(message, UserFactory(), State.FAILED if action == "retry" else State.QUEUED)
    state = item.state
    assert page_post(client, item, action) == 403
    list_post(client, action, item, confirmed="yes")
    item.refresh_from_db()
    assert item.state == state


def test_the_list_shows_the_queues_counts(client: Client, admin: User, message: Message) -> None:
    notification_of(message, UserFactory(), State.QUEUED)
    notification_of(message, UserFactory(), State.FAILED)
    html = client.get(LIST).content.decode()
    assert f'hx-get="{LIST}counts/"' in html
    for answer in (client.get(LIST), client.get(f"{LIST}counts/")):
        counts = answer.context["counts"]
        assert (counts.due, counts.later, counts.sending, counts.sent, counts.failed) == (1, 0, 0, 0, 1)


def test_counting_stops_at_the_limit(client: Client, admin: User, message: Message, monkeypatch: object) -> None:
    monkeypatch.setattr("push.selectors.counts.LIMIT", 1)  # type: ignore[attr-defined]
    monkeypatch.setattr("push.admin.notifications.LIMIT", 1)  # type: ignore[attr-defined]
    for _number in range(3):
        notification_of(message, UserFactory(), State.QUEUED)
    answer = client.get(f"{LIST}counts/")
    assert answer.context["counts"].due == 2
    assert "&gt;&nbsp;1" in answer.content.decode()


def test_the_counts_require_the_permission_to_view_notifications(client: Client) -> None:
    assert client.get(f"{LIST}counts/").status_code == 302
    client.force_login(UserFactory())
    assert client.get(f"{LIST}counts/").status_code == 302
    client.force_login(staff("push.view_device"))
    assert client.get(f"{LIST}counts/").status_code == 403
