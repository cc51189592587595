"""Admin pages of rooms."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.forms import BaseDialogForm

from workspace.admin import labels
from workspace.admin.base import ModelAdmin
from workspace.admin.columns import label, time_cell, two_lines
from workspace.admin.confirmation import ConfirmedAction, page_dialog, redirect_to_page
from workspace.admin.contributions import RelatedLink, contribute
from workspace.admin.filters import TimeRangeFilter
from workspace.admin.room_forms import PeopleField, RoomCreationForm
from workspace.admin.users import current_user
from workspace.models import Message, Room, RoomType, Subscription
from workspace.services.room_changes.state import room_archive, room_reopen
from workspace.services.rooms import members_add
from workspace.signals import room_changed


class AddPeopleForm(BaseDialogForm):  # type: ignore[misc]
    """Users to add to a room."""

    people = PeopleField(label=_("Usernames"), help_text=_("Separated by commas or spaces."))


@admin.register(Room)
class RoomAdmin(ModelAdmin):
    """Rooms are archived, not deleted: their messages, and the decisions about them, remain."""

    list_display = ("room", "kind", "members_count", "messages_count", "last_message", "state")
    list_filter = (
        ("type", ChoicesDropdownFilter),
        ("is_archived", BooleanRadioFilter),
        ("is_read_only", BooleanRadioFilter),
        ("last_message_at", TimeRangeFilter),
    )
    search_fields = ("name", "topic", "=public_id")
    search_help_text = _("Name, topic or id")
    ordering = ("-pk",)
    sortable_by = ("room", "members_count", "messages_count", "last_message")
    readonly_fields = (
        "public_id",
        "type",
        "creator",
        "members_count",
        "messages_count",
        "last_message_at",
        "created_at",
        "state",
    )
    fieldsets = (
        (None, {"fields": (("name", "type"), "topic", "announcement", ("is_read_only", "is_default"), "state")}),
        (
            _("Details"),
            {
                "fields": (
                    ("members_count", "messages_count"),
                    ("last_message_at", "created_at"),
                    ("creator", "public_id"),
                )
            },
        ),
    )
    add_fieldsets = ((None, {"fields": (("type", "name"), "topic", "members", "is_read_only")}),)
    confirmed_actions = (
        ConfirmedAction(
            name="archive",
            title=_("Archive"),
            question=_("Nobody can post in an archived room or join it. Its members can still read it."),
            permission="workspace.archive_room",
            icon="archive",
            is_dangerous=True,
            applies=lambda room: not room.is_archived,
            run=lambda request, room: room_archive(archiver=current_user(request), room=room),
        ),
        ConfirmedAction(
            name="reopen",
            title=_("Reopen"),
            question=_("Members can post in the room again."),
            permission="workspace.unarchive_room",
            icon="unarchive",
            applies=lambda room: room.is_archived,
            run=lambda request, room: room_reopen(opener=current_user(request), room=room),
        ),
    )

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.actions_detail = ["add_people", *self.actions_detail]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Room]:
        direct_members = Subscription.objects.filter(room__type=RoomType.DIRECT).select_related("user")
        rooms: QuerySet[Room] = super().get_queryset(request).filter(deleted_at=None)
        return rooms.prefetch_related(Prefetch("subscriptions", queryset=direct_members, to_attr="direct_members"))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        if obj is not None:
            return super().get_form(request, obj, change, **kwargs)
        form: Any = super().get_form(request, obj, change, form=RoomCreationForm, **kwargs)
        form.creator = request.user
        return form

    def get_actions_detail(self, request: HttpRequest, object_id: str) -> list[Any]:
        actions = super().get_actions_detail(request, object_id)
        room = self.get_object(request, object_id)
        is_open = room is not None and not room.is_direct and not room.is_archived
        return actions if is_open else [action for action in actions if not action.action_name.endswith("_add_people")]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        is_direct = isinstance(obj, Room) and obj.is_direct
        return not is_direct and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return super().get_readonly_fields(request, obj) if obj else ()

    def save_model(self, request: HttpRequest, obj: Room, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            room_changed.send(Room, room=obj)
            return
        obj.pk = form.create().pk
        obj.refresh_from_db()

    @page_dialog(
        description=_("Add people"),
        url_path="add-people",
        permissions=["change"],
        icon="group_add",
        dialog={
            "title": _("Add people to the room"),
            "description": _("Existing members are not affected."),
            "form_class": AddPeopleForm,
            "form_submit_text": _("Add"),
        },
    )
    def add_people(self, request: HttpRequest, form: Any, object_id: str) -> HttpResponse:
        """Add users to the room. The user who does this need not be a member."""
        room = self.get_object(request, object_id)
        if room is None or room.is_direct:
            raise Http404
        added = members_add(room=room, users=form.cleaned_data["people"])
        self.log_change(request, room, f"{added} added")
        message = ngettext("%(count)d person was added.", "%(count)d people were added.", added)
        messages.success(request, message % {"count": added})
        return redirect_to_page(request, room)

    @admin.display(description=_("room"), ordering="name")
    def room(self, room: Any) -> SafeString | str:
        if not room.is_direct:
            return two_lines(room, room.topic) if room.topic else str(room)
        return ", ".join(f"@{member.user.username}" for member in room.direct_members) or room.public_id

    @admin.display(description=_("type"))
    def kind(self, room: Room) -> SafeString:
        return labels.room_type(room)

    @admin.display(description=_("last message"), ordering="last_message_at")
    def last_message(self, room: Room) -> SafeString | str:
        return time_cell(room.last_message_at)

    @admin.display(description=_("state"))
    def state(self, room: Room) -> SafeString:
        if room.is_archived:
            return label(_("Archived"), "warning")
        return label(_("Read-only"), "info") if room.is_read_only else label(_("Open"), "success")


contribute(
    Room,
    links=[
        RelatedLink(_("Subscriptions"), "group", Subscription, "room__id__exact"),
        RelatedLink(_("Messages"), "chat", Message, "room__id__exact"),
    ],
)
