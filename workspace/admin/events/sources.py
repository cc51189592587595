"""Admin pages of sources of events, and of the people and rooms that they have reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, BooleanRadioFilter
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from workspace.admin.base import ModelAdmin, ReadOnlyAdmin
from workspace.admin.columns import EMPTY, code, label, room_link, time_cell, user_link
from workspace.admin.confirmation import ConfirmedAction
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.users import current_user
from workspace.models import EventKind, EventSource, SourcePerson, SourceRoom
from workspace.roles import has_role
from workspace.selectors.events.sources import KEY_START, MANAGE_SOURCES, may_manage_sources
from workspace.services.events.managing import (
    SourceChanges,
    source_create,
    source_key_rotate,
    source_previous_key_end,
    source_remove,
    source_update,
)

if TYPE_CHECKING:
    BaseForm = forms.ModelForm[EventSource]
else:
    BaseForm = forms.ModelForm


class SourceForm(BaseForm):
    """A source of events."""

    kinds = forms.MultipleChoiceField(
        label=capfirst(_("allowed events")),
        choices=EventKind.choices,
        initial=EventKind.values,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )

    class Meta:
        model = EventSource
        fields = (
            "name",
            "is_enabled",
            "kinds",
            "events_per_minute",
            "creates_unknown",
            "stores_texts",
            "trusts_addresses",
            "frame_origins",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial["kinds"] = self.instance.kinds.split()

    def clean_kinds(self) -> str:
        """Return the kinds as the column stores them."""
        return " ".join(self.cleaned_data["kinds"])

    def clean_frame_origins(self) -> str:
        """Return the origins with a single space between them."""
        return " ".join(self.cleaned_data["frame_origins"].split())

    def changes(self) -> SourceChanges:
        """Return the values of the form."""
        return SourceChanges(**{name: self.cleaned_data[name] for name in SourceChanges.__annotations__})  # type: ignore[typeddict-item,no-any-return]


class SourceAccess:
    """Pages for those who may manage sources."""

    belongs_to: Any

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return True if the user may see the page."""
        return has_role(self.belongs_to) and request.user.is_authenticated and may_manage_sources(current_user(request))

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Return True if the user sees the pages in the list."""
        return self.has_view_permission(request)


@admin.register(EventSource)
class EventSourceAdmin(SourceAccess, ModelAdmin):
    """Sources of events. A key is only shown when it is new, because only its digest is stored."""

    form = SourceForm
    list_display = ("source", "state", "allowed", "last_call")
    list_filter = (("is_enabled", BooleanRadioFilter),)
    search_fields = ("name", "=public_id")
    ordering = ("name", "pk")
    sortable_by = ("source",)
    readonly_fields = ("key", "previous_key", "creator", "created_at", "last_call")
    fieldsets = (
        (None, {"fields": (("name", "is_enabled"), "kinds", "events_per_minute")}),
        (_("People, rooms and texts"), {"fields": ("creates_unknown", "trusts_addresses", "stores_texts")}),
        (_("Preferences in other sites"), {"fields": ("frame_origins",)}),
        (_("Key"), {"fields": (("key", "previous_key"), ("creator", "created_at"), "last_call")}),
    )
    add_fieldsets = fieldsets[:3]
    confirmed_actions = (
        ConfirmedAction(
            name="rotate_key",
            title=_("New key"),
            question=_("The new key is shown afterwards. The present one still works for a day."),
            permission=MANAGE_SOURCES,
            icon="key",
            run=lambda request, source: key_show(request, source_key_rotate(by=current_user(request), source=source)),
        ),
        ConfirmedAction(
            name="end_previous_key",
            title=_("End previous key"),
            question=_("Calls with the previous key are refused at once."),
            permission=MANAGE_SOURCES,
            icon="lock_clock",
            is_dangerous=True,
            applies=lambda source: has_previous_key(source),
            run=lambda request, source: source_previous_key_end(by=current_user(request), source=source),
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return super().get_fieldsets(request, obj) if obj is not None else self.add_fieldsets

    has_add_permission = has_change_permission = has_delete_permission = SourceAccess.has_view_permission

    def save_model(self, request: HttpRequest, obj: EventSource, form: SourceForm, change: bool) -> None:
        by = current_user(request)
        if change:
            source_update(by=by, source=obj, **form.changes())
            return
        source, key = source_create(by=by, **form.changes())
        obj.pk = source.pk
        obj.refresh_from_db()
        obj._state.adding = False
        key_show(request, key)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what a deletion removes. The ids of its people and rooms need no permission of their own."""
        removed, counts, _needed, protected = super().get_deleted_objects(objs, request)
        return removed, counts, set(), protected

    def delete_model(self, request: HttpRequest, obj: EventSource) -> None:
        source_remove(by=current_user(request), source=obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[EventSource]) -> None:
        for source in queryset:
            self.delete_model(request, source)

    @admin.display(description=_("name"), ordering="name")
    def source(self, source: EventSource) -> str:
        return source.name

    @admin.display(description=_("state"))
    def state(self, source: EventSource) -> SafeString:
        return label(_("Enabled"), "success") if source.is_enabled else label(_("Disabled"), "")

    @admin.display(description=_("allowed events"))
    def allowed(self, source: EventSource) -> str:
        return ", ".join(str(kind.label) for kind in EventKind if source.allows(kind))

    @admin.display(description=_("key"))
    def key(self, source: EventSource) -> SafeString | str:
        return code(f"{KEY_START}•••{source.key_end}")

    @admin.display(description=_("previous key"))
    def previous_key(self, source: EventSource) -> SafeString | str:
        if not has_previous_key(source):
            return EMPTY
        return format_html("{} {}", _("valid until"), time_cell(source.previous_key_until))

    @admin.display(description=_("created by"))
    def creator(self, source: EventSource) -> SafeString | str:
        return user_link(source.created_by)

    @admin.display(description=_("last call"))
    def last_call(self, source: EventSource) -> SafeString | str:
        return time_cell(source.last_called_at)


