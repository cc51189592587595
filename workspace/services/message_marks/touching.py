"""Informing clients of changes of messages other than of their content."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from workspace.models import Message, Pin, Reaction, Star
from workspace.signals import message_details_changed


def message_touch(*, message: Message) -> None:
    """Make clients load the message again, after something other than its content has changed."""
    message.updated_at = timezone.now()
    Message.objects.filter(pk=message.pk).update(updated_at=message.updated_at)
    message_details_changed.send(Message, message=message)


def pin_notices_touch(*, message: Message) -> None:
    """Make clients load the system messages that quote the message, because its content has changed."""
    for notice in Message.objects.filter(pin_notice__message=message, deleted_at=None):
        message_touch(message=notice)


def marks_delete(*, messages: QuerySet[Message]) -> None:
    """Delete what users added to messages that are being deleted, except reports."""
    for model in (Reaction, Star, Pin):
        model._default_manager.filter(message__in=messages).delete()
