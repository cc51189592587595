"""Addresses of services, such as tgram://123:abc/456: what is accepted, and the route to a service.

Source: Apprise's wiki, https://github.com/caronc/apprise/wiki, with a page for each service. An address contains the
keys or passwords of its service, so all of it is a secret; only the host of a person's own server is shown.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from zlib import crc32

from django.core.exceptions import ValidationError
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from push.lazy_modules import lazy_module
from push.models import EndReason
from push.providers.apprise.replay import Suspended, replaying
from push.providers.apprise.services import ALLOWED_BY_DEFAULT, BY_SCHEMA, host_of, plugin_class, schema_of
from push.providers.endpoints import ENDPOINT_MAX_LENGTH, endpoint_check
from push.providers.fingerprints import digest
from push.providers.routes import Route
from push.providers.tokens import TokenError
from push.selectors.provider_values import provider_values, stored_values
from workspace.errors import ApplicationError

apprise = lazy_module("apprise")
exception = lazy_module("apprise.exception")

# Its lines may contain addresses. What went wrong is known from the answers of the service.
logging.getLogger("apprise").disabled = True

KIND = "apprise"
LANES = 8
# The name of the value with the addresses for alerts.
ALERTS = "alerts"
MOST_ALERT_ADDRESSES = 10
SEPARATORS = re.compile(r"[\s,]+")
# Parameters that make Apprise read files or other addresses.
REFUSED_PARAMETERS = ("attach", "attachment", "config", "template")


@dataclass(frozen=True, slots=True)
class AllowedServices:
    """The schemas of the services that the administrator allows."""

    schemas: frozenset[str]


def schemas_parse(text: str) -> list[str]:
    """Return the schemas in a list that is separated by commas or spaces."""
    return [schema.lower().removesuffix("://") for schema in SEPARATORS.split(text) if schema]


def services_validate(text: str) -> None:
    """Raise ValidationError unless the text lists schemas of usable services."""
    unknown = [schema for schema in schemas_parse(text) if schema not in BY_SCHEMA]
    if unknown:
        raise ValidationError(
            _("Unknown services: %(unknown)s. Available are: %(available)s.")
            % {"unknown": ", ".join(unknown), "available": ", ".join(sorted(BY_SCHEMA))}
        )


def services_allowed() -> AllowedServices | None:
    """Return the services that are allowed; None if the provider is turned off."""
    values = provider_values(KIND)
    if values is None:
        return None
    return AllowedServices(frozenset(schemas_parse(values.get("services") or " ".join(ALLOWED_BY_DEFAULT))))


def address_check(text: str) -> str:
    """Return the address without surrounding spaces; raises TokenError if it is not one of a known service."""
    address = text.strip()
    is_clean = len(address) <= ENDPOINT_MAX_LENGTH and address.isascii() and address.isprintable()
    if not is_clean or " " in address or schema_of(address) not in BY_SCHEMA:
        raise TokenError(_("Enter the address of a service, such as tgram://TOKEN/CHAT or gotifys://HOST/TOKEN."))
    return address


def address_accept(address: str) -> None:
    """Raise an ApplicationError unless notifications may be sent to the address.

    Checks that the administrator allows its service, that it has exactly one receiver, and that the host of its first
    request is on the public internet.
    """
    allowed = services_allowed()
    if allowed is None:
        raise ApplicationError("error-provider-off", str(EndReason.PROVIDER_OFF.label))
    if schema_of(address) not in allowed.schemas:
        raise TokenError(
            _("This service is not allowed here. Allowed are: %(allowed)s.")
            % {"allowed": ", ".join(sorted(allowed.schemas))}
        )
    address_verify(address)


def address_verify(address: str) -> None:
    """Raise an ApplicationError unless the address is usable: by its form, and by the host of its first request."""
    try:
        plugin = plugin_of(address)
        with replaying(()):
            plugin_notify(plugin, title="", text="?")
    except Suspended as stopped:
        endpoint_check(origin_without_secrets(stopped.request.url))
        return
    raise TokenError(_("The service cannot be used with this address."))


def origin_without_secrets(url: str) -> str:
    """Return the scheme and host of a URL, which is all that its check needs."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def plugin_of(address: str) -> Any:
    """Return Apprise's plugin for the address; raises TokenError if it is unusable."""
    names = {name.lower() for name, _value in parse_qsl(urlsplit(address).query, keep_blank_values=True)}
    if not names.isdisjoint(REFUSED_PARAMETERS):
        raise TokenError(_("These parameters cannot be used: %(names)s.") % {"names": ", ".join(REFUSED_PARAMETERS)})
    service = BY_SCHEMA[schema_of(address)]
    plugin_type = plugin_class(service)
    try:
        results = plugin_type.parse_url(address)
        plugin = plugin_type(**{**results, **service.fixed}, asset=asset()) if results else None
    except (exception.AppriseException, TypeError, ValueError, KeyError, AttributeError) as error:
        raise TokenError(_("The address is incomplete, or a part of it is invalid.")) from error
    # A template is read from a file or another address.
    if plugin is None or getattr(plugin, "template", None):
        raise TokenError(_("The address is incomplete, or a part of it is invalid."))
    # Plugins would wait between requests and try again; this application does both itself.
    plugin.throttle = lambda *_args, **_kwargs: None
    plugin.retry = 0
    if len(plugin) != 1:
        raise TokenError(_("The address must name exactly one receiver. Add each further one as its own device."))
    return plugin


