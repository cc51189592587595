"""Reading accounts."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.db.models import Q, QuerySet

from workspace.errors import ApplicationError
from workspace.models import User
from workspace.services.roles import ADMIN


def user_by_sign_in_name(name: str) -> User | None:
    """Return the account with this username or e-mail address, in any case of letters."""
    return User.objects.filter(Q(username__iexact=name) | Q(emails__address__iexact=name)).distinct().first()


def user_by_id_or_name(*, public_id: str = "", username: str = "") -> User:
    """Return the account; raises `error-invalid-user` when there is none."""
    condition = Q(public_id=public_id) if public_id else Q(username__iexact=username)
    user = User.objects.filter(condition).first()
    if user is None:
        raise ApplicationError("error-invalid-user", "Invalid user")
    return user


def roles_of(user: User) -> list[str]:
    """Return the names of the account's roles, which are Django's groups."""
    return list(user.groups.order_by("name").values_list("name", flat=True))


def users_with_permission(permission: str) -> QuerySet[User]:
    """Return the active accounts that hold the permission (`app.codename`), by role, by themselves or as superuser."""
    return ModelBackend().with_perm(permission)


def administrators() -> QuerySet[User]:
    """Return the active accounts that may open the administration and hold all of its permissions."""
    all_powerful = Q(is_superuser=True) | Q(groups__name=ADMIN)
    return User.objects.filter(all_powerful, is_active=True, is_staff=True).distinct()
