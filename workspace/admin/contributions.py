"""What an upper app adds to the pages of a lower one, which cannot import it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from workspace.roles import Role, has_role


@dataclass(frozen=True, slots=True)
class RelatedLink:
    """A link from one row's page to the list of another model's rows that belong to it."""

    title: str | Promise
    icon: str
    model: type[Model]
    lookup: str

    def url(self, object_id: str) -> str:
        """Return the address of the list, filtered to the rows of the object."""
        return f"{changelist_url(self.model)}?{urlencode({self.lookup: object_id})}"

    def allowed(self, request: HttpRequest) -> bool:
        """Return whether the reader may see those rows, in this installation."""
        return admin.site._registry[self.model].has_view_permission(request)


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link from one row's page to a page of another kind, for those who hold the permission.

    `belongs_to`: the page is there only where the installation plays this role.
    """

    title: str | Promise
    icon: str
    address: Callable[[str], str]
    permission: str
    belongs_to: Role = Role.ANY

    def url(self, object_id: str) -> str:
        """Return the address of the page about the object."""
        return self.address(object_id)

    def allowed(self, request: HttpRequest) -> bool:
        """Return whether the reader may open the page, in this installation."""
        return has_role(self.belongs_to) and request.user.has_perm(self.permission)


@dataclass(slots=True)
class Contribution:
    """Everything added to one model's pages."""

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
    """Add inlines, list columns (with the relations that they read) and links to the pages of `model`."""
    contribution = _CONTRIBUTIONS.setdefault(model, Contribution())
    contribution.inlines.extend(inlines)
    contribution.list_display.extend(list_display)
    contribution.list_select_related.extend(list_select_related)
    contribution.links.extend(links)


def contributed(model: type[Model]) -> Contribution:
    """Return what was added to the pages of `model`."""
    return _CONTRIBUTIONS.get(model, Contribution())


def related_links(model: type[Model], object_id: str, request: HttpRequest) -> list[dict[str, Any]]:
    """Return the links of one row's page that its reader may follow."""
    return [
        {"title": link.title, "icon": link.icon, "url": link.url(object_id)}
        for link in contributed(model).links
        if link.allowed(request)
    ]


def changelist_url(model: type[Model]) -> str:
    """Return the address of the model's list."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
