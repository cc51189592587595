"""Contributions of upper apps to the admin pages of lower ones, which cannot import them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.functional import Promise

from workspace.roles import Role, has_role


@dataclass(frozen=True, slots=True)
class RelatedLink:
    """A link from the page of a row to the list of related rows of another model."""

    title: str | Promise
    icon: str
    model: type[Model]
    lookup: str

    def url(self, object_id: str) -> str:
        """Return the URL of the list, filtered by the object."""
        return f"{changelist_url(self.model)}?{urlencode({self.lookup: object_id})}"

    def allowed(self, request: HttpRequest) -> bool:
        """Return True if the user may see those rows in this installation."""
        return admin.site._registry[self.model].has_view_permission(request)


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link from the page of a row to another page, for users with the permission.

    `belongs_to`: the page exists only in installations with this role.
    """

    title: str | Promise
    icon: str
    address: Callable[[str], str]
    permission: str
    belongs_to: Role = Role.ANY

    def url(self, object_id: str) -> str:
        """Return the URL of the page about the object."""
        return self.address(object_id)

    def allowed(self, request: HttpRequest) -> bool:
        """Return True if the user may open the page in this installation."""
        return has_role(self.belongs_to) and request.user.has_perm(self.permission)


@dataclass(slots=True)
class Contribution:
    """All contributions to the pages of a model."""

    inlines: list[Any] = field(default_factory=list)
    list_display: list[Any] = field(default_factory=list)
    list_select_related: list[str] = field(default_factory=list)
    links: list[RelatedLink | PageLink] = field(default_factory=list)


_CONTRIBUTIONS: dict[type[Model], Contribution] = {}


def contribute(
    model: type[Model],
    *,
    inlines: Sequence[Any] = (),
    list_display: Sequence[Any] = (),
    list_select_related: Sequence[str] = (),
    links: Sequence[RelatedLink | PageLink] = (),
) -> None:
    """Add inlines, list columns (with the relations that they use) and links to the pages of `model`."""
    contribution = _CONTRIBUTIONS.setdefault(model, Contribution())
    contribution.inlines.extend(inlines)
    contribution.list_display.extend(list_display)
    contribution.list_select_related.extend(list_select_related)
    contribution.links.extend(links)


def contributed(model: type[Model]) -> Contribution:
    """Return the contributions to the pages of `model`."""
    return _CONTRIBUTIONS.get(model, Contribution())


def related_links(model: type[Model], object_id: str, request: HttpRequest) -> list[dict[str, Any]]:
    """Return the links on the page of a row that the user may follow."""
    return [
        {"title": link.title, "icon": link.icon, "url": link.url(object_id)}
        for link in contributed(model).links
        if link.allowed(request)
    ]


def changelist_url(model: type[Model]) -> str:
    """Return the URL of the model's list."""
    return _changelist_url(model, get_urlconf(), get_script_prefix())


@cache
def _changelist_url(model: type[Model], urlconf: str | None, _prefix: str) -> str:
    """Return the URL for the URL configuration and prefix. Some pages have hundreds of links to the same list."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist", urlconf)
