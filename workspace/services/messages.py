"""Posting, editing and deleting messages."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from workspace.errors import ApplicationError, NotAllowedError
from workspace.ids import public_id_new
from workspace.mentions import mentions_parse
from workspace.models import Mention, Message, MessageSettings, Room, Subscription, ThreadFollower, TransientText, User
from workspace.models.messages import ENCRYPTED
from workspace.selectors.messages import is_deletable, is_editable
from workspace.selectors.permissions import DELETE_MESSAGES
from workspace.selectors.room_roles import may_in_room
from workspace.selectors.rooms import subscription_of
from workspace.services.live import publish_subscriptions
from workspace.services.message_marks.touching import marks_delete, pin_notices_touch
from workspace.services.reading import mention_targets_before_deletion
from workspace.services.threads import thread_extend, thread_of, thread_shorten
from workspace.signals import message_deleted, message_edited, message_posted

MESSAGE_MAX_LENGTH = 5000
# What remains of the content of a deleted message.
ERASED: dict[str, Any] = {"text": "", "content": None, "attachments": [], "alias": "", "avatar": "", "emoji": ""}


@transaction.atomic
def message_post(
    *,
    sender: User,
    room: Room,
    text: str,
    public_id: str = "",
    parent: Message | None = None,
    is_shown_in_room: bool = False,
    type: str = "",
    content: Any = None,
    attachments: Sequence[dict[str, Any]] = (),
    alias: str = "",
    avatar: str = "",
    emoji: str = "",
    integration_id: str = "",
    sent_at: datetime | None = None,
) -> Message:
    """Store a message and announce it. The worker decides later who is notified.

    A `public_id` chosen by the client makes retries safe: if the message exists, it is returned. Raises
    `error-not-allowed` if the sender may not post in the room, `error-message-size-exceeded` for a text over 5,000
    characters, `error-invalid-message` if `parent` is not a message of the room, and ValidationError for a public id
    with characters other than letters and digits.
    """
    if public_id and (stored := stored_message(sender=sender, room=room, public_id=public_id)):
        return stored
    may_post_check(sender=sender, room=room)
    text_check(text)
    thread = thread_of(parent, room=room) if parent else None
    now = timezone.now()
    message = Message(
        public_id=public_id or public_id_new(),
        room=room,
        sender=sender,
        text=text,
        parent=thread,
        is_shown_in_room=is_shown_in_room and thread is not None,
        type=type,
        content=content,
        attachments=list(attachments),
        alias=alias,
        avatar=avatar,
        emoji=emoji,
        integration_id=integration_id,
        sent_at=sent_at or now,
        accepted_at=now,
    )
    message.clean_fields(exclude=["room", "sender", "parent", "text"])
    mentioned = mentions_resolve(message)
    if repeated := message_save(message):
        return repeated
    Mention.objects.bulk_create([Mention(message=message, user=user) for user in mentioned])
    if thread is not None:
        thread_extend(thread=thread, reply=message, mentioned=mentioned)
    Room.objects.filter(pk=room.pk).update(last_message_at=now, messages_count=F("messages_count") + 1, updated_at=now)
    message_posted.send(Message, message=message)
    return message


def stored_message(*, sender: User, room: Room, public_id: str) -> Message | None:
    """Return the message with this id, if it is already stored.

    Raises `error-duplicate-message-id` if it belongs to another sender or room.
    """
    stored = Message.objects.filter(public_id=public_id).first()
    if stored is None or (stored.sender_id == sender.pk and stored.room_id == room.pk):
        return stored
    raise ApplicationError("error-duplicate-message-id", "A message with this id exists")


def message_save(message: Message) -> Message | None:
    """Save the message; if a concurrent retry has stored it, return that one."""
    try:
        with transaction.atomic():
            message.save()
    except IntegrityError:
        if stored := stored_message(sender=message.sender, room=message.room, public_id=message.public_id):
            return stored
        raise
    return None


def text_check(text: str) -> None:
    """Raise `error-message-size-exceeded` if the text is too long."""
    if len(text) > MESSAGE_MAX_LENGTH:
        raise ApplicationError("error-message-size-exceeded", "Message size exceeds Message_MaxAllowedSize")


def may_post_check(*, sender: User, room: Room) -> None:
    """Raise `error-not-allowed` if the sender may not post in the room."""
    subscription = subscription_of(user=sender, room=room)
    if subscription is None or subscription.is_muted:
        raise NotAllowedError()
    if room.is_archived:
        raise ApplicationError("error-room-archived", "The room is archived")
    if not can_post(subscription=subscription, room=room, sender=sender):
        raise ApplicationError("room_is_read_only", "room_is_read_only")


def can_post(*, subscription: Subscription, room: Room, sender: User) -> bool:
    """Return True if the member may post. Read-only rooms require a permission, such as owners have."""
    if subscription.is_muted or room.is_archived:
        return False
    return (
        not room.is_read_only
        or subscription.is_unmuted
        or may_in_room(user=sender, room=room, permission="workspace.post_readonly", subscription=subscription)
    )


def mentions_resolve(message: Message) -> list[User]:
    """Return the users mentioned by name, and set the flags for group mentions that the sender may use."""
    parsed = mentions_parse(message.text)
    message.mentions_all = parsed.mentions_group("all") and may_mention(message, "workspace.mention_all")
    message.mentions_here = parsed.mentions_group("here") and may_mention(message, "workspace.mention_here")
    if not parsed.names:
        return []
    by_name = {user.username.lower(): user for user in User.objects.filter(username__lower__in=parsed.names)}
    return [by_name[name] for name in sorted(parsed.resolve(set(by_name)))]


def may_mention(message: Message, permission: str) -> bool:
    """Return True if the sender has this permission to mention a group."""
    return may_in_room(user=message.sender, room=message.room, permission=permission)


@transaction.atomic
def message_edit(*, editor: User, message: Message, text: str = "", content: Any = None) -> Message:
    """Replace the text of a message or, if it is encrypted, its `content`.

    Mentions are resolved again, but nobody is notified. Raises `error-action-not-allowed` unless the editor is the
    author, the message exists and the workspace allows editing, `error-message-editing-blocked` if the message is too
    old, `error-invalid-params` for encrypted content of a message that is not encrypted, and
    the errors of posting if the editor may not post in the room any more.
    """
    if message.sender_id != editor.pk or message.is_system or message.deleted_at is not None:
        raise edit_not_allowed()
    if not MessageSettings.current().allow_editing:
        raise edit_not_allowed()
    if not is_editable(message):
        raise ApplicationError("error-message-editing-blocked", "Message editing is blocked")
    may_post_check(sender=editor, room=message.room)
    text_check(text)
    if content is not None and message.type != ENCRYPTED:
        raise ApplicationError("error-invalid-params", "The message is not encrypted.")
    now, before = timezone.now(), mention_targets_before_deletion(message)
    message.text, message.content = text, content
    message.edited_at, message.edited_by, message.updated_at = now, editor, now
    mentioned = mentions_resolve(message)
    # Only these columns, because replies may have been counted since the message was loaded. Only if it still exists,
    # because otherwise a deleted message would get content again.
    columns = ("text", "content", "edited_at", "edited_by", "mentions_all", "mentions_here", "updated_at")
    changed = {name: getattr(message, name) for name in columns}
    if not Message.objects.filter(pk=message.pk, deleted_at=None).update(**changed):
        raise edit_not_allowed()
    if message.parent_id is not None:
        # Subscriptions list unread threads with mentions, so an edited reply changes those of its followers.
        followers = ThreadFollower.objects.filter(thread=message.parent_id).values_list("user_id", flat=True)
        Subscription.objects.filter(room=message.room_id, user__in=followers).update(updated_at=now)
        publish_subscriptions(room=message.room_id, users=followers)
    message.mentions.all().delete()
    Mention.objects.bulk_create([Mention(message=message, user=user) for user in mentioned])
    pin_notices_touch(message=message)
    message_edited.send(Message, message=message, before=before)
    return message


def edit_not_allowed() -> ApplicationError:
    """Return the error for a message that the caller may not edit."""
    return ApplicationError("error-action-not-allowed", "Message editing not allowed")


@transaction.atomic
def message_delete(*, deleter: User, message: Message) -> None:
    """Delete the content of a message. The row remains, so that decisions about it can still be explained.

    Idempotent: repeated calls change nothing. Raises `error-action-not-allowed` unless the deleter has the permission
    in the room, or is the author while the workspace's settings allow it. The user of a system message does not count
    as its author.
    """
    is_author = message.sender_id == deleter.pk and not message.is_system and is_deletable(message)
    if not is_author and not may_in_room(user=deleter, room=message.room, permission=DELETE_MESSAGES):
        raise ApplicationError("error-action-not-allowed", "Not allowed")
    message_erase(message=message)


@transaction.atomic
def message_erase(*, message: Message) -> None:
    """Delete the content of a message without checking permissions. Idempotent."""
    now = timezone.now()
    deleted = Message.objects.filter(pk=message.pk, deleted_at=None).update(**ERASED, deleted_at=now, updated_at=now)
    message.refresh_from_db(fields=[*ERASED, "deleted_at", "updated_at"])
    if not deleted:
        return
    if message.integration_id:
        TransientText.objects.filter(message=message).delete()
    if message.parent_id is not None:
        thread_shorten(reply=message)
    marks_delete(messages=Message.objects.filter(pk=message.pk))
    pin_notices_touch(message=message)
    if not message.is_system:
        Room.objects.filter(pk=message.room_id, messages_count__gt=0).update(
            messages_count=F("messages_count") - 1, updated_at=now
        )
    message_deleted.send(Message, message=message)


@transaction.atomic
def system_message_post(*, room: Room, user: User, type: str, text: str = "", role: str = "") -> Message:
    """Store a system message, such as `uj` (joined) or `ul` (left); nobody is notified of it."""
    message = Message.objects.create(room=room, sender=user, type=type, text=text, role=role)
    message_posted.send(Message, message=message)
    return message
