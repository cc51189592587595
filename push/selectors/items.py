"""Loads claimed notifications with all data needed to send them, many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Case, Exists, F, FilteredRelation, OuterRef, Q, Subquery, Sum, When

from preferences.models import AccountsSettings
from push.models import (
    IS_UNFINISHED,
    TEST_RULE,
    Attempt,
    Channel,
    Device,
    EndReason,
    LostItem,
    Notification,
    PushSettings,
)
from workspace.database.instances import columns_of, instance_build, instances_read
from workspace.database.prepared import PreparedQuery
from workspace.models import Connection, EmailAddress, Message, Room, Subscription, User
from workspace.selectors.permissions import users_with_permission
from workspace.selectors.presence import connection_expression

# Columns that sending does not need; loading them for thousands of users is slow.
UNUSED_OF_USERS = ("password", "last_login", "created_at", "updated_at")
UNUSED_OF_DEVICES = ("voip_token", "client_id", "name", "session_digest", "created_at", "updated_at")
VIEW_DIRECT = "workspace.view_d_room"


@dataclass(slots=True)
class Item:
    """A claimed notification with the current data of its message, room, member, devices and e-mail address.

    `is_tried`: there are attempts already. `is_lost`: a worker died while it was sending the notification.
    """

    notification: Notification
    subscription: Subscription | None
    connection: str
    always_display_mobile: bool
    may_view_directs: bool
    badge: int = 0
    devices: list[Device] = field(default_factory=list)
    address: str = ""
    is_tried: bool = True
    is_lost: bool = True

    @property
    def key(self) -> int:
        return self.notification.pk

    @property
    def user(self) -> User:
        return self.notification.user

    @property
    def room(self) -> Room:
        return self.notification.room

    @property
    def is_email(self) -> bool:
        return self.notification.channel == Channel.EMAIL


def items_load(*, keys: Collection[int], token: str, at: datetime) -> list[Item]:
    """Return the unfinished items claimed with `token`, in order of creation, without those whose room was deleted."""
    claimed = claimed_rows(keys=keys, token=token, at=at)
    complete = messages_fill([row.notification for row in claimed])
    rows = [row for row in claimed if row.notification.pk in complete]
    viewers = direct_viewers([row.notification for row in rows])
    devices = devices_of({row.user_id for row in rows if not row.is_email})
    by_email = {row.user_id for row in rows if row.is_email}
    addresses = addresses_of(by_email) if by_email else {}
    default = AccountsSettings.current().always_display_mobile
    return [
        Item(
            notification=row.notification,
            subscription=row.subscription,
            connection=row.connection,
            always_display_mobile=default if row.always_display is None else row.always_display,
            may_view_directs=row.user_id in viewers,
            badge=row.badge or 0,
            devices=target_devices(devices.get(row.user_id, []), row.notification),
            address=addresses.get(row.user_id, ""),
            is_tried=row.is_tried,
            is_lost=row.is_lost,
        )
        for row in rows
    ]


class ClaimedRow(NamedTuple):
    """A claimed notification with its member, their subscription to the room, and what else is read with them."""

    notification: Notification
    subscription: Subscription | None
    connection: str
    always_display: bool | None
    badge: int | None
    is_tried: bool
    is_lost: bool

    @property
    def user_id(self) -> int:
        return self.notification.user_id

    @property
    def is_email(self) -> bool:
        return self.notification.channel == Channel.EMAIL


def claimed_rows(*, keys: Collection[int], token: str, at: datetime) -> list[ClaimedRow]:
    """Return the unfinished items claimed with `token` whose member exists, in order of creation, with one query."""
    of_user = Subscription.objects.filter(user=OuterRef("user")).order_by().values("user")
    here = FilteredRelation("user__subscriptions", condition=Q(user__subscriptions__room=F("room")))
    unfinished = Notification.objects.filter(IS_UNFINISHED, pk__in=keys, claimed_item__lease=token)
    own, user, member = columns_of(Notification), columns_of(User, without=UNUSED_OF_USERS), columns_of(Subscription)
    annotated = unfinished.annotate(
        membership=here,
        connection=connection_expression(at, "user__presence__"),
        always_display=F("user__preferences__always_display_mobile"),
        badge=Case(When(channel=Channel.PUSH, then=Subquery(of_user.annotate(total=Sum("unread")).values("total")))),
        is_tried=Exists(Attempt.objects.filter(notification=OuterRef("pk"))),
        is_lost=Exists(LostItem.objects.filter(pk=OuterRef("pk"))),
    )
    read = annotated.order_by("pk").values_list(
        *own, *(f"user__{name}" for name in user), *(f"membership__{name}" for name in member), *ClaimedRow._fields[2:]
    )
    rows = []
    ends = len(own), len(own) + len(user), len(own) + len(user) + len(member)
    place = member.index("id")
    for values in read:
        notification = instance_build(Notification, dict(zip(own, values, strict=False)))
        receiver = instance_build(User, dict(zip(user, values[ends[0] :], strict=False)))
        notification._state.fields_cache["user"] = receiver
        of_member = values[ends[1] : ends[2]]
        subscription = None
        if of_member[place] is not None:
            subscription = instance_build(Subscription, dict(zip(member, of_member, strict=True)))
        rows.append(ClaimedRow(notification, subscription, *values[ends[2] :]))
    return rows


def relations_fill(rows: Sequence[Notification]) -> set[int]:
    """Set the users, rooms and messages of the rows; each is loaded only once.

    Returns the keys of the rows that have all three, because the columns have no constraint (docs/keys.md).
    """
    users = User.with_deleted.defer(*UNUSED_OF_USERS).in_bulk({row.user_id for row in rows})
    known = [row for row in rows if row.user_id in users]
    for row in known:
        row.user = users[row.user_id]
    return messages_fill(known)


def messages_fill(rows: Sequence[Notification]) -> set[int]:
    """Set the messages of the rows and their rooms; returns the keys of the rows that have both."""
    read = Message.objects.select_related("sender", "parent", "room")
    messages = read.in_bulk({row.message_id for row in rows})
    complete = set()
    for row in rows:
        message = messages.get(row.message_id)
        if message and message.room_id == row.room_id:
            row._state.fields_cache.update(message=message, room=message.room)
            complete.add(row.pk)
    return complete


def direct_viewers(rows: Iterable[Notification]) -> set[int]:
    """Return the members of direct rooms among the rows who may view direct messages."""
    members = {row.user_id for row in rows if row.room.is_direct}
    return users_with_permission(VIEW_DIRECT, users=members) if members else set()


def unread_sums(users: Collection[int]) -> dict[int, int]:
    """Return each user's total of unread messages in all rooms, which is the badge on the app's icon."""
    return dict(sum_rows.rows_of(users))


sum_rows: PreparedQuery[tuple[int, int]] = PreparedQuery(
    lambda *users: (
        Subscription.objects.filter(user__in=users).values_list("user").annotate(total=Sum("unread")).order_by()
    ),
    int,
)


def devices_of(users: Collection[int]) -> dict[int, list[Device]]:
    """Return the users' enabled devices."""
    devices: dict[int, list[Device]] = defaultdict(list)
    enabled = Device.objects.filter(user__in=users, disabled_at=None).order_by("pk")
    for device in instances_read(enabled, without=UNUSED_OF_DEVICES):
        devices[device.user_id].append(device)
    return devices


