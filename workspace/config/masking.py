"""No secrets in log lines and on error pages."""

from __future__ import annotations

import logging
import re
from typing import Any

from django.views.debug import SafeExceptionReporterFilter

from workspace.address_masks import MASK, credentials_mask

# The paths of links that are sent by e-mail, whose last part is worth a password.
LINK_TOKEN = re.compile(r"(?<=/)(password/[^/\s]+|address|unsubscribe)/[^/\s'\"]+")


class MaskingFormatter(logging.Formatter):
    """Masks secrets inside addresses, in messages and tracebacks alike: passwords, gateway keys and tokens of links."""

    def format(self, record: logging.LogRecord) -> str:
        line = credentials_mask(super().format(record))
        return LINK_TOKEN.sub(rf"\1/{MASK}", line) if "/" in line else line


class ErrorPageFilter(SafeExceptionReporterFilter):
    """Hides, on Django's error pages for developers, settings whose values are addresses with passwords as well."""

    hidden_settings = re.compile(f"{SafeExceptionReporterFilter.hidden_settings.pattern}|PROXY|REDIS|LOCATION", re.I)

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        cleansed = super().cleanse_setting(key, value)
        return credentials_mask(cleansed) if isinstance(cleansed, str) else cleansed
