"""How ntfy is used."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.providers.ntfy.meanings import NTFY_MEANINGS, OTHER_FAILURE, OTHER_REFUSAL, STRANGER_MEANINGS
from push.providers.ntfy.payload import DISCLOSURE, NtfyPayload
from push.providers.ntfy.topics import (
    DEFAULT_SERVER,
    KIND,
    access_token_validate,
    own_route,
    server_validate,
    topic_accept,
    topic_address,
    topic_address_check,
)
from push.providers.ntfy.transport import ntfy_transport
from push.providers.provider import AddedByHand, AnswersSection, DeviceKind, Provider, ProviderField, ProviderSetup
from push.providers.routes import Route

NAME = "ntfy"
TOPICS_PER_USER = 10


def route_description(route: Route) -> str:
    """Return the workspace's server, or that the route goes to servers that people chose."""
    if route.lane:
        return _("ntfy, other servers")
    return _("ntfy at %(host)s") % {"host": urlsplit(route.way.address).netloc}


def setup_step() -> tuple[str, str]:
    """Return the address and name of the page where ntfy is set up."""
    return reverse("admin:push_approute_provider", args=[KIND]), NAME


PROVIDER = Provider(
    kind=KIND,
    label=NAME,
    transport=ntfy_transport,
    own_route=own_route,
    describe_route=route_description,
    has_lanes=True,
    pause_step=setup_step,
    device=DeviceKind(
        type=KIND,
        label=NAME,
        carrier=NAME,
        icon="campaign",
        default_name=NAME,
        check_token=topic_address_check,
        accept_token=topic_accept,
        payload=NtfyPayload(),
        token_is_address=True,
        most_per_user=TOPICS_PER_USER,
        added_by_hand=AddedByHand(
            title=gettext_lazy("The ntfy app"),
            text=gettext_lazy(
                "Subscribe to a topic in the ntfy app, then enter it here. Anyone who knows a topic can read it: "
                "choose a name that nobody can guess."
            ),
            label=gettext_lazy("Topic"),
            placeholder="my-topic-7Kq2x",
            token_of=topic_address,
            app_name="ntfy",
            app_label=NAME,
        ),
    ),
    setup=ProviderSetup(
        NAME,
        gettext_lazy(
            "Members add topics of the ntfy app to their devices. What they are sent can be read by the server, and by "
            "Apple and Google behind it; the privacy settings of Push apply."
        ),
        (
            ProviderField(
                name="server",
                label=gettext_lazy("Server"),
                help_text=gettext_lazy(
                    "For topics that are entered by their name. One in your own network must be listed in "
                    "WEB_PUSH_PRIVATE_HOSTS."
                ),
                default=DEFAULT_SERVER,
                validate=server_validate,
            ),
            ProviderField(
                name="access_token",
                label=gettext_lazy("Access token"),
                help_text=gettext_lazy("Sent to this server only. Some servers need none."),
                is_secret=True,
                validate=access_token_validate,
            ),
        ),
    ),
    codes={row.reason: row.sentence for row in NTFY_MEANINGS if row.reason},
    answers=(
        AnswersSection(
            "ntfy",
            "The code is the `code` in the answer. After a 413 the message is sent with a shorter text, twice.",
            (*NTFY_MEANINGS, OTHER_REFUSAL, OTHER_FAILURE),
        ),
        AnswersSection(
            "ntfy, on a server that a person chose",
            "There these answers concern the person's topic: they pause no route. All others mean the same.",
            STRANGER_MEANINGS,
        ),
    ),
    docs="ntfy.md",
    disclosure=DISCLOSURE,
)
