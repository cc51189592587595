"""What users change in their own accounts, within the limits of the workspace's settings."""

from __future__ import annotations

from typing import Unpack

from django.db import transaction
from knox.models import AuthToken

from workspace.errors import ApplicationError
from workspace.models import SignInSettings, User
from workspace.services.accounts import digests_remaining, password_set
from workspace.services.addresses import address_replace, verification_mails_exceeded
from workspace.services.managed_accounts import (
    NameChanges,
    address_check,
    names_update,
    password_checked,
    report_conflicts,
)
from workspace.services.people.confirmation import Proof, identity_confirm
from workspace.services.people.own_changes import changed_fields, own_changes_check
from workspace.services.presence import status_set

# Changes that require the current password.
CONFIRMED = frozenset({"email", "password"})


class ProfileChanges(NameChanges, total=False):
    """Changes to the user's own account; missing keys mean no change."""

    email: str
    status: str
    password: str


def profile_update(
    *, user: User, auth_token: AuthToken | None, proof: Proof, **changes: Unpack[ProfileChanges]
) -> None:
    """Apply the user's changes to their own account, all or nothing.

    A new password or address requires a `proof` of the user's identity. With a new password, all browsers
    and apps are signed out except the one that uses `auth_token`, and personal access tokens. Raises
    `error-not-allowed` or `error-action-not-allowed` if the workspace does not allow a change, the errors of
    `identity_confirm`, and those of managed accounts. Must not be called in a transaction, because asking for a proof
    may send a code.
    """
    wanted = changed_fields(User.objects.get(pk=user.pk), changes)
    if not SignInSettings.current().profile_change:
        raise ApplicationError("error-not-allowed", "Not allowed")
    own_changes_check(wanted)
    if CONFIRMED & wanted:
        identity_confirm(user=user, auth_token=auth_token, proof=proof)
    profile_apply(user=user, auth_token=auth_token, changes=changes, wanted=wanted)


@transaction.atomic
def profile_apply(*, user: User, auth_token: AuthToken | None, changes: ProfileChanges, wanted: set[str]) -> None:
    """Apply changes that were checked; `wanted` are the fields that differ."""
    account = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    with report_conflicts(changes.get("username", account.username), changes.get("email", ""), of=account):
        names_update(account, changes)
        if "email" in wanted:
            own_address_replace(account, changes["email"])
    if "status" in wanted or "status_text" in wanted:
        status_set(user=account, status=changes.get("status"), text=changes.get("status_text"))
    if "password" in wanted:
        own_password_change(user=account, password=changes["password"], auth_token=auth_token)


def own_address_replace(user: User, address: str) -> None:
    """Replace the user's first address, and send a verification link to the new one."""
    address_check(address, of=user)
    if verification_mails_exceeded(user=user, address=address):
        raise ApplicationError("error-too-many-requests", "Too many e-mails. Try again later", status=429)
    address_replace(user=user, address=address, verified=None, by=user)


def own_password_change(*, user: User, password: str, auth_token: AuthToken | None) -> None:
    """Set a new password, which must differ from the current one.

    Raises `error-password-same-as-current` and `error-password-policy-not-met`.
    """
    if user.check_password(password):
        raise ApplicationError("error-password-same-as-current", "Entered password same as current password")
    kept = digests_remaining(user=user, auth_token=auth_token)
    password_set(user=user, password=password_checked(password, user), kept=kept)
