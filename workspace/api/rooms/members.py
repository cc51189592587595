"""Members of a room."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from workspace.api.base import Result
from workspace.api.objects import Timestamp
from workspace.api.paging import PageResult, PagingParams, ordering_of, page_of
from workspace.api.params import ChoiceParam, ListParam, TextParam
from workspace.models import Room, Status
from workspace.selectors.directory import members_listed

# Clients add brackets to the name of a repeated query parameter.
STATUSES = "status[]"


class StatusesParam(ListParam):
    """Statuses, each in its own parameter, with or without brackets after the name."""

    def get_value(self, dictionary: Any) -> Any:
        return [*dictionary.getlist(STATUSES), *dictionary.getlist("status")] or serializers.empty


class MembersParams(PagingParams):
    """Filters for members."""

    filter = TextParam(required=False, allow_blank=True, help_text="Part of the username or name.")

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        statuses = StatusesParam(
            child=ChoiceParam(choices=Status.values), required=False, help_text="Only members with this status."
        )
        return {**super().get_fields(), STATUSES: statuses}


class MemberObject(Result):
    """A member of a room."""

    _id = serializers.CharField()
    username = serializers.CharField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Status.choices)
    _updatedAt = Timestamp()


class MembersPage(PageResult):
    """A page of a room's members."""

    members = MemberObject(many=True)


def members_page(room: Room, params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the requested page of the room's members."""
    rows = members_listed(
        room, at=timezone.now(), words=params.get("filter", ""), statuses=params.get(STATUSES, ())
    ).order_by(*ordering_of(params, {"username": "username__lower"}, default={"username": 1}))
    return page_of(rows, params, name="members", represent=member_objects)


def member_objects(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the members as API objects."""
    return [
        {
            "_id": row["public_id"],
            "username": row["username"],
            "name": row["name"] or row["username"],
            "status": row["shown"],
            "_updatedAt": row["updated_at"],
        }
        for row in rows
    ]
