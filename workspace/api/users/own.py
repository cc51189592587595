"""`users.updateOwnBasicInfo`: what users change in their own accounts."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint, session_of
from workspace.api.contributions import contributions
from workspace.api.params import ChoiceParam, Params, TextParam
from workspace.api.users.changing import TEXT_MAX
from workspace.api.users.objects import CreatedUserObject, user_of
from workspace.models import Status
from workspace.services.people.confirmation import Proof
from workspace.services.people.profiles import ProfileChanges, profile_update

CODE_HEADER, METHOD_HEADER = "x-2fa-code", "x-2fa-method"
# The parameters whose names differ from those of the service.
RENAMED = {"statusType": "status", "statusText": "status_text", "newPassword": "password"}


class OwnChangesParams(Params):
    """The changes."""

    name = TextParam(required=False, allow_blank=True, max_length=255)
    username = TextParam(required=False, max_length=64)
    email = TextParam(required=False, max_length=254)
    nickname = TextParam(required=False, allow_blank=True, max_length=TEXT_MAX, help_text="At most 120 characters.")
    bio = TextParam(required=False, allow_blank=True, max_length=TEXT_MAX, help_text="At most 260 characters.")
    statusText = TextParam(required=False, allow_blank=True, max_length=120)
    statusType = ChoiceParam(choices=Status.values, required=False)
    newPassword = TextParam(required=False, max_length=4096)
    currentPassword = TextParam(
        required=False,
        allow_blank=True,
        max_length=4096,
        help_text="The SHA-256 digest (hexadecimal) of the current password; required for `email` and `newPassword`.",
    )


class OwnProfileParams(Params):
    """Changes to the caller's own account."""

    data = OwnChangesParams()  # type: ignore[assignment]
    customFields = serializers.DictField(required=False, help_text="Not stored.")


class OwnProfileResult(SuccessResult):
    """The caller's account."""

    user = CreatedUserObject()


class UpdateOwnBasicInfoApi(Api):
    @endpoint(
        params=OwnProfileParams,
        result=OwnProfileResult,
        summary="Change one's own account",
        description="Applies the changes in `data`, all or none, if the workspace's settings allow them. A new "
        "password or address requires the current password: as `currentPassword`, or in the header `x-2fa-code` with "
        "`x-2fa-method: password`. Accounts with a second factor can send its code instead. Without it, the error is "
        "`totp-required`; if it is wrong, `totp-invalid`. With a new password, all other apps and browsers are signed "
        "out; personal access tokens remain valid.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        user, data = caller_of(request), params["data"]
        digest = data.pop("currentPassword", "")
        proof = Proof(digest=digest) if digest else proof_in_headers(request)
        changes = ProfileChanges(
            **{RENAMED.get(name, name): value for name, value in data.items()}  # type: ignore[typeddict-item]
        )
        profile_update(user=user, auth_token=session_of(request), proof=proof, **changes)
        settings = {"preferences": contributions.preferences(user)}
        return {"user": user_of(user, reader=user) | {"settings": settings}}


def proof_in_headers(request: Request) -> Proof:
    """Return the digest of the caller's password, or the code of the second factor, in the headers of the request."""
    code = request.headers.get(CODE_HEADER, "")
    return Proof(digest=code) if request.headers.get(METHOD_HEADER) == "password" else Proof(code=code)
