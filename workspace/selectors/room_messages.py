"""What was said in a room or thread, a page at a time, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from workspace.models import Message, Room, SystemMessage, User
from workspace.models.messages import ENCRYPTED
from workspace.selectors.threads import threads_unread

MESSAGES_A_PAGE = 40
# How many messages of a room are checked for changes.
LAST_MESSAGES = 200
# So many messages are shown above one that a link leads to.
ABOVE_LINKED = 20


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Messages that follow one another; whether there are some before them, and after them."""

    messages: list[Message]
    has_older: bool
    has_newer: bool

    @property
    def first(self) -> Message | None:
        return self.messages[0] if self.messages else None

    @property
    def last(self) -> Message | None:
        return self.messages[-1] if self.messages else None


def messages_shown(room: Room) -> QuerySet[Message]:
    """Return what stands in the room itself: replies in threads only where they show in it, deleted ones never."""
    shown = Message.objects.filter(Q(parent=None) | Q(is_shown_in_room=True), room=room, deleted_at=None)
    return shown.filter(type__in=["", ENCRYPTED, *SystemMessage.values]).select_related("sender", "room", "parent")


def replies_shown(thread: Message) -> QuerySet[Message]:
    """Return the replies in a thread."""
    return Message.objects.filter(parent=thread, deleted_at=None).select_related("sender", "room", "parent")


def mentions_shown(room: Room, user: User) -> QuerySet[Message]:
    """Return what was said in the room, and in its threads, that mentions the user by name."""
    return Message.objects.filter(room=room, mentions__user=user, deleted_at=None)


def before(message: Message) -> Q:
    """Return the condition on messages that stand before this one."""
    return Q(sent_at__lt=message.sent_at) | Q(sent_at=message.sent_at, pk__lt=message.pk)


def after(message: Message) -> Q:
    """Return the condition on messages that stand after this one."""
    return Q(sent_at__gt=message.sent_at) | Q(sent_at=message.sent_at, pk__gt=message.pk)


def page_before(shown: QuerySet[Message], *, until: Message | None = None) -> MessagePage:
    """Return the last messages, or the last before `until`."""
    found = shown.filter(before(until)) if until else shown
    rows = list(found.order_by("-sent_at", "-pk")[: MESSAGES_A_PAGE + 1])
    return MessagePage(rows[:MESSAGES_A_PAGE][::-1], len(rows) > MESSAGES_A_PAGE, has_newer=until is not None)


def page_after(shown: QuerySet[Message], message: Message) -> MessagePage:
    """Return the first messages after one."""
    rows = list(shown.filter(after(message)).order_by("sent_at", "pk")[: MESSAGES_A_PAGE + 1])
    return MessagePage(rows[:MESSAGES_A_PAGE], has_older=True, has_newer=len(rows) > MESSAGES_A_PAGE)


def page_after_or_last(shown: QuerySet[Message], message: Message | None) -> MessagePage:
    """Return the first messages after one; the last there are where there was none."""
    return page_after(shown, message) if message else page_before(shown)


def recently_changed_ids(room: Room, since: datetime) -> list[str]:
    """Return the public ids of the room's last messages that were edited or deleted after the given time."""
    last = Message.objects.filter(room=room).order_by("-sent_at", "-pk").values("pk")[:LAST_MESSAGES]
    changed = Message.objects.filter(Q(edited_at__gt=since) | Q(deleted_at__gt=since), pk__in=last)
    return list(changed.values_list("public_id", flat=True))


def message_even_if_deleted(room: Room, public_id: str) -> Message | None:
    """Return the room's message of this id, be it deleted since; None for one that there never was."""
    return Message.objects.filter(room=room, public_id=public_id).first() if public_id else None


def page_around(shown: QuerySet[Message], message: Message) -> MessagePage:
    """Return the page on which a message stands: the last one, where it is on that."""
    last = page_before(shown)
    if message in last.messages:
        return last
    above = list(shown.filter(before(message)).order_by("-sent_at", "-pk")[: ABOVE_LINKED + 1])
    below = page_after(shown, message)
    messages = [*above[:ABOVE_LINKED][::-1], message, *below.messages[: MESSAGES_A_PAGE - ABOVE_LINKED]]
    has_newer = below.has_newer or len(below.messages) > MESSAGES_A_PAGE - ABOVE_LINKED
    return MessagePage(messages, len(above) > ABOVE_LINKED, has_newer)


def unread_thread_keys(messages: list[Message], *, user: User) -> set[int]:
    """Return the keys of the messages whose threads hold replies that the user has not read."""
    keys = [message.pk for message in messages if message.reply_count]
    unread = threads_unread(user.pk).filter(thread__in=keys).values_list("thread", flat=True)
    return set(unread) if keys else set()


def followed_thread_keys(messages: list[Message], *, user: User) -> set[int]:
    """Return the keys of those messages whose threads the user follows."""
    keys = [message.pk for message in messages if message.reply_count]
    return set(Message.objects.filter(pk__in=keys, thread_followers__user=user).values_list("pk", flat=True))
