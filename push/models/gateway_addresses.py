"""The addresses of push gateways."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from workspace.http_addresses import http_address_validate

DEFAULT_GATEWAY = "https://gateway.rocket.chat"


def gateways_validate(text: str) -> None:
    """Accept http(s) URLs, one per line; host names may be without a dot."""
    lines = text.split()
    if not lines:
        raise ValidationError(_("Enter at least one gateway address."))
    for line in lines:
        http_address_validate(line)
