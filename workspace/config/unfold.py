"""The look of the administration (django-unfold)."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": "Callboard",
    "SITE_HEADER": "Callboard",
    "SITE_SUBHEADER": _("Administration"),
    "SITE_SYMBOL": "campaign",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "BORDER_RADIUS": "8px",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda _request: static("workspace/icon.svg")},
    ],
    "STYLES": [
        lambda _request: static("workspace/admin.css"),
        lambda _request: static("workspace/scriptless.css"),
    ],
    "SCRIPTS": [
        lambda _request: static("workspace/live.js"),
        lambda _request: static("workspace/names.js"),
    ],
    "DASHBOARD_CALLBACK": "push.admin.dashboard.dashboard_context",
    "SIDEBAR": {
        "show_search": True,
        "show_all_applications": False,
        "navigation": "workspace.admin.navigation.navigation",
    },
    "COLORS": {
        "primary": {
            "50": "oklch(96.2% .018 272.314)",
            "100": "oklch(93% .034 272.788)",
            "200": "oklch(87% .065 274.039)",
            "300": "oklch(78.5% .115 274.713)",
            "400": "oklch(67.3% .182 276.935)",
            "500": "oklch(66% .19 277.117)",
            "600": "oklch(51.1% .262 276.966)",
            "700": "oklch(45.7% .24 277.023)",
            "800": "oklch(39.8% .195 277.366)",
            "900": "oklch(35.9% .144 278.697)",
            "950": "oklch(25.7% .09 281.288)",
        },
    },
}
