"""docs/operate/: the hosts to open in the firewall, and the commands and files that the pages name."""

from __future__ import annotations

import re

import pytest
from django.conf import settings

from callboard.command import COMMANDS
from push.models.gateway_addresses import DEFAULT_GATEWAY
from push.providers.ntfy.topics import DEFAULT_SERVER
from tests.deploy.files import BASE_DIR, DEPLOY, documents, is_command, is_page

APPS = ("workspace", "preferences", "cloud", "push")
INSTALL = (BASE_DIR / "docs" / "operate" / "install.md").read_text()
PROXY = (BASE_DIR / "docs" / "operate" / "proxy.md").read_text()
CONSTANT = re.compile(r'"https://([a-z0-9-]+(?:\.[a-z0-9-]+)+)')
# In code, but no host that is connected to: the name of a permission, and an example in an address.
NOT_CONTACTED = {"www.googleapis.com", "chat.example.org"}
# Browsers name these when they subscribe to web push; no code does.
OF_BROWSERS = {"updates.push.services.mozilla.com", "web.push.apple.com", "*.notify.windows.com"}
ADDRESSES = (
    settings.APPLE_PRODUCTION_URL,
    settings.APPLE_SANDBOX_URL,
    settings.GOOGLE_SEND_URL,
    settings.GOOGLE_TOKEN_URL,
    DEFAULT_GATEWAY,
    DEFAULT_SERVER,
)


def listed_hosts() -> set[str]:
    """Return the hosts in the table of the firewall."""
    section = INSTALL.split("## Hosts to open in the firewall")[1]
    return set(re.findall(r"^\| `([\w.*-]+)` \|", section, re.MULTILINE))


def test_the_firewall_list_has_every_host_in_the_code_and_no_other() -> None:
    files = [file for app in APPS for file in (BASE_DIR / app).rglob("*.py") if "migrations" not in file.parts]
    in_code = {host for file in files for host in CONSTANT.findall(file.read_text())} - NOT_CONTACTED
    assert in_code == {address.removeprefix("https://").split("/")[0] for address in ADDRESSES}
    assert listed_hosts() == in_code | OF_BROWSERS


@pytest.mark.parametrize("page", [INSTALL, PROXY], ids=["install", "proxy"])
def test_named_files_exist(page: str) -> None:
    named = set(re.findall(r"\bdeploy/[\w./-]*\w", page)) - {"deploy/.env", "deploy/kubernetes/callboard.env"}
    # The last are of Kubernetes: `deploy/NAME` is a deployment.
    named -= {"deploy/callboard-web"}
    assert named
    assert sorted(name for name in named if not (BASE_DIR / name.rstrip("/*")).exists()) == []


def test_named_commands_exist() -> None:
    named = re.findall(r"\bcallboard ([a-z]+)\b", "\n".join(re.findall(r"```sh\n(.*?)```", INSTALL, re.DOTALL)))
    assert {"run", "setupcode"} <= set(named)
    assert [name for name in named if name not in {"callboard", "exec"} and not is_command(["callboard", name])] == []
    assert all(f"`{name}`" in INSTALL for name in COMMANDS)


def test_named_volumes_of_the_compose_file_exist() -> None:
    rows = INSTALL.split("| volume | contents |\n")[1].split("\n\n")[0].splitlines()
    named = {name for row in rows for name in re.findall(r"`([\w-]+)`", row.split("|")[1])}
    (compose,) = documents(DEPLOY / "compose.yaml")
    assert named == set(compose["volumes"])


def test_the_pages_that_check_the_proxy_exist() -> None:
    paths = re.findall(r"https?://callboard\.example\.org(/[\w/-]*)", PROXY)
    assert len(paths) == 4
    assert [path for path in paths if not is_page(path)] == []
