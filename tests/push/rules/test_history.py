"""Whatever changes after a decision, its explanation stays: over generated situations and changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from preferences.services.accounts import account_preferences_save, highlight_words_set
from preferences.services.rooms import room_preferences_save, sender_ignore
from push.explain.explanations import explanation_of
from push.models import Decision, Device, PushSettings
from push.services.fanout import decision_advance
from tests.factories import DeviceFactory
from tests.push.plain_rules import MessageSituation, code_of
from tests.push.rules.test_against_plain_reading import members_drawn, messages
from tests.push.situations import CHANNELS, saved, situation_build
from workspace.models import EmailAddress, GeneralSettings, Mention, Message, Subscription, ThreadFollower, User
from workspace.services.presence import activity_report, status_set
from workspace.services.rooms import member_remove

LEVELS = ("", "all", "mentions", "nothing")
EXPLAINED = 4
EXAMPLES = max(1, int(os.environ.get("SITUATIONS", "200")) // 300)


class Changes:
    """What people may do after a decision, each to one member."""

    def __init__(self, random: Random, message: Message) -> None:
        self.random = random
        self.message = message

    def member_change(self, user: User) -> None:
        """Do a few things at random."""
        options: list[Callable[[User], Any]] = [
            self.room_choices,
            self.account_choices,
            self.sender,
            self.presence,
            self.devices,
            self.addresses,
            self.words,
            self.thread,
            self.account,
        ]
        for change in self.random.sample(options, 5):
            change(user)

    def subscription(self, user: User) -> Subscription:
        return Subscription.objects.get(user=user, room=self.message.room)

    def room_choices(self, user: User) -> None:
        room_preferences_save(
            subscription=self.subscription(user),
            push=self.random.choice(LEVELS),
            email=self.random.choice(LEVELS),
            desktop=self.random.choice(LEVELS),
            notifications_disabled=self.random.choice([True, False]),
            group_mentions_muted=self.random.choice([True, False]),
        )

    def account_choices(self, user: User) -> None:
        account_preferences_save(user=user, push=self.random.choice(LEVELS), desktop=self.random.choice(LEVELS))

    def sender(self, user: User) -> None:
        ignore = self.random.choice([True, False])
        sender_ignore(subscription=self.subscription(user), sender=self.message.sender, ignore=ignore)

    def presence(self, user: User) -> None:
        activity_report(user=user)
        status_set(user=user, status=self.random.choice(["online", "busy", "away"]))

    def devices(self, user: User) -> None:
        Device.objects.filter(user=user).delete()
        if self.random.choice([True, False]):
            DeviceFactory(user=user)

    def addresses(self, user: User) -> None:
        for address in EmailAddress.objects.filter(user=user):
            address.verified = not address.verified
            address.save()

    def words(self, user: User) -> None:
        highlight_words_set(user=user, words=self.random.choice([["STRASSE"], ["other"], []]))

    def thread(self, user: User) -> None:
        if self.message.parent is not None:
            followers = ThreadFollower.objects.filter(thread=self.message.parent, user=user)
            if not followers.delete()[0]:
                ThreadFollower.objects.create(thread=self.message.parent, user=user)

    def account(self, user: User) -> None:
        user.is_active = not user.is_active
        user.save(update_fields=["is_active"])


def rest_change(message: Message) -> None:
    """Change what is no member's own: settings, the room, the message."""
    saved(GeneralSettings, max_room_members=1, busy_silences="desktop")
    saved(PushSettings, enable=not PushSettings.stored().enable)
    Mention.objects.filter(message=message).delete()
    Message.objects.filter(pk=message.pk).update(text="", mentions_all=False, deleted_at=timezone.now())


@pytest.mark.situations
@pytest.mark.django_db
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(message=messages, seed=st.integers(0, 2**32))
def test_explanations_stay(message: MessageSituation, seed: int) -> None:
    random = Random(seed)
    members = members_drawn(random)
    with transaction.atomic():
        row, users = situation_build(message, members)
        decision = Decision.objects.create(message=row, accepted_at=row.accepted_at)
        decision_advance(decision=decision)
        changes = Changes(random, row)
        numbers = random.sample(range(len(users)), EXPLAINED)
        for number in numbers:
            changes.member_change(users[number])
        if not message.direct:
            member_remove(user=users[numbers[0]], room=row.room)
        rest_change(row)
        for number in numbers:
            member = replace(members[number], has_highlight=members[number].has_highlight and message.type != "e2e")
            expected = {
                channel: code_of(replace(message, event="posted"), member, channel, len(users)) for channel in CHANNELS
            }
            explanation = explanation_of(message=Message.objects.get(pk=row.pk), user=users[number])
            assert {found.channel.value: found.code for found in explanation.channels} == expected
        transaction.set_rollback(True)
