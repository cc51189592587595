"""Common parts of the settings screens: their place in the administration, and access."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

from workspace.models import ChangeSource, User
from workspace.services.settings import EDIT_PERMISSION, VIEW_PERMISSION, Origin
from workspace.setting_groups import SettingsGroup
from workspace.setting_groups.registry import groups

View = Callable[..., HttpResponse]


def settings_view(*, permission: str = VIEW_PERMISSION) -> Callable[[View], View]:
    """Restrict a view to administrators with `permission`. Others get the sign-in page or 403."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            # Another web process may have saved settings, so the cache is cleared to show current values.
            SettingsGroup.forget_cached()
            return view(request, *args, **kwargs)

        return lambda request, *args, **kwargs: admin.site.admin_view(guarded)(request, *args, **kwargs)

    return decorate


def admin_page(request: HttpRequest, template: str, title: str | Promise, context: dict[str, Any]) -> HttpResponse:
    """Respond with a page in the layout of the administration."""
    request.current_app = admin.site.name
    full_context = {
        **admin.site.each_context(request),
        "title": title,
        "may_edit": request.user.has_perm(EDIT_PERMISSION),
        **context,
    }
    return render(request, template, full_context)


def origin_of(request: HttpRequest) -> Origin:
    """Return the user and address of the request, as the origin of changes."""
    assert isinstance(request.user, User)
    return Origin(source=ChangeSource.ADMIN, actor=request.user, address=address_of(request))


def address_of(request: HttpRequest) -> str | None:
    """Return the address from which the request came."""
    return request.META.get("REMOTE_ADDR") or None


def groups_by_label() -> list[type[SettingsGroup]]:
    """Return the groups ordered by name, as in the sidebar."""
    return sorted(groups(), key=lambda group: group.label())


def may_view(request: HttpRequest) -> bool:
    """Return True if the user may view the settings."""
    return request.user.has_perm(VIEW_PERMISSION)
