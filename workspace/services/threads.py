"""Threads and their followers."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from workspace.errors import ApplicationError
from workspace.models import Message, Room, Subscription, ThreadFollower, User
from workspace.selectors.messages import message_shown_to
from workspace.services.message_marks.touching import message_touch
from workspace.signals import message_details_changed, thread_read


def thread_of(parent: Message, *, room: Room) -> Message:
    """Return the first message of the thread that `parent` starts or belongs to.

    Raises `error-invalid-message` if it is in another room or was deleted.
    """
    thread = parent.parent or parent
    if thread.room_id != room.pk or thread.deleted_at is not None:
        raise ApplicationError("error-invalid-message", "Invalid message")
    return thread


def thread_extend(*, thread: Message, reply: Message, mentioned: list[User]) -> None:
    """Count a reply. Its author and the users it mentions start to follow the thread, where it is unread for them.

    With the first reply, the author of the thread follows it too. Users who stopped following are not added again.
    """
    followers = {reply.sender_id, *(user.pk for user in mentioned)}
    if thread.reply_count == 0:
        followers.add(thread.sender_id)
    just_before = reply.accepted_at - timedelta(microseconds=1)
    ThreadFollower.objects.bulk_create(
        [ThreadFollower(thread=thread, user_id=pk, read_at=just_before) for pk in sorted(followers)],
        ignore_conflicts=True,
    )
    Message.objects.filter(pk=thread.pk).update(
        reply_count=F("reply_count") + 1, last_reply_at=reply.accepted_at, updated_at=reply.accepted_at
    )
    message_details_changed.send(Message, message=thread)


def thread_shorten(*, reply: Message) -> None:
    """Stop counting a reply that was deleted."""
    assert reply.parent is not None
    Message.objects.filter(pk=reply.parent.pk, reply_count__gt=0).update(reply_count=F("reply_count") - 1)
    message_touch(message=reply.parent)


@transaction.atomic
def thread_follow(*, user: User, public_id: str) -> None:
    """Follow the thread that the message starts or belongs to. Idempotent.

    Raises `error-invalid-message` if the message does not exist or the user may not read it.
    """
    thread = thread_for(user, public_id, method="followMessage")
    _follower, is_new = ThreadFollower.objects.get_or_create(thread=thread, user=user)
    if is_new:
        message_touch(message=thread)


@transaction.atomic
def thread_unfollow(*, user: User, public_id: str) -> None:
    """Stop following the thread. Idempotent; raises the errors of :func:`thread_follow`."""
    thread = thread_for(user, public_id, method="unfollowMessage")
    deleted, _by_model = ThreadFollower.objects.filter(thread=thread, user=user).delete()
    if deleted:
        message_touch(message=thread)


@transaction.atomic
def thread_mark_read(*, user: User, thread: Message) -> None:
    """Record that the user has read the replies up to now. Idempotent."""
    now = timezone.now()
    ThreadFollower.objects.filter(thread=thread, user=user).update(read_at=now)
    Subscription.objects.filter(user=user, room=thread.room_id).update(updated_at=now)
    thread_read.send(Message, user=user, thread=thread, at=now)


def thread_for(user: User, public_id: str, *, method: str) -> Message:
    """Return the thread of a message that the user may read; the error contains the `method` for clients."""
    message = message_shown_to(user=user, public_id=public_id)
    if message is None:
        raise ApplicationError("error-invalid-message", "Invalid message", details={"method": method})
    return message.parent or message