@admin.register(SourcePerson)
class SourcePersonAdmin(SourceAccess, ReadOnlyAdmin):
    """The people that sources have reported."""

    list_display = ("external_id", "account", "source", "created")
    list_select_related = ("user", "source")
    list_filter = (("source", AutocompleteSelectFilter),)
    search_fields = ("=external_id", "user__username")
    ordering = ("-pk",)
    sortable_by = ()
    fields = (("external_id", "account"), ("source", "created"))

    @admin.display(description=_("account"))
    def account(self, person: SourcePerson) -> SafeString | str:
        return user_link(person.user)

    @admin.display(description=_("created"))
    def created(self, person: SourcePerson) -> SafeString | str:
        return time_cell(person.created_at)


@admin.register(SourceRoom)
class SourceRoomAdmin(SourceAccess, ReadOnlyAdmin):
    """The rooms that sources have reported."""

    list_display = ("external_id", "place", "source", "created")
    list_select_related = ("room", "source")
    list_filter = (("source", AutocompleteSelectFilter),)
    search_fields = ("=external_id", "room__name")
    ordering = ("-pk",)
    sortable_by = ()
    fields = (("external_id", "place"), ("source", "created"))

    @admin.display(description=_("room"))
    def place(self, row: SourceRoom) -> SafeString | str:
        return room_link(row.room)

    @admin.display(description=_("created"))
    def created(self, row: SourceRoom) -> SafeString | str:
        return time_cell(row.created_at)


def has_previous_key(source: EventSource) -> bool:
    """Return True if the key before the last rotation still works."""
    return source.previous_key_until is not None and source.previous_key_until > timezone.now()


def key_show(request: HttpRequest, key: str) -> None:
    """Show the key on the next page, for the only time."""
    messages.warning(request, format_html("{} <code>{}</code>", _("The key is shown only once. Copy it now:"), key))


contribute(
    EventSource,
    links=[
        RelatedLink(_("People"), "person", SourcePerson, "source__id__exact"),
        RelatedLink(_("Rooms"), "forum", SourceRoom, "source__id__exact"),
    ],
)
