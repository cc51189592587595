"""Methods for the caller's own second factor."""

from __future__ import annotations

from typing import Any

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.registry import method


@method("2fa:enable", endpoint="POST users.totp.enable", hashes_password=True, open_without_second_factor=True)
def second_factor_enable(call: MethodCall) -> dict[str, Any]:
    """Begin to set up a second factor. Returns `secret` and `url`, for the authenticator app.

    Requires `{"twoFactorMethod": "password", "twoFactorCode": the SHA-256 digest of the password}` as last argument.
    """
    return call.endpoint("POST users.totp.enable")


@method("2fa:validateTempToken", endpoint="POST users.totp.validate", open_without_second_factor=True)
def second_factor_validate(call: MethodCall, code: str) -> dict[str, Any]:
    """Activate the second factor with a code of the app. Returns the recovery `codes`, and signs out other apps."""
    return call.endpoint("POST users.totp.validate", code=code)


@method("2fa:disable", endpoint="POST users.totp.disable")
def second_factor_disable(call: MethodCall, code: str) -> bool:
    """Remove the second factor. Returns false for a wrong code, and if there was none."""
    return bool(call.endpoint("POST users.totp.disable", code=code)["disabled"])


@method("2fa:regenerateCodes", endpoint="POST users.totp.regenerateCodes")
def recovery_codes_regenerate(call: MethodCall, code: str) -> dict[str, Any] | None:
    """Replace the recovery codes, and return the new `codes`. Returns nothing for a wrong code."""
    return call.endpoint("POST users.totp.regenerateCodes", code=code) or None


@method("2fa:checkCodesRemaining", endpoint="GET users.totp.codesRemaining")
def recovery_codes_remaining(call: MethodCall) -> dict[str, Any]:
    """Return how many unused recovery codes are `remaining`."""
    return call.endpoint("GET users.totp.codesRemaining")
