"""Calls of methods, and the endpoints that they stand for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol

from django.http import HttpRequest
from django.urls import resolve
from knox.models import AuthToken
from rest_framework.request import Request

from workspace.api.base import Api
from workspace.api.methods.errors import CallerUnknownError
from workspace.api.throttling import limit_check
from workspace.clients import token_client_name
from workspace.models import User


class Connection(Protocol):
    """The web socket that a method is called on.

    `client` is the name of the socket for presence (`workspace.clients`). After `login` and `logout`, the socket
    is informed with `signed_in` and `signed_out`, in the thread that runs the method.
    """

    client: str

    def signed_in(self, user: User, auth_token: AuthToken) -> None: ...

    def signed_out(self) -> None: ...

    def use(self, *, in_use: bool) -> None:
        """Record whether somebody uses the client; the socket stays connected until it is closed."""


@dataclass(slots=True, repr=False)
class MethodCall:
    """A call of a method.

    `user` and `auth_token` are those of the caller, None if not signed in. `request` is the HTTP request with
    `method.call`, or the one that opened the socket. `connection` is None outside of sockets.
    """

    request: HttpRequest
    user: User | None = None
    auth_token: AuthToken | None = None
    connection: Connection | None = None
    # The endpoint whose limit counts this call already.
    counted: str = ""
    # The code of the second factor that clients append to the arguments.
    second_factor: Mapping[str, Any] = field(default_factory=dict)

    @property
    def caller(self) -> User:
        """The caller, of a method that requires a sign-in."""
        if self.user is None:
            raise CallerUnknownError()
        return self.user

    @property
    def address(self) -> str:
        """The address of the client."""
        return str(self.request.META.get("REMOTE_ADDR", ""))

    @property
    def client(self) -> str:
        """The name of the caller's client for presence: the socket, or whatever uses the sign-in over HTTP."""
        return self.connection.client if self.connection else token_client_name(self.session.digest)

    @property
    def session(self) -> AuthToken:
        """The sign-in of the caller, of a method that requires one."""
        if self.auth_token is None:
            raise CallerUnknownError()
        return self.auth_token

    def endpoint(self, name: str, /, **params: Any) -> dict[str, Any]:
        """Call an endpoint as the caller, such as `POST chat.sendMessage`, and return its response without `success`.

        The endpoint checks permissions and parameters, and raises the same errors as for other clients. Parameters
        that are None are omitted.
        """
        self.count(name)
        return endpoint_of(name).call(self, {key: value for key, value in params.items() if value is not None})

    def count(self, name: str) -> None:
        """Count this call as one of the endpoint; raises TooManyRequestsError if there were too many."""
        if name != self.counted:
            self.counted = name
            endpoint_of(name).count(self)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An endpoint of the API, with its HTTP method. `route` is its URL pattern."""

    verb: str
    route: str
    view: type[Api]
    path: dict[str, Any] = field(default_factory=dict)

    def call(self, call: MethodCall, params: Mapping[str, Any]) -> dict[str, Any]:
        """Return the response of the endpoint to the caller, without `success`.

        Raises CallerUnknownError without a sign-in, unless the endpoint is public.
        """
        if call.user is None and self.view.permission_classes:
            raise CallerUnknownError()
        request = Request(self._http_request(call, params))
        request.user = call.user  # type: ignore[assignment]
        request.auth = call.auth_token
        request._full_data = params  # type: ignore[attr-defined]
        view = self.view()
        view.request, view.args, view.kwargs = request, (), self.path
        handler: Callable[..., Any] = getattr(view, self.verb.lower())
        response = dict(handler(request, **self.path).data)
        response.pop("success", None)
        return response

    def count(self, call: MethodCall) -> None:
        """Count the call; raises TooManyRequestsError if there were too many."""
        limit_check(self.view.rate, f"{self.route}:{self.verb}", user=call.user, address=call.address)

    def _http_request(self, call: MethodCall, params: Mapping[str, Any]) -> HttpRequest:
        """Return a request from the same client, with the parameters in its query."""
        request = HttpRequest()
        request.method = self.verb
        request.META = {**call.request.META, **second_factor_headers(call.second_factor)}
        request.GET = Query(params)  # type: ignore[assignment]
        return request


def second_factor_headers(second_factor: Mapping[str, Any]) -> dict[str, str]:
    """Return the headers with which endpoints expect the code of a second factor."""
    headers = {"HTTP_X_2FA_CODE": "twoFactorCode", "HTTP_X_2FA_METHOD": "twoFactorMethod"}
    return {header: str(second_factor[name]) for header, name in headers.items() if name in second_factor}


class Query(dict[str, Any]):
    """Query parameters that are already parsed."""

    def getlist(self, name: str) -> list[Any]:
        """Return the values of a parameter that may be repeated."""
        value = self.get(name, [])
        return value if isinstance(value, list) else [value]


@cache
def endpoint_of(name: str) -> Endpoint:
    """Return the endpoint with a name such as `POST chat.sendMessage`."""
    verb, _separator, address = name.partition(" ")
    match = resolve(f"/api/v1/{address}")
    view: type[Api] = match.func.cls  # type: ignore[attr-defined]
    assert hasattr(view, verb.lower()), name
    return Endpoint(verb=verb, route=match.route.rstrip("/"), view=view, path=match.kwargs)
