"""Publishes changes that signals report: messages, and rows that are saved or deleted one by one."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from workspace.models import Message, Room, Subscription
from workspace.models.history import is_deleting_rows
from workspace.services.live import publish_members_removed, publish_message, publish_message_deleted
from workspace.signals import (
    message_deleted,
    message_details_changed,
    message_edited,
    message_posted,
    room_deleted,
)


@receiver(message_posted, dispatch_uid="live.message_posted")
def on_message_posted(*, message: Message, **_kwargs: Any) -> None:
    publish_message(message=message, is_new=True)


@receiver(message_edited, dispatch_uid="live.message_edited")
def on_message_edited(*, message: Message, **_kwargs: Any) -> None:
    publish_message(message=message)


@receiver(message_details_changed, dispatch_uid="live.message_details_changed")
def on_message_details_changed(*, message: Message, **_kwargs: Any) -> None:
    publish_message(message=message)


@receiver(message_deleted, dispatch_uid="live.message_deleted")
def on_message_deleted(*, message: Message, **_kwargs: Any) -> None:
    publish_message_deleted(message=message)


@receiver(post_delete, sender=Subscription, dispatch_uid="live.subscription_deleted")
def on_subscription_deleted(*, instance: Subscription, **_kwargs: Any) -> None:
    if not is_deleting_rows():
        publish_members_removed(room=instance.room, members=[(instance.user_id, instance.public_id)])


@receiver(room_deleted, dispatch_uid="live.room_deleted")
def on_room_deleted(*, room: Room, **_kwargs: Any) -> None:
    """Publish the end of all memberships together, instead of one by one while they are deleted."""
    publish_members_removed(room=room, members=room.subscriptions.values_list("user_id", "public_id").iterator())
