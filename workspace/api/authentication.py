"""Authentication of API requests by the headers `X-Auth-Token` and `X-User-Id`."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.models import AuthToken
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from workspace.models import User
from workspace.services.sign_in import sign_in_extend, token_find


class TokenHeaderAuthentication(BaseAuthentication):
    """A token is accepted only together with the id of its user."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        token = request.headers.get("X-Auth-Token", "")
        user_id = request.headers.get("X-User-Id", "")
        if not token or not user_id:
            return None
        auth_token = token_find(token)
        if auth_token is None or auth_token.user.public_id != user_id:
            raise AuthenticationFailed
        sign_in_extend(auth_token=auth_token)
        return auth_token.user, auth_token

    def authenticate_header(self, request: Request) -> str:
        return "X-Auth-Token"


class TokenHeaderScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the two headers in the OpenAPI schema: both are required."""

    target_class = TokenHeaderAuthentication
    name = ["authToken", "userId"]

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:
        return [
            {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
            {"type": "apiKey", "in": "header", "name": "X-User-Id"},
        ]
