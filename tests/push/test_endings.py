"""The explanation page names each documented cause why a queued notification ends unsent or waits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from cloud.models import CloudConnection, SetupWizardSettings
from preferences.services.accounts import account_preferences_save
from push.explain.reasons import NOT_DECIDED, NOT_MEMBER
from push.models import EndReason, Notification, VapidKeys
from push.providers.web_push.keys import vapid_keys_renew
from push.rules.delays import DELAY_NEVER
from push.rules.table import RULES
from push.sending.claiming import items_begin, users_claim
from push.sending.dispatching import due_dispatch
from push.sending.lost_claims import GIVEN_UP_AFTER
from push.sending.queue import item_cancel
from push.sending.restored import restored_queue_finish
from push.services.devices import device_register
from push.services.provider_values import provider_configure
from tests.api_client import ApiClient
from tests.fakes.gateway import Reply
from tests.fakes.ntfy import FakeNtfy
from tests.push.conftest import gateway_connect, subscribe
from tests.push.demo import PHONE, Demo
from tests.push.test_causes import CAUSES, Cause
from workspace.models import Message
from workspace.services.accounts import user_deactivate
from workspace.services.presence import activity_report
from workspace.services.rooms import room_leave

pytestmark = pytest.mark.django_db

DOCUMENTATION = Path(settings.BASE_DIR) / "docs" / "explain.md"
QUOTA_USED_UP = {"error": "Used up [error-push-quota-exhausted]", "errorType": "error-push-quota-exhausted"}


def ended_by(change: Callable[[Demo, Message], Any]) -> Callable[[Demo], Message]:
    """Return a function that ends a waiting notification with a change."""

    def bring(demo: Demo) -> Message:
        message = demo.waiting()
        change(demo, message)
        return demo.dispatched(message)

    return bring


def answered(*replies: Reply) -> Callable[[Demo], Message]:
    """Return a function that scripts the gateway's responses to a message's attempts, hours apart."""

    def bring(demo: Demo) -> Message:
        gateway_connect(demo.gateway.address)
        demo.gateway.script(PHONE, *replies)
        message = demo.post()
        for number in range(len(replies)):
            demo.dispatched(message, after=number * 3600)
        return message

    return bring


def with_setup(**values: bool) -> Callable[[Demo], Message]:
    """Return a function that posts a message in a workspace without a cloud, with these setup values."""

    def bring(demo: Demo) -> Message:
        CloudConnection.objects.all().delete()
        wizard = SetupWizardSettings.stored()
        for name, value in values.items():
            setattr(wizard, name, value)
        wizard.save()
        return demo.dispatched(demo.post())

    return bring


def to_a_browser(change: Callable[[], Any]) -> Callable[[Demo], Message]:
    """Return a function that ends a message by changing the web push keys; Bob's only device is a browser."""

    def bring(demo: Demo) -> Message:
        ApiClient(demo.bob).delete("push.token", token=PHONE)
        subscribe(demo.bob, demo.push_service)
        message = demo.waiting()
        change()
        return demo.dispatched(message)

    return bring


def provider_turned_off(demo: Demo) -> Message:
    """Turn ntfy off; Bob's only device is a topic."""
    with FakeNtfy() as server:
        demo.settings.WEB_PUSH_PRIVATE_HOSTS = [*demo.settings.WEB_PUSH_PRIVATE_HOSTS, server.host]
        provider_configure(kind="ntfy", is_enabled=True, values={"server": server.address})
        ApiClient(demo.bob).delete("push.token", token=PHONE)
        device_register(user=demo.bob, type="ntfy", app_name="ntfy", token=server.topic())
        message = demo.waiting()
        provider_configure(kind="ntfy", is_enabled=False, values={"server": server.address})
        return demo.dispatched(message)


def connected(demo: Demo) -> Message:
    account_preferences_save(user=demo.bob, always_display_mobile=False)
    message = demo.waiting()
    with time_machine.travel(timezone.now() + timedelta(seconds=121), tick=False):
        activity_report(user=demo.bob)
        due_dispatch()
    return message


def deleted(demo: Demo, message: Message) -> None:
    ApiClient(demo.ana).post("chat.delete", roomId="GENERAL", msgId=message.public_id)


def cancelled(demo: Demo, _message: Message) -> None:
    item_cancel(notification=Notification.objects.get(user=demo.bob, channel="push"))


def workers_lost(demo: Demo) -> Message:
    """Simulate workers that die one after the other while sending the message."""
    message = demo.waiting()
    with time_machine.travel(timezone.now() + timedelta(seconds=121), tick=False) as clock:
        for _worker in range(GIVEN_UP_AFTER + 1):
            if claim := users_claim(limit=10, now=timezone.now()):
                items_begin(keys=claim.keys, token=claim.token, now=timezone.now())
            clock.shift(demo.settings.CLAIM_LEASE + 1)
    return message


