"""Who has read a person's messages in the administration."""

from __future__ import annotations

from django.db.models import QuerySet

from workspace.models import MessageSettings, TextView, User


def shows_readers() -> bool:
    """Return True if the workspace shows its users who has read their messages."""
    return MessageSettings.current().shows_readers


def readers_of(author: User) -> QuerySet[TextView]:
    """Return the records of others who have read the person's messages, newest first."""
    views = TextView.objects.filter(message__sender=author).exclude(reader=author)
    return views.select_related("reader", "room", "message").order_by("-pk")
