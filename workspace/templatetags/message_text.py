"""Showing what somebody said."""

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
    """Return a message's text as HTML: mentions are marked (the reader's own more so), addresses can be followed."""
    return linebreaksbr(mark_safe("".join(parts(text, username))))  # noqa: S308 - each part is escaped


@register.simple_tag
def link_url(link: MessageLink, message: Message) -> str:
    """Return where a link beside a message leads."""
    return link.url(message)


@register.simple_tag
def room_url(room: Room) -> str:
    """Return the address of a room's page."""
    return room_path(room)


def parts(text: str, username: str) -> Iterator[str]:
    """Yield the text's parts as HTML."""
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
    """Return code without the backticks or tildes around it."""
    return format_html("<code>{}</code>", part.strip(part[0]))


def mention(part: str, name: str, username: str) -> str:
    """Return a mention, marked as the reader's own where it calls them."""
    readings = readings_of(name.lower())
    kind = "own" if {username.lower(), "all", "here"} & set(readings) else "other"
    return format_html('<span class="said-mention said-mention-{}">{}</span>', kind, part)


@register.filter
def attachment_html(attachment: object) -> str:
    """Return a message's attachment as text."""
    return attachments_text([attachment])
