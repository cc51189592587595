"""The messages of a room or thread, in pages, oldest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from workspace.models import Message, Room, SystemMessage, User
from workspace.models.messages import ENCRYPTED
from workspace.selectors.threads import threads_unread

MESSAGES_PER_PAGE = 40
# At most this many changes are applied to an open page at once.
MOST_CHANGED = 200
# Later than this after it was accepted, a new value of a message's `updated_at` means a change.
POSTED_WITHIN = timedelta(seconds=1)
# The number of messages above one that is opened by a link.
ABOVE_LINKED = 20


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Consecutive messages, and whether there are older and newer ones."""

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
    """Return the messages shown in the room, without deleted ones and replies that are shown in their thread only."""
    shown = Message.objects.filter(Q(parent=None) | Q(is_shown_in_room=True), room=room, deleted_at=None)
    return shown.filter(type__in=["", ENCRYPTED, *SystemMessage.values]).select_related("sender", "room", "parent")


def replies_shown(thread: Message) -> QuerySet[Message]:
    """Return the replies in a thread."""
    return Message.objects.filter(parent=thread, deleted_at=None).select_related("sender", "room", "parent")


def mentions_shown(room: Room, user: User) -> QuerySet[Message]:
    """Return messages in the room and its threads that mention the user by name."""
    return Message.objects.filter(room=room, mentions__user=user, deleted_at=None)


def before(message: Message) -> Q:
    """Return a condition on messages before this one."""
    return Q(sent_at__lt=message.sent_at) | Q(sent_at=message.sent_at, pk__lt=message.pk)


def after(message: Message) -> Q:
    """Return a condition on messages after this one."""
    return Q(sent_at__gt=message.sent_at) | Q(sent_at=message.sent_at, pk__gt=message.pk)


def page_before(shown: QuerySet[Message], *, until: Message | None = None) -> MessagePage:
    """Return the last page, or the page before the message `until`."""
    messages = shown.filter(before(until)) if until else shown
    rows = list(messages.order_by("-sent_at", "-pk")[: MESSAGES_PER_PAGE + 1])
    return MessagePage(rows[:MESSAGES_PER_PAGE][::-1], len(rows) > MESSAGES_PER_PAGE, has_newer=until is not None)


def page_after(shown: QuerySet[Message], message: Message) -> MessagePage:
    """Return the page after a message."""
    rows = list(shown.filter(after(message)).order_by("sent_at", "pk")[: MESSAGES_PER_PAGE + 1])
    return MessagePage(rows[:MESSAGES_PER_PAGE], has_older=True, has_newer=len(rows) > MESSAGES_PER_PAGE)


def page_after_or_last(shown: QuerySet[Message], message: Message | None) -> MessagePage:
    """Return the page after a message, or the last page if there is no message."""
    return page_after(shown, message) if message else page_before(shown)


def recently_changed_ids(room: Room, since: datetime, shown_at: datetime) -> list[str]:
    """Return the public ids of messages in the room that have changed since the given time, at most 200.

    Edits, deletions, replies, reactions and pins are changes; being posted is not. A page shows what it asked for at
    `shown_at`; `since` is earlier, because a change may be committed later than its timestamp.
    """
    is_edit = Q(edited_at__isnull=False) | Q(deleted_at__isnull=False)
    is_later = Q(accepted_at__lte=shown_at, updated_at__gt=shown_at) | Q(accepted_at__lte=since)
    is_late = Q(updated_at__gt=F("accepted_at") + POSTED_WITHIN)
    changed = Message.objects.filter(is_edit | is_later | is_late, room=room, updated_at__gt=since)
    return list(changed.order_by("-updated_at").values_list("public_id", flat=True)[:MOST_CHANGED])


def message_even_if_deleted(room: Room, public_id: str) -> Message | None:
    """Return the message in the room with this id, even if it was deleted; None if it never existed."""
    return Message.objects.filter(room=room, public_id=public_id).first() if public_id else None


def page_around(shown: QuerySet[Message], message: Message) -> MessagePage:
    """Return a page that contains the message: the last page if possible."""
    last = page_before(shown)
    if message in last.messages:
        return last
    above = list(shown.filter(before(message)).order_by("-sent_at", "-pk")[: ABOVE_LINKED + 1])
    below = page_after(shown, message)
    messages = [*above[:ABOVE_LINKED][::-1], message, *below.messages[: MESSAGES_PER_PAGE - ABOVE_LINKED]]
    has_newer = below.has_newer or len(below.messages) > MESSAGES_PER_PAGE - ABOVE_LINKED
    return MessagePage(messages, len(above) > ABOVE_LINKED, has_newer)


def unread_thread_keys(messages: list[Message], *, user: User) -> set[int]:
    """Return the keys of the messages whose threads contain replies that the user has not read."""
    keys = [message.pk for message in messages if message.reply_count]
    unread = threads_unread(user.pk).filter(thread__in=keys).values_list("thread", flat=True)
    return set(unread) if keys else set()


def followed_thread_keys(messages: list[Message], *, user: User) -> set[int]:
    """Return the keys of the messages whose threads the user follows."""
    keys = [message.pk for message in messages if message.reply_count]
    return set(Message.objects.filter(pk__in=keys, thread_followers__user=user).values_list("pk", flat=True))
