"""`users.setAvatar`, `users.resetAvatar` and `users.getAvatar`: the pictures of accounts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from workspace.addresses import absolute_url
from workspace.api.base import Api, PublicApi, caller_of, endpoint
from workspace.api.params import TextParam
from workspace.api.parsers import JsonParser
from workspace.api.users.targets import UserParams, names_user, user_from
from workspace.errors import ApplicationError
from workspace.models import User
from workspace.services.people.pictures import (
    URL_MAX_LENGTH,
    avatar_change_check,
    avatar_reset,
    avatar_set,
    picture_fetch,
    upload_read,
)

# Clients expect this sentence without an error code.
IMAGE_REQUIRED = "The 'image' param is required"


class FileParam(serializers.FileField):
    """A file in a form."""

    default_error_messages = dict.fromkeys(("required", "invalid", "no_name", "empty", "max_length"), "must be a file")


class SetAvatarParams(UserParams):
    """The picture, as a file in a form (`multipart/form-data`) or by its URL."""

    image = FileParam(required=False)
    avatarUrl = TextParam(required=False, max_length=URL_MAX_LENGTH)


class SetAvatarApi(Api):
    parser_classes = [JsonParser, MultiPartParser]

    @endpoint(
        params=SetAvatarParams,
        summary="Set a user's picture",
        description="A PNG, JPEG, GIF or WebP of at most 500,000 bytes and 4096 pixels in each direction. Without a "
        "user, the caller's own; for other users, and if the setting `Accounts_AllowUserAvatarChange` is off, it "
        "requires `edit-other-user-avatar`. A URL must be on the public internet.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        user = target_of(caller, params)
        avatar_change_check(by=caller, user=user, message="Change avatar is not allowed")
        if "avatarUrl" in params:
            content = picture_fetch(params["avatarUrl"])
        elif "image" in params:
            content = upload_read(params["image"])
        else:
            raise ApplicationError(IMAGE_REQUIRED, IMAGE_REQUIRED)
        avatar_set(user=user, content=content)
        return {}


class ResetAvatarApi(Api):
    @endpoint(
        params=UserParams,
        summary="Remove a user's picture",
        description="The user's initial is shown instead. The permissions are those of `users.setAvatar`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        user = target_of(caller, params)
        avatar_change_check(by=caller, user=user, message="Reset avatar is not allowed")
        avatar_reset(user=user)
        return {}


class GetAvatarApi(PublicApi):
    @extend_schema(
        summary="The address of a user's picture",
        description="A redirect; the body is the address as a JSON string.",
        parameters=[UserParams],
        responses={(307, "application/json"): OpenApiTypes.URI, 200: OpenApiTypes.URI},
    )
    def get(self, request: Request) -> Response:
        user = user_from(UserParams.read(request.query_params))
        url = absolute_url(reverse("avatar", args=[user.username]))
        return Response(url, status=307, headers={"Location": url})


def target_of(caller: User, params: Mapping[str, Any]) -> User:
    """Return the user in the parameters, or the caller."""
    return user_from(params) if names_user(params) else caller
