"""The explanation page names each documented cause why a message does not notify someone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from preferences.models import AccountsSettings
from preferences.services.accounts import account_preferences_save
from preferences.services.rooms import room_preferences_save, sender_ignore
from push.explain.reasons import NOT_DECIDED, NOT_MEMBER
from push.models import Decision, PushSettings
from push.rules.delays import DELAY_NEVER
from push.rules.table import RULES
from push.services.failed_decisions import MAX_FAILURES
from push.services.fanout import pending_decide
from tests.api_client import ApiClient
from tests.push.demo import LEVELS, PHONE, Demo
from workspace.models import Message, Status
from workspace.services.accounts import user_deactivate
from workspace.services.messages import message_edit, message_post
from workspace.services.presence import status_set
from workspace.services.rooms import direct_room_open, room_leave, system_message_post

pytestmark = pytest.mark.django_db

Cause = tuple[str, Callable[[Demo], Message]]


def after(change: Callable[[Demo], Any], text: str = "hello") -> Callable[[Demo], Message]:
    """Return a function that posts a message after a change."""

    def bring(demo: Demo) -> Message:
        change(demo)
        return demo.post(text)

    return bring


def said(demo: Demo) -> Message:
    message = system_message_post(room=demo.room, user=demo.ana, type="uj", text="ana")
    pending_decide()
    return message


def own(demo: Demo) -> Message:
    message = message_post(sender=demo.bob, room=demo.room, text="mine")
    pending_decide()
    return message


def in_a_thread(demo: Demo) -> Message:
    parent = demo.post("a question")
    return demo.post("an answer", parent=parent)


def direct_forbidden(demo: Demo) -> Message:
    demo.room = direct_room_open(creator=demo.ana, others=[demo.bob])
    demo.bob.groups.clear()
    return demo.post()


def given_up(demo: Demo) -> Message:
    """Return a message whose decision failed too often."""
    message = message_post(sender=demo.ana, room=demo.room, text="hello")
    Decision.objects.filter(message=message).update(retry_at=None, failures=MAX_FAILURES)
    return message


def room_choice(**choices: Any) -> Callable[[Demo], Any]:
    """Return a function that sets Bob's preferences for the room."""
    return lambda demo: room_preferences_save(subscription=demo.membership, **choices)


CAUSES: Mapping[str, Cause] = {
    "system_message": ("push", said),
    "imported": ("push", lambda demo: demo.post(sent_at=timezone.now() - timedelta(hours=1))),
    "push_disabled": ("push", after(lambda demo: demo.setting("Push_enable", False))),
    "email_disabled": ("email", after(lambda demo: demo.setting("Accounts_AllowEmailNotifications", False))),
    "own_message": ("push", own),
    "room_notifications_disabled": ("push", after(room_choice(notifications_disabled=True))),
    "sender_ignored": ("push", after(lambda demo: sender_ignore(subscription=demo.membership, sender=demo.ana))),
    "group_mentions_muted": ("push", after(room_choice(group_mentions_muted=True), "@all up!")),
    "user_inactive": ("push", after(lambda demo: user_deactivate(user=demo.bob, by=demo.admin))),
    "busy": ("push", after(lambda demo: status_set(user=demo.bob, status=Status.BUSY))),
    "no_client": ("desktop", lambda demo: demo.post()),
    "no_device": ("push", after(lambda demo: ApiClient(demo.bob).delete("push.token", token=PHONE))),
    "no_email": ("email", after(lambda demo: demo.bob.emails.update(verified=False))),
    "thread_not_followed": ("push", in_a_thread),
    "room_nothing": ("push", after(room_choice(**dict.fromkeys(LEVELS, "nothing")))),
    "account_nothing": ("push", after(lambda demo: account_preferences_save(user=demo.bob, push="nothing"))),
    "default_nothing": ("push", after(lambda demo: demo.default_level("nothing"))),
    "direct_messages_forbidden": ("push", direct_forbidden),
    "room_too_large": ("push", after(lambda demo: demo.setting("Notifications_Max_Room_Members", 2))),
    "not_mentioned": ("push", after(lambda demo: demo.default_level("mentions"))),
    DELAY_NEVER: ("push", after(lambda demo: setattr(demo.settings, "NOTIFY_DELAY_OFFLINE", -1))),
    NOT_DECIDED: ("push", given_up),
    NOT_MEMBER: ("push", after(lambda demo: room_leave(user=demo.bob, room=demo.room))),
}


@pytest.mark.thorough
@pytest.mark.parametrize("code", CAUSES)
def test_the_page_names_the_cause(demo: Demo, code: str) -> None:
    channel, bring = CAUSES[code]
    message = bring(demo)
    assert demo.named(message, channel) == code


def test_every_rule_that_silences_is_brought_about() -> None:
    # An edit is a decision of its own, which is the same for everybody.
    assert {rule.code for rule in RULES if not rule.sends} - {"edited"} <= set(CAUSES)


def test_an_edit_notifies_nobody(demo: Demo) -> None:
    demo.default_level("mentions")
    message = demo.post()
    message_edit(editor=demo.ana, message=message, text="@bob look")
    pending_decide()
    html = demo.read(message)
    assert "The message was edited. Edits do not notify anyone (edited)." in html
    assert "edited" in demo.counted(message)


def test_settings_are_those_that_the_screens_save(demo: Demo) -> None:
    demo.default_level("nothing")
    assert AccountsSettings.stored().push == "nothing"
    assert PushSettings.stored().enable
