"""The e-mail of a room's notifications for one member."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from email.utils import parseaddr
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext, ngettext

from preferences.unsubscribe_links import unsubscribe_url
from push.content.texts import allowed_text, author_name, room_title
from push.models import PushSettings
from push.selectors.items import Item
from workspace.addresses import absolute_url
from workspace.models import GeneralSettings, Message, Room, RoomType
from workspace.selectors.localization import page_language
from workspace.smtp.server import mail_server

PATHS = {RoomType.CHANNEL.value: "channel", RoomType.PRIVATE.value: "group", RoomType.DIRECT.value: "direct"}
# Further messages are only counted: nobody reads more in an e-mail.
MAX_MESSAGES = 50


def email_of(items: Sequence[Item]) -> EmailMultiAlternatives:
    """Return the e-mail for one or more items of the same member and room, in the member's page language.

    It contains texts and names of people and rooms only if the privacy settings allow it.
    """
    first = items[0]
    with translation.override(page_language(first.user)):
        context = context_of(items)
        mail = EmailMultiAlternatives(
            subject=" ".join(subject_of(items).split()),
            body=render_to_string("push/mail/messages.txt", context),
            to=[first.address],
            headers={
                "Message-ID": message_id_of(items),
                **thread_headers_of(items),
                "Auto-Submitted": "auto-generated",
                # One-click unsubscribe (RFC 8058).
                "List-Unsubscribe": f"<{context['unsubscribe_url']}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        mail.attach_alternative(render_to_string("push/mail/messages.html", context), "text/html")
    return mail


def context_of(items: Sequence[Item]) -> dict[str, Any]:
    """Return the context for the text and HTML templates of the e-mail."""
    first, names_show = items[0], PushSettings.current().show_username_room
    shown = items[:MAX_MESSAGES]
    return {
        "language": translation.get_language(),
        "site_name": GeneralSettings.current().site_name,
        "room": room_title(first.room) if names_show and not first.room.is_direct else "",
        "messages": [entry_of(item, names_show=names_show) for item in shown],
        "more": len(items) - len(shown),
        "room_url": room_url(first.room, first.notification.message),
        "preferences_url": absolute_url(reverse("email-preferences")),
        "unsubscribe_url": unsubscribe_url(first.user),
    }


def entry_of(item: Item, *, names_show: bool) -> dict[str, Any]:
    """Return the template context of one message."""
    message = item.notification.message
    return {
        "sender": author_name(message) if names_show else "",
        "text": allowed_text(message, item.user),
        "sent_at": message.sent_at,
    }


def subject_of(items: Sequence[Item]) -> str:
    """Return the subject. It contains the room or sender only if names may be shown."""
    return f"[{GeneralSettings.current().site_name}] {headline_of(items)}"


def headline_of(items: Sequence[Item]) -> str:
    """Return a short summary: who wrote, or how many messages there are."""
    room, count = items[0].room, len(items)
    names = list(dict.fromkeys(author_name(item.notification.message) for item in items))
    if not PushSettings.current().show_username_room:
        one = gettext("You have a new message")
        several = ngettext("You have %(count)d new message", "You have %(count)d new messages", count)
    elif room.is_direct and len(names) == 1:
        one = gettext("Direct message from %(name)s")
        several = ngettext("%(count)d direct message from %(name)s", "%(count)d direct messages from %(name)s", count)
    elif room.is_direct:
        one, several = "", ngettext("%(count)d direct message", "%(count)d direct messages", count)
    else:
        one = gettext("%(name)s wrote in #%(room)s")
        several = ngettext("%(count)d new message in #%(room)s", "%(count)d new messages in #%(room)s", count)
    return (one if count == 1 else several) % {"count": count, "name": names[0], "room": room.name}


def room_url(room: Room, message: Message) -> str:
    """Return the URL that opens the message in its room; it contains the room's name only if names may be shown."""
    return absolute_url(room_path(room, message, named=PushSettings.current().show_username_room))


def room_path(room: Room, message: Message, *, named: bool = True) -> str:
    """Return the path of that URL."""
    name = room.name if named and not room.is_direct else room.public_id
    return f"/{PATHS[room.type]}/{name}?msg={message.public_id}"


def message_id_of(items: Sequence[Item]) -> str:
    """Return the Message-ID, which is the same for all retries, so that mail programs recognise duplicates."""
    keys = ",".join(str(item.key) for item in items)
    return mail_id(f"{keys}/email")


def thread_headers_of(items: Sequence[Item]) -> dict[str, str]:
    """Return the headers that make mail programs group a thread's e-mails (RFC 5322, 3.6.4).

    They refer to the thread's first message, even if the member got no e-mail for it. An e-mail about several threads
    gets no such headers.
    """
    messages = [item.notification.message for item in items]
    roots = {message.parent.public_id if message.parent else message.public_id for message in messages}
    if len(roots) > 1:
        return {}
    root = mail_id(f"{roots.pop()}/thread")
    is_reply = any(message.parent for message in messages)
    return {"References": root, **({"In-Reply-To": root} if is_reply else {})}


def mail_id(name: str) -> str:
    """Return the id of an e-mail or thread for headers; the same name always gives the same id."""
    unique_id = GeneralSettings.current().unique_id
    domain = parseaddr(mail_server().sender)[1].rpartition("@")[2] or "localhost"
    return f"<{uuid.uuid5(uuid.NAMESPACE_URL, f'{unique_id}/{name}')}@{domain}>"