def template_broken(demo: Demo, _message: Message) -> None:
    """Replace the e-mail's template with a broken one."""
    broken = demo.folder / "push" / "mail" / "messages.html"
    broken.parent.mkdir(parents=True)
    broken.write_text("{% if messages %}")
    [engine] = demo.settings.TEMPLATES
    demo.settings.TEMPLATES = [{**engine, "DIRS": [demo.folder, *engine["DIRS"]]}]


ENDINGS: Mapping[str, Cause] = {
    "cleared_by_read": (
        "push",
        ended_by(lambda demo, _m: ApiClient(demo.bob).post("subscriptions.read", rid="GENERAL")),
    ),
    "message_gone": ("push", ended_by(deleted)),
    "access_lost": ("push", ended_by(lambda demo, _m: room_leave(user=demo.bob, room=demo.room))),
    "connected": ("push", connected),
    "user_inactive": ("push", ended_by(lambda demo, _m: user_deactivate(user=demo.bob, by=demo.admin))),
    "push_disabled": ("push", ended_by(lambda demo, _m: demo.setting("Push_enable", False))),
    "email_disabled": ("email", ended_by(lambda demo, _m: demo.setting("Accounts_AllowEmailNotifications", False))),
    "no_device": ("push", ended_by(lambda demo, _m: ApiClient(demo.bob).delete("push.token", token=PHONE))),
    "no_email": ("email", ended_by(lambda demo, _m: demo.bob.emails.update(verified=False))),
    "address_suppressed": ("email", ended_by(lambda demo, _m: demo.bob.emails.update(suppressed_at=timezone.now()))),
    "token_dead": ("push", answered(Reply(406))),
    "refused": ("push", answered(Reply(422))),
    "quota_exhausted": ("push", answered(Reply(429, body=QUOTA_USED_UP))),
    "route_paused": ("push", answered(Reply(401))),
    "gave_up": ("push", answered(*[Reply(503)] * 6)),
    "unauthorized": ("push", to_a_browser(vapid_keys_renew)),
    "no_web_push_keys": ("push", to_a_browser(lambda: VapidKeys.objects.update(private_key=""))),
    "expired": ("push", lambda demo: demo.dispatched(demo.post(), after=25 * 3600)),
    "worker_lost": ("push", workers_lost),
    "cancelled": ("push", ended_by(cancelled)),
    "restored": ("push", ended_by(lambda demo, _m: restored_queue_finish(keeps_queue=False))),
    "not_built": ("email", ended_by(template_broken)),
    "not_registered": ("push", with_setup(register_server=False)),
    "terms_not_agreed": ("push", with_setup(register_server=True, privacy_terms_agreed=False)),
    "not_connected": ("push", with_setup(register_server=True, privacy_terms_agreed=True)),
    "provider_off": ("push", provider_turned_off),
    "no_route": ("push", ended_by(lambda demo, _m: demo.setting("Push_enable_gateway", False))),
}


@pytest.mark.thorough
@pytest.mark.parametrize("code", ENDINGS)
def test_the_page_names_the_ending_and_the_rule_that_sent_it(demo: Demo, code: str) -> None:
    channel, bring = ENDINGS[code]
    message = bring(demo)
    assert demo.named(message, channel) == code
    rule = Notification.objects.get(user=demo.bob, channel=channel).rule
    assert f"<code>{rule}</code>" in demo.read(message, channel)


def test_every_reason_to_end_is_brought_about() -> None:
    assert set(ENDINGS) == set(EndReason.values)


@pytest.mark.thorough
def test_what_waits_for_its_time_has_no_other_cause(demo: Demo) -> None:
    message = demo.waiting()
    assert demo.named(message) == "mentioned"
    assert re.search(r"explain-verdict[^>]*>\s*waiting\s", demo.read(message))


def test_every_cause_is_documented_and_every_documented_one_exists() -> None:
    _before, table = DOCUMENTATION.read_text().split("## How to reproduce each cause")
    cells = re.findall(r"^\|.*\|([^|]*)\|$", table, re.M)
    documented = {code for cell in cells for code in re.findall(r"`(\w+)`", cell)}
    silencing = {rule.code for rule in RULES if not rule.sends}
    assert documented == silencing | set(EndReason.values) | {DELAY_NEVER, NOT_DECIDED, NOT_MEMBER}
    assert documented == {"edited", *CAUSES, *ENDINGS}
