"""A log of users who read other people's messages by permission."""

from __future__ import annotations

from collections.abc import Iterable

from workspace.models import Message, TextPlace, TextView, User


def messages_viewed(*, reader: User, messages: Iterable[Message], place: TextPlace) -> None:
    """Record that the texts of these messages were shown to the reader."""
    TextView.objects.bulk_create(
        TextView(reader=reader, reader_name=reader.username, message=message, room_id=message.room_id, place=place)
        for message in messages
    )


def text_viewed(*, reader: User, about: str, place: TextPlace) -> None:
    """Record that a text without a message row was shown; `about` identifies it briefly."""
    TextView.objects.create(reader=reader, reader_name=reader.username, about=about[:64], place=place)
