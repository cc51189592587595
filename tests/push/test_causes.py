"""Every documented cause of non-delivery, brought about as people would, and named by the page that explains it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from preferences.models import AccountsSettings
from preferences.services.accounts import account_preferences_save
from preferences.services.rooms import room_preferences_save, sender_ignore
from push.models import PushSettings
from push.rules.table import RULES
from push.services.demo import demo_prepare
from push.services.devices import device_register
from push.services.dispatch import due_dispatch
from push.services.fanout import pending_decide
from tests.api_client import ApiClient
from tests.fakes.gateway import FakeGateway, Reply
from tests.push.conftest import gateway_connect
from workspace.models import ChangeSource, Message, Room, Status, Subscription, User
from workspace.services.accounts import user_deactivate
from workspace.services.messages import message_delete, message_post
from workspace.services.presence import activity_report, status_set
from workspace.services.rooms import direct_room_open, room_leave, system_message_post
from workspace.services.settings import Origin, setting_save

pytestmark = pytest.mark.django_db
LEVELS = ("desktop", "push", "email")


class Demo:
    """The demo workspace; `ana` writes to `bob`, who has a phone, in #general."""

    def __init__(self) -> None:
        demo_prepare(site_url="http://localhost:8000")
        self.ana, self.bob, self.admin = (User.objects.get(username=name) for name in ("ana", "bob", "admin"))
        self.room = Room.objects.get(public_id="GENERAL")
        pending_decide()
        device_register(user=self.bob, type="apn", app_name="callboard.phone", token="bobs-phone")  # type: ignore[arg-type]

    @property
    def membership(self) -> Subscription:
        return Subscription.objects.get(user=self.bob, room=self.room)

    def setting(self, name: str, value: Any) -> None:
        setting_save(setting_id=name, value=value, origin=Origin(source=ChangeSource.ADMIN, actor=self.admin))

    def post(self, text: str = "hello", **fields: Any) -> Message:
        message = message_post(sender=self.ana, room=self.room, text=text, **fields)
        pending_decide()
        return message

    def read(self, message: Message, channel: str = "push") -> str:
        """Return what the administration's page says of Bob and the message."""
        client = Client()
        client.force_login(self.admin)
        query = {"message": message.public_id, "user": "bob", "channel": channel}
        return client.get(reverse("explain"), query).content.decode()

    def named(self, message: Message, channel: str = "push") -> str:
        """Return the code of the cause that the page names."""
        found = re.search(r'class="explain-kicker">.*?<code>(\w+)</code>', self.read(message, channel), re.S)
        assert found is not None
        return found.group(1)


@pytest.fixture
def demo() -> Demo:
    return Demo()


def in_a_thread(demo: Demo) -> Message:
    parent = demo.post("a question")
    return demo.post("an answer", parent=parent)


def channel_choices(level: str) -> dict[str, str]:
    return dict.fromkeys(LEVELS, level)


def default_level(demo: Demo, level: str) -> None:
    for name in ("desktopNotifications", "pushNotifications", "emailNotificationMode"):
        demo.setting(f"Accounts_Default_User_Preferences_{name}", level)


def direct_forbidden(demo: Demo) -> Message:
    demo.room = direct_room_open(creator=demo.ana, others=[demo.bob])
    demo.bob.groups.clear()
    return demo.post()


def own(demo: Demo) -> Message:
    message = message_post(sender=demo.bob, room=demo.room, text="mine")
    pending_decide()
    return message


def too_large(demo: Demo) -> Message:
    demo.setting("Notifications_Max_Room_Members", 2)
    return demo.post()


def not_mentioned(demo: Demo) -> Message:
    default_level(demo, "mentions")
    return demo.post()


def after(change: Callable[[Demo], Any], text: str = "hello") -> Callable[[Demo], Message]:
    """Return what brings a message about after a change."""

    def bring(demo: Demo) -> Message:
        change(demo)
        return demo.post(text)

    return bring


