"""Updates notifications on devices when their message is edited or deleted: they are replaced or removed.

An update is sent if the device's push service accepted a notification of the message, its owner has not read the
message since, and its app supports updates: apps with the capability `clear` can remove and replace notifications;
Apple devices can replace them.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from push.content.clearing import clear_options, replace_options, update_identity
from push.models import (
    Answer,
    Attempt,
    Capability,
    Channel,
    Device,
    Notification,
    PushSettings,
    ShownMessage,
)
from push.providers.routes import DevicePush
from push.selectors.items import Item, relations_fill
from push.waking import wake
from workspace.models import Message, Subscription, ThreadFollower
from workspace.models.messages import ENCRYPTED

BATCH = 2000


def message_updates_schedule(*, message: Message) -> None:
    """Schedule updates for the devices that show the message."""
    accepted = Attempt.objects.filter(notification__message=message)
    updates_schedule(accepted.filter(Q(notification__message__deleted_at__isnull=False) | is_text_shown()))


def changed_meanwhile_schedule(*, notifications: Collection[int], since: datetime) -> None:
    """Schedule updates for devices that accepted one of these notifications while its message changed."""
    changed = Q(notification__message__deleted_at__gte=since)
    changed |= Q(notification__message__edited_at__gte=since) & is_text_shown()
    updates_schedule(Attempt.objects.filter(changed, notification__in=notifications))


def is_text_shown() -> Q:
    """Return the condition that an attempt's notification shows the message's text."""
    if not PushSettings.current().show_message:
        return Q(pk__in=[])
    return ~Q(notification__message__type=ENCRYPTED)


def updates_schedule(attempts: QuerySet[Attempt]) -> None:
    """Schedule updates for the devices of these attempts that show the message and support updates."""
    members = Subscription.objects.filter(user=OuterRef("notification__user"), room=OuterRef("notification__room"))
    unread = Q(last_seen_at=None) | Q(last_seen_at__lt=OuterRef("notification__message__accepted_at"))
    accepted = attempts.filter(
        Exists(members.filter(unread)),
        notification__channel=Channel.PUSH,
        answer=Answer.ACCEPTED,
        device__disabled_at=None,
    )
    now, found = timezone.now(), accepted.select_related("device").defer("device__token")
    rows = [
        ShownMessage(device_id=attempt.device.pk, notification_id=attempt.notification_id, changed_at=now, due_at=now)
        for attempt in found.iterator(BATCH)
        if attempt.device and can_follow(attempt.device)
    ]
    if not rows:
        return
    ShownMessage.objects.bulk_create(
        rows,
        BATCH,
        update_conflicts=True,
        unique_fields=["notification", "device"],
        update_fields=["changed_at", "due_at", "tries"],
    )
    wake("clear")


def can_follow(device: Device) -> bool:
    """Return True if the device can remove or replace a notification."""
    return Capability.CLEAR in device.capabilities or device.kind.replaces_shown


def message_updates(rows: Sequence[ShownMessage], badges: dict[int, int]) -> dict[int, DevicePush]:
    """Return the updates by row key, without messages that were read or whose room the member has left."""
    notifications = Notification.objects.in_bulk({row.notification_id for row in rows})
    whole = relations_fill(list(notifications.values()))
    subscriptions = subscriptions_of([notifications[key] for key in whole])
    read_threads = threads_read([notifications[key] for key in whole])
    updates = {}
    for row in rows:
        notification = notifications.get(row.notification_id)
        if notification is None or notification.pk not in whole:
            continue
        message = notification.message
        subscription = subscriptions.get((notification.user_id, notification.room_id))
        read_at = read_threads.get((notification.user_id, message.parent_id))
        if subscription is None or has_read(message, subscription.last_seen_at, read_at):
            continue
        item = Item(
            notification=notification,
            subscription=subscription,
            connection="",
            always_display_mobile=True,
            may_view_directs=True,
            badge=badges.get(notification.user_id, 0),
        )
        updates[row.pk] = DevicePush(row.device, options_of(row, item))
    return updates


def has_read(message: Message, *seen: datetime | None) -> bool:
    """Return True if the member has seen the room or thread since the message was accepted."""
    return any(at >= message.accepted_at for at in seen if at is not None)


def options_of(row: ShownMessage, item: Item) -> dict[str, object]:
    """Return the `options` of an update: a removal if the message was deleted and the device supports removal."""
    message, identity = item.notification.message, update_identity(row)
    if message.deleted_at is None or Capability.CLEAR not in row.device.capabilities:
        return replace_options(item, row.device, identity=identity)
    room = item.room.public_id
    return clear_options(row.device, room=room, badge=item.badge, identity=identity, message=message.public_id)


def subscriptions_of(notifications: Sequence[Notification]) -> dict[tuple[int, int], Subscription]:
    """Return the memberships of the notified users in the notifications' rooms, by user and room."""
    users = {notification.user_id for notification in notifications}
    rooms = {notification.room_id for notification in notifications}
    subscriptions = Subscription.objects.filter(user__in=users, room__in=rooms)
    return {(row.user_id, row.room_id): row for row in subscriptions}


def threads_read(notifications: Sequence[Notification]) -> dict[tuple[int, int | None], datetime]:
    """Return when the notified users last read the messages' threads, by user and thread."""
    threads = {notification.message.parent_id for notification in notifications if notification.message.parent_id}
    if not threads:
        return {}
    users = {notification.user_id for notification in notifications}
    followers = ThreadFollower.objects.filter(user__in=users, thread__in=threads)
    return {(user, thread): at for user, thread, at in followers.values_list("user", "thread", "read_at")}
