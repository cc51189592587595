"""The texts of system messages on pages."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from workspace.models import Message, SystemMessage
from workspace.permissions import LEADER, MODERATOR, OWNER

register = template.Library()

# `name` is the text of the message: a username or the new value. `actor` made the change.
TEXTS: dict[str, str | Promise] = {
    SystemMessage.JOINED: _("@%(name)s joined."),
    SystemMessage.LEFT: _("@%(name)s left."),
    SystemMessage.ADDED: _("@%(name)s was added."),
    SystemMessage.REMOVED: _("@%(actor)s removed @%(name)s."),
    SystemMessage.RENAMED: _("@%(actor)s renamed the room to %(name)s."),
    SystemMessage.TOPIC_CHANGED: _("@%(actor)s changed the topic: %(name)s"),
    SystemMessage.DESCRIPTION_CHANGED: _("@%(actor)s changed the description: %(name)s"),
    SystemMessage.ANNOUNCEMENT_CHANGED: _("@%(actor)s changed the announcement: %(name)s"),
    SystemMessage.TYPE_CHANGED: _("@%(actor)s changed the room's type: %(name)s"),
    SystemMessage.SET_READ_ONLY: _("@%(actor)s made the room read-only."),
    SystemMessage.SET_WRITABLE: _("@%(actor)s allowed all members to post."),
    SystemMessage.REACTIONS_ALLOWED: _("@%(actor)s allowed reactions."),
    SystemMessage.REACTIONS_REFUSED: _("@%(actor)s no longer allows reactions."),
    SystemMessage.ARCHIVED: _("@%(actor)s archived the room."),
    SystemMessage.REOPENED: _("@%(actor)s reopened the room."),
    SystemMessage.MUTED: _("@%(actor)s muted @%(name)s."),
    SystemMessage.UNMUTED: _("@%(actor)s unmuted @%(name)s."),
    SystemMessage.PINNED: _("@%(actor)s pinned a message."),
    SystemMessage.PINNED_ENCRYPTED: _("@%(actor)s pinned a message."),
}
# If the new value is empty.
REMOVED_TEXTS: dict[str, str | Promise] = {
    SystemMessage.TOPIC_CHANGED: _("@%(actor)s removed the topic."),
    SystemMessage.DESCRIPTION_CHANGED: _("@%(actor)s removed the description."),
    SystemMessage.ANNOUNCEMENT_CHANGED: _("@%(actor)s removed the announcement."),
}
ROLE_TEXTS: dict[tuple[str, str], str | Promise] = {
    (SystemMessage.ROLE_ADDED, OWNER): _("@%(actor)s made @%(name)s an owner."),
    (SystemMessage.ROLE_ADDED, MODERATOR): _("@%(actor)s made @%(name)s a moderator."),
    (SystemMessage.ROLE_ADDED, LEADER): _("@%(actor)s made @%(name)s a leader."),
    (SystemMessage.ROLE_REMOVED, OWNER): _("@%(actor)s removed @%(name)s as an owner."),
    (SystemMessage.ROLE_REMOVED, MODERATOR): _("@%(actor)s removed @%(name)s as a moderator."),
    (SystemMessage.ROLE_REMOVED, LEADER): _("@%(actor)s removed @%(name)s as a leader."),
}


@register.filter
def event_text(message: Message) -> str:
    """Return the sentence for a system message; its type if there is none."""
    text = ROLE_TEXTS.get((message.type, message.role)) or (not message.text and REMOVED_TEXTS.get(message.type))
    return str(text or TEXTS.get(message.type, message.type)) % {"name": message.text, "actor": message.sender.username}
