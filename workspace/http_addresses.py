"""Server addresses: http(s), at hosts with or without a dot in their name.

Django's own check refuses hosts such as `gateway`, by which containers and machines of one network know each other.

The address of this site is not stored: fields write a placeholder in its place, and fill in `SITE_URL` when they are
read. An installation that moves to another port or host keeps working without changing a row.
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

# Stored in place of `SITE_URL`. It is not an http(s) address, so no one can enter it.
OWN_SITE = "site:"
# A name, in whatever letters, or a number.
HOST = re.compile(r"[\w.:-]+")


def http_address_validate(text: str) -> None:
    """Accept an http(s) address; raises ValidationError for anything else."""
    if not is_http_address(text):
        raise ValidationError(
            _("%(address)s is not the address of a server. Enter one such as https://push.example.com."),
            params={"address": Truncator(address_mask(text)).chars(80)},
        )


def is_http_address(text: str) -> bool:
    """Return whether the text is an http(s) address with a host that can be one."""
    try:
        address = urlsplit(text)
        host, _port = address.hostname or "", address.port
    except ValueError:
        return False
    is_clean = text.isprintable() and " " not in text
    return is_clean and address.scheme in {"http", "https"} and bool(HOST.fullmatch(host))


class HttpAddressFormField(forms.URLField):
    """A form's field for the address of a server."""

    default_validators = [http_address_validate]


def own_site_replace(value: Any) -> Any:
    """Return a text for storing, with a placeholder for this site's address at the start of a line.

    Values that are not text are returned unchanged.
    """
    if not isinstance(value, str) or "://" not in value:
        return value
    return "\n".join(_own_site_replace(line) for line in value.split("\n"))


def own_site_fill_in(value: Any) -> Any:
    """Return a stored text with this site's current address in place of the placeholder."""
    if not isinstance(value, str) or OWN_SITE not in value:
        return value
    lines = (
        settings.SITE_URL + line.removeprefix(OWN_SITE) if line.startswith(OWN_SITE) else line
        for line in value.split("\n")
    )
    return "\n".join(lines)


def _own_site_replace(line: str) -> str:
    beginning, rest = line[: len(settings.SITE_URL)], line[len(settings.SITE_URL) :]
    is_own = beginning.lower() == settings.SITE_URL.lower() and (not rest or rest[0] in "/?#")
    return OWN_SITE + rest if is_own else line


class OwnSiteMixin:
    """A model field whose texts may start with this site's address, which is not stored."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(own_site_replace(value))  # type: ignore[misc]

    def from_db_value(self, value: Any, *context: Any) -> Any:
        inherited = getattr(super(), "from_db_value", None)
        return own_site_fill_in(inherited(value, *context) if inherited else value)


class AddressLinesField(OwnSiteMixin, LinesField):
    """Addresses of servers, one a line."""


class AddressJsonField(OwnSiteMixin, JsonField):
    """A JSON value that may be the address of a server."""


class HttpAddressField(OwnSiteMixin, UrlField):
    """The address of a server."""

    default_validators = [http_address_validate]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": HttpAddressFormField, **kwargs})
