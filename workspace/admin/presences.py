"""Admin pages of presence."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import ChoicesDropdownFilter, DropdownFilter

from workspace.admin import labels
from workspace.admin.base import ReadOnlyAdmin
from workspace.admin.columns import EMPTY, time_cell, user_name
from workspace.clients import client_kind
from workspace.models import Connection, Presence, Status
from workspace.selectors.presence import connection_expression, status_expression

# The maximum number of clients shown per user.
CLIENTS_SHOWN = 20


class ConnectionFilter(DropdownFilter):  # type: ignore[misc]
    """Filters by connection, which is computed from times and has no column."""

    title = _("connection")
    parameter_name = "connection"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[Any]:
        return list(Connection.choices)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(connection=self.value()) if self.value() else queryset


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    """What clients report and users choose."""

    list_display = ("member", "connected", "picked", "status_text", "active", "until")
    list_select_related = ("user",)
    list_filter = (ConnectionFilter, ("status", ChoicesDropdownFilter))
    search_fields = ("user__username", "user__name", "status_text")
    search_help_text = _("Member or status text")
    ordering = ("-pk",)
    sortable_by = ()
    fieldsets = (
        (None, {"fields": (("user", "connected"), ("picked", "status_text"), "status_expires_at")}),
        (
            _("How the connection is determined"),
            {"fields": (("last_active_at", "idle_limit"), ("away_at", "connected_until"), "clients")},
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Presence]:
        now = timezone.now()
        rows: QuerySet[Presence] = super().get_queryset(request)
        return rows.annotate(connection=connection_expression(now), chosen=status_expression(now))

    @admin.display(description=_("member"))
    def member(self, presence: Presence) -> SafeString:
        return user_name(presence.user)

    @admin.display(description=_("connection"))
    def connected(self, presence: Any) -> SafeString:
        return labels.connection(presence.connection)

    @admin.display(description=_("status"))
    def picked(self, presence: Any) -> SafeString | str:
        return EMPTY if presence.chosen == Status.ONLINE else labels.status(presence.chosen)

    @admin.display(description=_("last active"))
    def active(self, presence: Presence) -> SafeString | str:
        return time_cell(presence.last_active_at)

    @admin.display(description=_("connected until"))
    def until(self, presence: Presence) -> SafeString | str:
        return time_cell(presence.connected_until)

    @admin.display(description=_("clients"))
    def clients(self, presence: Presence) -> SafeString | str:
        """Return the most recent clients with their times, including ones that have disconnected."""
        rows = presence.user.clients.order_by("-connected_until")[:CLIENTS_SHOWN]
        lines = [
            (
                client_kind(row.client),
                _("last used"),
                time_cell(row.last_active_at),
                _("until"),
                time_cell(row.connected_until),
            )
            for row in rows
        ]
        return format_html_join("", "<p>{}: {} {}, {} {}</p>", lines) or EMPTY
