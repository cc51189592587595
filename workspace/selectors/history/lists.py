"""Lists of a room's messages: pinned, starred, first of a thread, or containing some words."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from workspace.models import Message, Room, ThreadFollower, User
from workspace.selectors.history.loading import NEWEST_FIRST
from workspace.selectors.threads import threads_unread

FOLLOWING, UNREAD = "following", "unread"
# Only the latest messages of a room are searched, so that a search never reads a large part of the table.
SEARCHED_MESSAGES = 20_000
# Further words do not narrow a search down, but each is compared with every message.
MAX_WORDS = 20


def messages_pinned(room: Room) -> QuerySet[Message]:
    """Return the pinned messages of the room."""
    return Message.objects.filter(pin__room=room, pin__is_pinned=True, deleted_at=None)


def messages_starred(room: Room, user: User) -> QuerySet[Message]:
    """Return the messages of the room that the user has starred."""
    return Message.objects.filter(room=room, stars__user=user, deleted_at=None)


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


def messages_found(room: Room, words: str) -> QuerySet[Message]:
    """Return people's messages in the room and its threads that contain all the words, in any case, newest first.

    Only the first 20 different words count, and only the last 20,000 messages of the room are searched. Encrypted
    messages are never found.
    """
    messages = Message.objects.filter(room=room, type="", deleted_at=None)
    sent = Message.objects.filter(room=room).order_by("-sent_at").values_list("sent_at", flat=True)
    if too_old := list(sent[SEARCHED_MESSAGES : SEARCHED_MESSAGES + 1]):
        messages = messages.filter(sent_at__gt=too_old[0])
    for word in list(dict.fromkeys(words.split()))[:MAX_WORDS]:
        messages = messages.filter(text__icontains=word)
    return messages.order_by(*NEWEST_FIRST)
