"""Signing out other clients, and other users."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from workspace.api.base import Api, SuccessResult, caller_of, endpoint, session_of
from workspace.api.params import Params, TextParam
from workspace.errors import MissingPermissionError
from workspace.models import User
from workspace.selectors.accounts import user_by_id_or_name
from workspace.selectors.permissions import may_manage
from workspace.services.accounts import digests_remaining, sign_out_everywhere


class RemoveOtherTokensApi(Api):
    @endpoint(
        summary="Sign out all other clients",
        description="All browsers and apps except the one that calls. Personal access tokens remain valid.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        others_sign_out(request)
        return {}


class OtherClientsResult(SuccessResult):
    """The token that remains valid, and when it expires if it is not used; empty for one that does not."""

    token = serializers.CharField()
    tokenExpires = serializers.CharField(allow_blank=True)


class LogoutOtherClientsApi(Api):
    @endpoint(
        result=OtherClientsResult,
        summary="Sign out all other clients, and return the token",
        description="Like `users.removeOtherTokens`.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        others_sign_out(request)
        expiry = session_of(request).expiry
        ends = expiry.isoformat(timespec="milliseconds").replace("+00:00", "Z") if expiry else ""
        return {"token": request.headers["X-Auth-Token"], "tokenExpires": ends}


class UserLogoutParams(Params):
    """The user; without it, the caller."""

    userId = TextParam(required=False)


class UserLogoutResult(SuccessResult):
    """A confirmation."""

    message = serializers.CharField()


class UsersLogoutApi(Api):
    @endpoint(
        params=UserLogoutParams,
        result=UserLogoutResult,
        summary="Sign out a user everywhere",
        description="Also deletes personal access tokens and devices. Other users require `logout-other-user`; those "
        "with more permissions than the caller cannot be signed out.",
    )
    def post(self, request: Request, params: dict[str, Any]) -> dict[str, Any]:
        caller = caller_of(request)
        user = user_to_sign_out(caller, params["userId"]) if "userId" in params else caller
        sign_out_everywhere(user=user)
        return {"message": f"User {user.public_id} has been logged out!"}


def others_sign_out(request: Request) -> None:
    """Sign out all clients of the caller except the one that sent the request."""
    caller, auth_token = caller_of(request), session_of(request)
    sign_out_everywhere(user=caller, kept=digests_remaining(user=caller, auth_token=auth_token))


def user_to_sign_out(caller: User, public_id: str) -> User:
    """Return the account; raises MissingPermissionError if the caller may not sign it out."""
    if public_id == caller.public_id:
        return caller
    if not caller.has_perm("workspace.logout_other_user"):
        raise MissingPermissionError()
    user = user_by_id_or_name(public_id=public_id)
    if not may_manage(caller, user):
        raise MissingPermissionError()
    return user
