"""Reading a user's highlight words, and which of them stand in a message."""

from __future__ import annotations

from preferences.highlights import phrases_in, words_found
from preferences.models import HighlightWord
from workspace.models import Room, User

# Beyond this, looking for all phrases of a text costs more than reading the words of everybody.
MOST_PHRASES = 2_000


def highlight_words_of(user: User) -> list[str]:
    """Return the user's highlight words in the order in which they were given."""
    return list(user.highlight_words.order_by("pk").values_list("word", flat=True))


def highlights_found(text: str, *, room: Room) -> set[str]:
    """Return the folded highlight words of the room's members that stand in the text, perhaps others' as well.

    In a room of more members than the text has phrases, the index of all words is asked for these phrases.
    """
    phrases = phrases_in(text, most=min(room.members_count, MOST_PHRASES))
    if phrases is None:
        words = HighlightWord.objects.filter(user__subscriptions__room=room)
    else:
        words = HighlightWord.objects.filter(folded__in=phrases)
    return words_found(text, words.order_by().values_list("folded", flat=True).distinct())
