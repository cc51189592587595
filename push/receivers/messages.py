"""Creates pending decisions for the worker when a message is posted, edited or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.dispatch import receiver

from push.models import Decision, Event
from push.monitoring.tracing import origin_values
from push.services.changes import calls_pending
from push.waking import wake
from workspace.database.copying import rows_copy
from workspace.logs.events import LogEvent
from workspace.models import Message, Room, User
from workspace.services.reading import MentionTargets
from workspace.signals import counters_behind, message_deleted, message_edited, message_posted, messages_posted
from workspace.stored_json import stored_write

CHANGE_FIELDS = {
    "message": "the public id of the message",
    "room": "the public id of the room",
    "sender": "the number of the sender",
}
MESSAGE_POSTED = LogEvent("message.posted", "A message was stored; who is notified is decided later.", CHANGE_FIELDS)
MESSAGES_POSTED = LogEvent(
    "messages.posted", "Messages that another application reported were stored.", {"messages": "how many"}
)
MESSAGE_EDITED = LogEvent("message.edited", "A message was edited.", CHANGE_FIELDS)
MESSAGE_DELETED = LogEvent("message.deleted", "A message was deleted.", CHANGE_FIELDS)


@receiver(message_posted, dispatch_uid="push.message_posted")
def message_posted_record(message: Message, **_kwargs: Any) -> None:
    """Create a pending decision, in the same transaction as the message."""
    Decision.objects.create(message=message, event=Event.POSTED, accepted_at=message.accepted_at, **origin_values())
    log_later(MESSAGE_POSTED, message)
    wake("decide")


@receiver(messages_posted, dispatch_uid="push.messages_posted")
def messages_posted_record(messages: Sequence[Message], **_kwargs: Any) -> None:
    """Create the pending decisions about several messages."""
    rows_copy(
        source=Message.objects.filter(pk__in=[message.pk for message in messages]).order_by("pk"),
        model=Decision,
        columns={"message_id": "pk", "accepted_at": "accepted_at"},
        constants={"event": Event.POSTED, **origin_values()},
    )
    transaction.on_commit(partial(MESSAGES_POSTED.log, messages=len(messages)))
    wake("decide")


@receiver(message_edited, dispatch_uid="push.message_edited")
def message_edited_record(message: Message, before: MentionTargets, **_kwargs: Any) -> None:
    """Create a pending decision for the edit; `before` contains the mentions before the edit."""
    accepted_at = message.edited_at or message.updated_at
    facts = {"before": stored_write(before)}
    Decision.objects.create(
        message=message, event=Event.EDITED, accepted_at=accepted_at, facts=facts, **origin_values()
    )
    log_later(MESSAGE_EDITED, message)
    wake("decide")


@receiver(message_deleted, dispatch_uid="push.message_deleted")
def message_deleted_record(message: Message, **_kwargs: Any) -> None:
    """Create a pending decision to update the counters and the devices that show the deleted message."""
    if message.is_system:
        return
    deleted_at = message.deleted_at or message.updated_at
    Decision.objects.create(message=message, event=Event.DELETED, accepted_at=deleted_at, **origin_values())
    log_later(MESSAGE_DELETED, message)
    wake("decide")


def log_later(event: LogEvent, message: Message) -> None:
    """Log the event once the transaction has been committed."""
    fields = {"message": message.public_id, "room": message.room.public_id, "sender": message.sender_id}
    transaction.on_commit(partial(event.log, **fields))


@receiver(counters_behind, dispatch_uid="push.counters_behind")
def counters_behind_return(user: User, room: Room, since: datetime, **_kwargs: Any) -> dict[int, MentionTargets | None]:
    """Return the messages whose post, edit or deletion the worker has not processed yet."""
    return calls_pending(user=user, room=room, since=since)
