"""How push gateways are used: they hold the keys of the apps, and push to Apple and Google."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from push.providers.disclosure import Disclosure
from push.providers.gateway.meanings import SENTENCES, meanings
from push.providers.gateway.transport import gateway_transport
from push.providers.provider import AnswersSection, Provider
from push.providers.routes import Route
from push.selectors.checks import connection_step


def route_description(route: Route) -> str:
    """Return the hosts of the gateways."""
    # Before the host, an address may have a name and password.
    hosts = ", ".join(urlsplit(address).netloc.rpartition("@")[2] for address in route.way.addresses)
    return _("Gateway %(hosts)s") % {"hosts": hosts}


PROVIDER = Provider(
    kind="gateway",
    label=gettext_lazy("Gateway"),
    transport=gateway_transport,
    describe_route=route_description,
    pause_step=connection_step,
    codes=SENTENCES,
    answers=(
        AnswersSection(
            "Gateway",
            "The protocol's statuses, and the codes (`errorType`) of a Callboard gateway.",
            tuple(meanings()),
        ),
    ),
    docs="routes.md",
    # Gateways are sent the fields themselves.
    disclosure=Disclosure(),
)
