"""Threads with replies that a user has not read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from workspace.database.prepared import PreparedQuery
from workspace.models import Message, Subscription, ThreadFollower


@dataclass(slots=True)
class UnreadThreads:
    """Public ids of a room's unread threads: all, those that mention the user, and those with `@all` or `@here`."""

    all: list[str] = field(default_factory=list)
    mentioning_user: list[str] = field(default_factory=list)
    mentioning_group: list[str] = field(default_factory=list)


def threads_unread(*users: int) -> QuerySet[ThreadFollower]:
    """Return the threads that the users (given by key) follow and that have unread replies of others.

    Replies from before the follower joined the room do not count.
    """
    joined = Subscription.objects.filter(room=OuterRef("thread__room"), user=OuterRef("user")).values("joined_at")
    followed = ThreadFollower.objects.filter(
        user__in=users, thread__deleted_at=None, thread__last_reply_at__gt=F("read_at")
    ).alias(joined_at=Subquery(joined))
    return followed.filter(Exists(replies_unread()))


def replies_unread() -> QuerySet[Message]:
    """Return the replies that the follower in the outer query has not read."""
    replies = Message.objects.filter(
        parent=OuterRef("thread"),
        deleted_at=None,
        accepted_at__gt=OuterRef("read_at"),
        accepted_at__gte=OuterRef("joined_at"),
    )
    return replies.exclude(sender=OuterRef("user"))


def rows_of_threads(*users: int) -> QuerySet[ThreadFollower, Any]:
    """Return the unread threads of these users: user, room, thread, and whether unread replies mention the user or all.

    The oldest threads come first.
    """
    mentions_user = Exists(replies_unread().filter(mentions__user=OuterRef("user")))
    mentions_group = Exists(replies_unread().filter(Q(mentions_all=True) | Q(mentions_here=True)))
    columns = ("user", "thread__room", "thread__public_id", "is_user", "is_group")
    unread = threads_unread(*users).order_by("thread")
    return unread.annotate(is_user=mentions_user, is_group=mentions_group).values_list(*columns)


threads_described: PreparedQuery[Any] = PreparedQuery(rows_of_threads, int)


def unread_threads_by_member(
    users: Collection[int], *, room: int | None = None
) -> dict[tuple[int, int], UnreadThreads]:
    """Return the unread threads of these users in all rooms or in one, by user and room key, oldest first."""
    threads_by_member: defaultdict[tuple[int, int], UnreadThreads] = defaultdict(UnreadThreads)
    rows = threads_described.rows_of(users) if room is None else rows_of_threads(*users).filter(thread__room=room)
    for user, room_key, thread, is_user, is_group in rows:
        threads = threads_by_member[user, room_key]
        threads.all.append(thread)
        if is_user:
            threads.mentioning_user.append(thread)
        if is_group:
            threads.mentioning_group.append(thread)
    return dict(threads_by_member)
