"""Joining and leaving rooms: the directory of channels, new rooms, and direct messages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from unfold.widgets import UnfoldAdminTextInputWidget

from workspace.addresses import room_path
from workspace.errors import ApplicationError
from workspace.models import Room, RoomType, User
from workspace.pages.form_data import posted_text
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.pages.rooms.access import error_text, room_or_404
from workspace.pages.rooms.listing import ROOMS_PER_PAGE, rooms_response, search_words
from workspace.selectors.accounts import usernames_missing, users_by_names
from workspace.selectors.room_list import joinable_channels
from workspace.selectors.rooms import room_title_for
from workspace.services.rooms import CREATE_PERMISSION, direct_room_open, room_create, room_join, room_leave

MAX_PEOPLE = 1000
KINDS = (RoomType.CHANNEL, RoomType.PRIVATE)
VIEW_CHANNELS = "workspace.view_c_room"
# The error code for unknown usernames, and for too many of them.
UNKNOWN_USERS = "error-nobody"


def parse_usernames(text: str) -> list[str]:
    """Return the usernames in a text, with or without @, separated by commas or spaces."""
    return [name.lstrip("@") for name in text.replace(",", " ").split() if name.strip("@")]


class RoomForm(forms.Form):
    """A new room: its type, name and members."""

    type = forms.ChoiceField(label=gettext_lazy("Kind"))
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=Room._meta.get_field("name").max_length,
        help_text=gettext_lazy("Letters, digits, dots, dashes and underscores."),
        widget=UnfoldAdminTextInputWidget(attrs={"autocapitalize": "none", "autocomplete": "off"}),
    )
    people = forms.CharField(
        label=gettext_lazy("People"),
        required=False,
        help_text=gettext_lazy("Usernames, separated by commas. You are added automatically."),
        widget=UnfoldAdminTextInputWidget(
            attrs={"autocapitalize": "none", "autocomplete": "off", "data-names": reverse_lazy("names-completed")}
        ),
    )

    def __init__(self, data: Any, *, kinds: list[RoomType]) -> None:
        super().__init__(data, initial={"type": kinds[0] if kinds else ""})
        words = {
            RoomType.CHANNEL: _("Channel: anyone can find and join it"),
            RoomType.PRIVATE: _("Private group: only its members can see it"),
        }
        field = self.fields["type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind.value, words[kind]) for kind in kinds]


@login_required
@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """List the channels that the user may join."""
    user = reader_of(request)
    words, may_view = search_words(request), user.has_perm(VIEW_CHANNELS)
    channels = joinable_channels(user, words) if may_view else Room.objects.none()
    context = {
        **page_context(request, title=_("Channels")),
        "words": words,
        "may_view": may_view,
        "page": Paginator(channels, ROOMS_PER_PAGE).get_page(request.GET.get("page")),
    }
    return TemplateResponse(request, "pages/rooms/directory.html", context)


@login_required
@require_POST
def room_enter(request: HttpRequest, public_id: str) -> HttpResponse:
    """Join a channel."""
    user = reader_of(request)
    room = room_or_404(user, public_id=public_id)
    try:
        room_join(user=user, room=room, join_code=posted_text(request, "join_code"))
    except ApplicationError as error:
        messages.error(request, error_text(error))
    return HttpResponseRedirect(room_path(room))


@login_required
@require_http_methods(["GET", "POST"])
def room_exit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Leave a room after confirmation."""
    user = reader_of(request)
    room = room_or_404(user, public_id=public_id)
    title = room_title_for(room=room, user=user)
    if request.method == "POST":
        try:
            room_leave(user=user, room=room)
        except ApplicationError as error:
            messages.error(request, error_text(error))
            return HttpResponseRedirect(room_path(room))
        messages.success(request, _("You have left %(room)s.") % {"room": title})
        return HttpResponseRedirect(reverse("rooms"))
    context = {**page_context(request, title=_("Leave %(room)s?") % {"room": title}), "room": room}
    return TemplateResponse(request, "pages/rooms/leave.html", {**context, "place": room_path(room)})


@login_required
@require_http_methods(["GET", "POST"])
def room_new(request: HttpRequest) -> HttpResponse:
    """Show the form for a new channel or private group, and create it."""
    user = reader_of(request)
    kinds = [kind for kind in KINDS if user.has_perm(CREATE_PERMISSION[kind])]
    form = RoomForm(request.POST or None, kinds=kinds)
    if form.is_valid():
        data = form.cleaned_data
        try:
            people = users_by_entered_names(parse_usernames(data["people"]))
            room = room_create(creator=user, name=data["name"], type=RoomType(data["type"]), members=people)
        except ApplicationError as error:
            form.add_error("people" if error.code == UNKNOWN_USERS else "name", error_text(error))
        else:
            return HttpResponseRedirect(room_path(room))
    context = {**page_context(request, title=_("New room")), "form": form, "kinds": kinds}
    return TemplateResponse(request, "pages/rooms/new.html", context)


def users_by_entered_names(names: list[str]) -> list[User]:
    """Return the accounts with these usernames.

    Raises `error-nobody` with the missing names, or if there are too many.
    """
    if len(names) > MAX_PEOPLE:
        raise ApplicationError(UNKNOWN_USERS, _("Enter at most %(most)s users at once.") % {"most": MAX_PEOPLE})
    if missing := usernames_missing(names):
        names_shown = ", ".join(f"@{name}" for name in missing)
        raise ApplicationError(
            UNKNOWN_USERS, _("Unknown usernames: %(names)s. Enter usernames such as ana.") % {"names": names_shown}
        )
    return users_by_names(names)


@login_required
@require_POST
def direct_start(request: HttpRequest) -> HttpResponse:
    """Open a direct room with the given users."""
    user = reader_of(request)
    people = posted_text(request, "people")
    names = parse_usernames(people)
    try:
        if not names:
            raise ApplicationError("error-invalid-user")
        room = direct_room_open(creator=user, others=users_by_entered_names(names))
    except ApplicationError as error:
        return rooms_response(request, people=people, problem=error_text(error))
    return HttpResponseRedirect(room_path(room))
