"""Personal access tokens, and sign-ins for other users."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import transaction
from knox.models import AuthToken

from workspace.errors import ApplicationError
from workspace.models import PersonalAccessToken, User
from workspace.selectors.permissions import may_manage
from workspace.services.sign_in import sign_in, sign_out
from workspace.services.sign_ins.tokens import token_remember

NAME_MAX_LENGTH = 100
SHOWN_LENGTH = 6
# The most tokens that an account may have.
MAX_TOKENS = 100
CREATE, ACT_AS_OTHERS = "workspace.create_personal_access_tokens", "workspace.user_generate_access_token"


@transaction.atomic
def access_token_create(*, user: User, name: str, bypasses_two_factor: bool = False) -> str:
    """Create a personal access token of the account, and return it; it cannot be read again.

    Raises `not-authorized` without the permission, `error-token-already-exists` if the account has one of this name.
    """
    permission_check(user)
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.access_tokens.filter(name=name).exists():
        raise ApplicationError("error-token-already-exists", "A token with this name already exists")
    if user.access_tokens.count() >= MAX_TOKENS:
        raise ApplicationError("error-too-many-tokens", f"An account can have at most {MAX_TOKENS} tokens")
    auth_token, token = AuthToken.objects.create(user=user, expiry=None)
    token_remember(auth_token=auth_token)
    PersonalAccessToken.objects.create(
        auth_token=auth_token,
        user=user,
        name=name,
        last_token_part=str(token)[-SHOWN_LENGTH:],
        bypasses_two_factor=bypasses_two_factor,
    )
    return str(token)


@transaction.atomic
def access_token_replace(*, user: User, name: str) -> str:
    """Replace the token of this name by a new one, and return it. Raises the errors of removing it."""
    access_token = access_token_find(user, name)
    sign_out(auth_token=access_token.auth_token)
    return access_token_create(user=user, name=name, bypasses_two_factor=access_token.bypasses_two_factor)


@transaction.atomic
def access_token_remove(*, user: User, name: str) -> None:
    """Remove the token of this name. What uses it is signed out.

    Raises `not-authorized` without the permission, `error-token-does-not-exists` if there is none.
    """
    sign_out(auth_token=access_token_find(user, name).auth_token)


def access_token_find(user: User, name: str) -> PersonalAccessToken:
    """Return the account's token of this name; raises the errors above."""
    permission_check(user)
    access_token = user.access_tokens.filter(name=name).select_related("auth_token__user").first()
    if access_token is None:
        raise ApplicationError("error-token-does-not-exists", "Token does not exist")
    return access_token


def permission_check(user: User) -> None:
    """Raise `not-authorized` if the account may not have personal access tokens."""
    if not user.has_perm(CREATE):
        raise ApplicationError("not-authorized", "Not Authorized")


def token_create(*, by: User, user: User, secret: str) -> str:
    """Sign the account in on behalf of a trusted program, which knows the secret of the server, and return the token.

    Raises `error-not-authorized` for a wrong secret; and for another account, without the permission to act as others
    or if `by` may not manage the account. Raises SignInError for a deactivated account.
    """
    expected = settings.CREATE_TOKENS_FOR_USERS_SECRET
    is_known = bool(expected) and secrets.compare_digest(secret.encode(), expected.encode())
    if not is_known or (user != by and not (by.has_perm(ACT_AS_OTHERS) and may_manage(by, user))):
        raise ApplicationError("error-not-authorized", "Not authorized")
    return sign_in(user=user)
