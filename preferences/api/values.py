"""Parameter types for preferences. Clients send booleans and numbers as such or as text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.validators import MaxValueValidator
from django.db import models
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from preferences.keys import DEFAULT, LEVELS, sound_read
from workspace.api.params import ALLOWED, ChoiceParam, SpeltFlag

NUMBER = {"oneOf": [{"type": "integer", "minimum": 0}, {"type": "string", "pattern": "^[0-9]{1,9}$"}]}
Field = serializers.Field[Any, Any, Any, Any]


@extend_schema_field(NUMBER)
class SpeltNumber(serializers.Field[int, Any, Any, Any]):
    """A non-negative integer, as a number or as text."""

    default_error_messages = {
        "invalid": "must be integer",
        "null": "must be integer",
        "large": "must be <= {most}",
        "negative": "must be >= 0",
    }

    def __init__(self, *, most: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.most = most

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str) and data.isascii() and data.isdigit() and len(data) < 10:
            data = int(data)
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        if data < 0:
            self.fail("negative")
        if data > self.most:
            self.fail("large", most=self.most)
        return int(data)


@extend_schema_field({"type": "string", "description": "A sound's id, or its id, a space, and its name."})
class SoundParam(serializers.Field[str, Any, Any, Any]):
    """A sound's id, with or without its English name."""

    default_error_messages = {"invalid": ALLOWED, "null": ALLOWED}

    def to_internal_value(self, data: Any) -> str:
        sound = sound_read(data) if isinstance(data, str) else None
        if sound is None:
            self.fail("invalid")
        return sound


class LevelParam(ChoiceParam):
    """A level, or `default`."""

    def to_internal_value(self, data: Any) -> Any:
        value = super().to_internal_value(data)
        return "" if value == DEFAULT else value


def param_of(field: models.Field[Any, Any]) -> Field:
    """Return the parameter for the value of a model field."""
    if isinstance(field, models.BooleanField):
        return SpeltFlag(required=False, allow_null=field.null)
    if isinstance(field, models.IntegerField):
        most = min(item.limit_value for item in field.validators if isinstance(item, MaxValueValidator))
        return SpeltNumber(most=most, required=False, allow_null=field.null, help_text=f"At most {most}.")
    values = [str(value) for value, _label in field.flatchoices if value]
    return level_param(LEVELS if set(values) < set(LEVELS) else (*values, DEFAULT))


def level_param(values: Sequence[str]) -> LevelParam:
    """Return a parameter for one of these texts, where `default` means the default."""
    return LevelParam(choices=list(values), required=False)
