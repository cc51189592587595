"""What users change in their own accounts, within the limits of the workspace's settings."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypedDict, Unpack

from django.db import transaction
from knox.models import AuthToken

from workspace.errors import ApplicationError
from workspace.models import SignInSettings, User
from workspace.selectors.presence import presence_of
from workspace.services.accounts import digests_remaining, password_set
from workspace.services.addresses import address_replace, verification_mails_exceeded
from workspace.services.managed_accounts import (
    AccountChanges,
    action_refused,
    address_check,
    names_update,
    password_checked,
    report_conflicts,
)
from workspace.services.people.confirmation import Proof, identity_confirm
from workspace.services.presence import status_set

# The settings that allow each change, with the words of the error.
ALLOWED_BY = {
    "username": ("username_change", "Edit username is not allowed"),
    "name": ("name_change", "Edit user real name is not allowed"),
    "email": ("email_change", "Edit user email is not allowed"),
    "password": ("password_change", "Edit user password is not allowed"),
    "status_text": ("status_change", "Edit user status is not allowed"),
}
# Changes that require the current password.
CONFIRMED = frozenset({"email", "password"})


class ProfileChanges(TypedDict, total=False):
    """Changes to the user's own account; missing keys mean no change."""

    username: str
    name: str
    email: str
    nickname: str
    bio: str
    status: str
    status_text: str
    password: str


@transaction.atomic
def profile_update(
    *, user: User, auth_token: AuthToken | None, proof: Proof, **changes: Unpack[ProfileChanges]
) -> None:
    """Apply the user's changes to their own account, all or nothing.

    A new password or address requires a `proof` of the user's identity. With a new password, all browsers
    and apps are signed out except the one that uses `auth_token`, and personal access tokens. Raises
    `error-not-allowed` or `error-action-not-allowed` if the workspace does not allow a change, the errors of
    `identity_confirm`, and those of managed accounts.
    """
    account = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    wanted = changes_in(account, changes)
    if not SignInSettings.current().profile_change:
        raise ApplicationError("error-not-allowed", "Not allowed")
    own_changes_check(wanted)
    if CONFIRMED & wanted.keys():
        identity_confirm(user=account, auth_token=auth_token, proof=proof)
    names: AccountChanges = {}
    if "username" in wanted:
        names["username"] = wanted["username"]
    if "name" in wanted:
        names["name"] = wanted["name"]
    with report_conflicts(wanted.get("username", account.username), wanted.get("email", ""), of=account):
        names_update(account, names)
        if "email" in wanted:
            own_address_replace(account, wanted["email"])
    if "nickname" in wanted or "bio" in wanted:
        texts_save(account, wanted)
    if "status" in wanted or "status_text" in wanted:
        status_set(user=account, status=wanted.get("status"), text=wanted.get("status_text"))
    if "password" in wanted:
        own_password_change(user=account, password=wanted["password"], auth_token=auth_token)


def changes_in(user: User, changes: ProfileChanges) -> ProfileChanges:
    """Return those of the changes that would change something; clients also send unchanged values."""
    first = user.emails.first()
    current = {
        "username": user.username,
        "name": user.name,
        "email": first.address if first else "",
        "status_text": presence_of(user).status_text,
    }
    unchanged = [name for name, value in changes.items() if value == current.get(name)]
    wanted = changes.copy()
    for name in unchanged:
        del wanted[name]  # type: ignore[misc]
    return wanted


def own_changes_check(changes: Collection[str]) -> None:
    """Raise `error-action-not-allowed` if users may not change one of these fields of their own accounts."""
    rules = SignInSettings.current()
    for name in changes:
        setting, message = ALLOWED_BY.get(name, ("profile_change", "Edit user profile is not allowed"))
        if not getattr(rules, setting):
            raise action_refused("Update_user", message)


def own_address_replace(user: User, address: str) -> None:
    """Replace the user's first address, and send a verification link to the new one."""
    address_check(address, of=user)
    if verification_mails_exceeded(user=user, address=address):
        raise ApplicationError("error-too-many-requests", "Too many e-mails. Try again later", status=429)
    address_replace(user=user, address=address, verified=None, by=user)


def texts_save(user: User, changes: ProfileChanges) -> None:
    """Save the nickname and the text about the user."""
    user.nickname = changes.get("nickname", user.nickname).strip()
    user.bio = changes.get("bio", user.bio).strip()
    user.clean_fields(exclude={field.name for field in user._meta.fields} - {"nickname", "bio"})
    user.save(update_fields=["nickname", "bio", "updated_at"])


def own_password_change(*, user: User, password: str, auth_token: AuthToken | None) -> None:
    """Set a new password, which must differ from the current one.

    Raises `error-password-same-as-current` and `error-password-policy-not-met`.
    """
    if user.check_password(password):
        raise ApplicationError("error-password-same-as-current", "Entered password same as current password")
    kept = digests_remaining(user=user, auth_token=auth_token)
    password_set(user=user, password=password_checked(password, user), kept=kept)
