"""Creating and changing other people's accounts, with permission checks.

Errors use the codes and messages that clients know.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TypedDict, Unpack

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from workspace.errors import ApplicationError
from workspace.models import EmailAddress, MailKind, User
from workspace.models.accounts import BIO_MAX_LENGTH, NICKNAME_MAX_LENGTH
from workspace.permissions import ROOM_ROLES, USER
from workspace.selectors.accounts import roles_of
from workspace.selectors.permissions import CHANGE_ACCOUNTS, CHANGE_ROLES, CREATE_ACCOUNTS, may_change
from workspace.services.accounts import password_set, roles_set, user_activate, user_create, user_deactivate
from workspace.services.addresses import address_assign, address_replace
from workspace.services.people.own_changes import ALLOWED_BY, action_refused, changed_fields, own_changes_check
from workspace.services.people.requested_mails import mail_request
from workspace.services.presence import status_set

RANDOM_PASSWORD_BYTES = 32
# The texts of accounts, their names in error messages, and their longest lengths.
TEXT_LIMITS = (("nickname", "Nickname", NICKNAME_MAX_LENGTH), ("bio", "Bio", BIO_MAX_LENGTH))


class NameChanges(TypedDict, total=False):
    """Changes to what others see of an account; missing keys mean no change."""

    username: str
    name: str
    nickname: str
    bio: str
    status_text: str


class AccountChanges(NameChanges, total=False):
    """Changes to an account; missing keys mean no change. The password None stands for a random one."""

    email: str
    verified: bool
    password: str | None
    roles: Collection[str]
    active: bool


@transaction.atomic
def account_create(
    *,
    by: User,
    username: str,
    name: str,
    email: str,
    password: str | None,
    verified: bool = False,
    roles: Collection[str] = (USER,),
    active: bool = True,
    joins_default_channel: bool = True,
    status_text: str = "",
    nickname: str = "",
    bio: str = "",
) -> User:
    """Create an account, and send a verification link unless the address is `verified`.

    The password None stands for a random one. Raises `error-action-not-allowed` if `by` may not do this, and the errors
    of the checks below.
    """
    if not by.has_perm(CREATE_ACCOUNTS):
        raise action_refused("Adding_user", "Adding user is not allowed")
    if not active and not by.has_perm(CHANGE_ACCOUNTS):
        raise action_refused("Changing_active_status", "Adding a deactivated user is not allowed")
    roles_check(by, roles, before=(USER,))
    username_check(username)
    address_check(email)
    with report_conflicts(username, email):
        user = user_create(
            username=username,
            password=password_checked(password, User(username=username, name=name)),
            name=name,
            roles=roles,
            joins_default_channel=joins_default_channel,
            is_active=active,
        )
        email_address = address_assign(user=user, address=email, verified=verified, by=by)
    names_update(user, {"nickname": nickname, "bio": bio})
    if not verified:
        mail_request(kind=MailKind.VERIFICATION, reference=email_address.pk)
    if status_text:
        status_set(user=user, text=status_text, by=by)
    return user


@transaction.atomic
def account_update(*, by: User, user: User, may_be_last_owner: bool = False, **changes: Unpack[AccountChanges]) -> None:
    """Apply the changes to the account, all or nothing.

    Raises `error-action-not-allowed` if `by` may not do this, and the errors of the checks below and of
    `user_deactivate`.
    """
    if not may_change(by, user):
        raise action_refused("Editing_user", "Editing user is not allowed")
    if by == user:
        own_changes_check(changed_fields(user, changes) & ALLOWED_BY.keys())
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    with report_conflicts(changes.get("username", user.username), changes.get("email", ""), of=user):
        names_update(user, changes)
        address_update(by, user, changes)
    if "password" in changes:
        password_set(user=user, password=password_checked(changes["password"], user))
    if "roles" in changes:
        roles_check(by, changes["roles"], before=roles_of(user))
        roles_set(user=user, roles=changes["roles"])
    if "status_text" in changes:
        status_set(user=user, text=changes["status_text"], by=by)
    if "active" in changes:
        account_active_set(by=by, user=user, active=changes["active"], may_be_last_owner=may_be_last_owner)


@transaction.atomic
def account_active_set(*, by: User, user: User, active: bool, may_be_last_owner: bool) -> None:
    """Activate or deactivate the account; raises the errors of `user_activate` and `user_deactivate`."""
    if active:
        user_activate(user=user, by=by)
    else:
        user_deactivate(user=user, by=by, may_be_last_owner=may_be_last_owner)


def names_update(user: User, changes: NameChanges) -> None:
    """Change the account's username, name, nickname and text about the user.

    Raises the errors of `username_check`; `error-nickname-size-exceeded` and `error-bio-size-exceeded`.
    """
    before = {name: getattr(user, name) for name in ("username", "name", "nickname", "bio")}
    user.username, user.name = changes.get("username", user.username), changes.get("name", user.name)
    user.nickname, user.bio = changes.get("nickname", user.nickname).strip(), changes.get("bio", user.bio).strip()
    for name, label, limit in TEXT_LIMITS:
        if len(getattr(user, name)) > limit:
            raise ApplicationError(f"error-{name}-size-exceeded", f"{label} size exceeds {limit} characters")
    changed = [name for name, value in before.items() if getattr(user, name) != value]
    if "username" in changed or "name" in changed:
        username_check(user.username, of=user)
    if changed:
        user.save(update_fields=[*changed, "updated_at"])


def address_update(by: User, user: User, changes: AccountChanges) -> None:
    """Change the account's first address or its verification; raises the errors of `address_check`."""
    first = user.emails.first()
    address = changes.get("email") or (first.address if first and "verified" in changes else "")
    if address:
        address_check(address, of=user)
        address_replace(user=user, address=address, verified=changes.get("verified"), by=by)


