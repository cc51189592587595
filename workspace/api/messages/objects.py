"""Messages as clients know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.db.models import prefetch_related_objects
from rest_framework import serializers

from workspace.api.base import Result
from workspace.api.messages.mark_objects import (
    ReactionObject,
    StarObject,
    marks_of,
    quotes_of,
)
from workspace.api.objects import PersonObject, Timestamp, person_of
from workspace.database.prepared import PreparedQuery
from workspace.models import Mention, Message, User

FORWARD: tuple[Any, ...] = tuple(Message._meta.get_field(name) for name in ("room", "sender", "parent", "edited_by"))


class MentionObject(PersonObject):
    """A mentioned user, or the group `all` or `here`."""

    type = serializers.CharField()


class MessageObject(Result):
    """A message."""

    _id = serializers.CharField()
    rid = serializers.CharField()
    msg = serializers.CharField()
    ts = Timestamp()
    u = PersonObject()
    _updatedAt = Timestamp()
    urls = serializers.ListField(child=serializers.DictField())
    mentions = MentionObject(many=True)
    channels = serializers.ListField(child=serializers.DictField())
    md = serializers.ListField(child=serializers.DictField())
    t = serializers.CharField(required=False)
    role = serializers.CharField(required=False)
    content = serializers.DictField(required=False)
    attachments = serializers.ListField(child=serializers.DictField(), required=False)
    alias = serializers.CharField(required=False)
    avatar = serializers.CharField(required=False)
    emoji = serializers.CharField(required=False)
    bot = serializers.DictField(required=False, help_text="The webhook that posted the message, as `i`.")
    groupable = serializers.BooleanField(required=False)
    tmid = serializers.CharField(required=False)
    tshow = serializers.BooleanField(required=False)
    tcount = serializers.IntegerField(required=False)
    tlm = Timestamp(required=False)
    replies = serializers.ListField(child=serializers.CharField(), required=False)
    editedAt = Timestamp(required=False)
    editedBy = PersonObject(required=False)
    reactions = serializers.DictField(child=ReactionObject(), required=False)
    starred = StarObject(many=True, required=False)
    pinned = serializers.BooleanField(required=False)
    pinnedAt = Timestamp(required=False)
    pinnedBy = PersonObject(required=False)


def messages_of(messages: Iterable[Message], viewer: User | None = None) -> list[dict[str, Any]]:
    """Return the messages, as the viewer sees them. Related objects are loaded with one query per relation.

    Without a viewer, such as in events for a whole room, nobody's stars are included.
    """
    messages = list(messages)
    relations_load(messages)
    prefetch_related_objects([message for message in messages if message.reply_count], "followers")
    mentioned = users_mentioned(messages)
    marks, quotes = marks_of(messages, viewer), quotes_of(messages)
    return [
        message_object(message, mentioned[message.pk]) | marks.fields_of(message) | quotes.get(message.pk, {})
        for message in messages
    ]


def relations_load(messages: Sequence[Message]) -> None:
    """Load the related objects that were not loaded with the messages."""
    for field in FORWARD:
        missing = [row for row in messages if getattr(row, field.attname) is not None and not field.is_cached(row)]
        if missing:
            prefetch_related_objects(missing, field.name)


def message_of(message: Message, viewer: User | None = None) -> dict[str, Any]:
    """Return the message, as the viewer sees it; fields without a value are omitted."""
    return messages_of([message], viewer)[0]


def message_object(message: Message, mentioned: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields of the message that are the same for every viewer; `mentioned` are the mentioned users."""
    is_reply, is_thread = message.parent is not None, message.reply_count > 0
    return {
        "_id": message.public_id,
        "rid": message.room.public_id,
        "msg": message.text,
        "ts": message.sent_at,
        "u": person_of(message.sender),
        "_updatedAt": message.updated_at,
        "urls": [],
        "mentions": [*groups_mentioned(message), *mentioned],
        "channels": [],
        "md": [],
        "t": message.type or None,
        "role": message.role or None,
        "content": message.content,
        "attachments": message.attachments or None,
        "alias": message.alias or None,
        "avatar": message.avatar or None,
        "emoji": message.emoji or None,
        "bot": {"i": message.integration_id} if message.integration_id else None,
        "groupable": False if message.integration_id else None,
        "tmid": message.parent.public_id if message.parent else None,
        "tshow": message.is_shown_in_room if is_reply else None,
        "tcount": message.reply_count if is_thread else None,
        "tlm": message.last_reply_at,
        "replies": [user.public_id for user in message.followers.all()] if is_thread else None,
        "editedAt": message.edited_at,
        "editedBy": person_of(message.edited_by) if message.edited_by else None,
    }


def groups_mentioned(message: Message) -> list[dict[str, Any]]:
    """Return the groups that the message mentions, `all` and `here`."""
    is_mentioned = {"all": message.mentions_all, "here": message.mentions_here}
    return [
        {"_id": name, "username": name, "name": name, "type": "group"} for name in is_mentioned if is_mentioned[name]
    ]


def users_mentioned(messages: Sequence[Message]) -> Mapping[int, list[dict[str, Any]]]:
    """Return the users that the messages mention, by message key, sorted by username."""
    mentioned: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for key, public_id, username, name in mention_rows.rows_of([message.pk for message in messages]):
        mentioned[key].append({"_id": public_id, "username": username, "name": name or username, "type": "user"})
    for people in mentioned.values():
        people.sort(key=itemgetter("username"))
    return mentioned


mention_rows: PreparedQuery[tuple[int, str, str, str]] = PreparedQuery(
    lambda *messages: Mention.objects.filter(message__in=messages).values_list(
        "message_id", "user__public_id", "user__username", "user__name"
    ),
    int,
)