def plugin_notify(plugin: Any, *, title: str, text: str) -> bool:
    """Let the plugin send a notification; returns whether it succeeded."""
    # A text that is too long for the service is cut, not divided into several messages.
    plugin.overflow_mode = apprise.OverflowMode.TRUNCATE
    sender = apprise.Apprise(asset=asset())
    sender.add(plugin)
    return bool(sender.notify(title=title, body=text, body_format=apprise.NotifyFormat.TEXT))


@cache
def asset() -> Any:
    """Return what Apprise's plugins may use: no files, no storage, no pictures from other servers."""
    return apprise.AppriseAsset(
        app_id="Callboard",
        app_desc="Callboard",
        app_url="",
        async_mode=False,
        secure_logging=True,
        storage_mode="memory",
        image_path_mask=False,
        image_url_mask=None,
        image_url_logo=None,
        service_timeout=0,
        allow_templates=False,
    )


def address_name(address: str) -> str:
    """Return what is stored and shown instead of an address, which is encrypted: service, host, and a keyed digest."""
    return f"{schema_of(address)}://{host_of(address)}/{salted_hmac('push.device.address', address).hexdigest()[:40]}"


def alert_addresses() -> list[str]:
    """Return the addresses for alerts to administrators; they need no devices, so the provider may be turned off."""
    return stored_values(KIND).get(ALERTS, "").split()


def alert_addresses_validate(text: str) -> None:
    """Raise ValidationError unless the text lists usable addresses, separated by spaces."""
    addresses = text.split()
    if len(addresses) > MOST_ALERT_ADDRESSES:
        raise ValidationError(_("Enter at most %(count)d addresses.") % {"count": MOST_ALERT_ADDRESSES})
    for address in addresses:
        try:
            address_verify(address_check(address))
        except ApplicationError as error:
            raise ValidationError(error.message) from error


def address_label(address: str) -> str:
    """Return what may be shown of an address: the service, and the host of a server of one's own."""
    return f"{schema_of(address)}://{host_of(address)}/…"


def own_route() -> Callable[[str], Route] | EndReason:
    """Return the function that makes the route to a service, or the reason why there is none."""
    allowed = services_allowed()
    return EndReason.PROVIDER_OFF if allowed is None else partial(service_route, allowed=allowed)


def service_route(name: str, *, allowed: AllowedServices) -> Route:
    """Return the route to a service. Services share some lanes: an unresponsive one delays only those in its own."""
    lane = str(crc32(urlsplit(name).netloc.encode()) % LANES)
    return Route(KIND, allowed, digest(*sorted(allowed.schemas)), lane=lane)