CAUSES: Mapping[str, tuple[str, Callable[[Demo], Message]]] = {
    "system_message": ("push", lambda demo: said(demo)),
    "imported": ("push", lambda demo: demo.post(sent_at=timezone.now() - timedelta(hours=1))),
    "push_disabled": ("push", after(lambda demo: demo.setting("Push_enable", False))),
    "email_disabled": ("email", after(lambda demo: demo.setting("Accounts_AllowEmailNotifications", False))),
    "own_message": ("push", own),
    "room_notifications_disabled": (
        "push",
        after(lambda demo: room_preferences_save(subscription=demo.membership, notifications_disabled=True)),
    ),
    "sender_ignored": ("push", after(lambda demo: sender_ignore(subscription=demo.membership, sender=demo.ana))),
    "group_mentions_muted": (
        "push",
        after(lambda demo: room_preferences_save(subscription=demo.membership, group_mentions_muted=True), "@all up!"),
    ),
    "user_inactive": ("push", after(lambda demo: user_deactivate(user=demo.bob, by=demo.admin))),
    "busy": ("push", after(lambda demo: status_set(user=demo.bob, status=Status.BUSY))),
    "no_client": ("desktop", lambda demo: demo.post()),
    "no_device": ("push", after(lambda demo: ApiClient(demo.bob).delete("push.token", token="bobs-phone"))),
    "no_email": ("email", after(lambda demo: demo.bob.emails.update(verified=False))),
    "thread_not_followed": ("push", in_a_thread),
    "room_nothing": (
        "push",
        after(lambda demo: room_preferences_save(subscription=demo.membership, **channel_choices("nothing"))),  # type: ignore[typeddict-item]
    ),
    "account_nothing": (
        "push",
        after(lambda demo: account_preferences_save(user=demo.bob, **channel_choices("nothing"))),  # type: ignore[typeddict-item]
    ),
    "default_nothing": ("push", after(lambda demo: default_level(demo, "nothing"))),
    "direct_messages_forbidden": ("push", direct_forbidden),
    "room_too_large": ("push", too_large),
    "not_mentioned": ("push", not_mentioned),
}


def said(demo: Demo) -> Message:
    message = system_message_post(room=demo.room, user=demo.ana, type="uj", text="ana")
    pending_decide()
    return message


@pytest.mark.parametrize("code", CAUSES)
def test_the_page_names_the_rule(demo: Demo, code: str) -> None:
    channel, bring = CAUSES[code]
    message = bring(demo)
    assert demo.named(message, channel) == code


def test_every_rule_that_silences_is_brought_about() -> None:
    # An edit is a decision of its own, of which there is nothing to be explained to anybody.
    assert {rule.code for rule in RULES if not rule.sends} - {"edited"} == set(CAUSES)


def test_delays_that_queue_nothing(demo: Demo, settings: Any) -> None:
    settings.NOTIFY_DELAY_OFFLINE = -1
    assert demo.named(demo.post()) == "delay_never"


class TestAfterwards:
    """What ends a notification that was to be sent."""

    def ended(self, demo: Demo, message: Message) -> str:
        html = demo.read(message)
        return "".join(re.findall(r'<ol class="explain-after">.*?</ol>', html, re.S))

    def test_the_room_was_read_first(self, demo: Demo) -> None:
        activity_report(user=demo.bob)
        message = demo.post()
        ApiClient(demo.bob).post("subscriptions.read", rid="GENERAL")
        assert "read the room first" in self.ended(demo, message)

    def test_the_message_was_deleted(self, demo: Demo) -> None:
        activity_report(user=demo.bob)
        message = demo.post()
        message_delete(deleter=demo.ana, message=message)
        assert "was deleted" in self.ended(demo, message)

    def test_the_member_left(self, demo: Demo) -> None:
        activity_report(user=demo.bob)
        message = demo.post()
        room_leave(user=demo.bob, room=demo.room)
        assert "left the room" in self.ended(demo, message)

    def test_the_member_was_online_and_wants_no_mobile_notifications_then(self, demo: Demo) -> None:
        account_preferences_save(user=demo.bob, always_display_mobile=False)
        activity_report(user=demo.bob)
        message = demo.post()
        with time_machine.travel(timezone.now() + timedelta(seconds=121), tick=False):
            activity_report(user=demo.bob)
            due_dispatch()
            assert "was online" in self.ended(demo, message)

    def test_the_device_is_not_known_any_more(self, demo: Demo, fake_gateway: FakeGateway) -> None:
        gateway_connect(fake_gateway.address)
        fake_gateway.script("bobs-phone", Reply(406))
        message = demo.post()
        due_dispatch()
        assert "Token dead" in self.ended(demo, message)

    def test_the_gateway_is_not_agreed_with(self, demo: Demo) -> None:
        demo.setting("Cloud_Service_Agree_PrivacyTerms", False)
        message = demo.post()
        due_dispatch()
        html = self.ended(demo, message)
        assert "misconfigured" in html


def test_settings_are_those_that_the_screens_save(demo: Demo) -> None:
    default_level(demo, "nothing")
    assert AccountsSettings.stored().push == "nothing"
    assert PushSettings.stored().enable
