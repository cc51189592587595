"""Methods that are called on sockets, on threads with few database connections."""

from __future__ import annotations

import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from knox.models import AuthToken

from workspace.api.methods.calls import MethodCall
from workspace.api.methods.ejson import ejson_text
from workspace.api.methods.registry import call_method, methods
from workspace.database.threads import DatabaseThreads
from workspace.ddp.sign_in import SignedIn, SignedOutError, SignIn, signed_in_all
from workspace.errors import ApplicationError, UnavailableError
from workspace.logs.events import LogEvent
from workspace.logs.requests import milliseconds_since
from workspace.models import User
from workspace.services.connections import Change, Report, connections_report
from workspace.services.sign_in import sign_ins_extend, sign_ins_find, sign_out
from workspace.tracing.spans import Kind, span

METHOD_CALLED = LogEvent(
    "method.called",
    "A client has called a method on a web socket.",
    {
        "name": "the method, or `unknown`",
        "user": "the number of the user, if somebody has signed in",
        "error": "the code of the error; empty if there was none",
        "ms": "milliseconds that the call took",
    },
)

# Methods that hash passwords have threads of their own, so that others do not wait for a burst of sign-ins.
in_methods = DatabaseThreads(4, "methods").run
in_passwords = DatabaseThreads(2, "passwords").run
# A call that has waited this many seconds for a thread is rejected.
MAX_WAIT_SECONDS = 15.0


class TooManySocketsError(ApplicationError):
    """The user has as many sockets as are allowed."""

    def __init__(self) -> None:
        super().__init__("error-too-many-sockets", "You have too many open connections", status=429)


class CallConnection:
    """The socket as a method sees it (`workspace.api.methods.calls.Connection`).

    Methods run in threads, so what they change is applied by the event loop when they have returned.
    """

    def __init__(self, client: str, user_id: int | None, is_full: Callable[[int], bool]) -> None:
        self.client = client
        self._user_id = user_id
        self.sign_in: SignedIn | None = None
        self.has_signed_out = False
        self.in_use: bool | None = None
        self._is_full = is_full

    def signed_in(self, user: User, auth_token: AuthToken) -> None:
        """Sign the socket in. Raises TooManySocketsError if the user has too many sockets."""
        if self._is_full(user.pk):
            sign_out(auth_token=auth_token)
            raise TooManySocketsError()
        (self.sign_in,) = signed_in_all([auth_token])

    def signed_out(self) -> None:
        """Sign the socket out."""
        self.has_signed_out = True

    def use(self, *, in_use: bool) -> None:
        """Record whether somebody uses the client."""
        assert self._user_id is not None
        change = Change.USED if in_use else Change.UNUSED
        connections_report(reports=[Report(self._user_id, self.client, change)])
        self.in_use = in_use


def run_method(
    name: str, params: list[Any], sign_in: SignIn | None, scope: dict[str, Any], connection: CallConnection, at: float
) -> str | None:
    """Return the result of a method as EJSON; None if it has none. `at` is when the client called it."""
    # The name is the client's, so an unknown one is not logged.
    known_name = name if name in methods() else "unknown"
    user, problem, begun = None, "", time.perf_counter()
    try:
        with span(f"method {known_name}", kind=Kind.SERVER):
            user, result = method_result(name, params, sign_in, scope, connection, at)
        return result
    except ApplicationError as error:
        problem = error.code
        raise
    except Exception:
        problem = "failed"
        raise
    finally:
        METHOD_CALLED.log(name=known_name, user=user, error=problem, ms=milliseconds_since(begun))


def method_result(
    name: str, params: list[Any], sign_in: SignIn | None, scope: dict[str, Any], connection: CallConnection, at: float
) -> tuple[int | None, str | None]:
    """Return the number of the user, and the result of the method as EJSON."""
    if time.monotonic() - at > MAX_WAIT_SECONDS:
        raise UnavailableError()
    call = MethodCall(request_of(scope), connection=connection)
    if sign_in is not None:
        auth_token = sign_ins_find(digests=[sign_in.digest]).get(sign_in.digest)
        if auth_token is None:
            raise SignedOutError()
        sign_ins_extend(auth_tokens=[auth_token])
        call.user, call.auth_token = auth_token.user, auth_token
    result = call_method(name, params, call)
    return call.user.pk if call.user else None, None if result is None else ejson_text(result)


def request_of(scope: dict[str, Any]) -> HttpRequest:
    """Return the request that opened the socket, without its cookies: the sign-in of a socket is its token."""
    headers = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    scheme = "https" if scope.get("scheme") == "wss" else "http"
    return ASGIRequest({**scope, "type": "http", "method": "GET", "scheme": scheme, "headers": headers}, BytesIO())
