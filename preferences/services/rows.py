"""Saves preference rows, and deletes those without any choice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models


def choices_save(row: models.Model, changes: Mapping[str, Any]) -> None:
    """Change and save a row, or delete it if no choice is left; raises ValidationError if a value is invalid."""
    for name, value in changes.items():
        setattr(row, name, value)
    row.clean_fields()
    if has_choices(row):
        row.save()
    elif row.pk is not None:
        type(row)._base_manager.filter(pk=row.pk).delete()


def has_choices(row: models.Model) -> bool:
    """Return True if any editable field other than a relation differs from its default."""
    return any(
        field.value_from_object(row) != field.get_default()
        for field in row._meta.concrete_fields
        if field.editable and not field.is_relation
    )
