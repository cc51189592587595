"""Queries for accounts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from itertools import count

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib.auth.models import Group
from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Lower

from workspace.database.prepared import PreparedQuery
from workspace.errors import ApplicationError
from workspace.models import EmailAddress, EmailSecondFactor, GeneralSettings, SignInSettings, User
from workspace.permissions import ADMIN
from workspace.selectors.permissions import VIEW_ACCOUNTS

NOT_IN_USERNAMES = re.compile(r"[^0-9a-z_.-]")


def user_by_sign_in_name(name: str) -> User | None:
    """Return the account with this username or e-mail address, ignoring case."""
    # Lowered by the database, like its index: some databases do not lower all letters that an address may contain.
    lowered = Lower(Value(name))
    return User.objects.filter(username__lower=lowered).first() or user_by_address(name)


def user_by_address(address: str) -> User | None:
    """Return the account that has verified the address. If none has, return the only account that has added it."""
    named = EmailAddress.objects.filter(address__lower=Lower(Value(address))).select_related("user")
    match list(named.order_by("-verified")[:2]):
        case [email] | [EmailAddress(verified=True) as email, _]:
            return email.user
    return None


def users_listed(*, reader: User, address: str = "") -> QuerySet[User]:
    """Return all accounts, or those with the given address if the reader may see it."""
    if not address:
        return User.objects.all()
    matching = EmailAddress.objects.filter(address__lower=Lower(Value(address)))
    if not reader.has_perm(VIEW_ACCOUNTS):
        matching = matching.filter(user=reader)
    return User.objects.filter(pk__in=matching.values("user"))


def accounts_completed(words: str, *, omitted: Collection[str] = (), limit: int = 10) -> QuerySet[User]:
    """Return the first active accounts whose username or name contains the words, ordered by username."""
    users = User.objects.filter(is_active=True).exclude(username__lower__in=[name.lower() for name in omitted])
    if words:
        users = users.filter(Q(username__icontains=words) | Q(name__icontains=words))
    return users.order_by("username")[:limit]


def accounts_with_state(
    *, is_active: bool | None, has_signed_in: bool | None, roles: Collection[str] = (), words: str = ""
) -> QuerySet[User]:
    """Return the accounts that are active or not, have ever signed in or not (None: any), and have one of the roles."""
    users = User.objects.all()
    if is_active is not None:
        users = users.filter(is_active=is_active)
    if has_signed_in is not None:
        users = users.filter(last_login__isnull=not has_signed_in)
    if roles:
        users = users.filter(pk__in=User.objects.filter(groups__name__in=roles).values("pk"))
    if words:
        users = users.filter(Q(username__icontains=words) | Q(name__icontains=words))
    return users


def username_suggestion(user: User, *, is_valid: Callable[[str], bool]) -> str:
    """Return a free username that is similar to the account's name, such as `ada.lovelace` or `alovelace`."""
    parts = unicodedata.normalize("NFKD", user.display_name).encode("ascii", "ignore").decode().lower().split()
    names = [".".join(parts)]
    if len(parts) > 1:
        names += [parts[0][0] + parts[-1], parts[0] + parts[-1][0]]
    candidates = [name for name in (NOT_IN_USERNAMES.sub("", name) for name in names) if name and is_valid(name)]
    stem = (candidates or [user.username])[0][:60]
    similar = User.objects.filter(Q(username__istartswith=stem) | Q(username__lower__in=candidates))
    taken = set(similar.values_list("username__lower", flat=True))
    free = [name for name in candidates if name not in taken]
    return free[0] if free else next(name for number in count(1) if (name := f"{stem}-{number}".lower()) not in taken)


def user_by_username(name: str) -> User | None:
    """Return the account with this username, ignoring case."""
    return User.objects.filter(username__lower=name.lower()).first()


def user_by_id_or_name(*, public_id: str = "", username: str = "") -> User:
    """Return the account; raises `error-invalid-user` if there is none."""
    return (users_by_ids([public_id]) if public_id else users_by_names([username]))[0]


def users_by_ids(ids: Collection[str]) -> list[User]:
    """Return the accounts with these public ids; raises `error-invalid-user` if one is missing."""
    return users_in_order({user.public_id: user for user in User.objects.filter(public_id__in=ids)}, ids)


