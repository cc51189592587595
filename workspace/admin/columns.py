"""Formatting of values in lists and on pages: labels, links, times and masked secrets."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Model
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from workspace.models import Room, User

EMPTY = "–"
MASKED_TAIL = 6


def label(text: str | Promise, kind: str = "", *, title: str | Promise = "") -> SafeString:
    """Return a coloured label; `kind` is unfold's `success`, `info`, `warning`, `danger`, `primary` or empty."""
    return mark_safe(  # noqa: S308 (the template escapes)
        render_to_string("unfold/helpers/label.html", {"text": text, "type": kind, "label_title": title})
    )


def change_link(row: Model | None, text: Any = None) -> SafeString | str:
    """Return a link to the row's page."""
    if row is None:
        return EMPTY
    url = reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])
    return format_html('<a href="{}" class="text-link">{}</a>', url, row if text is None else text)


def time_cell(at: datetime | None) -> SafeString | str:
    """Return a time with seconds, in the site's time zone."""
    if at is None:
        return EMPTY
    local = timezone.localtime(at)
    return format_html(
        '<time datetime="{}" class="cb-moment">{}</time>', local.isoformat(), date_format(local, "DATETIME_FORMAT")
    )


def two_lines(first: Any, second: Any) -> SafeString:
    """Return a value with a secondary one below it."""
    return format_html(
        '<span class="cb-two"><span>{}</span><span class="text-subtle text-xs">{}</span></span>',
        first,
        second,
    )


def code(text: str) -> SafeString | str:
    """Return technical text in a monospaced font."""
    return format_html('<span class="cb-code">{}</span>', text) if text else EMPTY


def json_block(value: Any) -> SafeString:
    """Return formatted JSON."""
    text = json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html(
        '<pre class="bg-base-50 border border-base-200 cb-code cb-text p-3 rounded-default '
        'dark:bg-white/[.02] dark:border-base-800">{}</pre>',
        text,
    )


def label_row(parts: Iterable[Any]) -> SafeString | str:
    """Return several labels next to each other."""
    shown = format_html_join("", "{}", ((part,) for part in parts))
    return format_html('<span class="cb-wrap">{}</span>', shown) if shown else EMPTY


def room_link(room: Room) -> SafeString | str:
    """Return a link to the room. A direct room has no name to show."""
    return change_link(room, str(room) if room.name else _("Direct message"))


def user_name(user: User) -> SafeString:
    """Return the display name with the username below it."""
    return two_lines(user.display_name, f"@{user.username}")


def user_link(user: User) -> SafeString:
    """Return a link to the user, with the username below it."""
    return two_lines(change_link(user, user.display_name), f"@{user.username}")


def masked_secret(secret: str) -> str:
    """Return the last characters of a secret, or none if it is too short for that."""
    if not secret:
        return EMPTY
    return f"••••••{secret[-MASKED_TAIL:]}" if len(secret) > 2 * MASKED_TAIL else "••••••"
