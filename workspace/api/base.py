"""Base classes of all endpoints."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from functools import cache, cached_property
from typing import Any, ClassVar, NoReturn, TypeVar

from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from knox.models import AuthToken
from rest_framework import serializers
from rest_framework.authentication import BaseAuthentication
from rest_framework.fields import SkipField
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from workspace.api.activity import mobile_activity_record
from workspace.api.errors import TooManyRequestsError
from workspace.api.params import Params
from workspace.api.parsers import join_chunks
from workspace.api.throttling import DEFAULT_RATE, EndpointThrottle, Rate, Usage
from workspace.errors import MissingPermissionError
from workspace.models import User
from workspace.services.people.confirmation import second_factor_demand

ApiT = TypeVar("ApiT", bound="Api")
Method = Callable[[ApiT, Request, dict[str, Any]], dict[str, Any]]


# Values of exactly these types are returned unchanged by their fields.
UNCHANGED: dict[type[serializers.Field[Any, Any, Any, Any]], type] = {
    serializers.CharField: str,
    serializers.ChoiceField: str,
    serializers.IntegerField: int,
    serializers.BooleanField: bool,
}
MISSING = object()


class Represented(dict[str, Any]):
    """An object in the form of the response, which is not converted: its values are JSON, and none of them is None.

    For objects of which a response has hundreds. Tests compare them with what their serializer makes of them.
    """


class Result(serializers.Serializer[Any]):
    """An object in a response. A field with `required=False` is omitted if it has no value.

    The values are usually in a dictionary. A long list of objects is then converted several times faster than by the
    base class, which looks up each attribute and converts even texts to texts.
    """

    def to_representation(self, instance: Any) -> dict[str, Any]:
        if type(instance) is Represented:
            return instance
        if type(instance) is not dict:
            return self._without_missing(super().to_representation(instance))
        values: dict[str, Any] = {}
        for name, key, field, unchanged in self._plan:
            value = instance.get(key, MISSING)
            if value is MISSING:
                try:
                    value = field.get_attribute(instance)
                except SkipField:
                    continue
            if value is None:
                if field.required:
                    values[name] = None
            else:
                values[name] = value if type(value) is unchanged else field.to_representation(value)
        return values

    @classmethod
    def json_of(cls, values: Any) -> dict[str, Any]:
        """Return the values as the object in a response. The fields are built once per class, not for each response."""
        # An object that is the whole response lacks the fields of its envelope.
        return built_once(cls).to_representation(dict(values) if type(values) is Represented else values)

    def _without_missing(self, values: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in values.items() if value is not None or self.fields[name].required}

    @cached_property
    def _plan(self) -> list[tuple[str, Any, serializers.Field[Any, Any, Any, Any], type | None]]:
        """Return the fields: name, key in dictionaries, field, and the type of values that it returns unchanged."""
        return [
            (name, field.source if len(field.source_attrs) == 1 else MISSING, field, UNCHANGED.get(type(field)))
            for name, field in self.fields.items()
            if not field.write_only
        ]


@cache
def built_once(result: type[Result]) -> Result:
    """Return the serializer that converts all responses of a class; converting does not change it."""
    return result()


class SuccessResult(Result):
    """The envelope of a response: the data, and `success`."""

    success = serializers.BooleanField(read_only=True, default=True)


class Api(APIView):
    """An endpoint. It requires a sign-in and is limited by its `rate`.

    `is_background` marks endpoints that apps call while nobody uses them; such calls do not affect presence.
    `open_without_second_factor` marks those for accounts that must set up a second factor first.
    """

    rate: ClassVar[Rate] = DEFAULT_RATE
    is_background: ClassVar[bool] = False
    open_without_second_factor: ClassVar[bool] = False
    throttle_classes = [EndpointThrottle]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    usage: Usage | None = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not self.open_without_second_factor and isinstance(request.user, User):
            second_factor_demand(user=request.user, auth_token=request.auth)
        join_chunks(request._request)
        if not self.is_background:
            mobile_activity_record(request)

    def throttled(self, request: Request, wait: float | None) -> NoReturn:
        raise TooManyRequestsError(max(1, math.ceil(wait or 0)))

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        final: Response = super().finalize_response(request, response, *args, **kwargs)
        if self.usage is not None:
            for name, value in self.usage.headers().items():
                final[name] = value
        return final


class PublicApi(Api):
    """Public endpoint. Credentials, if sent, are ignored."""

    authentication_classes: Sequence[type[BaseAuthentication]] = []
    permission_classes = []


def endpoint(
    *,
    params: type[Params] = Params,
    result: type[Result] = SuccessResult,
    permission: str = "",
    summary: str = "",
    description: str = "",
) -> Callable[[Method[ApiT]], Callable[..., Response]]:
    """Turn a function from parameters to response data into a method of an :class:`Api`.

    `params` and `result` declare the parameters and the response, for the schema and for the request. The parameters
    (of the query for GET, else of the body) are validated by `params`; the response is serialized by `result`. Path
    parameters are in the view's `kwargs`. Without the `permission`, a caller is rejected before the parameters are
    validated.
    """

    def decorate(method: Method[ApiT]) -> Callable[..., Response]:
        @functools.wraps(method)
        def answer(view: ApiT, request: Request, **_of_the_path: str) -> Response:
            if permission and not caller_of(request).has_perm(permission):
                raise MissingPermissionError()
            given = request.query_params if reads_query else request.data
            return Response(result.json_of(method(view, request, params.read(given))))

        reads_query = method.__name__ == "get"
        declared: dict[str, Any] = {"parameters": [params]} if reads_query and params is not Params else {}
        if not reads_query:
            declared["request"] = None if params is Params else params
        documented: Callable[..., Response] = extend_schema(
            summary=summary, description=description, responses={200: result}, **declared
        )(answer)
        return documented

    return decorate


def caller_of(request: Request) -> User:
    """Return the account of the caller, for endpoints that require a sign-in."""
    user = request.user
    assert isinstance(user, User)
    return user


def session_of(request: Request) -> AuthToken:
    """Return the sign-in of the caller, for endpoints that require one."""
    auth_token = request.auth
    assert isinstance(auth_token, AuthToken)
    return auth_token


def routes(views: dict[str, type[Api]]) -> list[URLPattern]:
    """Return the URLs of the endpoints, each with and without a trailing slash: a POST would not survive a redirect."""
    return [path(name + slash, view.as_view()) for name, view in views.items() for slash in ("", "/")]
