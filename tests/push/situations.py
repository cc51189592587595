"""Creates situations for the decision table in the database, with many members at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from django.contrib.auth.models import Group, Permission

from preferences.models import AccountPreferences, AccountsSettings, HighlightWord, IgnoredSender, RoomPreferences
from push.models import Device, PushSettings
from tests.push.plain_rules import MemberSituation, MessageSituation
from workspace.models import (
    EmailAddress,
    FormerPresence,
    GeneralSettings,
    Mention,
    Message,
    Presence,
    Room,
    Subscription,
    ThreadFollower,
    User,
)
from workspace.setting_groups import SettingsGroup

AWAY_SECONDS = 40
ACCEPTED_AT = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)
TEXT = "The Straße to the deploy is open"
HIGHLIGHT = "STRASSE"
CHANNELS = ("desktop", "push", "email")

serial = count()


def situation_build(message: MessageSituation, members: Sequence[MemberSituation]) -> tuple[Message, list[User]]:
    """Create the situation; returns the message and the members, in order."""
    settings_save(message)
    users = users_create(members)
    outsider = User.objects.create(username=f"outsider{next(serial)}")
    sender = next((user for user, member in zip(users, members, strict=True) if member.is_sender), outsider)
    room = room_create(message, sender, len(users))
    subscriptions = Subscription.objects.bulk_create([Subscription(room=room, user=user) for user in users])
    parent = Message.objects.create(room=room, sender=outsider, text="thread") if message.thread != "none" else None
    row = Message.objects.create(
        room=room,
        sender=sender,
        text=TEXT,
        type=message.type,
        parent=parent,
        is_shown_in_room=message.thread == "shown",
        mentions_all=message.calls_all,
        mentions_here=message.calls_here,
        sent_at=ACCEPTED_AT - timedelta(seconds=message.sent_seconds_before),
        accepted_at=ACCEPTED_AT,
    )
    pairs = list(zip(users, members, strict=True))
    choices_create(sender, list(zip(subscriptions, members, strict=True)))
    presence_create(pairs)
    reach_create(pairs)
    Mention.objects.bulk_create([Mention(message=row, user=user) for user, member in pairs if member.mentioned_by_name])
    if parent is not None:
        ThreadFollower.objects.bulk_create(
            [ThreadFollower(thread=parent, user=user) for user, member in pairs if member.follows_thread]
        )
    return row, users


def settings_save(message: MessageSituation) -> None:
    saved(GeneralSettings, max_room_members=message.max_room_members, busy_silences=message.busy_silences)
    saved(AccountsSettings, allow_email=message.email_enabled, **message.defaults)
    saved(PushSettings, enable=message.push_enabled)


def saved(model: type[SettingsGroup], **values: Any) -> None:
    """Save settings of one group."""
    group = model.stored()
    for name, value in values.items():
        setattr(group, name, value)
    group.save()


def room_create(message: MessageSituation, sender: User, members: int) -> Room:
    number = next(serial)
    named = {"type": "d", "direct_key": f"key{number}"} if message.direct else {"type": "c", "name": f"room-{number}"}
    return Room.objects.create(creator=sender, members_count=members, **named)


def users_create(members: Sequence[MemberSituation]) -> list[User]:
    users = User.objects.bulk_create(
        [
            User(
                username=f"member{next(serial)}",
                is_active=member.active,
                is_superuser=member.views_direct == "superuser",
            )
            for member in members
        ]
    )
    role = Group.objects.get(name="user")
    permission = Permission.objects.get(codename="view_d_room")
    pairs = list(zip(users, members, strict=True))
    User.groups.through.objects.bulk_create(
        [User.groups.through(user=user, group=role) for user, member in pairs if member.views_direct == "by role"]
    )
    User.user_permissions.through.objects.bulk_create(
        [
            User.user_permissions.through(user=user, permission=permission)
            for user, member in pairs
            if member.views_direct == "by permission"
        ]
    )
    return users


def choices_create(sender: User, pairs: list[tuple[Subscription, MemberSituation]]) -> None:
    RoomPreferences.objects.bulk_create(
        [
            RoomPreferences(
                subscription=subscription,
                room_id=subscription.room_id,
                notifications_disabled=member.alerts_off,
                group_mentions_muted=member.mutes_groups,
                **member.room,
            )
            for subscription, member in pairs
            if member.room or member.alerts_off or member.mutes_groups
        ]
    )
    AccountPreferences.objects.bulk_create(
        [
            AccountPreferences(user_id=subscription.user_id, **member.account)
            for subscription, member in pairs
            if member.account
        ]
    )
    IgnoredSender.objects.bulk_create(
        [
            IgnoredSender(subscription=subscription, sender=sender)
            for subscription, member in pairs
            if member.ignores_sender
        ]
    )


def presence_create(pairs: list[tuple[User, MemberSituation]]) -> None:
    """An offline member with no status of their own has no row, unless they come later.

    Each later change is what the services record of it: the values before it, and when it was made.
    """
    current: list[Presence] = []
    former: list[FormerPresence] = []
    for user, member in pairs:
        had_row = (member.connection, member.status) != ("offline", "online")
        versions = [presence_values(member.connection, member.status, ACCEPTED_AT)] if had_row else []
        moments = [ACCEPTED_AT + timedelta(seconds=10 * number) for number in range(1, len(member.later) + 1)]
        versions += [presence_values(*later, at) for later, at in zip(member.later, moments, strict=True)]
        if not versions:
            continue
        begun = ACCEPTED_AT - timedelta(days=1) if had_row else moments[0]
        changes = moments if had_row else moments[1:]
        current.append(Presence(user=user, created_at=begun, **versions[-1]))
        former += [
            FormerPresence(user=user, created_at=begun, at=at, **values)
            for values, at in zip(versions[:-1], changes, strict=True)
        ]
    Presence.objects.bulk_create(current)
    FormerPresence.objects.bulk_create(former)


def presence_values(connection: str, status: str, at: datetime) -> dict[str, Any]:
    """Return the columns by which somebody has this presence at that moment; `busy (over)` is a status ended then."""
    return {
        "status": status.removesuffix(" (over)"),
        "status_expires_at": at if status.endswith(" (over)") else None,
        "connected_until": at + timedelta(minutes=5) if connection != "offline" else at,
        "away_at": at - timedelta(seconds=AWAY_SECONDS if connection == "away" else -20),
    }


def reach_create(pairs: list[tuple[User, MemberSituation]]) -> None:
    Device.objects.bulk_create(
        [
            Device(
                user=user,
                type="apn",
                token=user.username,
                token_digest=user.username,
                disabled_at=ACCEPTED_AT if member.device == "disabled" else None,
            )
            for user, member in pairs
            if member.device != "none"
        ]
    )
    EmailAddress.objects.bulk_create(
        [
            EmailAddress(user=user, address=f"{user.username}@example.org", verified=member.email == "verified")
            for user, member in pairs
            if member.email != "none"
        ]
    )
    words = [HighlightWord(user=user, word=HIGHLIGHT if member.has_highlight else "absent") for user, member in pairs]
    for word in words:
        word.folded = word.word.casefold()
    HighlightWord.objects.bulk_create(words)
