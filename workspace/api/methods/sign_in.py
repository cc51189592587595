"""Methods that sign in and out."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method
from workspace.api.sign_in import LoginParams, params_sign_in
from workspace.errors import SignInError
from workspace.services.sign_in import sign_in_expiry, sign_out, token_find


@method("login", endpoint="POST login", anonymous=True, hashes_password=True)
def login(call: MethodCall, credentials: dict[str, Any]) -> dict[str, Any]:
    """Sign in with `{"resume": token}`, or with `{"user": {"username" or "email": …}, "password": …}`.

    The password is a text or `{"digest": …, "algorithm": "sha-256"}`. With a second factor: `{"totp": {"login":
    credentials, "code": …}}`. Returns `id`, `token`, `tokenExpires` and `type`. On a socket, later calls are those of
    this user.
    """
    code = str(call.second_factor.get("twoFactorCode", ""))
    _user, token = params_sign_in(request=call.request, params=LoginParams.read(credentials), code=code)
    auth_token = token_find(token)
    if auth_token is None:
        # Signed out elsewhere in the meantime.
        raise SignInError()
    if call.connection is not None:
        call.connection.signed_in(auth_token.user, auth_token)
    return {
        "id": auth_token.user.public_id,
        "token": token,
        "tokenExpires": sign_in_expiry(auth_token),
        "type": "resume" if "resume" in credentials else "password",
    }


@method("logout", endpoint="POST logout", open_without_second_factor=True)
def logout(call: MethodCall) -> None:
    """Sign out: the token becomes invalid, and the devices that were registered with it are removed."""
    sign_out(auth_token=call.session)
    if call.connection is not None:
        call.connection.signed_out()


@method("logoutCleanUp", anonymous=True)
def logout_clean_up(call: MethodCall, user: dict[str, Any]) -> None:
    """Accepted after a sign-out, for clients that call it. `logout` has already removed what belongs to the sign-in."""
