"""The kinds of settings, and reading a value that came from outside as one of them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from workspace.setting_groups.secret_field import SecretField


class Kind(models.TextChoices):
    """A setting's kind, spelt as clients know it; the label is for people."""

    BOOLEAN = "boolean", _("on or off")
    INTEGER = "int", _("whole number")
    SELECT = "select", _("choice")
    TEXT = "string", _("text")
    MULTILINE = "code", _("text of several lines")
    PASSWORD = "password", _("secret text")
    ACTION = "action", _("button")


def kind_of(field: models.Field[Any, Any]) -> Kind:
    """Return the kind of setting that `field` holds."""
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

    Truth values and numbers may be spelt as text, because some clients send all values so.
    Raises ValidationError with a sentence for people.
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
        # Such as the workspace's name, which stands in the headers of e-mails.
        raise ValidationError(_("Must stand on one line."))
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
    # A browser sends line ends as CR LF, an API client mostly as LF: the stored value is the same.
    text = raw.replace("\r\n", "\n").strip()
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ValidationError(_("Holds a character that no text can hold."))
    return text
