"""The table of all methods.

A method is a function whose first parameter is the :class:`~workspace.api.methods.calls.MethodCall`; the others are the
arguments of the client, checked by their annotations. Its docstring is the documentation.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from workspace.api.methods.arguments import Argument, arguments_of, arguments_read
from workspace.api.methods.calls import MethodCall, endpoint_of
from workspace.api.methods.errors import CallerUnknownError, MethodNotFoundError
from workspace.api.throttling import Rate, limit_check

MethodFunction = Callable[..., Any]
# Rocket.Chat's default limit per user and method.
METHOD_RATE = Rate(20, 10_000)
PACKAGE = "api.methods"

_methods: dict[str, Method] = {}


@dataclass(frozen=True, slots=True)
class Method:
    """A method that clients can call. It shares the rate limit of the `endpoint` that it stands for, if any."""

    name: str
    function: MethodFunction
    arguments: tuple[Argument, ...]
    is_anonymous: bool
    endpoint: str

    @property
    def description(self) -> str:
        return inspect.getdoc(self.function) or ""

    def run(self, params: Any, call: MethodCall) -> Any:
        """Check the caller, the rate limit and the arguments, and return the result."""
        if call.user is None and not self.is_anonymous:
            raise CallerUnknownError()
        self._count(call)
        return self.function(call, *arguments_read(self.arguments, params))

    def _count(self, call: MethodCall) -> None:
        """Count the call; raises TooManyRequestsError if there were too many."""
        if self.endpoint:
            endpoint = endpoint_of(self.endpoint)
            rate, key = endpoint.view.rate, f"{endpoint.route}:{endpoint.verb}"
        else:
            rate, key = METHOD_RATE, f"method:{self.name}"
        limit_check(rate, key, user=call.user, address=call.request.META.get("REMOTE_ADDR", ""))


def method(name: str, *, endpoint: str = "", anonymous: bool = False) -> Callable[[MethodFunction], MethodFunction]:
    """Register a function as the method `name`.

    `endpoint` is the endpoint that it stands for, such as `POST chat.sendMessage`. An `anonymous` method requires no
    sign-in.
    """

    def register(function: MethodFunction) -> MethodFunction:
        assert name not in _methods, name
        _methods[name] = Method(
            name=name,
            function=function,
            arguments=arguments_of(function),
            is_anonymous=anonymous,
            endpoint=endpoint,
        )
        return function

    return register


@cache
def methods() -> dict[str, Method]:
    """Return all methods by name. Every app has them in the modules of its package `api/methods/`."""
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, PACKAGE):
            package = import_module(f"{config.name}.{PACKAGE}")
            for module in iter_modules(package.__path__, f"{package.__name__}."):
                import_module(module.name)
    return dict(sorted(_methods.items(), key=lambda item: item[0].lower()))


def call_method(name: str, params: Any, call: MethodCall) -> Any:
    """Return the result of a method, which `ejson_text` writes.

    Raises ApplicationError, or whatever error the method raises; `to_error` returns the error object for it.
    """
    method = methods().get(name)
    if method is None:
        raise MethodNotFoundError(name)
    return method.run(params, call)
