"""API endpoints for the account's preferences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from rest_framework import serializers
from rest_framework.request import Request

from preferences.api.values import Field, SpeltNumber, param_of
from preferences.highlights import MAX_WORDS, WORD_LENGTH
from preferences.keys import (
    ALIASES,
    CLIENT_KEYS,
    CLIENT_LIST_LENGTH,
    CLIENT_TEXT_LENGTH,
    ClientKey,
    account_fields,
)
from preferences.models import QuietChoice
from preferences.selectors.accounts import account_preferences_by_key
from preferences.services.accounts import account_preferences_save, highlight_words_set
from preferences.services.quiet import QuietChoices, quiet_hours_save, quiet_pause, quiet_resume
from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.errors import InvalidParamsError
from workspace.api.objects import Timestamp
from workspace.api.params import NO_OBJECT, ChoiceParam, ListParam, Params, SpeltFlag, TextParam, TimestampParam
from workspace.models import User
from workspace.selectors.accounts import has_chosen_time_zone, user_by_id_or_name
from workspace.selectors.permissions import manage_check
from workspace.services.accounts import locale_save

UNKNOWN = "must NOT have additional properties"


class ExactParams(Params):
    """Parameters that refuse unknown fields."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping) and set(data) - set(self.fields):
            raise InvalidParamsError([UNKNOWN])
        return super().to_internal_value(data)


class ClientObjectParam(serializers.DictField):
    """An object with the given fields, each a text or a boolean."""

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
    """Return the parameter for a preference that only clients use; null removes it."""
    options: dict[str, Any] = {"required": False, "allow_null": True}
    if isinstance(allowed, range):
        return SpeltNumber(most=allowed[-1], **options)
    if isinstance(allowed, tuple):
        return ChoiceParam(choices=list(allowed), **options)
    if isinstance(allowed, frozenset):
        return ListParam(child=ClientObjectParam(names=sorted(allowed)), max_length=CLIENT_LIST_LENGTH, **options)
    if allowed is bool:
        return SpeltFlag(**options)
    return TextParam(allow_blank=True, max_length=CLIENT_TEXT_LENGTH, **options)


class PreferencesParams(ExactParams):
    """The preferences to change; null or `default` restores the workspace's default."""

    highlights = ListParam(
        child=TextParam(max_length=WORD_LENGTH),
        required=False,
        max_length=MAX_WORDS,
        help_text="The complete list; [] removes all words.",
    )
    language = TextParam(required=False, allow_blank=True, max_length=16)
    timeZone = TextParam(required=False, allow_blank=True, max_length=64, help_text="For example Europe/Berlin.")
    quietHours = TextParam(
        required=False,
        max_length=600,
        help_text="Lines such as `mon-fri 22:00-07:00`, or `none`, or `default` for those of the workspace.",
    )
    quietHoursLetMentionsThrough = SpeltFlag(required=False, allow_null=True)
    quietHoursPausedUntil = TimestampParam(required=False, allow_null=True, help_text="null ends a pause.")

    def get_fields(self) -> dict[str, Field]:
        derived = {key: param_of(field) for key, field in account_fields().items()}
        aliases = {alias: param_of(account_fields()[key]) for alias, key in ALIASES.items()}
        client = {key: client_param(allowed) for key, allowed in CLIENT_KEYS.items()}
        offset = serializers.FloatField(required=False, min_value=-12, max_value=14)
        return {**derived, **aliases, **client, **super().get_fields(), "utcOffset": offset}


class SetPreferencesParams(Params):
    """The account, and the preferences to change."""

    userId = TextParam(
        required=False, help_text="Setting another user's preferences requires permission to manage their account."
    )
    data = PreferencesParams()  # type: ignore[assignment]


class PreferencesField(serializers.DictField):
    """All preferences of an account by key."""

    def to_representation(self, value: Any) -> dict[str, Any]:
        return preferences_json(value)


def preferences_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return preferences in their JSON form."""
    until = values["quietHoursPausedUntil"]
    return {**values, "quietHoursPausedUntil": Timestamp().to_representation(until) if until else None}


class SettingsObject(Result):
    """The settings of an account."""

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
        return {"preferences": account_preferences_by_key(caller_of(request))}


class SetPreferencesApi(Api):
    @endpoint(
        params=SetPreferencesParams,
        result=PreferredResult,
        summary="Change preferences",
        description="Changes only the given preferences. If one is invalid, none is changed.",
    )
    @transaction.atomic
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        user = user_by_id_or_name(public_id=params["userId"]) if "userId" in params else caller
        if user != caller:
            manage_check(manager=caller, user=user)
        preferences_save(user, params["data"])
        preferences = account_preferences_by_key(user)
        return {"user": {"_id": user.public_id, "settings": {"preferences": preferences}}}


def preferences_save(user: User, data: Mapping[str, Any]) -> None:
    """Save the preferences that a client sent."""
    sent = {ALIASES.get(key, key): value for key, value in data.items()}
    choices: dict[str, Any] = {field.name: sent[key] for key, field in account_fields().items() if key in sent}
    if client_choices := {key: sent[key] for key in CLIENT_KEYS if key in sent}:
        choices["client_choices"] = client_choices
    if choices:
        account_preferences_save(user=user, **choices)
    if "highlights" in sent:
        highlight_words_set(user=user, words=sent["highlights"])
    is_guess = "timeZone" not in sent
    locale_save(user=user, language=sent.get("language"), time_zone=time_zone_sent(user, sent), is_guess=is_guess)
    quiet_save(user, sent)


def time_zone_sent(user: User, sent: Mapping[str, Any]) -> str | None:
    """Return the time zone to save. An offset alone counts only if the user has not chosen a time zone."""
    if "timeZone" in sent or "utcOffset" not in sent or has_chosen_time_zone(user):
        return sent.get("timeZone")
    offset = sent["utcOffset"]
    return f"Etc/GMT{-int(offset):+d}" if offset == int(offset) and offset else None


def quiet_save(user: User, sent: Mapping[str, Any]) -> None:
    """Save the quiet hours and the pause that a client sent."""
    choices: QuietChoices = {}
    if "quietHoursLetMentionsThrough" in sent:
        choices["lets_mentions_through"] = sent["quietHoursLetMentionsThrough"]
    match sent.get("quietHours"):
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
    if "quietHoursPausedUntil" in sent:
        until = sent["quietHoursPausedUntil"]
        if until is None:
            quiet_resume(user=user)
        else:
            quiet_pause(user=user, until=until)
