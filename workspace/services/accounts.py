"""Creating and changing accounts."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.auth.models import Group
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from knox.models import AuthToken

from workspace.clients import PAGES
from workspace.errors import ApplicationError
from workspace.models import SignedInClient, User
from workspace.permissions import ADMIN, USER
from workspace.selectors.accounts import accepts_browser_time_zone, administrators
from workspace.selectors.permissions import manage_check
from workspace.selectors.rooms import rooms_for_new_accounts, rooms_owned_alone
from workspace.services.addresses import address_assign
from workspace.services.presence import clients_disconnect
from workspace.services.rooms import members_add
from workspace.services.sign_in import sign_out
from workspace.signals import signed_out_everywhere
from workspace.time_zones import time_zone_names


@transaction.atomic
def user_create(
    *,
    username: str,
    password: str | None = None,
    name: str = "",
    email: str = "",
    email_verified: bool = False,
    roles: Iterable[str] = (USER,),
    joins_default_channel: bool = True,
    is_active: bool = True,
) -> User:
    """Create an account with its roles and e-mail address, and add it to the default channels.

    Raises ValidationError if the username or address is invalid or taken.
    """
    role_names = list(roles)
    user = User(username=username, name=name, is_staff=ADMIN in role_names, is_active=is_active)
    user.set_password(password)
    user.full_clean()
    user.save()
    user.groups.set(Group.objects.filter(name__in=role_names))
    if email:
        address_assign(user=user, address=email, verified=email_verified)
    if joins_default_channel:
        for room in rooms_for_new_accounts():
            members_add(room=room, users=[user])
    return user


@transaction.atomic
def locale_save(
    *, user: User, language: str | None = None, time_zone: str | None = None, is_guess: bool = False
) -> None:
    """Change the account's language and time zone. An empty text means the default; None leaves the value unchanged.

    With `is_guess`, such as a time zone derived from a UTC offset, the browser may replace the time zone later. Raises
    ValidationError for unknown values, without saving anything.
    """
    new_values = {"language": language, "time_zone": time_zone}
    changes = {name: value for name, value in new_values.items() if value is not None and value != getattr(user, name)}
    for field in user._meta.concrete_fields:
        if field.name in changes:
            setattr(user, field.name, field.clean(changes[field.name], user))
    if changes:
        user.accepts_browser_time_zone &= is_guess or "time_zone" not in changes
        user.save(update_fields=[*changes, "accepts_browser_time_zone", "updated_at"])


@transaction.atomic
def browser_time_zone_save(*, user: User, time_zone: str) -> bool:
    """Save the time zone of the browser if the account has none yet; returns True if it was saved.

    An unknown name is not saved, and the browser is not asked again.
    """
    account = User.objects.select_for_update().get(pk=user.pk)
    if not accepts_browser_time_zone(account):
        return False
    is_known = time_zone in time_zone_names()
    user.accepts_browser_time_zone = False
    user.time_zone = time_zone if is_known else account.time_zone
    user.save(update_fields=["time_zone", "accepts_browser_time_zone", "updated_at"])
    return is_known


@transaction.atomic
def names_save(*, user: User, username: str, name: str) -> None:
    """Change the account's username and display name (empty: the username is shown).

    Raises ValidationError for invalid names, and for a username that another account has.
    """
    user.username, user.name = username, name
    user.clean_fields(exclude={field.name for field in user._meta.fields} - {"username", "name"})
    user.validate_constraints(exclude={field.name for field in user._meta.fields} - {"username"})
    user.save(update_fields=["username", "name", "updated_at"])


@transaction.atomic
def user_deactivate(*, user: User, by: User, may_be_last_owner: bool = True) -> None:
    """Sign the account out and prevent it from signing in and being notified. Its messages and memberships remain.

    Raises MissingPermissionError if `by` may not change the account; `error-action-not-allowed` for one's own account
    and for the last administrator; `user-last-owner` if the account is the only owner of a room with other members,
    unless `may_be_last_owner`.
    """
    manage_check(manager=by, user=user)
    if user.pk == by.pk:
        raise ApplicationError("error-action-not-allowed", _("You cannot deactivate your own account."))
    if not administrators().exclude(pk=user.pk).exists():
        raise ApplicationError(
            "error-action-not-allowed", _("This account is the only administrator of the workspace.")
        )
    if not may_be_last_owner:
        last_owner_check(user)
    user.is_active = False
    user.save(update_fields=["is_active", "updated_at"])
    sign_ins_end(user=user)
    clients_disconnect(user=user)


def last_owner_check(user: User) -> None:
    """Raise `user-last-owner`, with the room names, if the account is the only owner of a room with other members."""
    names = [room.name for room in rooms_owned_alone(user)]
    if names:
        raise ApplicationError(
            "user-last-owner",
            _("The account is the only owner of rooms with other members."),
            details={"shouldChangeOwner": names, "shouldBeRemoved": []},
        )


@transaction.atomic
def password_set(*, user: User, password: str, kept: Collection[str] = ()) -> None:
    """Set a new password, which the caller has validated.

    The account is signed out everywhere, except the API tokens with the digests `kept`.
    """
    user.set_password(password)
    user.save(update_fields=["password", "updated_at"])
    sign_ins_end(user=user, kept=kept)


@transaction.atomic
def roles_set(*, user: User, roles: Iterable[str]) -> None:
    """Replace the roles of the account. The role `admin` includes access to the administration.

    Raises `error-action-not-allowed` if no administrator would remain.
    """
    names = set(roles)
    was_admin = user.groups.filter(name=ADMIN).exists()
    user.groups.set(Group.objects.filter(name__in=names))
    if was_admin != (ADMIN in names):
        user.is_staff = ADMIN in names or user.is_superuser
        user.save(update_fields=["is_staff", "updated_at"])
    if was_admin and not administrators().exists():
        raise ApplicationError(
            "error-action-not-allowed", _("This account is the only administrator of the workspace.")
        )


@transaction.atomic
def sign_ins_end(*, user: User, kept: Collection[str] = ()) -> None:
    """Sign out the account's apps, and remove all devices that its apps and browsers have registered.

    `kept` are the digests of API tokens that remain valid, with their devices. Browser sessions end automatically when
    the password changes or the account is deactivated.
    """
    for auth_token in AuthToken.objects.filter(user=user).exclude(digest__in=kept).select_related("user"):
        sign_out(auth_token=auth_token)
    # Their sessions end by themselves.
    SignedInClient.objects.filter(user=user).exclude(session_key=None).delete()
    signed_out_everywhere.send(User, user=user, kept=frozenset(kept))


@transaction.atomic
def sign_out_everywhere(*, user: User, kept: Collection[str] = ()) -> None:
    """Sign out the account's apps as above, and its browsers."""
    User.objects.filter(pk=user.pk).update(session_generation=F("session_generation") + 1)
    # Also ends the event streams of open pages.
    browsers = SignedInClient.objects.filter(user=user).exclude(session_key=None)
    Session.objects.filter(session_key__in=browsers.values("session_key")).delete()
    sign_ins_end(user=user, kept=kept)
    clients_disconnect(user=user, prefix=PAGES)


def digests_remaining(*, user: User, auth_token: AuthToken | None = None) -> set[str]:
    """Return the digests of the API tokens that remain valid when the user changes the password or signs out others.

    These are the personal access tokens, and the token of the client that the user is using.
    """
    personal = AuthToken.objects.filter(user=user, personal__isnull=False).values_list("digest", flat=True)
    return {*personal, *([auth_token.digest] if auth_token else [])}


@transaction.atomic
def user_activate(*, user: User, by: User) -> None:
    """Activate a deactivated account again; raises MissingPermissionError if `by` may not change it."""
    manage_check(manager=by, user=user)
    user.is_active = True
    user.save(update_fields=["is_active", "updated_at"])
