"""Searching a room's messages."""

from __future__ import annotations

from django.db.models import QuerySet

from workspace.models import Message, Room
from workspace.selectors.history.loading import NEWEST_FIRST

# Only the latest messages of a room are searched, so that a search never reads a large part of the table.
SEARCHED_MESSAGES = 20_000
# Further words do not narrow a search down, but each is compared with every message.
MAX_WORDS = 20


def messages_found(room: Room, words: str) -> QuerySet[Message]:
    """Return people's messages in the room and its threads that contain all the words, in any case, newest first.

    Only the first 20 different words count, and only the last 20,000 messages of the room are searched. Encrypted
    messages are never found.
    """
    messages = Message.objects.filter(room=room, type="", deleted_at=None)
    sent = Message.objects.filter(room=room).order_by("-sent_at").values_list("sent_at", flat=True)
    if too_old := list(sent[SEARCHED_MESSAGES : SEARCHED_MESSAGES + 1]):
        messages = messages.filter(sent_at__gt=too_old[0])
    for word in list(dict.fromkeys(words.split()))[:MAX_WORDS]:
        messages = messages.filter(text__icontains=word)
    return messages.order_by(*NEWEST_FIRST)
