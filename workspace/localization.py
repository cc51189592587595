"""The language of the pages, and the time zone of the times on them."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers

from workspace.api.fallback import MACHINE_PATHS
from workspace.models import GeneralSettings, User
from workspace.time_zones import zone

GetResponse = Callable[[HttpRequest], HttpResponse]


def page_language(user: User) -> str:
    """Return the language to write to the user in: the one they chose where pages speak it, else the workspace's."""
    return supported_language(user.language)


def language_of(request: HttpRequest) -> str:
    """Return the language to answer in: the one that the user chose, else what their browser asks for."""
    chosen = request.user.language if isinstance(request.user, User) else ""
    return supported_language(chosen or translation.get_language_from_request(request))


def supported_language(language: str) -> str:
    """Return the language where pages speak it, else the workspace's."""
    return language if language in settings.PAGE_LANGUAGES else settings.LANGUAGE_CODE


def page_time_zone(user: object) -> ZoneInfo:
    """Return the zone that the user's pages tell times in: the one they chose, else the workspace's."""
    return zone((user.time_zone if isinstance(user, User) else "") or GeneralSettings.current().time_zone)


class LocaleMiddleware:
    """Lets every page speak its reader's language and tell times in their zone.

    Programs that call the API are answered in the workspace's language, and in UTC.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(MACHINE_PATHS):
            return self.get_response(request)
        language = language_of(request)
        with translation.override(language), timezone.override(page_time_zone(request.user)):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        patch_vary_headers(response, ["Accept-Language"])
        return response
