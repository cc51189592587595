"""Saves the values that administrators enter for a provider."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from push.models import ProviderValue
from push.selectors.provider_values import ENABLED


@transaction.atomic
def provider_configure(*, kind: str, is_enabled: bool, values: Mapping[str, str]) -> None:
    """Turn a provider on or off, and save its values; an empty one is removed.

    Values that are not given are not changed. The receivers in push/receivers/routes.py end pauses that were caused by
    the earlier values.
    """
    for name, value in {**values, ENABLED: "yes" if is_enabled else ""}.items():
        if value:
            ProviderValue.objects.update_or_create(kind=kind, name=name, defaults={"value": value})
        else:
            ProviderValue.objects.filter(kind=kind, name=name).delete()
