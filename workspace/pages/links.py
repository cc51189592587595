"""Links to the workspace's own pages."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from workspace.pages.account.password import may_change_password
from workspace.pages.contributions import PageLink, Place, pages_contribute
from workspace.pages.openid.linked_accounts import has_linked_accounts


def is_staff(request: HttpRequest) -> bool:
    """Return True if the user may open the administration."""
    return bool(getattr(request.user, "is_staff", False))


pages_contribute(
    links=[
        PageLink(title=_("Home"), icon="home", view="home", order=0),
        PageLink(title=_("Rooms"), icon="forum", view="rooms", order=10),
        PageLink(
            title=_("API documentation"),
            icon="api",
            view="api-docs",
            place=Place.HOME,
            text=_("All API requests and their responses."),
            order=80,
        ),
        PageLink(
            title=_("Administration"),
            icon="shield_person",
            view="admin:index",
            place=Place.HOME,
            text=_("Users, rooms, settings, and the outcome of every notification."),
            order=90,
            shown=is_staff,
        ),
        PageLink(title=_("Profile"), icon="person", view="profile", place=Place.ACCOUNT, order=10),
        PageLink(
            title=_("Linked sign-ins"),
            icon="link",
            view="linked-accounts",
            place=Place.ACCOUNT,
            order=85,
            shown=has_linked_accounts,
        ),
        PageLink(title=_("My data"), icon="folder", view="account-data", place=Place.ACCOUNT, order=80),
        PageLink(title=_("Security"), icon="security", view="security", place=Place.ACCOUNT, order=92),
        PageLink(title=_("Sessions"), icon="computer", view="sessions", place=Place.ACCOUNT, order=94),
        PageLink(
            title=_("Password"),
            icon="key",
            view="password-change",
            place=Place.ACCOUNT,
            order=90,
            shown=may_change_password,
        ),
    ]
)
