"""Saves a user's preferences for the whole account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict, Unpack

from django.db import transaction
from django.utils import timezone

from preferences.highlights import fold
from preferences.models import (
    AccountPreferences,
    HighlightWord,
    IgnoredSender,
    QuietHours,
    SignInAlert,
    SignInTrait,
)
from preferences.selectors.accounts import client_choices_stored
from preferences.selectors.highlights import highlight_words_of
from preferences.selectors.idle import idle_limit_expression
from preferences.services.rows import choices_save
from workspace.models import Presence, Subscription, User
from workspace.models.history import rows_delete
from workspace.services.live import publish_preferences, publish_subscriptions
from workspace.services.presence import idle_limit_set

INHERITED_BY_ROOMS = {"desktop", "push", "email"}


class AccountChoices(TypedDict, total=False):
    """The preferences that can be set. An empty text or None means the workspace's default.

    `idle_limit` is in seconds (0 for never), `sound_volume` in percent. `client_choices` are merged into the stored
    client preferences; None removes one.
    """

    desktop: str
    push: str
    email: str
    always_display_mobile: bool | None
    require_interaction: bool | None
    login_detection_email: bool | None
    unread_alert: bool | None
    auto_away: bool | None
    idle_limit: int | None
    new_room_sound: str
    new_message_sound: str
    mute_focused: bool | None
    sound_volume: int | None
    client_choices: dict[str, Any]


@transaction.atomic
def account_preferences_save(*, user: User, **choices: Unpack[AccountChoices]) -> None:
    """Change the given preferences of the account; the others stay unchanged.

    Raises ValidationError, saving nothing, if a value is invalid.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    row = AccountPreferences.objects.filter(user=user).first() or AccountPreferences(user=user)
    if "client_choices" in choices:
        merged = client_choices_stored(row) | choices["client_choices"]
        choices["client_choices"] = {key: value for key, value in merged.items() if value is not None}
    changed = {name for name, value in choices.items() if getattr(row, name) != value}
    choices_save(row, choices)
    if changed:
        publish_preferences(user=user)
    if changed & INHERITED_BY_ROOMS:
        subscriptions_touch(user=user)
    if changed & {"auto_away", "idle_limit"}:
        idle_limit_set(presences=Presence.objects.filter(user=user), seconds=idle_limit_expression())


@transaction.atomic
def highlight_words_set(*, user: User, words: Iterable[str]) -> None:
    """Replace the account's highlight words. If several words compare equal, the first one is saved.

    Raises ValidationError, changing nothing, if a word has more than 64 characters.
    """
    wanted: dict[str, HighlightWord] = {}
    for word in filter(None, map(str.strip, words)):
        row = HighlightWord(user=user, word=word, folded=fold(word))
        row.clean_fields(exclude=["user"])
        wanted.setdefault(row.folded, row)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if highlight_words_of(user) == [row.word for row in wanted.values()]:
        return
    user.highlight_words.all().delete()
    HighlightWord.objects.bulk_create(wanted.values())
    subscriptions_touch(user=user)


def subscriptions_touch(*, user: User) -> None:
    """Mark all of the user's subscriptions as changed, for clients that ask for changes."""
    Subscription.objects.filter(user=user).update(updated_at=timezone.now())
    publish_subscriptions(room=None, users=[user.pk])


@transaction.atomic
def account_data_delete(*, user: User) -> None:
    """Delete everything that is stored about a deleted account here, also in the rooms of others."""
    for model in (AccountPreferences, HighlightWord):
        rows_delete(rows=model._default_manager.filter(user=user))
    rows_delete(rows=IgnoredSender.objects.filter(sender=user))
    for other in (QuietHours, SignInTrait, SignInAlert):
        other._default_manager.filter(user=user).delete()
