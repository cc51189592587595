"""Addresses of other servers: http(s), at hosts with or without a dot in their name.

Django's own check refuses hosts such as `gateway`, by which containers and machines of one network know each other.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    UrlField = models.URLField[str, str]
else:
    UrlField = models.URLField

# A name, in whatever letters, or a number.
HOST = re.compile(r"[\w.:-]+")


def http_address_validate(text: str) -> None:
    """Accept an http(s) address; raises ValidationError for anything else."""
    if not is_http_address(text):
        raise ValidationError(
            _("%(address)s is not the address of a server. Enter one such as https://push.example.com."),
            params={"address": Truncator(text).chars(80)},
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


class HttpAddressField(UrlField):
    """The address of a server."""

    default_validators = [http_address_validate]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": HttpAddressFormField, **kwargs})
