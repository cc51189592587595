"""Settings of accounts: passwords, lockouts and second factors. Environment variables do not change them."""

from __future__ import annotations

from typing import Any

AUTH_USER_MODEL = "workspace.User"
AUTHENTICATION_BACKENDS = [
    "workspace.authentication.AttemptLimitBackend",
    "workspace.authentication.DirectoryBackend",
    "workspace.authentication.NameOrEmailBackend",
]
PASSWORD_HASHERS = [
    "workspace.security.password_hashers.DigestPBKDF2PasswordHasher",
    # For accounts that have not signed in since version 0.1.0.
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("username", "name")}),
        ("MinimumLengthValidator", {}),
        ("CommonPasswordValidator", {}),
    )
]
AUTH_PASSWORD_VALIDATORS += [
    {"NAME": "workspace.security.context_words.ContextWordsValidator"},
    {"NAME": "workspace.security.password_policy.PolicyValidator"},
]
# How long a password-reset link is valid (seconds).
PASSWORD_RESET_TIMEOUT = 4 * 3600
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 0.25
# The "username" is the name under which failures are counted: workspace/security/lockout.py.
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "workspace.security.lockout.budget_name"
AXES_CLIENT_IP_CALLABLE = "workspace.services.known_clients.client_address"
AXES_HANDLER = "workspace.security.lockout.LockoutHandler"
AXES_RESET_ON_SUCCESS = True
# The handler also counts by address, which axes' check of the parameters cannot detect.
SILENCED_SYSTEM_CHECKS = ["axes.W006"]
# A lockout ends after its time, even if there are further attempts.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_LOCKOUT_CALLABLE = "workspace.pages.lockout.locked_out"

# Second factors (django-allauth). Accounts and their addresses are the workspace's own.
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_ADAPTER = "workspace.pages.openid.adapter.IdentityAdapter"
MFA_ADAPTER = "workspace.security.second_factors.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
# Codes of the previous and the next 30 seconds are accepted too, for clocks that are wrong by as much.
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODE_COUNT = 12
