"""Methods that find rooms and people."""

from __future__ import annotations

import json
from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.params import number_of
from workspace.api.methods.registry import method
from workspace.models import User

DIRECTIONS = {"asc": 1, "desc": -1}


@method("spotlight", endpoint="GET spotlight")
def spotlight(
    call: MethodCall,
    text: str,
    usernames: list[str] | None = None,
    type: dict[str, Any] | None = None,
    rid: str | None = None,
) -> dict[str, Any]:
    """Suggest `users` and `rooms` for what was typed, without those named in `usernames`.

    `type` is `{"users": …, "rooms": …}`. With `rid`, its members come first, and others are marked as `outside`.
    """
    results = call.endpoint("GET spotlight", query=text)
    wanted = {"users": True, "rooms": True} if type is None else type
    people = [user for user in results["users"] if user["username"] not in (usernames or [])]
    if rid is not None:
        people = members_first(call, people, rid)
    return {"users": people if wanted.get("users") else [], "rooms": results["rooms"] if wanted.get("rooms") else []}


@method("browseChannels", endpoint="GET directory")
def browse_channels(call: MethodCall, part: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the directory as `results`, and their `total`.

    `{"type": "channels" or "users", "text": …, "offset": …, "limit": …}`, in the order of `sortBy` and `sortDirection`
    (`asc` or `desc`).
    """
    sort_by = part.get("sortBy")
    direction = DIRECTIONS.get(str(part.get("sortDirection", "asc")), 1)
    response = call.endpoint(
        "GET directory",
        text=part.get("text"),
        type=part.get("type"),
        sort=json.dumps({sort_by: direction}) if isinstance(sort_by, str) else None,
        offset=number_of(part, "offset"),
        count=number_of(part, "limit"),
    )
    return {"total": response["total"], "results": response["result"]}


def members_first(call: MethodCall, people: list[dict[str, Any]], rid: str) -> list[dict[str, Any]]:
    """Return the suggested people, first those in the room, if the caller is a member of it."""
    members = User.objects.filter(
        subscriptions__room__public_id=rid, subscriptions__room__subscriptions__user=call.caller
    )
    ids = set(members.filter(public_id__in=[user["_id"] for user in people]).values_list("public_id", flat=True))
    marked = [{**user, "outside": user["_id"] not in ids} for user in people]
    return sorted(marked, key=lambda user: user["outside"])
