"""The lists of features that this server does not have. They are empty, so that clients need no special case."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, PublicApi, Result, SuccessResult, endpoint
from workspace.api.paging import PageResult, PagingParams, page_of
from workspace.api.params import ChoiceParam, Params, TextParam, TimestampParam
from workspace.errors import ApplicationError


def objects_field() -> serializers.ListField:
    """Return the field for a list of objects."""
    return serializers.ListField(child=serializers.DictField())


class OAuthResult(SuccessResult):
    """Other services to sign in with: none."""

    services = objects_field()


class SettingsOAuthApi(PublicApi):
    @endpoint(result=OAuthResult, summary="Services to sign in with", description="Always empty.")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"services": []}


class ConfigurationsResult(SuccessResult):
    """The configurations of other services to sign in with: none."""

    configurations = objects_field()


class ServiceConfigurationsApi(PublicApi):
    @endpoint(
        result=ConfigurationsResult, summary="Configurations of services to sign in with", description="Always empty."
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"configurations": []}


class EmojiListParams(Params):
    """Which custom emoji."""

    updatedSince = TimestampParam(required=False)
    _updatedAt = TimestampParam(required=False)
    _id = TextParam(required=False)


class EmojiChangesObject(Result):
    """Custom emoji that were changed or deleted."""

    update = objects_field()  # type: ignore[assignment]
    remove = objects_field()


class EmojiListResult(SuccessResult):
    """Custom emoji."""

    emojis = EmojiChangesObject()


class EmojiListApi(Api):
    @endpoint(params=EmojiListParams, result=EmojiListResult, summary="Custom emoji", description="Always empty.")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"emojis": {"update": [], "remove": []}}


class EmojiPage(PageResult):
    """A page of custom emoji."""

    emojis = objects_field()


class EmojiAllApi(Api):
    @endpoint(params=PagingParams, result=EmojiPage, summary="Custom emoji, in pages", description="Always empty.")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return page_of([], params, name="emojis")


class StatusesPage(PageResult):
    """A page of custom statuses."""

    statuses = objects_field()


class CustomUserStatusListApi(Api):
    class ListParams(PagingParams):
        """Which custom statuses."""

        name = TextParam(required=False, allow_blank=True)
        _id = TextParam(required=False, allow_blank=True)

    @endpoint(
        params=ListParams,
        result=StatusesPage,
        summary="Custom statuses",
        description="Always empty. Users can set any text as their status with `users.setStatus`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return page_of([], params, name="statuses")


class SoundsPage(PageResult):
    """A page of custom sounds."""

    sounds = objects_field()


class CustomSoundsListApi(Api):
    @endpoint(params=PagingParams, result=SoundsPage, summary="Custom sounds", description="Always empty.")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return page_of([], params, name="sounds")


class CommandsPage(PageResult):
    """A page of slash commands."""

    commands = objects_field()
    appsLoaded = serializers.BooleanField()


class CommandsListApi(Api):
    @endpoint(params=PagingParams, result=CommandsPage, summary="Slash commands", description="Always empty.")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {**page_of([], params, name="commands"), "appsLoaded": True}


class CommandsGetApi(Api):
    class GetParams(Params):
        """The name of the command."""

        command = TextParam(max_length=255)

    @endpoint(
        params=GetParams, summary="A slash command", description="Always an error: the server has no slash commands."
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        # Clients expect this text without an error code.
        sentence = f"There is no command in the system by the name of: {params['command']}"
        raise ApplicationError(sentence, sentence)


class MyKeysResult(SuccessResult):
    """The caller's keys for end-to-end encryption; both are missing."""

    public_key = serializers.CharField(required=False)
    private_key = serializers.CharField(required=False)


class FetchMyKeysApi(Api):
    @endpoint(
        result=MyKeysResult,
        summary="The caller's keys for end-to-end encryption",
        description="The server stores none, so the response contains no keys.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"public_key": None, "private_key": None}


class RoomParams(Params):
    """A room."""

    rid = TextParam()


class UsersWithoutKeyResult(SuccessResult):
    """The members who need the key of a room: none."""

    users = objects_field()


class UsersWithoutKeyApi(Api):
    @endpoint(
        params=RoomParams,
        result=UsersWithoutKeyResult,
        summary="Members of an encrypted room without its key",
        description="Always empty: rooms are not encrypted.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"users": []}


class BannersParams(Params):
    """The kind of client that shows the banners."""

    platform = ChoiceParam(choices=["web", "mobile"])
    bid = TextParam(required=False, help_text="Only this banner.")


class BannersResult(SuccessResult):
    """Banners for the caller: none."""

    banners = objects_field()


class BannersApi(Api):
    @endpoint(params=BannersParams, result=BannersResult, summary="Banners for the caller", description="Always empty.")
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        return {"banners": []}


class BannersDismissApi(Api):
    class DismissParams(Params):
        """The banner."""

        bannerId = TextParam()

    @endpoint(params=DismissParams, summary="Dismiss a banner", description="Always an error: there are no banners.")
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        raise ApplicationError("Banner not found", "Banner not found")


class VideoCapabilitiesApi(Api):
    @endpoint(
        summary="What the provider of video conferences can do",
        description="Always an error: there are no video conferences.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        raise ApplicationError("no-videoconf-provider-app", "no-videoconf-provider-app")


class LanguagesParams(Params):
    """The language in which the names of languages are returned."""

    targetLanguage = TextParam(required=False, allow_blank=True)


class SupportedLanguagesApi(Api):
    @endpoint(
        params=LanguagesParams,
        summary="Languages that messages can be translated into",
        description="Always an error: messages are not translated.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        raise ApplicationError("AutoTranslate is disabled.", "AutoTranslate is disabled.")