def users_by_names(names: Collection[str]) -> list[User]:
    """Return the accounts with these usernames, ignoring case; raises `error-invalid-user` if one is missing."""
    requested = [name.lower() for name in names]
    users = User.objects.filter(username__lower__in=requested)
    return users_in_order({user.username.lower(): user for user in users}, requested)


def usernames_missing(names: Collection[str]) -> list[str]:
    """Return the usernames that do not exist, ignoring case, without duplicates."""
    requested = {name.lower(): name for name in names}
    existing = User.objects.filter(username__lower__in=requested).values_list("username", flat=True)
    known = {username.lower() for username in existing}
    return [name for key, name in requested.items() if key not in known]


def users_in_order(users: Mapping[str, User], requested: Collection[str]) -> list[User]:
    """Return the accounts in the requested order, without duplicates; raises `error-invalid-user` if one is missing."""
    if any(key not in users for key in requested):
        raise ApplicationError("error-invalid-user", "Invalid user")
    return [users[key] for key in dict.fromkeys(requested)]


def has_chosen_time_zone(user: User) -> bool:
    """Return True if the account has a time zone that is not just a guess from a client's UTC offset."""
    is_guess = user.accepts_browser_time_zone and user.time_zone.startswith("Etc/GMT")
    return bool(user.time_zone) and not is_guess


def accepts_browser_time_zone(user: User) -> bool:
    """Return True if the account accepts the time zone that its browser reports."""
    return user.accepts_browser_time_zone and not has_chosen_time_zone(user)


def time_zone_of(user: User) -> str:
    """Return the name of the account's time zone, or that of the workspace if it has none."""
    return user.time_zone or GeneralSettings.current().time_zone


def roles_of(user: User) -> list[str]:
    """Return the names of the account's roles, which are Django's groups."""
    return role_names(user.pk)


role_names: PreparedQuery[str] = PreparedQuery(
    lambda key: Group.objects.filter(user=key).order_by("name").values_list("name", flat=True), int
)
email_rows: PreparedQuery[EmailAddress] = PreparedQuery(lambda key: EmailAddress.objects.filter(user=key), int)


def needs_verified_address(user: User) -> bool:
    """Return True if the account cannot sign in, because the workspace requires a verified e-mail address."""
    if user.is_staff or not SignInSettings.current().email_verification:
        return False
    return not user.emails.filter(verified=True).exists()


def administrators() -> QuerySet[User]:
    """Return the active accounts that can open the administration and have all of its permissions."""
    has_all_permissions = Q(is_superuser=True) | Q(groups__name=ADMIN)
    return User.objects.filter(has_all_permissions, is_active=True, is_staff=True).distinct()


def authenticators_of(user: User, kind: Authenticator.Type) -> QuerySet[Authenticator]:
    """Return the account's second factor of this kind, if it has one."""
    authenticators: QuerySet[Authenticator] = Authenticator.objects.filter(user=user, type=kind)
    return authenticators


def has_totp(user: User) -> bool:
    """Return True if the account has an authenticator app as second factor."""
    return authenticators_of(user, Authenticator.Type.TOTP).exists()


def has_email_codes(user: User) -> bool:
    """Return True if the account has chosen codes by e-mail as second factor, and has a verified address for them."""
    if not SignInSettings.current().email_codes:
        return False
    return EmailSecondFactor.objects.filter(user=user, user__emails__verified=True).exists()


def second_factors_of(user: User) -> list[str]:
    """Return the account's second factors in the order in which clients offer them: `totp`, `email`.

    There are none while the workspace does not use second factors.
    """
    if not SignInSettings.current().second_factors:
        return []
    found = {"totp": has_totp(user), "email": has_email_codes(user)}
    return [name for name, is_used in found.items() if is_used]


def has_second_factor(user: User) -> bool:
    """Return True if signing in to the account requires a code."""
    return bool(second_factors_of(user))


def recovery_codes_remaining(user: User) -> int:
    """Return how many unused recovery codes the account has."""
    codes = authenticators_of(user, Authenticator.Type.RECOVERY_CODES).first()
    return len(RecoveryCodes(codes).get_unused_codes()) if codes else 0
