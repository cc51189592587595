"""The account's preferences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from preferences.api.values import Field, SpeltFlag, SpeltNumber, param_of
from preferences.highlights import MOST_WORDS, WORD_LENGTH
from preferences.keys import (
    ALIASES,
    CLIENT_KEYS,
    CLIENT_LIST_LENGTH,
    CLIENT_TEXT_LENGTH,
    ClientKey,
    account_fields,
)
from preferences.models import QuietChoice
from preferences.selectors.accounts import account_preferences_told
from preferences.services.accounts import account_preferences_save, highlight_words_set
from preferences.services.quiet import QuietChoices, quiet_hours_save, quiet_pause, quiet_resume
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.errors import InvalidParamsError
from workspace.api.objects import Timestamp
from workspace.api.params import NO_OBJECT, ChoiceParam, ListParam, Params, TextParam, TimestampParam
from workspace.models import User
from workspace.selectors.accounts import has_chosen_time_zone, user_by_id_or_name
from workspace.selectors.permissions import manage_check
from workspace.services.accounts import locale_save

UNKNOWN = "must NOT have additional properties"


class ExactParams(Params):
    """Parameters beside which no other is allowed."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping) and set(data) - set(self.fields):
            raise InvalidParamsError([UNKNOWN])
        return super().to_internal_value(data)


class ClientObjectParam(serializers.DictField):
    """An object with a few fields, each a text or truth value."""

    default_error_messages = {"not_a_dict": NO_OBJECT, "null": NO_OBJECT}

    def __init__(self, *, names: Collection[str]) -> None:
        super().__init__()
        self.names = names

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        values: dict[str, Any] = super().to_internal_value(data)
        if set(values) - set(self.names):
            raise InvalidParamsError([UNKNOWN])
        texts = TextParam(allow_blank=True, max_length=CLIENT_TEXT_LENGTH)
        return {
            name: value if isinstance(value, bool) else texts.run_validation(value) for name, value in values.items()
        }


def client_param(allowed: ClientKey) -> Field:
    """Return the parameter of a preference that is stored for clients; null removes it."""
    given: dict[str, Any] = {"required": False, "allow_null": True}
    if isinstance(allowed, range):
        return SpeltNumber(most=allowed[-1], **given)
    if isinstance(allowed, tuple):
        return ChoiceParam(choices=list(allowed), **given)
    if isinstance(allowed, frozenset):
        return ListParam(child=ClientObjectParam(names=sorted(allowed)), max_length=CLIENT_LIST_LENGTH, **given)
    return (
        SpeltFlag(**given) if allowed is bool else TextParam(allow_blank=True, max_length=CLIENT_TEXT_LENGTH, **given)
    )


class PreferencesParams(ExactParams):
    """Any of the preferences; null or `default` leaves one to the workspace."""

    highlights = ListParam(
        child=TextParam(max_length=WORD_LENGTH),
        required=False,
        max_length=MOST_WORDS,
        help_text="All of them; none: [].",
    )
    language = TextParam(required=False, allow_blank=True, max_length=16)
    timeZone = TextParam(required=False, allow_blank=True, max_length=64, help_text="Such as Europe/Berlin.")
    quietHours = TextParam(
        required=False,
        max_length=600,
        help_text="Lines such as `mon-fri 22:00-07:00`; `none`, or `default` for the workspace's.",
    )
    quietHoursLetMentionsThrough = SpeltFlag(required=False, allow_null=True)
    quietHoursPausedUntil = TimestampParam(required=False, allow_null=True, help_text="null ends the pause.")

    def get_fields(self) -> dict[str, Field]:
        derived = {key: param_of(field) for key, field in account_fields().items()}
        aliases = {alias: param_of(account_fields()[key]) for alias, key in ALIASES.items()}
        kept = {key: client_param(allowed) for key, allowed in CLIENT_KEYS.items()}
        offset = serializers.FloatField(required=False, min_value=-12, max_value=14)
        return {**derived, **aliases, **kept, **super().get_fields(), "utcOffset": offset}


