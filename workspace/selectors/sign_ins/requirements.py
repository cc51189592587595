"""Which accounts must set up a second factor before they can do anything else."""

from __future__ import annotations

import time
from collections.abc import Collection

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Q, QuerySet

from workspace.database.prepared import PreparedQuery
from workspace.models import EmailAddress, EmailSecondFactor, RoleDetails, SignInSettings, User

CACHE_SECONDS = 1.0

demanding_roles: PreparedQuery[int] = PreparedQuery(
    lambda: RoleDetails.objects.filter(requires_second_factor=True).values_list("pk", flat=True)[:1]
)


class DemandingRoles:
    """Whether a role requires a second factor. At most a second old, because every request asks."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Read it again at the next call."""
        self._read_at = -CACHE_SECONDS
        self._exist = False

    def remember(self, *, exist: bool) -> None:
        """Use this answer for a second."""
        self._read_at, self._exist = time.monotonic(), exist

    def exist(self) -> bool:
        """Return True if there is one."""
        if time.monotonic() - self._read_at >= CACHE_SECONDS:
            self.remember(exist=demanding_roles.first() is not None)
        return self._exist


roles_now = DemandingRoles()


def unprotected_users(*, email_counts: bool) -> QuerySet[User]:
    """Return the accounts that have a role which requires a second factor, but no second factor."""
    apps = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
    choices = EmailSecondFactor.objects.filter(user=OuterRef("pk"))
    addresses = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    protected = Q(Exists(apps))
    if email_counts:
        protected |= Q(Exists(choices)) & Q(Exists(addresses))
    return User.objects.filter(groups__details__requires_second_factor=True).exclude(protected)


unprotected_keys = {
    email_counts: PreparedQuery(
        lambda key, email_counts=email_counts: (
            unprotected_users(email_counts=email_counts).filter(pk=key).values_list("pk", flat=True)
        ),
        int,
    )
    for email_counts in (True, False)
}


def needs_second_factor(user: User) -> bool:
    """Return True if the account must set up a second factor, because one of its roles requires it.

    Costs no query while no role does.
    """
    if not roles_now.exist():
        return False
    rules = SignInSettings.current()
    return rules.second_factors and unprotected_keys[rules.email_codes].first(user.pk) is not None


def users_needing_second_factor(keys: Collection[int]) -> set[int]:
    """Return those of the accounts that must set up a second factor, with one query."""
    if not (keys and roles_now.exist()):
        return set()
    rules = SignInSettings.current()
    users = unprotected_users(email_counts=rules.email_codes).filter(pk__in=keys)
    return set(users.values_list("pk", flat=True)) if rules.second_factors else set()
