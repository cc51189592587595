"""Lists of a room's threads."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from workspace.models import Message, Room, ThreadFollower, User
from workspace.selectors.threads import threads_unread

FOLLOWING, UNREAD = "following", "unread"


def threads_listed(room: Room, user: User, *, kind: str = "", words: str = "") -> QuerySet[Message]:
    """Return the first messages of the room's threads: all, those that the user follows, or those unread for them.

    `words` is a part of the first message's text.
    """
    threads = Message.objects.filter(room=room, deleted_at=None, last_reply_at__isnull=False, reply_count__gt=0)
    if kind == FOLLOWING:
        threads = threads.filter(Exists(ThreadFollower.objects.filter(thread=OuterRef("pk"), user=user)))
    elif kind == UNREAD:
        threads = threads.filter(pk__in=threads_unread(user.pk).filter(thread__room=room).values("thread"))
    return threads.filter(text__icontains=words) if words else threads
