"""Methods that sign in and out."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.errors import MatchError
from workspace.api.methods.registry import method
from workspace.errors import SignInError
from workspace.services.sign_in import sign_out, token_find

CREDENTIALS = ("resume", "user", "username", "password", "code")


@method("login", endpoint="POST login", anonymous=True)
def login(call: MethodCall, credentials: dict[str, Any]) -> dict[str, Any]:
    """Sign in with `{"resume": token}`, or with `{"user": {"username" or "email": …}, "password": …}`.

    The password is a text or `{"digest": …, "algorithm": "sha-256"}`. With a second factor: `{"totp": {"login":
    credentials, "code": …}}`. Returns `id`, `token`, `tokenExpires` and `type`. On a socket, later calls are those of
    this user.
    """
    credentials = credentials_without_totp(credentials)
    response = call.endpoint("POST login", **{name: credentials.get(name) for name in CREDENTIALS})["data"]
    auth_token = token_find(response["authToken"])
    if auth_token is None:
        # Signed out elsewhere in the meantime.
        raise SignInError()
    if call.connection is not None:
        call.connection.signed_in(auth_token.user, auth_token)
    return {
        "id": response["userId"],
        "token": response["authToken"],
        "tokenExpires": auth_token.expiry,
        "type": "resume" if "resume" in credentials else "password",
    }


def credentials_without_totp(credentials: dict[str, Any]) -> dict[str, Any]:
    """Return the credentials, with the code of the second factor under `code`."""
    totp = credentials.get("totp")
    if totp is None:
        return credentials
    if not isinstance(totp, dict) or not isinstance(totp.get("login"), dict):
        raise MatchError("Expected object for 'totp.login'")
    return {**totp["login"], "code": totp.get("code")}


@method("logout", endpoint="POST logout")
def logout(call: MethodCall) -> None:
    """Sign out: the token becomes invalid, and the devices that were registered with it are removed."""
    sign_out(auth_token=call.session)
    if call.connection is not None:
        call.connection.signed_out()


@method("logoutCleanUp", anonymous=True)
def logout_clean_up(call: MethodCall, user: dict[str, Any]) -> None:
    """Accepted after a sign-out, for clients that call it. `logout` has already removed what belongs to the sign-in."""
