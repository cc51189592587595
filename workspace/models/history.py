"""The history of rows: what they contained before they were changed, so that earlier decisions can be explained.

A model that has a history declares its columns with `track_history`, below its class. Rows that are saved or deleted
one by one are recorded by signals; a query that changes several rows calls `former_rows_save` first. The creation time
of a row is a column of the row itself, so creating rows, even a hundred thousand at once, records nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Model, QuerySet
from django.db.models.signals import pre_delete, pre_save
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from workspace.logs.events import LogEvent
from workspace.stored_json import value_or

FORMER_UNREADABLE = LogEvent(
    "stored.former_unreadable",
    "A value in the history of changes cannot be read.",
    {"column": "the column", "problem": "the kind of error"},
    logging.WARNING,
)

BATCH = 1000
FIRST_TIME = datetime.min.replace(tzinfo=UTC)

Values = Mapping[str, Any]
# Returns True if a change from the first values to the second, at that time, affects what was true before it.
Difference = Callable[[Values, Values, datetime], bool]


class FormerRow(models.Model):
    """The values of a row owned by a user until `at`, when it was changed or deleted."""

    kind = models.CharField(_("kind"), max_length=64)
    key = models.BigIntegerField(_("key"))
    # No database constraint: the last rows of an account are recorded while it is deleted, and pruned later.
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        related_name="+",
        verbose_name=_("user"),
        db_index=False,
        db_constraint=False,
    )
    values: models.JSONField[Any, Any] = models.JSONField(_("values"))
    at = models.DateTimeField(_("until"), default=timezone.now)

    class Meta:
        verbose_name = _("former row")
        verbose_name_plural = _("former rows")
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "kind", "at"], name="former_row_of_user"),
            models.Index(fields=["at"], name="former_row_in_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key} until {self.at:%Y-%m-%d %H:%M:%S}"


@dataclass(frozen=True, slots=True)
class TrackedModel:
    """A model whose rows belong to users: the columns with a history, and the columns with the owner and creation time.

    Former values are stored in the model `former`: as JSON in FormerRow, or in a separate table with the same columns,
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
        """Return the columns to read: those with a history, the creation time and the owner."""
        return tuple(dict.fromkeys((*self.fields, self.since, self.user)))

    def parsed(self, values: object) -> dict[str, Any]:
        """Return values that were stored as JSON, converted to the types of their columns.

        Another version may have stored other columns. One that is missing or unreadable has the model's default. A row
        without a creation time is taken to have always existed.
        """
        columns = {field.attname: field for field in self.model._meta.concrete_fields}
        stored: dict[str, Any] = value_or(dict[str, Any], values, {}, name=f"former row of {self.kind}")
        parsed = {name: column_read(columns[name], stored, columns[name].get_default()) for name in self.fields}
        return {**parsed, self.since: column_read(columns[self.since], stored, FIRST_TIME)}

    def former_values(self, user_id: int, at: datetime) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield the key and the previous values for each change of the user's rows since `at`, oldest change first."""
        former_rows = self.former._default_manager.filter(user=user_id, at__gt=at).order_by("at", "pk")
        if self.former is FormerRow:
            for key, values in former_rows.filter(kind=self.kind).values_list("key", "values"):
                yield key, self.parsed(values)
        else:
            for values in former_rows.values(*self.columns):
                yield user_id, values


def column_read(column: Any, stored: Mapping[str, Any], default: Any) -> Any:
    """Return the column's stored value in its type, or the default if it is missing or unreadable."""
    value = stored.get(column.attname, default)
    try:
        # Text columns would accept these, but no column with a history stores them.
        if isinstance(value, (list, dict)):
            raise TypeError("no single value")
        return column.to_python(value)
    except (ValidationError, TypeError, ValueError) as error:
        FORMER_UNREADABLE.log(column=column, problem=type(error).__name__)
        return default


_TRACKED: dict[type[Model], TrackedModel] = {}
_deleting_rows: ContextVar[bool] = ContextVar("deleting_rows", default=False)


def any_difference(before: Values, after: Values, _at: datetime) -> bool:
    """Return True if any value differs."""
    return before != after


def track_history(
    model: type[Model],
    *fields: str,
    user: str = "user_id",
    since: str = "created_at",
    differs: Difference = any_difference,
    former: type[Model] = FormerRow,
) -> None:
    """Record the values of these columns whenever they change or a row of the model is deleted.

    `user` is the lookup of the owner's key; `since` is the column with the creation time. `differs` may ignore changes
    that do not matter. `former` is a separate table for former values, for a model with one row per user.
    """
    _TRACKED[model] = TrackedModel(model, fields, user, since, differs, former)
    pre_save.connect(before_save, sender=model, dispatch_uid=f"history.save.{model._meta.label_lower}")
    pre_delete.connect(before_delete, sender=model, dispatch_uid=f"history.delete.{model._meta.label_lower}")


