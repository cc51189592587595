"""Methods that change accounts, and the sign-ins of the caller."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method
from workspace.services.sign_in import sign_in, sign_in_expiry

# The names of the original's method, and those of the endpoint.
PROFILE = {
    "realname": "name",
    "name": "name",
    "username": "username",
    "email": "email",
    "nickname": "nickname",
    "bio": "bio",
    "statusText": "statusText",
    "statusType": "statusType",
    "newPassword": "newPassword",
    "typedPassword": "currentPassword",
    "currentPassword": "currentPassword",
}
OWN_INFO = "POST users.updateOwnBasicInfo"


@method("saveUserProfile", endpoint=OWN_INFO, hashes_password=True)
def save_user_profile(call: MethodCall, settings: dict[str, Any], custom_fields: dict[str, Any] | None = None) -> bool:
    """Change the caller's account. Returns true.

    `settings` has `realname`, `username`, `email`, `nickname`, `bio`, `statusText`, `statusType` or `newPassword`; a
    new password or address requires `typedPassword`, the SHA-256 digest of the current password.
    """
    call.endpoint(OWN_INFO, data={PROFILE[name]: value for name, value in settings.items() if name in PROFILE})
    return True


@method("setRealName", endpoint=OWN_INFO)
def set_real_name(call: MethodCall, name: str) -> str:
    """Change the caller's name. Returns it."""
    call.endpoint(OWN_INFO, data={"name": name})
    return name


@method("setUsername", endpoint=OWN_INFO)
def set_username(call: MethodCall, username: str, params: dict[str, Any] | None = None) -> str:
    """Change the caller's username. Returns it."""
    call.endpoint(OWN_INFO, data={"username": username})
    return username


@method("setEmail", endpoint=OWN_INFO, hashes_password=True)
def set_email(call: MethodCall, email: str) -> str:
    """Change the caller's e-mail address, with the code of a second factor or the password. Returns it."""
    call.endpoint(OWN_INFO, data={"email": email})
    return email


@method("removeOtherTokens", endpoint="POST users.removeOtherTokens")
def remove_other_tokens(call: MethodCall) -> None:
    """Sign out all other browsers and apps of the caller. Personal access tokens remain valid."""
    call.endpoint("POST users.removeOtherTokens")


@method("logoutOtherClients", endpoint="POST users.removeOtherTokens")
def logout_other_clients(call: MethodCall) -> dict[str, Any]:
    """Do the same as `removeOtherTokens`. Returns a `token` that remains valid, and when it expires."""
    call.endpoint("POST users.removeOtherTokens")
    # A socket knows only the digest of its token, so the caller gets another one.
    token = call.request.META.get("HTTP_X_AUTH_TOKEN") or sign_in(user=call.caller)
    return {"token": token, "tokenExpires": sign_in_expiry(call.session)}


@method("personalAccessTokens:generateToken", endpoint="POST users.generatePersonalAccessToken", hashes_password=True)
def access_token_generate(call: MethodCall, token: dict[str, Any]) -> Any:
    """Create a personal access token: `{"tokenName": …, "bypassTwoFactor": …}`. Returns the token."""
    return call.endpoint(
        "POST users.generatePersonalAccessToken",
        tokenName=token.get("tokenName"),
        bypassTwoFactor=token.get("bypassTwoFactor"),
    )["token"]


@method(
    "personalAccessTokens:regenerateToken", endpoint="POST users.regeneratePersonalAccessToken", hashes_password=True
)
def access_token_regenerate(call: MethodCall, token: dict[str, Any]) -> Any:
    """Replace a personal access token: `{"tokenName": …}`. Returns the new one."""
    return call.endpoint("POST users.regeneratePersonalAccessToken", tokenName=token.get("tokenName"))["token"]


@method("personalAccessTokens:removeToken", endpoint="POST users.removePersonalAccessToken", hashes_password=True)
def access_token_remove(call: MethodCall, token: dict[str, Any]) -> None:
    """Remove a personal access token: `{"tokenName": …}`."""
    call.endpoint("POST users.removePersonalAccessToken", tokenName=token.get("tokenName"))


@method("setUserActiveStatus", endpoint="POST users.setActiveStatus")
def set_user_active_status(
    call: MethodCall, user_id: str, active: bool, confirm_relinquish: bool | None = None
) -> bool:
    """Activate or deactivate an account. Returns true."""
    call.endpoint(
        "POST users.setActiveStatus", userId=user_id, activeStatus=active, confirmRelinquish=confirm_relinquish
    )
    return True


@method("registerUser", endpoint="POST users.register", anonymous=True, hashes_password=True)
def register_user(call: MethodCall, account: dict[str, Any]) -> Any:
    """Create an account, if the settings allow it: `{"username": …, "email": …, "pass": …}`. Returns its id."""
    fields = ("username", "email", "pass", "name", "secret", "secretURL", "reason")
    response = call.endpoint("POST users.register", **{name: account.get(name) for name in fields})
    return response["user"]["_id"]


@method("sendForgotPasswordEmail", endpoint="POST users.forgotPassword", anonymous=True)
def send_forgot_password_email(call: MethodCall, email: str) -> bool:
    """Send a link to choose a new password, if an account has verified the address. Returns true in any case."""
    call.endpoint("POST users.forgotPassword", email=email.strip())
    return True


@method("sendConfirmationEmail", endpoint="POST users.sendConfirmationEmail", anonymous=True)
def send_confirmation_email(call: MethodCall, email: str) -> bool:
    """Send another verification link, if an account has the address. Returns true in any case."""
    call.endpoint("POST users.sendConfirmationEmail", email=email.strip())
    return True


@method("getPasswordPolicy", endpoint="GET pw.getPolicy", anonymous=True)
def get_password_policy(call: MethodCall, params: dict[str, Any] | None = None) -> Any:
    """Return the rules for new passwords: `enabled` and `policy`."""
    return call.endpoint("GET pw.getPolicy")


@method("resetAvatar", endpoint="POST users.resetAvatar")
def reset_avatar(call: MethodCall, user_id: str | None = None) -> None:
    """Remove the picture of the caller, or of another user."""
    call.endpoint("POST users.resetAvatar", userId=user_id)


@method("checkUsernameAvailability", endpoint="GET users.checkUsernameAvailability")
def check_username_availability(call: MethodCall, username: str) -> Any:
    """Return true if the username is free."""
    return call.endpoint("GET users.checkUsernameAvailability", username=username)["result"]


@method("getUsernameSuggestion", endpoint="GET users.getUsernameSuggestion")
def get_username_suggestion(call: MethodCall) -> Any:
    """Return a free username that is similar to the caller's name."""
    return call.endpoint("GET users.getUsernameSuggestion")["result"]


@method("deleteUser", endpoint="POST users.delete")
def delete_user(call: MethodCall, user_id: str, confirm_relinquish: bool | None = None) -> Any:
    """Delete an account. Returns `deletedRooms`, the ids of the rooms that were deleted with it."""
    return call.endpoint("POST users.delete", userId=user_id, confirmRelinquish=confirm_relinquish)


@method("deleteUserOwnAccount", endpoint="POST users.deleteOwnAccount", hashes_password=True)
def delete_user_own_account(call: MethodCall, password: str, confirm_relinquish: bool | None = None) -> bool:
    """Delete the caller's account, with the SHA-256 digest of its password, if the settings allow it. Returns true."""
    call.endpoint("POST users.deleteOwnAccount", password=password, confirmRelinquish=confirm_relinquish)
    return True
