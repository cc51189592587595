"""Paginated lists: `offset`, `count` and `sort` in the request, `count`, `offset` and `total` in the response."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F, OrderBy, QuerySet
from django.db.models.expressions import Expression
from rest_framework import serializers

from workspace.api.base import SuccessResult
from workspace.api.errors import InvalidParamsError
from workspace.api.params import Params, TextParam
from workspace.models import GeneralSettings

# Larger than any list; databases reject offsets of more than 64 bits.
MAX_OFFSET = 2**31 - 1
# The maximum size of a page. A hundred thousand accounts would block a web process for half a minute.
MAX_ITEMS = 10_000
NOT_INTEGER: dict[str, Any] = {
    "invalid": "must be integer",
    "null": "must be integer",
    "min_value": "must be >= {min_value}",
    "max_value": "must be <= {max_value}",
}


class SortParam(TextParam):
    """A JSON object from field names to 1 (ascending) or -1 (descending)."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            order = json.loads(super().to_internal_value(data))
        except (ValueError, RecursionError) as error:
            raise InvalidParamsError(["sort must be a JSON object"]) from error
        if not isinstance(order, dict) or any(step not in (1, -1) for step in order.values()):
            raise InvalidParamsError(["sort must map field names to 1 or -1"])
        return order


class OffsetParams(Params):
    """The page of a list in a fixed order. A `count` of 0 requests the maximum page size."""

    offset = serializers.IntegerField(
        required=False, default=0, min_value=0, max_value=MAX_OFFSET, error_messages=NOT_INTEGER
    )
    count = serializers.IntegerField(required=False, min_value=0, max_value=MAX_OFFSET, error_messages=NOT_INTEGER)


class PagingParams(OffsetParams):
    """The page of a list, and its order."""

    sort = SortParam(required=False)


class PageResult(SuccessResult):
    """The envelope of a page."""

    count = serializers.IntegerField()
    offset = serializers.IntegerField()
    total = serializers.IntegerField()


def page_of(
    rows: Sequence[Any] | QuerySet[Any],
    params: Mapping[str, Any],
    *,
    name: str,
    represent: Callable[[Iterable[Any]], list[Any]] = list,
) -> dict[str, Any]:
    """Return the requested page of `rows`, with its envelope: the items, converted by `represent`, are under `name`.

    A query must be ordered; only the page itself is read. A page has at most :data:`MAX_ITEMS` items.
    """
    offset = params["offset"]
    items = represent(rows[offset : offset + page_size(params)])
    total = rows.count() if isinstance(rows, QuerySet) else len(rows)
    return {name: items, "count": len(items), "offset": offset, "total": total}


def page_size(params: Mapping[str, Any], *, default: int | None = None) -> int:
    """Return the requested number of items, at most :data:`MAX_ITEMS`."""
    general = GeneralSettings.current()
    count: int = params.get("count", general.api_default_count if default is None else default)
    requested = count if count or not general.api_allow_infinite_count else MAX_ITEMS
    return min(requested, MAX_ITEMS)


def ordering_of(
    params: Mapping[str, Any], columns: Mapping[str, str | Expression], *, default: Mapping[str, int]
) -> list[OrderBy | str]:
    """Return the ORDER BY expressions: the `columns` named in `sort`, else the `default`.

    Equal rows are ordered by key, so that no row appears on two pages.
    """
    sort = {name: step for name, step in params.get("sort", {}).items() if name in columns} or default
    expressions = {name: F(column) if isinstance(column, str) else column for name, column in columns.items()}
    return [*(OrderBy(expressions[name], descending=step == -1) for name, step in sort.items()), "pk"]
