"""A room's ⋮ menu > Notification Preferences: what the reader wants of one room."""

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
from preferences.previews import Previews, Question, previews_of
from preferences.selectors.effective import account_chosen, account_effective, room_inherits
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
    """Show the reader's choices for a room of theirs with what they bring, and save them."""
    subscription = subscription_or_404(reader_of(request), public_id)
    form = form_of(subscription, request.POST if request.method == "POST" else None)
    if form.is_valid():
        room_preferences_save(subscription=subscription, **form.choices())
        messages.success(request, _("The room's preferences are saved."))
        return HttpResponseRedirect(request.path)
    return room_preferences_response(request, subscription, form)


def room_preferences_response(
    request: HttpRequest, subscription: Subscription, form: RoomForm, **further: str
) -> TemplateResponse:
    """Return the page; `further` is what stands in the field for whom to ignore, and why it cannot be done."""
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
        **further,
    }
    return TemplateResponse(request, "preferences/room.html", context)


@login_required
@require_POST
def room_preferences_preview(request: HttpRequest, public_id: str) -> HttpResponse:
    """Tell what the choices on the page would bring, without saving them."""
    subscription = subscription_or_404(reader_of(request), public_id)
    form = form_of(subscription, request.POST)
    form.is_valid()
    context = {"previews": channel_previews(subscription, form.choices()), "is_update": True}
    return TemplateResponse(request, "preferences/previews.html", context)


@login_required
@require_POST
def room_ignore(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ignore somebody in this room, named by their username, or stop ignoring them."""
    subscription = subscription_or_404(reader_of(request), public_id)
    name, ignore = posted_text(request, "username").lstrip("@"), "stop" not in request.POST
    try:
        sender = sender_named(name)
        if ignore:
            ignorable_ensure(subscription, sender)
    except ApplicationError as error:
        given = {"ignore_name": name, "ignore_problem": error.message}
        return room_preferences_response(request, subscription, form_of(subscription), **given)
    sender_ignore(subscription=subscription, sender=sender, ignore=ignore)
    told = _("You ignore @%(name)s in this room.") if ignore else _("You ignore @%(name)s no longer.")
    messages.success(request, told % {"name": sender.username})
    return HttpResponseRedirect(f"{room_preferences_path(subscription)}#people")


def sender_named(name: str) -> User:
    """Return the user of this name; raises ApplicationError, with a sentence, where there is none."""
    try:
        return user_by_id_or_name(username=name)
    except ApplicationError as error:
        sentence = _("There is nobody called @%(name)s. Write a username, such as ana.") % {"name": name}
        raise ApplicationError(error.code, sentence) from error


def ignorable_ensure(subscription: Subscription, sender: User) -> None:
    """Raise ApplicationError, with a sentence, for whom the member cannot ignore in this room."""
    if sender.pk == subscription.user_id:
        raise ApplicationError("error-self", _("Your own messages never notify you; there is nobody to ignore."))
    if not Subscription.objects.filter(room=subscription.room, user=sender).exists():
        sentence = _("@%(name)s is not in this room.") % {"name": sender.username}
        raise ApplicationError("error-invalid-subscription", sentence)


def room_preferences_path(subscription: Subscription) -> str:
    """Return the address of the page for one of the member's rooms."""
    return reverse("room-preferences", args=[subscription.room.public_id])


def subscription_or_404(user: User, public_id: str) -> Subscription:
    """Return the user's membership in a room; raises Http404 for a room that they are not in."""
    mine = Subscription.objects.filter(user=user, room__public_id=public_id).select_related("room", "user")
    subscription = mine.first()
    if subscription is None:
        raise Http404
    return subscription


def form_of(subscription: Subscription, data: QueryDict | None = None) -> RoomForm:
    """Return the form with what the member chose, or what was sent."""
    chosen = RoomPreferences.objects.filter(subscription=subscription).first() or RoomPreferences()
    inherited = room_inherits(account_effective(account_chosen(subscription.user)))
    return RoomForm(data, chosen=chosen, inherited=inherited)


def channel_previews(subscription: Subscription, choices: dict[str, Any]) -> Previews:
    """Return the lines for each channel, given choices that are not saved."""
    question = Question(user=subscription.user, channels=CHANNELS, room=choices, subscription=subscription)
    return previews_of(question)
