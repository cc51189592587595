"""Model instances built from columns, without Django's constructor.

The constructor sets each field by itself and sends signals, which takes longer than reading the row (measured for
users). Only for hot paths that read many rows, and for models without a `from_db` of their own.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState

ModelT = TypeVar("ModelT", bound=Model)


def instance_build(model: type[ModelT], values: Mapping[str, Any], *, is_stored: bool = True) -> ModelT:
    """Return an instance with these values, by attribute name. Columns that are missing are read when they are used.

    `is_stored`: the row exists. Otherwise `values` must contain every column, with None as the primary key.
    """
    instance = model.__new__(model)
    state = ModelState()
    state.adding = not is_stored
    state.db = DEFAULT_DB_ALIAS if is_stored else None
    instance.__dict__.update(values, _state=state)
    return instance


def columns_of(model: type[Model], *, without: Collection[str] = ()) -> list[str]:
    """Return the attribute names of the model's columns, without these fields."""
    return [field.attname for field in model._meta.concrete_fields if field.name not in without]


def instances_of(model: type[ModelT], names: Sequence[str], rows: Collection[Sequence[Any]]) -> list[ModelT]:
    """Return an instance for each row of values, which have these names."""
    return [instance_build(model, dict(zip(names, row, strict=True))) for row in rows]


def instances_read(queryset: QuerySet[ModelT], *, without: Collection[str] = ()) -> list[ModelT]:
    """Return the queryset's instances, without these fields."""
    names = columns_of(queryset.model, without=without)
    return instances_of(queryset.model, names, list(queryset.values_list(*names)))
