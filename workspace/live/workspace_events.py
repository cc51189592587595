"""Events about accounts, roles, permissions and settings, for all signed-in users or everyone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.utils import timezone

from workspace.api.access.roles import role_of
from workspace.api.contributions import contributions
from workspace.api.objects import person_of
from workspace.api.settings.objects import public_settings, visible_value
from workspace.live.deliveries import Delivery, present
from workspace.live.index import Interest
from workspace.live.listeners import Frame, Payload
from workspace.live.reading import Row
from workspace.live.streams import NOTIFY_ALL, NOTIFY_LOGGED, NOTIFY_USER, ROLES, ROLES_EVENT, USER_DATA
from workspace.models import ErasureType, LiveKind, User
from workspace.selectors.permissions import client_names_of, roles_by_permission
from workspace.selectors.roles import roles_listed, with_roles
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.registry import settings_by_id

UPDATED = "updated"
PUBLIC_SETTINGS, PRIVATE_SETTINGS = "public-settings-changed", "private-settings-changed"
PERMISSIONS_CHANGED, ROLES_CHANGE, NAME_CHANGED = "permissions-changed", "roles-change", "Users:NameChanged"
USERS_DELETED, AVATAR = "Users:Deleted", "updateAvatar"
NAMES = frozenset({"username", "name"})
# What clients call the columns of an account.
CLIENT_COLUMNS = {
    "username": "username",
    "name": "name",
    "nickname": "nickname",
    "bio": "bio",
    "language": "language",
    "is_active": "active",
    "avatar_etag": "avatarETag",
}


def workspace_deliveries(rows: Sequence[Row], interest: Interest) -> Iterable[Delivery]:
    """Yield the events about accounts, roles, permissions and settings, as far as anyone hears them."""
    yield from user_deliveries(rows, interest)
    yield from role_deliveries(rows, interest)
    yield from permission_deliveries(rows, interest)
    yield from setting_deliveries(rows, interest)


def for_signed_in(event: str, args: list[Any], interest: Interest) -> Iterable[Delivery]:
    """Yield an event of `stream-notify-logged`, if anyone hears it."""
    if interest.hears(NOTIFY_LOGGED, event):
        yield Delivery(Frame(NOTIFY_LOGGED, event, Payload(args)))


def user_deliveries(rows: Sequence[Row], interest: Interest) -> Iterable[Delivery]:
    """Yield changed accounts: names and roles for everyone, and everything for the account's own clients."""
    kinds = (LiveKind.USER, LiveKind.USER_ROLES, LiveKind.PREFERENCES)
    changed = [row for row in rows if row.kind in kinds and row.user is not None]
    keys = {row.user for row in changed if row.user is not None}
    users = {user.pk: user for user in with_roles(User.objects.filter(pk__in=keys))} if keys else {}
    for row in changed:
        if (user := users.get(row.user or 0)) is not None:
            yield from own_deliveries(row, user, interest)
            if row.kind == LiveKind.USER and NAMES & set(row.texts("fields")):
                yield from for_signed_in(NAME_CHANGED, [person_of(user)], interest)
            if row.kind == LiveKind.USER and "avatar_etag" in row.texts("fields"):
                picture = {"username": user.username, "etag": user.avatar_etag or None}
                yield from for_signed_in(AVATAR, [picture], interest)
            for change in ("added", "removed") if row.kind == LiveKind.USER_ROLES else ():
                for role in row.texts(change):
                    args = [{"type": change, "_id": role, "u": person_of(user)}]
                    yield from for_signed_in(ROLES_CHANGE, args, interest)
    for row in rows:
        if row.kind == LiveKind.USER_DELETED:
            erasure = row.text("erasure") or ErasureType.DELETE
            yield from for_signed_in(
                USERS_DELETED, [{"userId": row.text("id"), "messageErasureType": erasure}], interest
            )


def own_deliveries(row: Row, user: User, interest: Interest) -> Iterable[Delivery]:
    """Yield the change of an account for its own clients."""
    if user.pk not in interest.own_of(USER_DATA):
        return
    if row.kind == LiveKind.USER_ROLES:
        diff: dict[str, Any] = {"roles": [group.name for group in user.groups.all()]}
    elif row.kind == LiveKind.PREFERENCES:
        diff = {f"settings.preferences.{name}": value for name, value in contributions.preferences(user).items()}
    else:
        fields = row.texts("fields")
        diff = {key: getattr(user, column) for column, key in CLIENT_COLUMNS.items() if column in fields}
    if diff:
        args = [{"type": UPDATED, "id": user.public_id, "diff": diff, "unset": {}}]
        yield Delivery(Frame(NOTIFY_USER, f"{user.public_id}/{USER_DATA}", Payload(args)))


def role_deliveries(rows: Iterable[Row], interest: Interest) -> Iterable[Delivery]:
    """Yield roles that were added, changed or deleted."""
    if not interest.hears(ROLES, ROLES_EVENT):
        return
    changed = {row.text("name") for row in rows if row.kind == LiveKind.ROLE}
    for role in roles_listed() if changed else ():
        if role.name in changed and not role.is_of_room:
            yield Delivery(Frame(ROLES, ROLES_EVENT, Payload([{"type": "changed", **role_of(role)}])))
    for row in rows:
        if row.kind == LiveKind.ROLE_DELETED:
            name = row.text("name")
            yield Delivery(Frame(ROLES, ROLES_EVENT, Payload([{"type": "removed", "_id": name, "name": name}])))


def permission_deliveries(rows: Iterable[Row], interest: Interest) -> Iterable[Delivery]:
    """Yield permissions whose roles have changed; all of them after the deletion of a role."""
    changed = [row for row in rows if row.kind in (LiveKind.PERMISSIONS, LiveKind.ROLE_DELETED)]
    if not changed or not interest.hears(NOTIFY_LOGGED, PERMISSIONS_CHANGED):
        return
    roles, now = roles_by_permission(), timezone.now()
    names: set[str] = set()
    for row in changed:
        names |= client_names_of(row.texts("names")) if row.texts("names") else roles.keys()
    for name in sorted(names & roles.keys()):
        args = [UPDATED, {"_id": name, "roles": roles[name], "_updatedAt": now}]
        yield from for_signed_in(PERMISSIONS_CHANGED, args, interest)


def setting_deliveries(rows: Iterable[Row], interest: Interest) -> Iterable[Delivery]:
    """Yield changed settings: public ones to everyone, all of them to those who may read settings."""
    ids = {name for row in rows if row.kind == LiveKind.SETTINGS for name in row.texts("ids")}
    is_public, is_private = interest.hears(NOTIFY_ALL, PUBLIC_SETTINGS), interest.hears(NOTIFY_LOGGED, PRIVATE_SETTINGS)
    if not ids or not (is_public or is_private):
        return
    # The values that this process has cached may be older than the change.
    SettingsGroup.forget_cached()
    if is_public:
        for setting in public_settings():
            if setting["_id"] in ids:
                yield Delivery(Frame(NOTIFY_ALL, PUBLIC_SETTINGS, Payload([UPDATED, present(setting)])))
    if is_private:
        for values in private_values(ids):
            yield Delivery(Frame(NOTIFY_LOGGED, PRIVATE_SETTINGS, Payload([UPDATED, values])))


def private_values(ids: Collection[str]) -> list[dict[str, Any]]:
    """Return the settings with these ids that still exist, without secrets."""
    known = settings_by_id()
    return [{"_id": name, "value": visible_value(known[name])} for name in sorted(ids) if name in known]
