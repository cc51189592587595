"""The types of settings, and parsing of values from outside."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups.secret_field import SecretField


class Kind(models.TextChoices):
    """The type of a setting, with the values that clients know and labels for people."""

    BOOLEAN = "boolean", _("on or off")
    INTEGER = "int", _("whole number")
    SELECT = "select", _("choice")
    TEXT = "string", _("text")
    MULTILINE = "code", _("text of several lines")
    PASSWORD = "password", _("secret text")
    ACTION = "action", _("button")


def kind_of(field: models.Field[Any, Any]) -> Kind:
    """Return the type of a setting stored in `field`."""
    if isinstance(field, SecretField):
        return Kind.MULTILINE if field.multiline else Kind.PASSWORD
    if isinstance(field, models.BooleanField):
        return Kind.BOOLEAN
    if isinstance(field, models.IntegerField):
        return Kind.INTEGER
    if field.choices:
        return Kind.SELECT
    return Kind.MULTILINE if isinstance(field, models.TextField) else Kind.TEXT


def value_parse(field: models.Field[Any, Any], raw: Any) -> Any:
    """Return `raw`, a value from JSON or a form, as a valid value of the setting.

    Booleans and numbers may be given as text, because some clients send all values as text. Raises ValidationError with
    a message for people.
    """
    kind = kind_of(field)
    value: Any
    if kind == Kind.BOOLEAN:
        value = _boolean(raw)
    elif kind == Kind.INTEGER:
        value = _integer(raw)
    else:
        value = _text("" if raw is None and isinstance(field, SecretField) else raw)
    if kind == Kind.TEXT and len(value.splitlines()) > 1:
        # Such as the name of the workspace, which is used in e-mail headers.
        raise ValidationError(_("Must be a single line."))
    return field.clean(value, None)


def _boolean(raw: Any) -> bool:
    value = {"true": True, "false": False}.get(raw.strip().lower()) if isinstance(raw, str) else raw
    if not isinstance(value, bool):
        raise ValidationError(_("Must be true or false."))
    return value


def _integer(raw: Any) -> int:
    if isinstance(raw, str) and raw.strip().removeprefix("-").isdecimal() and len(raw) < 20:
        return int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int):
        raise ValidationError(_("Must be a whole number."))
    return raw


def _text(raw: Any) -> str:
    if not isinstance(raw, str):
        raise ValidationError(_("Must be a text."))
    # Browsers send CR LF as line ends, API clients mostly LF. The stored value is the same.
    text = raw.replace("\r\n", "\n").strip()
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValidationError(_("Contains an invalid character."))
    return text
