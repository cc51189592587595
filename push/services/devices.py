"""Registers and removes devices."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone, translation

from push.models import NO_ERROR, Capability, Device, DisabledReason, ShownMessage, ShownRoom, token_digest
from push.providers.protocol import APN
from push.providers.provider import DeviceKind
from push.providers.registry import device_kind
from push.providers.tokens import token_normalize, token_spellings
from push.services.shown import mark_read
from workspace.errors import ApplicationError
from workspace.models import User

NAME_MAX_LENGTH = 64
# Leaves space for a number with several digits.
NUMBERED_MAX_LENGTH = 58
NUMBER = re.compile(r" \d+$")


@dataclass(frozen=True, slots=True)
class SubscriptionKeys:
    """The encryption keys of a web push subscription: public key and secret, both in base64url."""

    public_key: str = ""
    auth_secret: str = field(default="", repr=False)


NO_KEYS = SubscriptionKeys()


def device_register(
    *,
    user: User,
    type: str,
    app_name: str,
    token: str,
    client_id: str = "",
    voip_token: str = "",
    session_digest: str = "",
    keys: SubscriptionKeys = NO_KEYS,
    capabilities: Iterable[str] = (),
    name: str = "",
    app_version: str = "",
) -> Device:
    """Register the token of a user's app, or register it again, and return its device.

    A token belongs to one device. If another user had registered it, the device moves to this user, like a new one. A
    device with a known `client_id` keeps its row when its token changes. In both cases it counts as newly registered
    and is enabled again. `session_digest` is that of the session with which the device ends. `name` is the initial name
    of a new device; a number is added if another device of the user has that name. Unknown `capabilities` are ignored.

    Tokens are stored in their canonical form (push/providers/tokens.py); raises TokenError for one that its provider
    could not have issued. A token that contains a password is stored encrypted, as the device's secret. A web push
    subscription needs its `keys`, and raises EndpointError for an endpoint that may not be sent to. Of very many
    subscriptions, the one that was registered the longest time ago makes room.
    """
    token = token_normalize(type=type, token=token)
    if voip_token:
        # Only Apple has tokens of their own for calls (PushKit).
        voip_token = token_normalize(type=APN, token=voip_token)
    device_kind(type).accept_token(token)
    if conceal := device_kind(type).stored_token:
        token, keys = conceal(token), SubscriptionKeys(auth_secret=token)
    wanted = {
        "user": user,
        "type": type,
        "app_name": app_name,
        "app_version": app_version,
        "token": token,
        "client_id": client_id,
        "voip_token": voip_token,
        "session_digest": session_digest,
        "public_key": keys.public_key,
        "auth_secret": keys.auth_secret,
        "capabilities": sorted(set(capabilities) & set(Capability.values)),
        "registered_at": timezone.now(),
        "disabled_at": None,
        "disabled_reason": "",
        **NO_ERROR,
    }
    try:
        return device_save(wanted, name=name)
    except IntegrityError:
        # Another request has just registered the same token, so the row exists now.
        return device_save(wanted, name=name)


@transaction.atomic
def device_save(wanted: dict[str, Any], *, name: str) -> Device:
    """Save the device in the row of its token, else in that of its client id, else in a new row."""
    digest = token_digest(wanted["token"])
    device = Device.objects.select_for_update().filter(token_digest=digest).first()
    if wanted["client_id"]:
        same_client = Device.objects.filter(
            user=wanted["user"], app_name=wanted["app_name"], client_id=wanted["client_id"]
        )
        if device is None:
            device = same_client.select_for_update().order_by("-registered_at").first()
        same_client.exclude(token_digest=device.token_digest if device else digest).delete()
    device = device or Device()
    if device.user_id != wanted["user"].pk:
        device.created_at = wanted["registered_at"]
        device.name = name_unused(user=wanted["user"], name=name or default_name(wanted["user"], wanted["type"]))
        device.last_accepted_at = device.last_received_at = None
        ShownRoom.objects.filter(device=device.pk).delete()
        ShownMessage.objects.filter(device=device.pk).delete()
    for name, value in wanted.items():
        setattr(device, name, value)
    device.token_digest = digest
    device.save()
    devices_bound(user=device.user, kind=device.kind)
    return device


def default_name(user: User, type: str) -> str:
    """Return the default name for a device of this type, in its owner's language."""
    with translation.override(user.language or None):
        return str(device_kind(type).default_name)


def name_unused(*, user: User, name: str, device: Device | None = None) -> str:
    """Return the name, with a number appended if another device of the user has it: "Phone", then "Phone 2"."""
    name = name[:NAME_MAX_LENGTH]
    others = Device.objects.filter(user=user)
    if device is not None:
        others = others.exclude(pk=device.pk)
    used = set(others.values_list("name", flat=True))
    if name not in used:
        return name
    stem = NUMBER.sub("", name)[:NUMBERED_MAX_LENGTH]
    return next(numbered for number in count(2) if (numbered := f"{stem} {number}") not in used)


def devices_bound(*, user: User, kind: DeviceKind) -> None:
    """Remove the user's oldest devices of a type if there are more than one user may have."""
    if kind.most_per_user is not None:
        newest = Device.objects.filter(user=user, type=kind.type).order_by("-registered_at")
        Device.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[kind.most_per_user :])).delete()


@transaction.atomic
def device_rename(*, device: Device, name: str) -> None:
    """Rename the device. The name is made unique for its owner; an empty name restores the default."""
    wanted = name.strip() or default_name(device.user, device.type)
    device.name = name_unused(user=device.user, name=wanted, device=device)
    device.save(update_fields=["name", "updated_at"])


@transaction.atomic
def device_forget(*, device: Device) -> None:
    """Remove the device. Nothing is sent to it until its app registers it again."""
    device.delete()


@transaction.atomic
def device_remove(*, user: User, token: str) -> None:
    """Remove the user's device with this token; raise a 404 error if there is none."""
    digests = [token_digest(spelling) for spelling in token_spellings(token)]
    removed, _by_model = Device.objects.filter(user=user, token_digest__in=digests).delete()
    if not removed:
        raise ApplicationError("Resource not found", "Resource not found", status=404)


def session_devices_remove(*, user: User, session_digest: str) -> None:
    """Remove the devices that were registered in this session of the user."""
    Device.objects.filter(user=user, session_digest=session_digest).delete()


@transaction.atomic
def deactivated_devices_remove(*, user: User) -> None:
    """Remove the devices of a deactivated account. Devices that show messages first get an update to remove them."""
    devices = Device.objects.filter(user=user)
    shown = ShownRoom.objects.filter(device__in=devices.values("pk"))
    showing = set(shown.values_list("device", flat=True))
    devices.exclude(pk__in=showing).delete()
    devices.update(disabled_at=timezone.now(), disabled_reason=DisabledReason.DEACTIVATED)
    mark_read(shown)


def user_devices_remove(*, user: User, kept: Collection[str] = ()) -> None:
    """Remove all devices of the user, except those registered in the sessions with the digests `kept`.

    Browsers that are signed in register themselves again.
    """
    Device.objects.filter(user=user).exclude(session_digest__in=kept).delete()
