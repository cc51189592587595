"""What every settings screen has in common: its place in the administration, and who may open it."""

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
    """Let only administrators in who hold `permission`; strangers are led to the sign-in page, others refused."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            # Another web process may have saved a moment ago: an admin is shown what stands, not what was cached.
            SettingsGroup.forget_cached()
            return view(request, *args, **kwargs)

        return lambda request, *args, **kwargs: admin.site.admin_view(guarded)(request, *args, **kwargs)

    return decorate


def admin_page(request: HttpRequest, template: str, title: str | Promise, context: dict[str, Any]) -> HttpResponse:
    """Answer with a page in the administration's frame."""
    request.current_app = admin.site.name
    whole = {
        **admin.site.each_context(request),
        "title": title,
        "may_edit": request.user.has_perm(EDIT_PERMISSION),
        **context,
    }
    return render(request, template, whole)


def origin_of(request: HttpRequest) -> Origin:
    """Return who sits at the screen."""
    assert isinstance(request.user, User)
    return Origin(source=ChangeSource.ADMIN, actor=request.user, address=address_of(request))


def address_of(request: HttpRequest) -> str | None:
    """Return the address that the request came from."""
    return request.META.get("REMOTE_ADDR") or None


def groups_by_label() -> list[type[SettingsGroup]]:
    """Return the groups in the order of their names, as the sidebar lists them."""
    return sorted(groups(), key=lambda group: group.label())


def may_view(request: HttpRequest) -> bool:
    """Return whether the sidebar offers the settings."""
    return request.user.has_perm(VIEW_PERMISSION)
