"""Identifies browsers and apps by their requests."""

from __future__ import annotations

import re

from django.http import HttpRequest
from django.utils.translation import gettext as _

from push.lazy_modules import lazy_module
from push.models.devices import VERSION_MAX_LENGTH
from workspace.clients import session_client_prefix

# Loaded lazily: it parses its rules on import, and only browser registrations need it.
ua_parser = lazy_module("ua_parser")

USER_AGENT_MAX_LENGTH = 512
# The mobile app, with its operating system and version: "RC Mobile; ios 17.4.1; v4.48.0 (54321)".
MOBILE_APP = re.compile(r"RC Mobile; [^;]*; v?([0-9A-Za-z.-]{1,32})")


def session_digest_of(request: HttpRequest) -> str:
    """Return the digest that links devices to this browser session; it does not reveal the session's key."""
    return session_client_prefix(request.session.session_key or "")


def browser_name(user_agent: str) -> str:
    """Return a readable name for a browser, such as “Firefox on Linux”."""
    parsed = ua_parser.parse(user_agent[:USER_AGENT_MAX_LENGTH])
    browser = parsed.user_agent.family if parsed.user_agent else ""
    system = parsed.os.family if parsed.os else ""
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or _("Browser")


def app_version(user_agent: str) -> str:
    """Return the version of a mobile app; empty if it is unknown."""
    match = MOBILE_APP.match(user_agent)
    return match[1] if match else ""


def browser_version(user_agent: str) -> str:
    """Return the main version of a browser, such as “Firefox 128”; empty if it is unknown."""
    parsed = ua_parser.parse(user_agent[:USER_AGENT_MAX_LENGTH]).user_agent
    return f"{parsed.family} {parsed.major}"[:VERSION_MAX_LENGTH] if parsed and parsed.major else ""
