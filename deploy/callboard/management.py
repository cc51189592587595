"""The management commands of the site, as with `manage.py`."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def manage(words: Sequence[str]) -> int:
    """Run the management command in `words`; exits with a message if the configuration is invalid."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "workspace.config.settings")
    try:
        execute_from_command_line(["callboard", *words])
    except ImproperlyConfigured as error:
        sys.exit(f"Callboard cannot start: {error}")
    return 0
