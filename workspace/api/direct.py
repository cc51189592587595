"""Direct messages."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, SuccessResult, caller_of, endpoint
from workspace.api.params import Params, TextParam
from workspace.errors import ApplicationError
from workspace.models import User
from workspace.selectors.accounts import users_by_names
from workspace.services.rooms import direct_room_open


class DirectCreateParams(Params):
    """With whom."""

    one_of = ("username", "usernames")

    username = TextParam(required=False)
    usernames = TextParam(required=False, help_text="Several, separated by commas.")


class DirectRoomObject(Result):
    """A direct room."""

    _id = serializers.CharField()
    rid = serializers.CharField()
    t = serializers.CharField()
    usernames = serializers.ListField(child=serializers.CharField())


class DirectResult(SuccessResult):
    """A direct room."""

    room = DirectRoomObject()


class DirectCreateApi(Api):
    """Known to clients under two names, `dm.create` and `im.create`."""

    @endpoint(
        params=DirectCreateParams,
        result=DirectResult,
        summary="Open a direct room",
        description="Returns the one that these people have, or a new one.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        names = [params["username"]] if "username" in params else params["usernames"].split(",")
        room = direct_room_open(creator=caller_of(request), others=people_of(names))
        members = User.objects.filter(subscriptions__room=room).order_by("username")
        described = {
            "_id": room.public_id,
            "rid": room.public_id,
            "t": room.type,
            "usernames": [member.username for member in members],
        }
        return {"room": described}


def people_of(names: list[str]) -> list[User]:
    """Return the accounts; tells clients of an unknown one in their words."""
    try:
        return users_by_names([name.strip() for name in names])
    except ApplicationError as error:
        error.details = {"method": "createDirectMessage"}
        raise
