"""How Apprise is used."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.providers.apprise.addresses import (
    ALERTS,
    KIND,
    address_accept,
    address_check,
    address_label,
    address_name,
    alert_addresses,
    alert_addresses_validate,
    own_route,
    services_validate,
)
from push.providers.apprise.meanings import (
    ACCEPTED,
    OTHER_FAILURE,
    OTHER_REFUSAL,
    OWN_MEANINGS,
    REPORTED,
    STATUS_MEANINGS,
)
from push.providers.apprise.payload import DISCLOSURE, ApprisePayload
from push.providers.apprise.services import ALLOWED_BY_DEFAULT
from push.providers.apprise.transport import address_steps, apprise_transport
from push.providers.provider import (
    AddedByHand,
    AlertChannel,
    AnswersSection,
    DeviceKind,
    Provider,
    ProviderField,
    ProviderSetup,
)
from push.providers.routes import Route

NAME = "Apprise"
ADDRESSES_PER_USER = 10


def route_description(route: Route) -> str:
    """Return a description of the route: addresses are secrets of people."""
    return _("Services by Apprise, group %(group)s") % {"group": route.lane}


def setup_step() -> tuple[str, str]:
    """Return the address and name of the page where Apprise is set up."""
    return reverse("admin:push_approute_provider", args=[KIND]), NAME


PROVIDER = Provider(
    kind=KIND,
    label=NAME,
    transport=apprise_transport,
    own_route=own_route,
    describe_route=route_description,
    has_lanes=True,
    pause_step=setup_step,
    device=DeviceKind(
        type=KIND,
        label=NAME,
        carrier=NAME,
        icon="forum",
        default_name=gettext_lazy("Other service"),
        check_token=address_check,
        accept_token=address_accept,
        stored_token=address_name,
        payload=ApprisePayload(),
        token_is_address=True,
        most_per_user=ADDRESSES_PER_USER,
        added_by_hand=AddedByHand(
            title=gettext_lazy("Telegram, Matrix, Gotify and others"),
            text=gettext_lazy(
                "Enter the address of a service in Apprise's form. It contains your key for the service; it is "
                "encrypted and never shown."
            ),
            label=gettext_lazy("Address"),
            placeholder="tgram://TOKEN/CHAT",
            token_of=address_check,
            app_name="apprise",
            app_label=gettext_lazy("Other service"),
        ),
    ),
    setup=ProviderSetup(
        NAME,
        gettext_lazy(
            "Members add services such as Telegram or Gotify to their devices, each with their own key. A service can "
            "read what it is sent; the privacy settings of Push apply."
        ),
        (
            ProviderField(
                name="services",
                label=gettext_lazy("Allowed services"),
                help_text=gettext_lazy(
                    "The first parts of addresses, separated by commas; the documentation lists them all. A server in "
                    "your own network must also be listed in WEB_PUSH_PRIVATE_HOSTS."
                ),
                default=", ".join(ALLOWED_BY_DEFAULT),
                validate=services_validate,
            ),
            ProviderField(
                name=ALERTS,
                label=gettext_lazy("Alerts to administrators"),
                help_text=gettext_lazy(
                    "Addresses that are sent problems of this installation, such as a paused route, and their end; "
                    "separated by spaces. Every service may be used here, even while members can use none."
                ),
                is_secret=True,
                validate=alert_addresses_validate,
            ),
        ),
    ),
    alerts=AlertChannel(addresses=alert_addresses, steps=address_steps, name_of=address_label),
    codes={row.reason: row.sentence for row in (*STATUS_MEANINGS, REPORTED, *OWN_MEANINGS)},
    answers=(
        AnswersSection(
            "Services by Apprise",
            "Apprise reports only whether a notification was sent. If it was not, the status of the last answer "
            "decides. No answer pauses the route, because each concerns one person's address.",
            (ACCEPTED, *STATUS_MEANINGS, REPORTED, OTHER_REFUSAL, OTHER_FAILURE, *OWN_MEANINGS),
        ),
    ),
    docs="apprise.md",
    disclosure=DISCLOSURE,
)
