"""Reads highlight words, and finds those that occur in a message."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

from preferences.highlights import matching_words, phrases_of
from preferences.models import HighlightWord
from workspace.database.prepared import PreparedQuery
from workspace.models import Room, User

# With more phrases than this, querying for them costs more than reading the words of all members.
MAX_PHRASES = 2_000


def highlight_words_of(user: User) -> list[str]:
    """Return the user's highlight words in the order in which they were entered."""
    return [word for _user, word in words_entered(user.pk)]


words_entered: PreparedQuery[tuple[int, str]] = PreparedQuery(
    lambda *users: HighlightWord.objects.filter(user__in=users).order_by("pk").values_list("user_id", "word"), int
)


def highlight_words_by_user(users: Collection[int]) -> dict[int, list[str]]:
    """Return the highlight words of these users (given by key), in the order in which they were entered."""
    words: defaultdict[int, list[str]] = defaultdict(list)
    for user, word in words_entered.rows_of(users):
        words[user].append(word)
    return dict(words)


def matching_highlights(text: str, *, room: Room) -> set[str]:
    """Return the folded highlight words of the room's members that occur in the text.

    If the room has more members than the text has phrases, this queries all users' words for these phrases. The result
    may then include words of users outside the room.
    """
    phrases = phrases_of(text, most=min(room.members_count, MAX_PHRASES))
    if phrases is None:
        words = HighlightWord.objects.filter(user__subscriptions__room=room)
    else:
        words = HighlightWord.objects.filter(folded__in=phrases)
    return matching_words(text, words.order_by().values_list("folded", flat=True).distinct())
