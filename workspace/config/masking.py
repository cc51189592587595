"""Masking of secrets on error pages. What is masked in logs is in workspace/logs/redaction.py."""

from __future__ import annotations

import re
from typing import Any

from django.views.debug import SafeExceptionReporterFilter

from workspace.address_masks import credentials_mask


class ErrorPageFilter(SafeExceptionReporterFilter):
    """Masks settings that contain addresses with passwords on Django's debug pages."""

    hidden_settings = re.compile(f"{SafeExceptionReporterFilter.hidden_settings.pattern}|PROXY|REDIS|LOCATION", re.I)

    def cleanse_setting(self, key: Any, value: Any) -> Any:
        cleansed = super().cleanse_setting(key, value)
        return credentials_mask(cleansed) if isinstance(cleansed, str) else cleansed
