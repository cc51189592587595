"""The page Notification Preferences in a room's ⋮ menu: the user's preferences for one room."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from preferences.models import RoomPreferences
from preferences.pages.room_form import CHANNELS, RoomForm
from preferences.previews import PreviewRequest, Previews, previews_of
from preferences.selectors.effective import account_choices, account_effective, room_inherits
from preferences.selectors.rooms import ignored_senders
from preferences.services.rooms import room_preferences_save, sender_ignore
from workspace.addresses import room_path
from workspace.errors import ApplicationError
from workspace.models import Subscription, User
from workspace.pages.form_data import posted_text
from workspace.pages.layout import page_context
from workspace.pages.reader import reader_of
from workspace.selectors.accounts import user_by_id_or_name
from workspace.selectors.rooms import room_title_for


@login_required
@require_http_methods(["GET", "POST"])
def room_preferences(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the user's preferences for a room with previews, and save them."""
    subscription = subscription_or_404(reader_of(request), public_id)
    form = form_of(subscription, request.POST if request.method == "POST" else None)
    if form.is_valid():
        room_preferences_save(subscription=subscription, **form.choices())
        messages.success(request, _("The room's preferences are saved."))
        return HttpResponseRedirect(request.path)
    return room_preferences_response(request, subscription, form)


def room_preferences_response(
    request: HttpRequest, subscription: Subscription, form: RoomForm, **ignore_values: str
) -> TemplateResponse:
    """Return the page. `ignore_values` are the username in the ignore form, and the error about it."""
    room = subscription.room
    title = room_title_for(room=room, user=subscription.user)
    context = {
        **page_context(request, title=_("Notification Preferences of %(room)s") % {"room": title}, room=room.public_id),
        "room_title": title,
        "room_url": room_path(room),
        "subscription": subscription,
        "form": form,
        "previews": channel_previews(subscription, form.choices() if form.is_bound else {}),
        "ignored": ignored_senders(subscription),
        **ignore_values,
    }
    return TemplateResponse(request, "preferences/room.html", context)


@login_required
@require_POST
def room_preferences_preview(request: HttpRequest, public_id: str) -> HttpResponse:
    """Return previews for the choices on the page without saving them."""
    subscription = subscription_or_404(reader_of(request), public_id)
    form = form_of(subscription, request.POST)
    form.is_valid()
    context = {"previews": channel_previews(subscription, form.choices()), "is_update": True}
    return TemplateResponse(request, "preferences/previews.html", context)


@login_required
@require_POST
def room_ignore(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ignore the user with the posted username in this room, or stop ignoring them."""
    subscription = subscription_or_404(reader_of(request), public_id)
    name, ignore = posted_text(request, "username").lstrip("@"), "stop" not in request.POST
    try:
        sender = sender_named(name)
        if ignore:
            ignorable_ensure(subscription, sender)
    except ApplicationError as error:
        values = {"ignore_name": name, "ignore_problem": error.message}
        return room_preferences_response(request, subscription, form_of(subscription), **values)
    sender_ignore(subscription=subscription, sender=sender, ignore=ignore)
    text = _("You now ignore @%(name)s in this room.") if ignore else _("You no longer ignore @%(name)s.")
    messages.success(request, text % {"name": sender.username})
    return HttpResponseRedirect(f"{room_preferences_path(subscription)}#people")


def sender_named(name: str) -> User:
    """Return the user with this username; raises ApplicationError with a message for users."""
    try:
        return user_by_id_or_name(username=name)
    except ApplicationError as error:
        message = _("There is no user @%(name)s. Enter a username, such as ana.") % {"name": name}
        raise ApplicationError(error.code, message) from error


def ignorable_ensure(subscription: Subscription, sender: User) -> None:
    """Raise ApplicationError, with a message for users, if the member cannot ignore this sender in this room."""
    if sender.pk == subscription.user_id:
        raise ApplicationError("error-self", _("You cannot ignore yourself. Your own messages never notify you."))
    if not Subscription.objects.filter(room=subscription.room, user=sender).exists():
        message = _("@%(name)s is not in this room.") % {"name": sender.username}
        raise ApplicationError("error-invalid-subscription", message)


def room_preferences_path(subscription: Subscription) -> str:
    """Return the path of this page for a room."""
    return reverse("room-preferences", args=[subscription.room.public_id])


def subscription_or_404(user: User, public_id: str) -> Subscription:
    """Return the user's subscription to a room; raises Http404 if the user is not in the room."""
    rows = Subscription.objects.filter(user=user, room__public_id=public_id).select_related("room", "user")
    subscription = rows.first()
    if subscription is None:
        raise Http404
    return subscription


def form_of(subscription: Subscription, data: QueryDict | None = None) -> RoomForm:
    """Return the form with the member's preferences, or with the posted data."""
    chosen = RoomPreferences.objects.filter(subscription=subscription).first() or RoomPreferences()
    inherited = room_inherits(account_effective(account_choices(subscription.user)))
    return RoomForm(data, chosen=chosen, inherited=inherited)


def channel_previews(subscription: Subscription, choices: dict[str, Any]) -> Previews:
    """Return the previews of each channel for unsaved choices."""
    question = PreviewRequest(user=subscription.user, channels=CHANNELS, room=choices, subscription=subscription)
    return previews_of(question)
