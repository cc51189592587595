"""A workspace and a cloud as two installations that share nothing but HTTP, and both in one, as they come."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from tests.fakes.installation import Installation
from tests.waiting import wait_until

pytestmark = pytest.mark.processes

LIMIT = 20
# The demo's rooms are pushed to at once, with nobody online.
AT_ONCE = {"NOTIFY_DELAY_ONLINE": "0", "NOTIFY_DELAY_AWAY": "0"}


@pytest.fixture(scope="module")
def cloud() -> Iterator[Installation]:
    with Installation("cloud", OVERWRITE_SETTING_Cloud_Service_Community_Limit=str(LIMIT)) as installation:
        yield installation


@pytest.fixture(scope="module")
def workspace() -> Iterator[Installation]:
    with Installation("workspace", **AT_ONCE) as installation:
        yield installation


class Workspace:
    """What an admin and a member do at the workspace."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.admin = installation.sign_in("admin")
        self.ana = installation.sign_in("ana")
        bob = installation.sign_in("bob")
        device = {"type": "apn", "value": "a1" * 32, "appName": "chat.rocket.reactnative"}
        self.call("push.token", bob, **device)

    def call(self, endpoint: str, who: dict[str, str], **fields: Any) -> Any:
        answer = self.installation.post(f"/api/v1/{endpoint}", json=fields, headers=who)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def asked(self, endpoint: str) -> Any:
        return self.installation.get(f"/api/v1/{endpoint}", headers=self.admin).json()

    def mention(self, times: int) -> None:
        for number in range(times):
            self.call("chat.postMessage", self.ana, channel="#general", text=f"@bob {number}")

    def used(self) -> int:
        """Return how many pushes the cloud has counted."""
        self.call("cloud.syncWorkspace", self.admin)
        used: int = self.asked("cloud.usage")["usage"]["used"]
        return used

    def ends(self) -> str:
        """Return how the notifications of the workspace ended."""
        return self.installation.manage("shell", "-v", "0", "-c", ENDS)


ENDS = """
from collections import Counter
from push.models import Notification
ends = Counter(Notification.objects.filter(channel="push").values_list("state", flat=True))
print(sorted(ends.items()))
"""


# Sends twice as many pushes as travel in one batch, and all of them once more, under the same identities.
IN_BATCHES = """
from collections import Counter
from push.selectors.routes import gateway_current
from push.http.engine import Engine
from push.providers.gateway.transport import GatewayPush, gateway_send
from push.providers.gateway.batches import LARGEST, batch_announced, batch_known, info_request
from workspace.models import GeneralSettings
route, engine = gateway_current(), Engine()
tokens = [f"{kind}-{number}" for number in range(LARGEST) for kind in ("good", "dead")] + ["refuse-1", "fail-1"]
unique_id = GeneralSettings.current().unique_id
shared = {"uniqueId": unique_id, "from": "push", "title": "#ops", "text": "disk full", "topic": "chat.rocket.ios"}
pushes = [
    GatewayPush("apn" if number % 3 else "gcm", token, {**shared, "badge": number, "identity": f"batch-{number}"})
    for number, token in enumerate(tokens)
]
assert batch_announced(route.addresses[0], *engine.send([info_request(route.addresses[0])]))
for _time in range(2):
    answers = gateway_send(pushes, route=route, engine=engine, batches=True)
    by_token = {push.token: answer for push, answer in zip(pushes, answers)}
    assert {answer.answer for token, answer in by_token.items() if token.startswith("good")} == {"accepted"}
    assert {answer.answer for token, answer in by_token.items() if token.startswith("dead")} == {"dead"}
    assert (by_token["refuse-1"].answer, by_token["fail-1"].answer) == ("refused", "retry")
assert batch_known(route.addresses[0])[1], "A batch was not understood"
print(Counter(answer.answer for answer in answers)["accepted"])
"""


def test_register_accept_terms_push_exhaust_and_continue_with_a_licence(
    cloud: Installation, workspace: Installation
) -> None:
    here = Workspace(workspace)
    assert not here.asked("cloud.registrationStatus")["registrationStatus"]["workspaceRegistered"]

    # Registering brings the credentials, and the gateway's address.
    here.call("cloud.connectWorkspace", here.admin, token=cloud.manage("createregistrationtoken"))
    assert here.asked("cloud.registrationStatus")["registrationStatus"]["workspaceRegistered"]
    assert here.asked("settings/Push_gateway")["value"] == cloud.url

    # Agreeing is the admin's; the cloud hears of it.
    here.call("settings/Cloud_Service_Agree_PrivacyTerms", here.admin, value=True)
    here.call("cloud.syncWorkspace", here.admin)
    here.mention(1)
    wait_until(lambda: here.used() == 1, seconds=60)

    # Of thirty more, the limit lets nineteen through.
    here.mention(LIMIT + 10)
    wait_until(lambda: here.ends() == "[('failed', 11), ('sent', 20)]", seconds=60)
    assert here.used() == LIMIT

    # With a licence, pushing goes on.
    assert here.asked("licenses.info")["license"]["activeModules"] == []
    output = cloud.manage("changeplan", "Callboard", "premium")
    assert output == "Callboard: Premium, the plan's limit."
    here.call("cloud.syncWorkspace", here.admin)
    licence = here.asked("licenses.info")["license"]
    assert licence["activeModules"] == ["push-privacy"]
    assert licence["license"]["validation"]["serverUniqueId"] == here.asked("settings/uniqueID")["value"]
    here.mention(1)
    wait_until(lambda: here.used() == LIMIT + 1, seconds=60)

    # The client's batches are what the gateway takes; what is repeated is neither sent nor counted twice.
    accepted = int(workspace.manage("shell", "-v", "0", "-c", IN_BATCHES))
    assert here.used() == LIMIT + 1 + accepted


def test_a_combined_installation_is_connected_over_http_from_the_start() -> None:
    with Installation("workspace,cloud", **AT_ONCE) as both:
        here = Workspace(both)
        wait_until(
            lambda: here.asked("cloud.registrationStatus")["registrationStatus"]["workspaceRegistered"], seconds=60
        )
        assert here.asked("settings/Push_gateway")["value"] == both.url
        here.mention(1)
        wait_until(lambda: here.used() == 1, seconds=60)


def test_each_installation_only_serves_its_own_role(cloud: Installation, workspace: Installation) -> None:
    for path in ("/phone/", "/rooms/", "/api/info", "/api/v1/settings.public"):
        assert cloud.get(path).status_code == 404, path
        assert workspace.get(path).status_code in (200, 302), path
    for path in ("/push/info", "/push/health"):
        assert cloud.get(path).status_code == 200
        assert workspace.get(path).status_code == 404
    assert cloud.post("/api/cloud/token").status_code == 400
    assert workspace.post("/api/cloud/token").status_code == 404
    assert cloud.get("/").status_code == 302


def test_every_link_of_a_cloud_works(cloud: Installation) -> None:
    browser, ahead, broken = cloud.browser("admin"), ["/admin/", "/account/"], []
    seen = set(ahead)
    while ahead:
        path = ahead.pop()
        answer = browser.get(cloud.url + path, timeout=30)
        if answer.status_code != 200:
            broken.append((path, answer.status_code))
        if "html" in answer.headers["Content-Type"]:
            found = {unescape(link).split("?")[0] for link in re.findall(r'href="(/[^"#]*)', answer.text)}
            new = {link for link in found if not link.startswith("/static/")} - seen
            seen |= new
            ahead += new
    assert broken == []
    assert "/admin/workspace/user/1/change/" in seen
    assert "/admin/connectivity/" not in seen
