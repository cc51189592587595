"""Remembering what rows held before they were changed, so that what was decided by them can be explained later.

Each app declares which of its rows are remembered, in its module `remembered`. That is all: rows saved or deleted one
by one are noted by themselves, those changed by a query are noted by `rows_note`. When a row was made is told by the
row itself, so that making rows, be it a hundred thousand at once, notes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Model, QuerySet
from django.db.models.signals import pre_delete, pre_save
from django.utils import timezone

from workspace.models import FormerRow, User

BATCH = 1000

Values = Mapping[str, Any]
# Tells whether a change from the one to the other, at that moment, changes anything that was true before it.
Difference = Callable[[Values, Values, datetime], bool]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A model whose rows belong to users: which columns are remembered, whose they are, and when they were made.

    Former values are stored as rows of `former`: as JSON in FormerRow, or in a table of their own with these columns,
    which queries can join.
    """

    model: type[Model]
    fields: tuple[str, ...]
    user: str
    since: str
    differs: Difference
    former: type[Model]

    @property
    def kind(self) -> str:
        return self.model._meta.label_lower

    @property
    def columns(self) -> tuple[str, ...]:
        """Return what is read of a row: its columns, and whose it is."""
        return tuple(dict.fromkeys((*self.fields, self.since, self.user)))

    def parsed(self, values: Values) -> dict[str, Any]:
        """Return values as JSON kept them in the types of their columns."""
        fields = {field.attname: field for field in self.model._meta.concrete_fields}
        return {name: fields[name].to_python(value) for name, value in values.items()}

    def former_values(self, user_id: int, at: datetime) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the key and values of the user's rows that have changed since `at`, by each change, oldest first."""
        noted = self.former._default_manager.filter(user=user_id, at__gt=at).order_by("at", "pk")
        if self.former is FormerRow:
            for key, values in noted.filter(kind=self.kind).values_list("key", "values"):
                yield key, self.parsed(values)
        else:
            for values in noted.values(*self.columns):
                yield user_id, values


_REMEMBERED: dict[type[Model], Remembered] = {}


def any_difference(before: Values, after: Values, _at: datetime) -> bool:
    """Return whether anything has changed."""
    return before != after


def remember(
    model: type[Model],
    *fields: str,
    user: str = "user_id",
    since: str = "created_at",
    differs: Difference = any_difference,
    former: type[Model] = FormerRow,
) -> None:
    """Declare that rows of the model are remembered: these columns, until they change or the row is deleted.

    `user` leads to the key of the user whose row it is; `since` names the column with the moment of its making.
    `differs` may find a change too small to be noted. `former` is a table of its own for former values, of a model
    with one row per user.
    """
    _REMEMBERED[model] = Remembered(model, fields, user, since, differs, former)
    pre_save.connect(before_save, sender=model, dispatch_uid=f"history.save.{model._meta.label_lower}")
    pre_delete.connect(before_delete, sender=model, dispatch_uid=f"history.delete.{model._meta.label_lower}")


def before_save(
    sender: type[Model], instance: Model, raw: bool, update_fields: Collection[str] | None, **_kwargs: Any
) -> None:
    """Note what the stored row holds, if the save changes it."""
    remembered = _REMEMBERED[sender]
    names = set(remembered.fields) | ({remembered.user} & {field.attname for field in sender._meta.concrete_fields})
    if update_fields is not None:
        saved = {field.attname for field in sender._meta.concrete_fields if field.name in update_fields}
        names &= saved | set(update_fields)
    if raw or instance._state.adding or not names:
        return
    for stored in rows_stored(remembered, sender._base_manager.filter(pk=instance.pk)):
        after = {**stored.values, **{name: getattr(instance, name) for name in names}}
        now = timezone.now()
        if remembered.differs(stored.values, after, now):
            former_row(remembered, stored, now).save()


def before_delete(sender: type[Model], instance: Model, **_kwargs: Any) -> None:
    """Note what the row holds that is about to be deleted."""
    rows_note(rows=sender._base_manager.filter(pk=instance.pk))


def rows_note(*, rows: QuerySet[Any]) -> None:
    """Note what the rows hold that a query is about to change or delete."""
    remembered, now = _REMEMBERED[rows.model], timezone.now()
    former = (former_row(remembered, stored, now) for stored in rows_stored(remembered, rows))
    while batch := list(islice(former, BATCH)):
        remembered.former._default_manager.bulk_create(batch)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """One row's key, the key of the user whose it is, and its remembered values."""

    key: int
    user_id: int
    values: dict[str, Any]


def rows_stored(remembered: Remembered, rows: QuerySet[Any]) -> Iterator[StoredRow]:
    """Yield the rows as they stand now."""
    for values in rows.order_by().values("pk", *remembered.columns).iterator(BATCH):
        key = values.pop("pk")
        yield StoredRow(key, values.get(remembered.user, key), values)


def former_row(remembered: Remembered, stored: StoredRow, at: datetime) -> Model:
    """Return the unsaved note of what a row held until `at`."""
    if remembered.former is not FormerRow:
        return remembered.former(**{**stored.values, "user_id": stored.user_id, "at": at})
    values = {name: json_of(stored.values[name]) for name in (*remembered.fields, remembered.since)}
    return FormerRow(kind=remembered.kind, key=stored.key, user_id=stored.user_id, values=values, at=at)


def json_of(value: Any) -> Any:
    """Return a column's value as JSON can keep it, moments to the microsecond."""
    return value.isoformat() if isinstance(value, datetime) else value


def rows_then(model: type[Model], *, user: User | int, at: datetime, **matching: Any) -> list[dict[str, Any]]:
    """Return the remembered values, and the key as `pk`, of the user's rows as they stood at the moment `at`.

    `matching` leaves only the rows whose columns hold these values. Of moments before the oldest former row, which
    `prune` sets, it returns what is known.
    """
    remembered = _REMEMBERED[model]
    user_id = user if isinstance(user, int) else user.pk
    former: dict[int, dict[str, Any]] = {}
    for key, values in remembered.former_values(user_id, at):
        former.setdefault(key, {"pk": key, **values})
    current = model._base_manager.filter(**{remembered.user: user_id}, **matching)
    rows = [
        *former.values(),
        *({"pk": row.key, **row.values} for row in rows_stored(remembered, current) if row.key not in former),
    ]
    return [
        row
        for row in rows
        if row[remembered.since] <= at and all(row[name] == value for name, value in matching.items())
    ]
