"""Routes to browsers and UnifiedPush apps."""

from __future__ import annotations

import pytest

from push.models import Device
from push.providers.routes import Route
from push.selectors.route_texts import route_label
from push.selectors.routes import routes_current

pytestmark = pytest.mark.django_db


def route_to(endpoint: str) -> Route:
    route = routes_current().of(Device(type="webpush", app_name="app", token=endpoint))
    assert isinstance(route, Route)
    assert route.kind == "webpush"
    return route


@pytest.mark.parametrize(
    "host",
    [
        "fcm.googleapis.com",
        "updates.push.services.mozilla.com",
        "web.push.apple.com",
        "wns2-by3p.notify.windows.com",
    ],
)
def test_each_browsers_push_service_has_its_own_route(host: str) -> None:
    assert host.endswith(route_to(f"https://{host}/x").key.removeprefix("webpush:"))


def test_other_push_services_do_not_delay_these() -> None:
    keys = {route_to(f"https://push{number}.example.org/x").key for number in range(200)}
    assert "webpush" not in keys
    assert 1 < len(keys) <= 8, "somebody's own service waits for few others, and there are not endlessly many ways"
    assert {route_label(key) for key in keys} == {"Web push"}
