"""Unread counters, and marking rooms as read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _

from workspace.errors import ApplicationError
from workspace.models import Mention, Message, Room, Subscription, ThreadFollower, User
from workspace.models.messages import ENCRYPTED
from workspace.services.live import publish_subscriptions
from workspace.signals import counters_behind, room_read

COUNTERS = ("unread", "user_mentions", "group_mentions")


@dataclass(frozen=True, slots=True)
class MentionTargets:
    """The users that a message mentions: everyone in the room (`@all`, `@here`), or users by name (account keys).

    Stored with edits (`Decision.facts`).
    """

    everyone: bool = False
    people: frozenset[int] = frozenset()


def mention_targets(message: Message) -> MentionTargets | None:
    """Return the users that the message mentions now; None if it was deleted."""
    return None if message.deleted_at is not None else mention_targets_before_deletion(message)


def mention_targets_before_deletion(message: Message) -> MentionTargets:
    """Return the users that the message mentions, even if it was deleted."""
    people = message.mentions.values_list("user_id", flat=True)
    return MentionTargets(message.mentions_all or message.mentions_here, frozenset(people))


def unread_count_add(
    *, message: Message, targets: MentionTargets | None = None, above: int = 0, upto: int | None = None
) -> None:
    """Count a new message for members who have not read it. The worker calls this once per message.

    Large rooms are processed in parts: members whose keys are greater than `above` and at most `upto`. Passing
    `targets` saves a query.
    """
    unread_count_change(message=message, before=None, after=targets or mention_targets(message), above=above, upto=upto)


@transaction.atomic(savepoint=False)
def unread_count_change(
    *,
    message: Message,
    before: MentionTargets | None,
    after: MentionTargets | None,
    above: int = 0,
    upto: int | None = None,
) -> bool:
    """Update the counters of members who have not read the message, after its mentions changed.

    `before` and `after` are the mentions; None means that the message does not count, because it is new or was deleted.
    In a direct room every message counts; elsewhere, messages that mention the member by name or through `@all` or
    `@here`. Returns True if any counter may have changed.
    """
    if message.is_system or message.is_thread_reply:
        return False
    is_direct = message.room.is_direct
    old_names, new_names = before.people if before else frozenset(), after.people if after else frozenset()
    groups = [(~Q(user_id__in=old_names | new_names), False, False)]
    groups += [
        (Q(user_id__in=people), was_named, is_named)
        for people, was_named, is_named in (
            (old_names - new_names, True, False),
            (new_names - old_names, False, True),
            (old_names & new_names, True, True),
        )
        if people
    ]
    members = unread_members(message).filter(user_id__gt=above)
    if upto is not None:
        members = members.filter(user_id__lte=upto)
    reopened = {"is_open": True} if is_direct and before is None else {}
    is_changed = False
    for group, was_named, is_named in groups:
        old, new = (
            counter_increments(before, is_direct, is_named=was_named),
            counter_increments(after, is_direct, is_named=is_named),
        )
        if old != new:
            changes = {name: Greatest(F(name) + new[name] - old[name], 0) for name in new if new[name] != old[name]}
            members.filter(group).update(**changes, **reopened, updated_at=timezone.now())
            is_changed = True
    if is_changed:
        publish_counters(message=message, before=before, after=after)
    return is_changed


def publish_counters(*, message: Message, before: MentionTargets | None, after: MentionTargets | None) -> None:
    """Publish the changed counters: of the users mentioned by name, or of all members if everyone is concerned."""
    targets = [one for one in (before, after) if one is not None]
    if message.room.is_direct or any(one.everyone for one in targets):
        publish_subscriptions(room=message.room_id)
    else:
        publish_subscriptions(room=message.room_id, users=frozenset().union(*(one.people for one in targets)))


def unread_members(message: Message) -> QuerySet[Subscription]:
    """Return the members who have not read the message. It was sent after they joined and last visited the room."""
    unseen = Q(last_seen_at=None, joined_at__lte=message.accepted_at) | Q(last_seen_at__lt=message.accepted_at)
    return Subscription.objects.filter(unseen, room_id=message.room_id).exclude(user_id=message.sender_id)


def counter_increments(targets: MentionTargets | None, is_direct: bool, *, is_named: bool) -> dict[str, int]:
    """Return what a message with these mentions adds to each counter of a member, mentioned by name or not."""
    if targets is None:
        return dict.fromkeys(COUNTERS, 0)
    by_group = targets.everyone and not is_direct
    return dict(zip(COUNTERS, (int(is_direct or by_group or is_named), int(is_named), int(by_group)), strict=True))


@transaction.atomic
def room_mark_read(*, user: User, room: Room, read_threads: bool = False) -> bool:
    """Record that the member has read the room up to now; returns False if they are not a member.

    Threads are read separately, unless `read_threads` marks all of them as read too.
    """
    now = timezone.now()
    changed = Subscription.objects.filter(user=user, room=room).update(
        unread=0, user_mentions=0, group_mentions=0, is_open=True, last_seen_at=now, updated_at=now
    )
    if changed and read_threads:
        ThreadFollower.objects.filter(user=user, thread__room=room).update(read_at=now)
    if changed:
        room_read.send(Subscription, user=user, room=room, at=now)
    return bool(changed)


@transaction.atomic
def room_mark_unread(*, user: User, room: Room, first: str = "") -> None:
    """Mark the room as unread from a message on: the one with the id `first`, or the last one by somebody else.

    If nobody else has written, it is the member's own last message. The unread messages are counted as they were when
    they arrived. Raises `error-action-not-allowed` if `first` is not a message by somebody else, and
    `error-no-message-for-unread` for a room without messages.
    """
    visible = Message.objects.filter(room=room, deleted_at=None, type__in=["", ENCRYPTED])
    visible = visible.filter(Q(parent=None) | Q(is_shown_in_room=True))
    shown = visible.exclude(sender=user)
    if first:
        first_unread = shown.filter(public_id=first).first()
    else:
        newest = ("-accepted_at", "-pk")
        first_unread = shown.order_by(*newest).first() or visible.order_by(*newest).first()
    if first_unread is None and first:
        raise ApplicationError("error-action-not-allowed", _("Only other people's messages can be marked as unread."))
    if first_unread is None:
        raise ApplicationError("error-no-message-for-unread", _("There is no message to mark as unread."))
    # The worker updates the same row. What it has not counted yet, it will count afterwards.
    subscription = Subscription.objects.select_for_update().filter(user=user, room=room)
    list(subscription)
    totals = unread_totals(user=user, room=room, shown=shown, since=first_unread.accepted_at)
    subscription.update(
        **totals,
        is_open=True,
        last_seen_at=first_unread.accepted_at - timedelta(microseconds=1),
        updated_at=timezone.now(),
    )
    publish_subscriptions(room=room, users=[user.pk])


def unread_totals(*, user: User, room: Room, shown: QuerySet[Message], since: datetime) -> dict[str, int]:
    """Return the member's counters if nothing has been read since then, as far as the worker has counted.

    `shown` are the messages of the room that can count for the member.
    """
    behind: dict[int, MentionTargets | None] = {}
    responses: list[tuple[Any, Any]] = counters_behind.send(Message, user=user, room=room, since=since)
    for _receiver, targets_by_message in responses:
        behind |= targets_by_message
    unread = shown.filter(accepted_at__gte=since).exclude(pk__in=behind)
    named = unread.filter(Exists(Mention.objects.filter(message=OuterRef("pk"), user=user)))
    to_group = unread.filter(Q(mentions_all=True) | Q(mentions_here=True))
    counting = unread if room.is_direct else named | to_group
    values = (counting.count(), named.count(), 0 if room.is_direct else to_group.count())
    totals = dict(zip(COUNTERS, values, strict=True))
    for targets in behind.values():
        added = counter_increments(targets, room.is_direct, is_named=targets is not None and user.pk in targets.people)
        totals = {name: totals[name] + added[name] for name in COUNTERS}
    return totals