def target_devices(devices: list[Device], notification: Notification) -> list[Device]:
    """Return the devices that the notification is for: all, or the one that is tested."""
    only = notification.only_device_id
    return devices if only is None else [device for device in devices if device.pk == only]


def addresses_of(users: Collection[int]) -> dict[int, str]:
    """Return each user's e-mail address for notifications: the first verified one that is not suppressed."""
    usable = EmailAddress.objects.filter(user__in=users, verified=True, suppressed_at=None).order_by("-pk")
    return dict(usable.values_list("user_id", "address"))


def obstacle_of(item: Item) -> EndReason | None:
    """Return why the item must no longer be sent because of changes since it was queued, or None (docs/worker.md)."""
    message, subscription = item.notification.message, item.subscription
    if message.deleted_at is not None:
        return EndReason.MESSAGE_GONE
    if not item.user.is_active:
        return EndReason.USER_INACTIVE
    if subscription is None or (item.room.is_direct and not item.may_view_directs):
        return EndReason.ACCESS_LOST
    if subscription.last_seen_at is not None and subscription.last_seen_at >= message.accepted_at:
        return EndReason.CLEARED_BY_READ
    return email_obstacle_of(item) if item.is_email else push_obstacle_of(item)


def push_obstacle_of(item: Item) -> EndReason | None:
    """Return why a push must not be sent, or None."""
    if not PushSettings.current().enable:
        return EndReason.PUSH_DISABLED
    is_test = item.notification.rule == TEST_RULE
    if item.connection == Connection.ONLINE and not item.always_display_mobile and not is_test:
        return EndReason.CONNECTED
    return None if item.devices else EndReason.NO_DEVICE


def email_obstacle_of(item: Item) -> EndReason | None:
    """Return why an e-mail must not be sent, or None."""
    if not AccountsSettings.current().allow_email:
        return EndReason.EMAIL_DISABLED
    if item.connection == Connection.ONLINE:
        return EndReason.CONNECTED
    if item.address:
        return None
    is_suppressed = item.user.emails.filter(verified=True).exists()
    return EndReason.ADDRESS_SUPPRESSED if is_suppressed else EndReason.NO_EMAIL
