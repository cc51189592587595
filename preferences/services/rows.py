"""Keeping rows of choices only for those who chose something."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models


def choices_save(row: models.Model, changes: Mapping[str, Any]) -> None:
    """Change and save a row, or delete it once nothing in it is chosen; raises ValidationError for a wrong value."""
    for name, value in changes.items():
        setattr(row, name, value)
    row.clean_fields()
    if has_choices(row):
        row.save()
    elif row.pk is not None:
        type(row)._base_manager.filter(pk=row.pk).delete()


def has_choices(row: models.Model) -> bool:
    """Return whether any of the row's editable fields differs from its default, beside those that tell whose it is."""
    return any(
        field.value_from_object(row) != field.get_default()
        for field in row._meta.concrete_fields
        if field.editable and not field.is_relation
    )
