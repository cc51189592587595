"""Publishes changes that signals report, and rows that are saved or deleted one by one."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import QuerySet
from django.db.models.signals import m2m_changed, post_delete, post_save, pre_delete
from django.dispatch import receiver

from workspace.clients import NAME_LENGTH
from workspace.models import ErasureType, LiveKind, Message, MessageSettings, Presence, Room, Subscription, User
from workspace.services.live import (
    MEMBERS_PER_ROW,
    publish,
    publish_members_added,
    publish_members_removed,
    publish_message,
    publish_message_deleted,
    publish_new_messages,
    publish_room,
    publish_subscriptions,
    publish_user,
    publish_visible_presences,
)
from workspace.signals import (
    account_deleted,
    memberships_began,
    message_deleted,
    message_details_changed,
    message_edited,
    message_posted,
    messages_posted,
    room_changed,
    room_deleted,
    room_read,
    signed_out,
    subscription_changed,
    thread_read,
)

# Columns of an account that clients do not see.
UNSEEN_COLUMNS = frozenset({"last_login", "password", "session_generation", "accepts_browser_time_zone", "updated_at"})
# The changes of a many-to-many relation, in the words of the API.
ADDED_REMOVED = {"post_add": "added", "post_remove": "removed"}


@receiver(message_posted, dispatch_uid="live.message_posted")
def on_message_posted(*, message: Message, **_kwargs: Any) -> None:
    publish_message(message=message, is_new=True)


@receiver(messages_posted, dispatch_uid="live.messages_posted")
def on_messages_posted(*, messages: Sequence[Message], **_kwargs: Any) -> None:
    publish_new_messages(messages=messages)


@receiver(message_edited, dispatch_uid="live.message_edited")
@receiver(message_details_changed, dispatch_uid="live.message_details_changed")
def on_message_changed(*, message: Message, **_kwargs: Any) -> None:
    publish_message(message=message)


@receiver(message_deleted, dispatch_uid="live.message_deleted")
def on_message_deleted(*, message: Message, **_kwargs: Any) -> None:
    publish_message_deleted(message=message)


@receiver(room_read, dispatch_uid="live.room_read")
@receiver(subscription_changed, dispatch_uid="live.subscription_changed")
def on_subscription_changed(*, user: User, room: Room, **_kwargs: Any) -> None:
    publish_subscriptions(room=room, users=[user.pk])


@receiver(thread_read, dispatch_uid="live.thread_read")
def on_thread_read(*, user: User, thread: Message, **_kwargs: Any) -> None:
    publish_subscriptions(room=thread.room_id, users=[user.pk])


@receiver(memberships_began, dispatch_uid="live.memberships_began")
def on_memberships_began(*, room: Room, users: frozenset[int], **_kwargs: Any) -> None:
    publish_members_added(room=room, users=sorted(users))


@receiver(room_changed, dispatch_uid="live.room_changed")
def on_room_changed(*, room: Room, **_kwargs: Any) -> None:
    publish_room(room=room)


@receiver(post_save, sender=Room, dispatch_uid="live.room_saved")
def on_room_saved(*, instance: Room, created: bool, update_fields: object, **_kwargs: Any) -> None:
    """Publish a room that was saved entirely, as in the administration. Services send a signal instead."""
    if not created and update_fields is None:
        publish_room(room=instance)


@receiver(room_deleted, dispatch_uid="live.room_deleted")
def on_room_deleted(*, room: Room, **_kwargs: Any) -> None:
    publish(kind=LiveKind.ROOM_DELETED, room=room.pk, args={"room": room.public_id})


@receiver(pre_delete, sender=Room, dispatch_uid="live.room_row_deleted")
def on_room_row_deleted(*, instance: Room, **_kwargs: Any) -> None:
    on_room_deleted(room=instance)
    publish_removal(instance.subscriptions.all())


@receiver(post_save, sender=Subscription, dispatch_uid="live.subscription_saved")
def on_subscription_saved(*, instance: Subscription, created: bool, update_fields: object, **_kwargs: Any) -> None:
    """Publish a membership that was saved entirely, as in the administration. Services send a signal instead."""
    if update_fields is None:
        kind = LiveKind.MEMBERS_ADDED if created else LiveKind.SUBSCRIPTIONS
        publish(kind=kind, room=instance.room_id, user=instance.user_id)


@receiver(pre_delete, sender=Subscription, dispatch_uid="live.subscription_deleted")
def on_subscription_deleted(*, instance: Subscription, origin: Any, **_kwargs: Any) -> None:
    """Publish the end of memberships. Those that a query deletes are published together, for the first of them."""
    if isinstance(origin, Subscription):
        publish_members_removed(room=instance.room, members=[(instance.user_id, instance.public_id)])
    elif isinstance(origin, QuerySet) and origin.model is Subscription and not hasattr(origin, "is_published"):
        origin.is_published = True  # type: ignore[attr-defined]
        publish_removal(origin)


def publish_removal(memberships: QuerySet[Subscription]) -> None:
    """Publish the end of memberships, which still exist."""
    rows = memberships.select_related("room").order_by("room", "pk").iterator(MEMBERS_PER_ROW)
    for room, members in groupby(rows, key=lambda membership: membership.room):
        publish_members_removed(room=room, members=((row.user_id, row.public_id) for row in members))


@receiver(post_save, sender=User, dispatch_uid="live.user_saved")
def on_user_saved(*, instance: User, created: bool, update_fields: Collection[str] | None, **_kwargs: Any) -> None:
    """Publish the changed columns of an account; all of them if it was saved entirely, as in the administration."""
    names = {field.name for field in User._meta.concrete_fields} if update_fields is None else set(update_fields)
    if not created and (seen := names - UNSEEN_COLUMNS):
        publish_user(user=instance, fields=seen)


@receiver(post_delete, sender=User, dispatch_uid="live.user_deleted")
def on_user_deleted(*, instance: User, **_kwargs: Any) -> None:
    publish(kind=LiveKind.USER_DELETED, user=instance.pk, args={"id": instance.public_id})


@receiver(account_deleted, dispatch_uid="live.account_deleted")
def on_account_deleted(*, user: User, **_kwargs: Any) -> None:
    """Publish a deleted account, unless its messages remain unchanged."""
    erasure = MessageSettings.current().erasure_type
    if erasure != ErasureType.KEEP:
        publish(kind=LiveKind.USER_DELETED, user=user.pk, args={"id": user.public_id, "erasure": erasure})


@receiver(m2m_changed, sender=User.groups.through, dispatch_uid="live.user_roles")
def on_user_roles_changed(*, instance: User | Group, action: str, pk_set: set[int] | None, **_kwargs: Any) -> None:
    """Publish roles that a user was given or has lost."""
    if not action.startswith("post_") or pk_set == set():
        return
    if isinstance(instance, User):
        names = Group.objects.filter(pk__in=pk_set or ()).order_by("name").values_list("name", flat=True)
        args = {ADDED_REMOVED[action]: list(names)} if pk_set else None
        publish(kind=LiveKind.USER_ROLES, user=instance.pk, args=args)
    else:
        # Changed from the side of the role: any user may be affected.
        publish(kind=LiveKind.PERMISSIONS)


@receiver(post_save, sender=Presence, dispatch_uid="live.presence_saved")
def on_presence_saved(*, instance: Presence, **_kwargs: Any) -> None:
    publish_visible_presences(presences=[instance])


@receiver(post_save, sender=Group, dispatch_uid="live.role_saved")
def on_role_saved(*, instance: Group, **_kwargs: Any) -> None:
    publish(kind=LiveKind.ROLE, args={"name": instance.name})


@receiver(post_delete, sender=Group, dispatch_uid="live.role_deleted")
def on_role_deleted(*, instance: Group, **_kwargs: Any) -> None:
    publish(kind=LiveKind.ROLE_DELETED, args={"name": instance.name})


@receiver(m2m_changed, sender=Group.permissions.through, dispatch_uid="live.permissions")
@receiver(m2m_changed, sender=User.user_permissions.through, dispatch_uid="live.user_permissions")
def on_permissions_changed(*, action: str, model: type, pk_set: set[int] | None, **_kwargs: Any) -> None:
    """Publish the permissions that a role was given or has lost; all of them if it is not known which."""
    if not action.startswith("post_") or pk_set == set():
        return
    changed = Permission.objects.filter(pk__in=pk_set or ()) if model is Permission else Permission.objects.none()
    names = [f"{app}.{codename}" for app, codename in changed.values_list("content_type__app_label", "codename")]
    publish(kind=LiveKind.PERMISSIONS, args={"names": sorted(names)} if names else None)


@receiver(signed_out, dispatch_uid="live.signed_out")
def on_signed_out(*, user: User, digest: str, **_kwargs: Any) -> None:
    publish(kind=LiveKind.SIGNED_OUT, user=user.pk, args={"digest": digest[:NAME_LENGTH]})
