"""Creating, changing and removing incoming webhooks, with the bot accounts that they post with."""

from __future__ import annotations

import re
import secrets
import string
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.text import slugify

from workspace.errors import ApplicationError, NotAllowedError
from workspace.models import Integration, Room, RoomType, SystemMessage, User
from workspace.permissions import BOT, USER
from workspace.selectors.accounts import user_by_username
from workspace.selectors.integrations import (
    MANAGE_ALL,
    MANAGE_OWN,
    is_bot,
    may_manage_any,
    may_manage_integration,
    token_digest,
)
from workspace.selectors.rooms import subscription_of
from workspace.services.accounts import sign_ins_end, user_create
from workspace.services.messages import system_message_post
from workspace.services.rooms import members_add

TOKEN_LENGTH = 48
ALPHABET = string.ascii_letters + string.digits
USERNAME_LENGTH = 50


class IntegrationChanges(TypedDict, total=False):
    """Changes to a webhook; missing keys mean no change."""

    name: str
    is_enabled: bool
    channels: str
    username: str
    alias: str
    emoji: str
    avatar: str
    may_choose_room: bool
    calls_per_minute: int


@transaction.atomic
def integration_create(*, by: User, **values: Unpack[IntegrationChanges]) -> tuple[Integration, str]:
    """Create an incoming webhook, and return it with its token, which is not stored.

    Without a `username`, a bot account is created for it. Raises `not_authorized` if `by` may not do this, and the
    errors of `account_for` and `targets_check`.
    """
    if not may_manage_any(by):
        raise ApplicationError("not_authorized", "Unauthorized")
    username = values.pop("username", "")
    integration = Integration(created_by=by, **values)
    rooms = targets_check(by, integration)
    integration.user = account_for(by, username, name=integration.name)
    token = token_set(integration)
    integration.full_clean()
    integration.save()
    bot_add(integration.user, rooms, by=by)
    return integration, token


@transaction.atomic
def integration_update(*, by: User, integration: Integration, **changes: Unpack[IntegrationChanges]) -> Integration:
    """Change an incoming webhook; raises `not_authorized` and the errors of `integration_create`."""
    manage_check(by, integration)
    username = changes.pop("username", "")
    for name, value in changes.items():
        setattr(integration, name, value)
    if username and username.lower() != integration.user.username.lower():
        integration.user = account_for(by, username, name=integration.name)
    if changes.get("channels") is not None or username:
        bot_add(integration.user, targets_check(by, integration), by=by)
    integration.full_clean()
    integration.save()
    return integration


@transaction.atomic
def integration_token_renew(*, by: User, integration: Integration) -> str:
    """Replace the webhook's token and return the new one; the earlier one stops working at once."""
    manage_check(by, integration)
    token = token_set(integration)
    integration.save(update_fields=["token_digest", "token_end", "updated_at"])
    return token


@transaction.atomic
def integration_take_over(*, by: User, integration: Integration) -> None:
    """Make `by` the creator of the webhook, so that it works although its creator has left."""
    manage_check(by, integration)
    integration.created_by = by
    integration.save(update_fields=["created_by", "updated_at"])


@transaction.atomic
def integration_remove(*, by: User, integration: Integration) -> None:
    """Remove an incoming webhook, and deactivate its bot account unless other webhooks use it. Its messages remain."""
    manage_check(by, integration)
    account = integration.user
    integration.delete()
    if is_bot(account) and not account.has_usable_password() and not account.integrations.exists():
        account.is_active = False
        account.save(update_fields=["is_active", "updated_at"])
        sign_ins_end(user=account)


def manage_check(by: User, integration: Integration) -> None:
    """Raise `not_authorized` if the account may not manage the webhook."""
    if not may_manage_integration(by, integration):
        raise ApplicationError("not_authorized", "Unauthorized")


def token_set(integration: Integration) -> str:
    """Give the webhook a new token, without saving, and return it."""
    token = "".join(secrets.choice(ALPHABET) for _position in range(TOKEN_LENGTH))
    integration.token_digest, integration.token_end = token_digest(token), token[-4:]
    return token


