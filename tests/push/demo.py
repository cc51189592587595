"""The demo workspace, in which tests reproduce the causes of missing notifications."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from push.sending.dispatching import due_dispatch
from push.services.demo import demo_prepare
from push.services.devices import device_register
from push.services.fanout import pending_decide
from tests.fakes.gateway import FakeGateway
from tests.fakes.webpush import FakePushService
from workspace.models import ChangeSource, Message, Room, Subscription, User
from workspace.services.messages import message_post
from workspace.services.presence import activity_report
from workspace.services.settings import Origin, setting_save

LEVELS = ("desktop", "push", "email")
PHONE = "b0b5" * 16


class Demo:
    """The demo workspace; `ana` writes to `bob`, who has a phone, in #general.

    `gateway` and `push_service` are there to be sent to, `settings` are the server's, `folder` is one for its files.
    """

    def __init__(self, gateway: FakeGateway, push_service: FakePushService, settings: Any, folder: Path) -> None:
        self.gateway, self.push_service = gateway, push_service
        self.settings, self.folder = settings, folder
        demo_prepare(site_url="http://localhost:8000")
        self.ana, self.bob, self.admin = (User.objects.get(username=name) for name in ("ana", "bob", "admin"))
        self.room = Room.objects.get(public_id="GENERAL")
        pending_decide()
        device_register(user=self.bob, type="apn", app_name="callboard.phone", token=PHONE)

    @property
    def membership(self) -> Subscription:
        return Subscription.objects.get(user=self.bob, room=self.room)

    def setting(self, name: str, value: Any) -> None:
        setting_save(setting_id=name, value=value, origin=Origin(source=ChangeSource.ADMIN, actor=self.admin))

    def default_level(self, level: str) -> None:
        for name in ("desktopNotifications", "pushNotifications", "emailNotificationMode"):
            self.setting(f"Accounts_Default_User_Preferences_{name}", level)

    def post(self, text: str = "hello", **fields: Any) -> Message:
        message = message_post(sender=self.ana, room=self.room, text=text, **fields)
        pending_decide()
        return message

    def waiting(self, text: str = "@bob hello") -> Message:
        """Post a message that waits for Bob, because he is online."""
        activity_report(user=self.bob)
        return self.post(text)

    def dispatched(self, message: Message, *, after: float = 121) -> Message:
        """Send what is due after so many seconds."""
        with time_machine.travel(timezone.now() + timedelta(seconds=after), tick=False):
            due_dispatch()
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

    def counted(self, message: Message) -> str:
        """Return what the message's own page says of how many were notified, and how many not."""
        client = Client()
        client.force_login(self.admin)
        return client.get(reverse("admin:workspace_message_change", args=[message.pk])).content.decode()
