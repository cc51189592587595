"""Saving what a user chose for the whole account."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict, Unpack

from django.db import transaction

from preferences.highlights import fold
from preferences.models import AccountPreferences, HighlightWord
from preferences.selectors.idle import idle_limit_expression
from preferences.services.rows import choices_save
from workspace.models import Presence, User
from workspace.services.presence import idle_limit_set


class AccountChoices(TypedDict, total=False):
    """What may be chosen; an empty level and None leave it to the workspace. `idle_limit`: seconds, 0 for never."""

    desktop: str
    push: str
    email: str
    always_display_mobile: bool | None
    auto_away: bool | None
    idle_limit: int | None


@transaction.atomic
def account_preferences_save(*, user: User, **choices: Unpack[AccountChoices]) -> None:
    """Change some of the account's choices; the others stay as they are.

    Raises ValidationError, saving nothing, for a value that cannot be chosen.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    row = AccountPreferences.objects.filter(user=user).first() or AccountPreferences(user=user)
    choices_save(row, choices)
    if "auto_away" in choices or "idle_limit" in choices:
        idle_limit_set(presences=Presence.objects.filter(user=user), seconds=idle_limit_expression())


@transaction.atomic
def highlight_words_set(*, user: User, words: Iterable[str]) -> None:
    """Replace the account's highlight words; of those that are compared alike, the first is kept.

    Raises ValidationError, changing nothing, for a word of more than 64 characters.
    """
    wanted: dict[str, HighlightWord] = {}
    for word in filter(None, map(str.strip, words)):
        row = HighlightWord(user=user, word=word, folded=fold(word))
        row.clean_fields(exclude=["user"])
        wanted.setdefault(row.folded, row)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.highlight_words.all().delete()
    HighlightWord.objects.bulk_create(wanted.values())
