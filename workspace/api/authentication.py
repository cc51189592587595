"""Signing API requests in by the headers `X-Auth-Token` and `X-User-Id`."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from knox.auth import TokenAuthentication
from knox.models import AuthToken
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from workspace.models import User


class TokenHeaderAuthentication(TokenAuthentication):  # type: ignore[misc]
    """A token counts only together with the id of the user it belongs to, as clients send them."""

    def authenticate(self, request: Request) -> tuple[User, AuthToken] | None:
        token = request.headers.get("X-Auth-Token", "")
        user_id = request.headers.get("X-User-Id", "")
        if not token or not user_id:
            return None
        user, auth_token = self.authenticate_credentials(token.encode())
        if user.public_id != user_id:
            raise AuthenticationFailed
        return user, auth_token

    def authenticate_header(self, request: Request) -> str:
        return "X-Auth-Token"


class TokenHeaderScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the two headers are told in the OpenAPI schema: both are needed."""

    target_class = TokenHeaderAuthentication
    name = ["authToken", "userId"]

    def get_security_definition(self, auto_schema: object) -> list[dict[str, str]]:
        return [
            {"type": "apiKey", "in": "header", "name": "X-Auth-Token"},
            {"type": "apiKey", "in": "header", "name": "X-User-Id"},
        ]