def field_unavailable(value: str, field: str) -> ApplicationError:
    """Return the error for a username or address that another account has."""
    return ApplicationError("error-field-unavailable", f"{value} is already in use", details={"field": field})


@contextmanager
def report_conflicts(username: str, address: str, *, of: User | None = None) -> Iterator[None]:
    """Convert a database conflict into the error of a check, if another account took a value after the check."""
    try:
        with transaction.atomic():
            yield
    except (IntegrityError, ValidationError):
        username_check(username, of=of)
        if address:
            address_check(address, of=of)
        raise


def username_check(username: str, *, of: User | None = None) -> None:
    """Raise `error-field-unavailable` for a username in use, `error-invalid-username` for an invalid one."""
    # The name of a deleted account may still be shown with its messages.
    owner = User.with_deleted.filter(username__lower=username.lower()).first()
    if owner is not None and owner != of:
        raise field_unavailable(username, "username")
    try:
        User._meta.get_field("username").run_validators(username)
    except ValidationError as error:
        raise ApplicationError("error-invalid-username", " ".join(error.messages)) from error


def address_check(address: str, *, of: User | None = None) -> None:
    """Raise `error-field-unavailable` for an address in use, `error-invalid-email` for an invalid one."""
    email = EmailAddress(user=of, address=address)
    try:
        email.clean_fields(exclude=["user"])
    except ValidationError as error:
        raise ApplicationError("error-invalid-email", " ".join(error.messages)) from error
    try:
        email.clean()
    except ValidationError as error:
        raise field_unavailable(address, "email") from error


def password_checked(password: str | None, user: User) -> str:
    """Return the password, or a random one for None; raises `error-password-policy-not-met` if it is too weak."""
    if password is None:
        return secrets.token_urlsafe(RANDOM_PASSWORD_BYTES)
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ApplicationError("error-password-policy-not-met", " ".join(error.messages)) from error
    return password


def roles_check(by: User, roles: Collection[str], *, before: Collection[str]) -> None:
    """Raise `error-action-not-allowed` if the roles differ and `by` may not change roles.

    Raises `error-invalid-role` for an unknown role.
    """
    if set(roles) != set(before) and not by.has_perm(CHANGE_ROLES):
        raise action_refused("Assign_role", "Assigning roles is not allowed")
    assignable = Group.objects.exclude(name__in=ROOM_ROLES)
    assignable_names = set(assignable.filter(name__in=roles).values_list("name", flat=True))
    if unknown := sorted(set(roles) - assignable_names):
        raise ApplicationError("error-invalid-role", f"There is no role {unknown[0]}")
