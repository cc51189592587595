"""Message texts as HTML."""

from __future__ import annotations

from collections.abc import Iterator

from django import template
from django.template.defaultfilters import linebreaksbr
from django.utils.html import escape, format_html, urlize
from django.utils.safestring import SafeString, mark_safe

from workspace.addresses import room_path
from workspace.attachments import attachments_text
from workspace.mentions import readings_of, spans_of
from workspace.models import Message, Room
from workspace.pages.contributions import MessageLink

register = template.Library()


@register.filter
def message_html(text: str, username: str = "") -> SafeString:
    """Return a message text as HTML, with links, and mentions highlighted (those of the reader more strongly)."""
    return linebreaksbr(mark_safe("".join(parts(text, username))))  # noqa: S308 - each part is escaped


@register.simple_tag
def link_url(link: MessageLink, message: Message) -> str:
    """Return the URL of a link next to a message."""
    return link.url(message)


@register.simple_tag
def room_url(room: Room) -> str:
    """Return the URL of a room's page."""
    return room_path(room)


def parts(text: str, username: str) -> Iterator[str]:
    """Yield the parts of the text as HTML."""
    position = 0
    for span in spans_of(text):
        yield escape(text[position : span.start])
        part, position = text[span.start : span.end], span.end
        if span.name:
            yield mention(part, span.name, username)
        else:
            yield code(part) if span.is_code else urlize(part, nofollow=True, autoescape=True)
    yield escape(text[position:])


def code(part: str) -> str:
    """Return code without the enclosing backticks or tildes."""
    return format_html("<code>{}</code>", part.strip(part[0]))


def mention(part: str, name: str, username: str) -> str:
    """Return a mention as HTML; mentions that address the reader have a class of their own."""
    readings = readings_of(name.lower())
    owner = "own" if {username.lower(), "all", "here"} & set(readings) else "other"
    return format_html('<span class="said-mention said-mention-{}">{}</span>', owner, part)


@register.filter
def attachment_html(attachment: object) -> str:
    """Return an attachment of a message as text."""
    return attachments_text([attachment])
