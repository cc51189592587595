"""What the workspace's settings let users do with their messages."""

from __future__ import annotations

from django import template

from workspace.selectors import messages

register = template.Library()

register.filter("is_editable", messages.is_editable)
register.filter("is_deletable", messages.is_deletable)
