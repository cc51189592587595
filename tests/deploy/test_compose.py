"""deploy/compose.yaml: a production installation on one machine."""

from __future__ import annotations

from typing import Any

import pytest

from tests.deploy.files import DEPLOY, documented_variables, documents, is_command

(COMPOSE,) = documents(DEPLOY / "compose.yaml")
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "callboard"}
# Where the images of PostgreSQL, Caddy and Callboard store what must outlive a container.
LASTING = {"database": "/var/lib/postgresql/data", "caddy": "/data", "web": "/var/lib/callboard"}


def names_of_profile(profile: str) -> set[str]:
    return {name for name, service in SERVICES.items() if profile in service.get("profiles", [profile])}


@pytest.mark.parametrize(
    ("profile", "names", "role"),
    [("workspace", {"web", "worker"}, "workspace"), ("cloud", {"cloud", "cloud-worker"}, "cloud")],
    ids=["workspace", "cloud"],
)
def test_a_profile_starts_a_web_server_a_worker_and_what_they_need(profile: str, names: set[str], role: str) -> None:
    assert names_of_profile(profile) == {"prepare", "database", "redis", "caddy", *names}
    assert {OURS[name]["environment"]["ROLES"] for name in names} == {role}


def test_the_proxy_reaches_the_web_server_of_either_profile_and_nothing_else_is_published() -> None:
    assert SERVICES["caddy"]["environment"]["UPSTREAM"] == "web:8000"
    assert SERVICES["cloud"]["networks"]["front"]["aliases"] == ["web"]
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["caddy"]
    assert COMPOSE["networks"]["back"]["internal"] is True
    assert {name for name, service in SERVICES.items() if "front" not in service["networks"]} == {"database", "redis"}


def test_what_must_last_is_in_named_volumes() -> None:
    for name, path in LASTING.items():
        mounts = dict(mount.split(":", 1)[::-1] for mount in SERVICES[name]["volumes"])
        assert mounts[path] in COMPOSE["volumes"], name
    used = {mount.split(":")[0] for service in SERVICES.values() for mount in service.get("volumes", ())}
    assert {name for name in used if not name.startswith(".")} == set(COMPOSE["volumes"])


def test_every_service_restarts_and_has_a_health_check() -> None:
    assert {name: service["restart"] for name, service in SERVICES.items()} == {
        name: "on-failure" if name == "prepare" else "unless-stopped" for name in SERVICES
    }
    checks = {name: service["healthcheck"] for name, service in SERVICES.items()}
    assert checks.pop("prepare") == {"disable": True}
    assert [name for name, check in checks.items() if check["test"][0] != "CMD"] == []


def test_health_checks_and_services_run_commands_that_exist() -> None:
    commands = [service["command"] for service in OURS.values() if "command" in service]
    commands += [service["healthcheck"]["test"][1:] for service in OURS.values() if "test" in service["healthcheck"]]
    assert [command for command in commands if not is_command(command)] == []
    assert len(commands) == 3 + 4


def test_callboards_services_are_restricted_and_read_their_secrets_from_the_generated_file() -> None:
    for name, service in OURS.items():
        assert (service["read_only"], service["tmpfs"], service["cap_drop"]) == (True, ["/tmp"], ["ALL"]), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["env_file"] == ".env", name
        assert set(service["environment"]) <= documented_variables(), name


def test_services_start_when_the_database_is_prepared() -> None:
    assert SERVICES["prepare"]["depends_on"] == {
        "database": {"condition": "service_healthy"},
        "redis": {"condition": "service_healthy"},
    }
    for name in OURS.keys() - {"prepare"}:
        assert SERVICES[name]["depends_on"] == {"prepare": {"condition": "service_completed_successfully"}}, name


def test_mounted_files_exist() -> None:
    mounts = [mount for service in SERVICES.values() for mount in service.get("volumes", ()) if mount.startswith(".")]
    assert mounts
    assert [mount for mount in mounts if not (DEPLOY / mount.split(":")[0]).is_file()] == []
