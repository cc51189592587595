"""Texts of the simulated phone's script."""

from __future__ import annotations

from django.utils.translation import gettext as _


def phone_texts() -> dict[str, str]:
    """Return the texts in the user's language; the script fills in the placeholders in braces."""
    return {
        "apple": _("Apple"),
        "google": _("Google"),
        "connected": _("Connected"),
        "connecting": _("Connecting …"),
        "paused": _("Paused while this page is hidden"),
        "offline": _("No connection. Trying again …"),
        "notSetUp": _("Not set up"),
        "loggedOut": _("Logged out. This phone receives no more notifications."),
        "unregistered": _("This phone is no longer registered. Set it up again to receive notifications."),
        "sessionEnded": _("Your session has ended. Sign in again to continue."),
        "registerFailed": _("The phone could not be registered ({reason})."),
        "logoutFailed": _("Logging out failed ({reason}). The phone is still registered."),
        "ready": _("Ready. Notifications appear here as they arrive."),
        "missedOne": _("One notification arrived while this phone was closed."),
        "missedMany": _("{count} notifications arrived while this phone was closed."),
        "cleared": _("Notifications cleared."),
        "now": _("now"),
        "showAll": _("Show all {count}"),
        "showLess": _("Show less"),
        "badge": _("{app}, {count} unread"),
        "noBadge": _("{app}, nothing unread"),
    }
