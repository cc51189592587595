"""Masking of secrets in log lines and on error pages."""

from __future__ import annotations

import logging
import re
from typing import Any

from django.views.debug import SafeExceptionReporterFilter

from workspace.address_masks import MASK, credentials_mask

# Paths of links in e-mails, and of incoming webhooks. Their last part is as sensitive as a password.
LINK_TOKEN = re.compile(r"(?<=/)((?:password|hooks)/[^/\s]+|address|unsubscribe)/[^/\s'\"]+")


class MaskingFormatter(logging.Formatter):
    """Masks passwords, gateway keys and the tokens of links and webhooks in addresses, in messages and tracebacks."""

    def format(self, record: logging.LogRecord) -> str:
        line = credentials_mask(super().format(record))
        return LINK_TOKEN.sub(rf"\1/{MASK}", line) if "/" in line else line


class ErrorPageFilter(SafeExceptionReporterFilter):
    """Masks settings that contain addresses with passwords on Django's debug pages."""

    hidden_settings = re.compile(f"{SafeExceptionReporterFilter.hidden_settings.pattern}|PROXY|REDIS|LOCATION", re.I)

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        cleansed = super().cleanse_setting(key, value)
        return credentials_mask(cleansed) if isinstance(cleansed, str) else cleansed
