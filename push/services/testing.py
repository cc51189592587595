"""Test pushes: real notifications of a real message, whose delivery can be followed to each device."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from push.models import TEST_RULE, Channel, Device, Notification, PushSettings
from push.selectors.configuration import unreachable
from push.waking import wake
from workspace.errors import ApplicationError, MissingPermissionError
from workspace.ids import public_id_new
from workspace.models import Message, Room, RoomType, Subscription, User
from workspace.services.rooms import direct_key_of, members_add

OWN_PERMISSION = "push.test_push_notifications"
OTHERS_PERMISSION = "push.test_push_of_others"
# A system message: the rules notify nobody, so the test push is its only notification.
MESSAGE_TYPE = "test-push"


def own_push_test(actor: User) -> Notification:
    """Send a test push to the actor's own devices; see :func:`push_test_start`."""
    return push_test_start(user=actor, actor=actor)


@transaction.atomic
def push_test_start(*, user: User, actor: User) -> Notification:
    """Queue a test push to all devices of the user, due now. The worker sends it like any other push.

    The only difference is that the setting *Always display mobile notifications* does not hold it back, because users
    who send test pushes are online. Raises MissingPermissionError, `error-push-disabled`,
    `error-no-tokens-for-this-user`, or `error-push-misconfigured` with the reason if no push can leave the server.
    """
    if not actor.has_perm(OWN_PERMISSION if actor == user else OTHERS_PERMISSION):
        raise MissingPermissionError()
    return push_test_to(user=user)


@transaction.atomic
def push_test_to(*, user: User) -> Notification:
    """Queue a test push like :func:`push_test_start`, for an operator of this server, who needs no permission."""
    devices = list(Device.objects.filter(user=user, disabled_at=None))
    if not devices:
        possible_check()
        raise ApplicationError("error-no-tokens-for-this-user", _("There are no tokens for this user"))
    return push_test_queue(user=user, devices=devices)


@transaction.atomic
def device_test_start(*, device: Device) -> Notification:
    """Queue a test push to this device only. Raises `error-device-disabled` or errors like :func:`push_test_start`."""
    if device.disabled_at is not None:
        raise ApplicationError(
            "error-device-disabled", _("This device no longer receives notifications until its app registers it again.")
        )
    return push_test_queue(user=device.user, devices=[device], only_device=device)


def push_test_queue(*, user: User, devices: Sequence[Device], only_device: Device | None = None) -> Notification:
    """Queue a test push; raise `error-push-misconfigured` if none of the devices can be reached."""
    possible_check()
    if reason := unreachable(devices):
        raise ApplicationError("error-push-misconfigured", str(reason.label))
    room = _own_room(user)
    # Not announced: nobody else is notified, and the room does not appear in the list of rooms.
    message = Message.objects.create(sender=user, room=room, text=_text(user), type=MESSAGE_TYPE)
    notification = Notification.objects.create(
        user=user,
        message=message,
        room=room,
        channel=Channel.PUSH,
        rule=TEST_RULE,
        due_at=timezone.now(),
        only_device=only_device,
    )
    wake("dispatch")
    return notification


def possible_check() -> None:
    """Raise `error-push-disabled` if push is turned off."""
    if not PushSettings.current().enable:
        raise ApplicationError("error-push-disabled", _("Push is disabled"))


def _text(user: User) -> str:
    with translation.override(user.language or None):
        return _("This is a test push message")


def _own_room(user: User) -> Room:
    """Return the user's direct room with themself, which opens when the notification is tapped.

    If it is created here, it is hidden from the user's list of rooms.
    """
    room, made = Room.objects.get_or_create(
        direct_key=direct_key_of([user]),
        defaults={"type": RoomType.DIRECT, "creator": user, "public_id": public_id_new()},
    )
    if made:
        members_add(room=room, users=[user])
        Subscription.objects.filter(room=room, user=user).update(is_open=False)
    return room
