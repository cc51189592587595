"""Admin pages of subscriptions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter

from workspace.admin.base import ModelAdmin, NoAddition
from workspace.admin.columns import label, room_link, time_cell, user_name
from workspace.admin.confirmation import ConfirmedAction
from workspace.admin.filters import TimeRangeFilter
from workspace.models import Subscription
from workspace.services.rooms import member_remove
from workspace.signals import subscription_changed


@admin.register(Subscription)
class SubscriptionAdmin(NoAddition, ModelAdmin):
    """Members are added on the room's page. Here they can be muted, receive roles in the room, or be removed."""

    list_display = ("member", "of_room", "role", "unread", "mentioned", "seen", "joined")
    list_select_related = ("user", "room")
    list_filter = (
        ("room", AutocompleteSelectFilter),
        ("user", AutocompleteSelectFilter),
        ("is_owner", BooleanRadioFilter),
        ("is_moderator", BooleanRadioFilter),
        ("is_muted", BooleanRadioFilter),
        ("is_open", BooleanRadioFilter),
        ("last_seen_at", TimeRangeFilter),
    )
    search_fields = ("user__username", "user__name", "room__name", "=public_id")
    search_help_text = _("Member, room or id")
    ordering = ("-pk",)
    sortable_by = ("unread",)
    readonly_fields = (
        "user",
        "room",
        "is_open",
        "unread",
        "user_mentions",
        "group_mentions",
        "last_seen_at",
        "joined_at",
        "public_id",
    )
    fieldsets = (
        (None, {"fields": (("user", "room"), ("is_owner", "is_moderator", "is_leader"), "is_muted")}),
        (
            _("Read and unread"),
            {"fields": (("unread", "user_mentions", "group_mentions"), ("last_seen_at", "is_open"))},
        ),
        (_("Details"), {"fields": (("joined_at", "public_id"),)}),
    )
    confirmed_actions = (
        ConfirmedAction(
            name="let_out",
            title=_("Remove from the room"),
            question=_("The member loses access to the room, and their pending notifications from it are dropped."),
            permission="workspace.change_subscription",
            icon="logout",
            is_dangerous=True,
            run=lambda _request, membership: member_remove(user=membership.user, room=membership.room),
        ),
    )

    def save_model(self, request: HttpRequest, obj: Subscription, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        subscription_changed.send(Subscription, user=obj.user, room=obj.room)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user", "room")

    @admin.display(description=_("member"), ordering="user__username")
    def member(self, subscription: Subscription) -> SafeString:
        return user_name(subscription.user)

    @admin.display(description=_("room"), ordering="room__name")
    def of_room(self, subscription: Subscription) -> SafeString | str:
        return room_link(subscription.room)

    @admin.display(description=_("role"))
    def role(self, subscription: Subscription) -> SafeString:
        if subscription.is_muted:
            return label(_("Muted"), "warning")
        if subscription.is_owner or subscription.is_moderator:
            return label(_("Owner") if subscription.is_owner else _("Moderator"), "primary")
        return label(_("Leader"), "info") if subscription.is_leader else label(_("Member"))

    @admin.display(description=_("mentions"))
    def mentioned(self, subscription: Subscription) -> int:
        return subscription.user_mentions + subscription.group_mentions

    @admin.display(description=_("last seen"))
    def seen(self, subscription: Subscription) -> SafeString | str:
        return time_cell(subscription.last_seen_at)

    @admin.display(description=_("joined"))
    def joined(self, subscription: Subscription) -> SafeString | str:
        return time_cell(subscription.joined_at)
