"""The language of pages and e-mails, and the time zone of the times in them."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from workspace.models import GeneralSettings, User
from workspace.time_zones import zone

GetResponse = Callable[[HttpRequest], HttpResponse]


def page_language(user: User) -> str:
    """Return the language for pages and e-mails to the user: their own choice if it is supported, else the default."""
    return supported_language(user.language)


def language_of(request: HttpRequest) -> str:
    """Return the language for the response: the user's choice, else the one that the browser requests."""
    chosen = request.user.language if isinstance(request.user, User) else ""
    return supported_language(chosen or translation.get_language_from_request(request))


def supported_language(language: str) -> str:
    """Return the language if the pages are translated into it, else that of the workspace, else English."""
    if language in settings.PAGE_LANGUAGES:
        return language
    default = workspace_language()
    return default if default in settings.PAGE_LANGUAGES else settings.LANGUAGE_CODE


def workspace_language() -> str:
    """Return the language for users who have not chosen one."""
    return GeneralSettings.current().language


def page_time_zone(user: object) -> ZoneInfo:
    """Return the time zone for pages shown to the user: their own choice, else the one of the workspace."""
    return zone((user.time_zone if isinstance(user, User) else "") or GeneralSettings.current().time_zone)