def account_for(by: User, username: str, *, name: str) -> User:
    """Return the account that the webhook posts with. A bot account is created if there is none with this name.

    Other people's accounts, and bots that no webhook of the caller uses, require the permission to manage all webhooks:
    they may be members of rooms that the caller cannot read. Raises `error-invalid-user` for those and for deactivated
    ones.
    """
    account = user_by_username(username) if username else None
    if account is None:
        return bot_create(username or bot_username(name), name=name)
    may_use_any = by.has_perm(MANAGE_ALL)
    is_unused_bot = is_bot(account) and not account.integrations.exists()
    if may_use_any and is_unused_bot and not account.is_active:
        account.is_active = True
        account.save(update_fields=["is_active", "updated_at"])
    if not account.is_active or not (account.pk == by.pk or may_use_any or is_own_bot(by, account)):
        raise ApplicationError("error-invalid-user", "Invalid user")
    return account


def is_own_bot(by: User, account: User) -> bool:
    """Return True for a bot with which only webhooks of `by` post."""
    creators = set(account.integrations.values_list("created_by", flat=True))
    return creators == {by.pk} and is_bot(account)


def bot_create(username: str, *, name: str) -> User:
    """Create an account that cannot sign in."""
    return user_create(username=username, name=name, roles=(USER, BOT), joins_default_channel=False)


def bot_username(name: str) -> str:
    """Return a free username for the bot of a webhook with this name."""
    base = re.sub(r"[^0-9a-z_.-]+", "-", slugify(name)).strip("-.")[:USERNAME_LENGTH] or "webhook"
    candidates = [base, f"{base}.bot", *(f"{base}.bot{number}" for number in range(2, 1000))]
    return next(candidate for candidate in candidates if is_free(candidate))


def is_free(username: str) -> bool:
    return username not in ("all", "here") and user_by_username(username) is None


def targets_check(by: User, integration: Integration) -> list[Room]:
    """Return the rooms of the webhook.

    Raises `error-invalid-channel` without any, `error-invalid-channel-start-with-chars`, `error-invalid-room` for one
    that does not exist, and `error-invalid-channel` for a room in which `by` is not a member, unless they have both
    permissions.
    """
    if not integration.targets:
        raise ApplicationError("error-invalid-channel", "Invalid channel")
    rooms = []
    for target in integration.targets:
        if target[0] not in "#@":
            raise ApplicationError("error-invalid-channel-start-with-chars", "Invalid channel. Start with @ or #")
        if target[0] == "@":
            if user_by_target(target[1:]) is None:
                raise ApplicationError("error-invalid-room", "Invalid room")
            continue
        room = room_by_target(target[1:])
        if room is None:
            raise ApplicationError("error-invalid-room", "Invalid room")
        has_both = by.has_perm(MANAGE_ALL) and by.has_perm(MANAGE_OWN)
        if not has_both and subscription_of(user=by, room=room) is None:
            raise ApplicationError("error-invalid-channel", "Invalid Channel")
        rooms.append(room)
    return rooms


def room_by_target(name: str) -> Room | None:
    """Return the channel or private group with this id or name."""
    named = Room.objects.exclude(type=RoomType.DIRECT)
    return named.filter(public_id=name).first() or named.filter(name__lower=name.lower()).first()


def user_by_target(name: str) -> User | None:
    """Return the active account with this id or username."""
    active = User.objects.filter(is_active=True)
    return active.filter(public_id=name).first() or active.filter(username__lower=name.lower()).first()


def bot_add(account: User, rooms: list[Room], *, by: User) -> None:
    """Make the account a member of the rooms, as somebody who manages the webhook has decided."""
    for room in rooms:
        if room.is_archived:
            raise ApplicationError("error-room-archived", "The room is archived")
        if subscription_of(user=account, room=room) is None:
            if not is_bot(account):
                raise NotAllowedError()
            members_add(room=room, users=[account])
            system_message_post(room=room, user=by, type=SystemMessage.ADDED, text=account.username)
