"""What users added to messages."""

from __future__ import annotations

from collections.abc import Mapping

from django import template

from workspace.models import Message
from workspace.pages.rooms.marks import MarksShown

register = template.Library()


@register.filter
def marks_of(message: Message, marks: Mapping[int, MarksShown]) -> MarksShown:
    """Return the marks of the message."""
    return marks.get(message.pk, MarksShown())
