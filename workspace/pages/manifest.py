"""The web app manifest, which phones read when a user adds the site to the home screen."""

from __future__ import annotations

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_GET

from workspace.models import GeneralSettings

COLOUR = "#4f39f6"
BACKGROUND = "#ffffff"


@require_GET
def manifest(_request: HttpRequest) -> JsonResponse:
    """Respond with the site's name and icon. On iPhones, only installed sites may show notifications."""
    name = GeneralSettings.current().site_name
    content = {
        "id": reverse("home"),
        "name": name,
        "short_name": name,
        "start_url": reverse("home"),
        "scope": reverse("home"),
        "display": "standalone",
        "theme_color": COLOUR,
        "background_color": BACKGROUND,
        "icons": [{"src": static("workspace/icon-192.png"), "sizes": "192x192", "type": "image/png"}],
    }
    return JsonResponse(content, content_type="application/manifest+json")
