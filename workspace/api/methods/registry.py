"""The table of all methods.

A method is a function whose first parameter is the :class:`~workspace.api.methods.calls.MethodCall`; the others are the
arguments of the client, checked by their annotations. Its docstring is the documentation.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from workspace.api.methods.arguments import Argument, arguments_of, arguments_read
from workspace.api.methods.calls import MethodCall
from workspace.api.methods.errors import CallerUnknownError, MethodNotFoundError
from workspace.api.throttling import Rate, limit_check
from workspace.services.people.confirmation import second_factor_demand

MethodFunction = Callable[..., Any]
# Rocket.Chat's default limit per user and method.
METHOD_RATE = Rate(20, 10_000)
PACKAGE = "api.methods"

_methods: dict[str, Method] = {}


@dataclass(frozen=True, slots=True)
class Method:
    """A method that clients can call, and the endpoints that it stands for, whose rate limits it shares.

    One that `hashes_password` takes long, so that sockets call it on separate threads. Accounts that must set up a
    second factor first may only call those that are `open_without_second_factor`.
    """

    name: str
    function: MethodFunction
    arguments: tuple[Argument, ...]
    is_anonymous: bool
    endpoints: tuple[str, ...]
    hashes_password: bool
    open_without_second_factor: bool

    @property
    def description(self) -> str:
        return inspect.getdoc(self.function) or ""

    def run(self, params: Any, call: MethodCall) -> Any:
        """Check the caller, the rate limit and the arguments, and return the result."""
        if call.user is None and not self.is_anonymous:
            raise CallerUnknownError()
        if call.user is not None and not self.is_anonymous and not self.open_without_second_factor:
            second_factor_demand(user=call.user, auth_token=call.auth_token)
        if len(self.endpoints) == 1:
            call.count(self.endpoints[0])
        else:
            limit_check(METHOD_RATE, f"method:{self.name}", user=call.user, address=call.address)
        params, call.second_factor = second_factor_split(params)
        return self.function(call, *arguments_read(self.arguments, params))


def method(
    name: str,
    *,
    endpoint: str = "",
    anonymous: bool = False,
    hashes_password: bool = False,
    open_without_second_factor: bool = False,
) -> Callable[[MethodFunction], MethodFunction]:
    """Register a function as the method `name`.

    `endpoint` is the endpoint that it stands for, such as `POST chat.sendMessage`, or several for rooms of different
    types: `GET channels|groups|im.members`. An `anonymous` method requires no sign-in.
    `hashes_password` says that it may check or set a password, even if only some of its arguments have one.
    `open_without_second_factor` lets accounts call it that must set up a second factor first.
    """

    def register(function: MethodFunction) -> MethodFunction:
        assert name not in _methods, name
        _methods[name] = Method(
            name=name,
            function=function,
            arguments=arguments_of(function),
            is_anonymous=anonymous,
            endpoints=endpoints_of(endpoint),
            hashes_password=hashes_password,
            open_without_second_factor=open_without_second_factor,
        )
        return function

    return register


def endpoints_of(notation: str) -> tuple[str, ...]:
    """Return the names of the endpoints in a notation such as `GET channels|groups.members`."""
    verb, _separator, address = notation.partition(" ")
    prefixes, dot, name = address.partition(".")
    return tuple(f"{verb} {prefix}{dot}{name}" for prefix in prefixes.split("|")) if notation else ()


def second_factor_split(params: Any) -> tuple[Any, Mapping[str, Any]]:
    """Return the arguments, and the object with the code of a second factor that clients append to them."""
    if isinstance(params, list) and params and isinstance(params[-1], dict) and "twoFactorCode" in params[-1]:
        return params[:-1], params[-1]
    return params, {}


@cache
def methods() -> dict[str, Method]:
    """Return all methods by name. Every app has them in the modules of its package `api/methods/`."""
    for config in apps.get_app_configs():
        if module_has_submodule(config.module, PACKAGE):
            package = import_module(f"{config.name}.{PACKAGE}")
            for module in walk_packages(package.__path__, f"{package.__name__}."):
                import_module(module.name)
    return dict(sorted(_methods.items(), key=lambda item: item[0].lower()))


def hashes_password(name: str) -> bool:
    """Return True if there is a method with this name that may check or set a password."""
    method = methods().get(name)
    return method is not None and method.hashes_password


def call_method(name: str, params: Any, call: MethodCall) -> Any:
    """Return the result of a method, which `ejson_text` writes.

    Raises ApplicationError, or whatever error the method raises; `to_error` returns the error object for it.
    """
    method = methods().get(name)
    if method is None:
        raise MethodNotFoundError(name)
    return method.run(params, call)