class SetPreferencesParams(Params):
    """Whose preferences, and which."""

    userId = TextParam(required=False, help_text="Another's may be set by whoever may change their account.")
    data = PreferencesParams()  # type: ignore[assignment]


class PreferencesField(serializers.DictField):
    """All preferences of an account."""

    def to_representation(self, value: Any) -> dict[str, Any]:
        return preferences_json(value)


def preferences_json(told: Mapping[str, Any]) -> dict[str, Any]:
    """Return preferences as JSON holds them."""
    until = told["quietHoursPausedUntil"]
    return {**told, "quietHoursPausedUntil": Timestamp().to_representation(until) if until else None}


class SettingsObject(Result):
    """What an account has chosen."""

    preferences = PreferencesField()


class PreferredObject(Result):
    """An account with its preferences."""

    _id = serializers.CharField()
    settings = SettingsObject()


class PreferredResult(SuccessResult):
    """The account whose preferences were changed."""

    user = PreferredObject()


class PreferencesResult(SuccessResult):
    """The caller's preferences."""

    preferences = PreferencesField()


class GetPreferencesApi(Api):
    @endpoint(result=PreferencesResult, summary="The caller's preferences")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"preferences": account_preferences_told(caller_of(request))}


class SetPreferencesApi(Api):
    @endpoint(
        params=SetPreferencesParams,
        result=PreferredResult,
        summary="Change preferences",
        description="Only those that are named change; all or, where one cannot be, none.",
    )
    @transaction.atomic
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        user = user_by_id_or_name(public_id=params["userId"]) if "userId" in params else caller
        if user != caller:
            manage_check(manager=caller, user=user)
        preferences_save(user, params["data"])
        told = account_preferences_told(user)
        return {"user": {"_id": user.public_id, "settings": {"preferences": told}}}


def preferences_save(user: User, data: Mapping[str, Any]) -> None:
    """Save the preferences that a client named."""
    named = {ALIASES.get(key, key): value for key, value in data.items()}
    choices: dict[str, Any] = {field.name: named[key] for key, field in account_fields().items() if key in named}
    if kept := {key: named[key] for key in CLIENT_KEYS if key in named}:
        choices["client_choices"] = kept
    if choices:
        account_preferences_save(user=user, **choices)
    if "highlights" in named:
        highlight_words_set(user=user, words=named["highlights"])
    is_guess = "timeZone" not in named
    locale_save(user=user, language=named.get("language"), time_zone=zone_named(user, named), is_guess=is_guess)
    quiet_save(user, named)


def zone_named(user: User, named: Mapping[str, Any]) -> str | None:
    """Return the time zone to be saved; an offset alone counts only for somebody who has not chosen a zone."""
    if "timeZone" in named or "utcOffset" not in named or has_chosen_time_zone(user):
        return named.get("timeZone")
    offset = named["utcOffset"]
    return f"Etc/GMT{-int(offset):+d}" if offset == int(offset) and offset else None


def quiet_save(user: User, named: Mapping[str, Any]) -> None:
    """Save what a client named of quiet hours."""
    choices: QuietChoices = {}
    if "quietHoursLetMentionsThrough" in named:
        choices["lets_mentions_through"] = named["quietHoursLetMentionsThrough"]
    match named.get("quietHours"):
        case None:
            pass
        case "default":
            choices["choice"] = ""
        case QuietChoice.NONE:
            choices["choice"] = QuietChoice.NONE
        case hours:
            choices["choice"], choices["hours"] = QuietChoice.OWN, hours
    if choices:
        quiet_hours_save(user=user, **choices)
    if "quietHoursPausedUntil" in named:
        until = named["quietHoursPausedUntil"]
        if until is None:
            quiet_resume(user=user)
        else:
            quiet_pause(user=user, until=until)
