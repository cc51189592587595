"""A link back from an error page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import template
from django.http import HttpRequest
from django.template import Context
from django.utils.http import url_has_allowed_host_and_scheme

register = template.Library()


@register.simple_tag(takes_context=True)
def previous_page(context: Context) -> str:
    """Return the path of the previous page on this site; empty if there was none or it was the same page."""
    request: Any = context.get("request")
    if not isinstance(request, HttpRequest):
        return ""
    referer = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(referer, {request.get_host()}) or not urlsplit(referer).netloc:
        return ""
    parts = urlsplit(referer)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return "" if path == request.get_full_path() else path
