"""Filters for lists in the administration."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter

from workspace.selectors.sign_ins.factors import with_factors


class TimeRangeFilter(RangeDateTimeFilter):  # type: ignore[misc]
    """Filters by a range of times in the site's time zone. A day without a time means the whole day.

    unfold's own filter compares with naive times, and requires a time for each day.
    """

    title: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = f"{self.title} ({timezone.get_current_timezone()})"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        bounds = {"gte": self.bound("from", time.min), "lte": self.bound("to", time.max)}
        return queryset.filter(**{f"{self.parameter_name}__{name}": at for name, at in bounds.items() if at})

    def bound(self, side: str, default: time) -> datetime | None:
        """Return the time entered for one side; None if it is not a valid date."""
        day, at = (self.used_parameters.get(f"{self.parameter_name}_{side}_{part}") or "" for part in (0, 1))
        try:
            parsed = forms.DateField(required=False).clean(day)
            parsed_time = forms.TimeField(required=False).clean(at) or default
        except ValidationError:
            return None
        return timezone.make_aware(datetime.combine(parsed, parsed_time)) if parsed else None


class SecondFactorFilter(DropdownFilter):  # type: ignore[misc]
    """Filters accounts by whether they have a second factor, or lack one that their role requires."""

    title = _("second factor")
    parameter_name = "second_factor"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Has one")), ("no", _("Has none")), ("missing", _("Has none, but a role requires it"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case "yes":
                return with_factors(queryset).filter(has_factor=True)
            case "no":
                return with_factors(queryset).filter(has_factor=False)
            case "missing":
                demanding = queryset.filter(groups__details__requires_second_factor=True)
                return with_factors(queryset.filter(pk__in=demanding.values("pk"))).filter(has_factor=False)
        return queryset
