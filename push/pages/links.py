"""Links and scripts that the push app adds to the pages of signed-in users."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from preferences.previews import previewer_set
from push.explain.previews import previews
from push.pages.devices import web_push_data
from workspace.models import Message, User
from workspace.pages.contributions import MessageLink, PageLink, PageScript, Place, pages_contribute
from workspace.server.embedding import embedded_pages_add


def has_sandbox(_request: HttpRequest) -> bool:
    """Return True if simulated phones are available."""
    return bool(settings.SANDBOX)


def explanation_url(message: Message) -> str:
    """Return the URL of the page that explains why the user was or was not notified of the message."""
    return f"{reverse('explain-own')}?{urlencode({'message': message.public_id})}"


def desktop_data(request: HttpRequest) -> dict[str, str]:
    """Return the data for the script that shows desktop notifications while a page is open."""
    assert isinstance(request.user, User)
    return {
        "url": reverse("events"),
        "user": request.user.public_id,
        "folder": static("preferences/sounds/"),
        "ask": gettext("Do you want to see new messages on this computer while a page is open?"),
        "allow": gettext("Show desktop notifications"),
        "later": gettext("Not here"),
    }


previewer_set(previews)


pages_contribute(
    links=[
        PageLink(
            title=_("Devices"),
            icon="devices",
            view="devices",
            text=_("Phones and browsers where you get notifications: add this browser, send a test, or remove one."),
            order=40,
        ),
        PageLink(title=_("Devices"), icon="devices", view="devices", place=Place.ACCOUNT, order=40),
        PageLink(
            title=_("Why didn't I get this?"),
            icon="help",
            view="explain-own",
            text=_("See why you were or were not notified of a message."),
            order=60,
        ),
        PageLink(
            title=_("Simulated phone"),
            icon="smartphone",
            view="phone",
            text=_("See your notifications as they would appear on an iPhone or Android phone."),
            order=70,
            shown=has_sandbox,
        ),
        PageLink(
            title=_("Send me a test push"),
            icon="send_to_mobile",
            view="devices",
            place=Place.NOTIFICATIONS,
            text=_("To one of your devices. The page shows the result."),
        ),
    ],
    scripts=[
        PageScript("push/desktop.js", data=desktop_data),
        PageScript("push/web/keep.js", data=web_push_data, is_module=True),
    ],
    message_links=[MessageLink(title=_("Why was I notified (or not)?"), icon="help", url=explanation_url)],
)

embedded_pages_add("devices", "device-test-result", "device-add", "device-rename", "device-remove", "device-test")
