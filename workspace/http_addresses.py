"""Server addresses: http(s) URLs whose host may have a dot in its name or not.

Django's own validator rejects hosts such as `gateway`, which containers and machines in a private network use.

The address of this site is not stored: fields store a placeholder instead and replace it by `SITE_URL` when they are
read. An installation that moves to another port or host works without changes to its data.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from workspace.address_masks import address_mask

if TYPE_CHECKING:
    UrlField = models.URLField[str, str]
    LinesField = models.TextField[str, str]
    JsonField = models.JSONField[Any, Any]
else:
    UrlField = models.URLField
    LinesField = models.TextField
    JsonField = models.JSONField

# Stored instead of `SITE_URL`. It is not an http(s) address, so nobody can enter it.
OWN_SITE = "site:"
# A host name in any script, or an IP address.
HOST = re.compile(r"[\w.:-]+")


def http_address_validate(text: str) -> None:
    """Raise ValidationError unless the text is an http(s) address."""
    if not is_http_address(text):
        raise ValidationError(
            _("%(address)s is not a valid server address. Enter an address such as https://push.example.com."),
            params={"address": Truncator(address_mask(text)).chars(80)},
        )


def is_http_address(text: str) -> bool:
    """Return True if the text is an http(s) address with a valid host."""
    try:
        address = urlsplit(text)
        host, _port = address.hostname or "", address.port
    except ValueError:
        return False
    is_clean = text.isprintable() and " " not in text
    return is_clean and address.scheme in {"http", "https"} and bool(HOST.fullmatch(host))


class HttpAddressFormField(forms.URLField):
    """A form field for the address of a server."""

    default_validators = [http_address_validate]


def own_site_replace(value: Any) -> Any:
    """Return a text for storage, with this site's address at the start of a line replaced by a placeholder.

    Values of other types are returned unchanged.
    """
    if not isinstance(value, str) or "://" not in value:
        return value
    return "\n".join(_own_site_replace(line) for line in value.split("\n"))


def own_site_fill_in(value: Any) -> Any:
    """Return a stored text with the placeholder replaced by this site's current address."""
    if not isinstance(value, str) or OWN_SITE not in value:
        return value
    lines = (
        settings.SITE_URL + line.removeprefix(OWN_SITE) if line.startswith(OWN_SITE) else line
        for line in value.split("\n")
    )
    return "\n".join(lines)


def _own_site_replace(line: str) -> str:
    start, rest = line[: len(settings.SITE_URL)], line[len(settings.SITE_URL) :]
    is_own = start.lower() == settings.SITE_URL.lower() and (not rest or rest[0] in "/?#")
    return OWN_SITE + rest if is_own else line


class OwnSiteMixin:
    """A model field for texts that may start with this site's address, which is not stored."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(own_site_replace(value))  # type: ignore[misc]

    def from_db_value(self, value: Any, *context: Any) -> Any:
        inherited = getattr(super(), "from_db_value", None)
        return own_site_fill_in(inherited(value, *context) if inherited else value)


class AddressLinesField(OwnSiteMixin, LinesField):
    """Server addresses, one per line."""


class AddressJsonField(OwnSiteMixin, JsonField):
    """A JSON value that may be a server address."""


class HttpAddressField(OwnSiteMixin, UrlField):
    """A server address."""

    default_validators = [http_address_validate]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": HttpAddressFormField, **kwargs})
