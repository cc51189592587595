"""The directory of channels and people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import F, Value
from django.db.models.expressions import Expression
from django.db.models.functions import Coalesce, Lower, NullIf
from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, Result, caller_of, endpoint
from workspace.api.errors import InvalidParamsError
from workspace.api.objects import EmailObject, Timestamp
from workspace.api.paging import PageResult, PagingParams, ordering_of, page_of
from workspace.api.params import Params, TextParam
from workspace.api.rooms.objects import rooms_of
from workspace.api.rooms.setting_params import text_only
from workspace.models import RoomType, User
from workspace.selectors.permissions import VIEW_ACCOUNTS
from workspace.selectors.room_search import directory_people, directory_rooms, may_find_people

VERIFY = text_only("Please verify the parameters")
CHANNELS_SORTED_BY: dict[str, str | Expression] = {
    "name": "name__lower",
    "createdAt": "created_at",
    "usersCount": "members_count",
    "lastMessage": Coalesce("last_message_at", "created_at"),
    "ts": "created_at",
}
PEOPLE_SORTED_BY: dict[str, str | Expression] = {
    "name": Lower(Coalesce(NullIf(F("name"), Value("")), F("username"))),
    "username": "username__lower",
    "createdAt": "created_at",
}
TYPES = ("channels", "users", "teams")


class DirectoryParams(PagingParams):
    """What to list. `query`, a JSON object with the same names, is an older form of the first three."""

    text = TextParam(required=False, allow_blank=True, help_text="Part of a name.")
    type = TextParam(required=False, help_text="`channels` (default), `users`, or `teams`, of which there are none.")
    workspace = TextParam(required=False, help_text="Ignored: there is only this workspace.")
    query = TextParam(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.get("sort", {})) > 1:
            raise text_only('This method support only one "sort" parameter')
        return attrs


class OlderDirectoryParams(Params):
    """The parameters in the JSON object of the older form."""

    text = TextParam(required=False, allow_blank=True)
    type = TextParam(required=False, allow_blank=True)


class DirectoryEntryObject(Result):
    """A channel or an account; the fields of the other are missing."""

    _id = serializers.CharField()
    name = serializers.CharField()
    t = serializers.ChoiceField(choices=RoomType.choices, required=False)
    fname = serializers.CharField(required=False)
    topic = serializers.CharField(required=False)
    description = serializers.CharField(required=False)
    usersCount = serializers.IntegerField(required=False)
    default = serializers.BooleanField(required=False)
    featured = serializers.BooleanField(required=False)
    archived = serializers.BooleanField(required=False)
    ts = Timestamp(required=False)
    lm = Timestamp(required=False)
    username = serializers.CharField(required=False)
    emails = EmailObject(many=True, required=False, help_text="Requires the permission `view-full-other-user-info`.")
    createdAt = Timestamp(required=False)


class DirectoryPage(PageResult):
    """A page of the directory."""

    result = DirectoryEntryObject(many=True)


class DirectoryApi(Api):
    @endpoint(
        params=DirectoryParams,
        result=DirectoryPage,
        summary="The directory of channels and people",
        description="Channels, with the private groups that the caller is in, or active accounts; sorted by `name`, "
        "`createdAt`, and for channels `usersCount` or `lastMessage`, for accounts `username`. Channels require the "
        "permission `view-c-room`, accounts `view-outside-room` and `view-d-room`.",
    )
    def get(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        wanted = {**older_form(params.get("query", "{}")), **params}
        return directory_page(caller_of(request), wanted)


def older_form(query: str) -> dict[str, str]:
    """Return the parameters in a JSON object; those that are not texts are ignored."""
    try:
        values = json.loads(query)
    except (ValueError, RecursionError) as error:
        raise InvalidParamsError(["query must be a JSON object"]) from error
    named = values if isinstance(values, dict) else {}
    return OlderDirectoryParams.read(
        {name: named[name] for name in ("text", "type") if isinstance(named.get(name), str)}
    )


def directory_page(user: User, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the requested page of the directory."""
    kind, words, sort = params.get("type", "channels"), params.get("text", "").strip(), params.get("sort", {})
    columns = PEOPLE_SORTED_BY if kind == "users" else CHANNELS_SORTED_BY
    may_list = may_find_people(user) if kind == "users" else user.has_perm("workspace.view_c_room")
    if kind not in TYPES or sort.keys() - columns.keys() or not may_list:
        raise VERIFY
    if kind == "teams":
        return page_of([], params, name="result")
    order = ordering_of(params, columns, default={"name": 1})
    if kind == "users":
        in_full = user.has_perm(VIEW_ACCOUNTS)
        people = directory_people(words, with_addresses=in_full).prefetch_related("emails").order_by(*order)
        return page_of(people, params, name="result", represent=lambda rows: people_entries(rows, in_full=in_full))
    rooms = directory_rooms(user, words).order_by("-is_featured", *order)
    return page_of(rooms, params, name="result", represent=rooms_of)


def people_entries(people: Iterable[User], *, in_full: bool) -> list[dict[str, Any]]:
    """Return the accounts as entries of the directory, with their addresses if the reader may see them."""
    return [
        {
            "_id": user.public_id,
            "username": user.username,
            "name": user.display_name,
            "createdAt": user.created_at,
            "emails": list(user.emails.all()) if in_full else None,
        }
        for user in people
    ]