def before_save(
    sender: type[Model], instance: Model, raw: bool, update_fields: Collection[str] | None, **_kwargs: Any
) -> None:
    """Record the stored values of a row if the save changes them."""
    tracked = _TRACKED[sender]
    names = set(tracked.fields) | ({tracked.user} & {field.attname for field in sender._meta.concrete_fields})
    if update_fields is not None:
        saved = {field.attname for field in sender._meta.concrete_fields if field.name in update_fields}
        names &= saved | set(update_fields)
    if raw or instance._state.adding or not names:
        return
    for stored in stored_rows(tracked, sender._base_manager.filter(pk=instance.pk)):
        after = {**stored.values, **{name: getattr(instance, name) for name in names}}
        now = timezone.now()
        if tracked.differs(stored.values, after, now):
            former_row(tracked, stored, now).save()


def before_delete(sender: type[Model], instance: Model, **_kwargs: Any) -> None:
    """Record the values of a row that is about to be deleted."""
    if not is_deleting_rows():
        former_rows_save(rows=sender._base_manager.filter(pk=instance.pk))


def is_deleting_rows() -> bool:
    """Return True while :func:`rows_delete` deletes rows. Receivers of `post_delete` may then do nothing."""
    return _deleting_rows.get()


def rows_delete(*, rows: QuerySet[Any]) -> None:
    """Delete rows. Their values are recorded together, instead of one by one."""
    former_rows_save(rows=rows)
    token = _deleting_rows.set(True)
    try:
        rows.delete()
    finally:
        _deleting_rows.reset(token)


def former_rows_save(*, rows: QuerySet[Any]) -> None:
    """Record the values of rows that a query is about to change or delete.

    The rows stay locked until the transaction ends. Otherwise a change that is committed between this and the query
    would be missing from the history.
    """
    tracked, now = _TRACKED[rows.model], timezone.now()
    former = (former_row(tracked, stored, now) for stored in stored_rows(tracked, rows.select_for_update()))
    while batch := list(islice(former, BATCH)):
        tracked.former._default_manager.bulk_create(batch)


@dataclass(frozen=True, slots=True)
class StoredRow:
    """The key of a row, the key of its owner, and the recorded columns."""

    key: int
    user_id: int
    values: dict[str, Any]


def stored_rows(tracked: TrackedModel, rows: QuerySet[Any]) -> Iterator[StoredRow]:
    """Yield the current values of the rows."""
    for values in rows.order_by("pk").values("pk", *tracked.columns).iterator(BATCH):
        key = values.pop("pk")
        yield StoredRow(key, values.get(tracked.user, key), values)


def former_row(tracked: TrackedModel, stored: StoredRow, at: datetime) -> Model:
    """Return the unsaved history row with the values that a row had until `at`."""
    if tracked.former is not FormerRow:
        return tracked.former(**{**stored.values, "user_id": stored.user_id, "at": at})
    values = {name: json_value(stored.values[name]) for name in (*tracked.fields, tracked.since)}
    return FormerRow(kind=tracked.kind, key=stored.key, user_id=stored.user_id, values=values, at=at)


def json_value(value: Any) -> Any:
    """Return a column's value in a form that JSON can store; times keep their microseconds."""
    return value.isoformat() if isinstance(value, datetime) else value


def rows_as_of(model: type[Model], *, user: Model | int, at: datetime, **matching: Any) -> list[dict[str, Any]]:
    """Return the user's rows as of the time `at`: their recorded columns, and their key as `pk`.

    `matching` filters the rows by column values. The history goes back as far as `prune` keeps it; for earlier times
    the result contains the oldest known values.
    """
    tracked = _TRACKED[model]
    user_id = user if isinstance(user, int) else user.pk
    former: dict[int, dict[str, Any]] = {}
    for key, values in tracked.former_values(user_id, at):
        former.setdefault(key, {"pk": key, **values})
    current = model._base_manager.filter(**{tracked.user: user_id}, **matching)
    rows = [
        *former.values(),
        *({"pk": row.key, **row.values} for row in stored_rows(tracked, current) if row.key not in former),
    ]
    return [
        row for row in rows if row[tracked.since] <= at and all(row[name] == value for name, value in matching.items())
    ]
