"""deploy/kubernetes: manifests for kustomize."""

from __future__ import annotations

from typing import Any

from tests.deploy.files import BASE_DIR, DEPLOY, documented_variables, documents, is_command, variables_of
from workspace.monitoring.health.registry import health_checks
from workspace.monitoring.site import LIVE, READY

FOLDER = DEPLOY / "kubernetes"
(KUSTOMIZATION,) = documents(FOLDER / "kustomization.yaml")
RESOURCES = [document for name in KUSTOMIZATION["resources"] for document in documents(FOLDER / name)]
EXAMPLE = (FOLDER / "callboard.env.example").read_text()


def named(kind: str, name: str) -> dict[str, Any]:
    (found,) = [item for item in RESOURCES if (item["kind"], item["metadata"]["name"]) == (kind, name)]
    return found


def pods() -> list[dict[str, Any]]:
    return [item["spec"]["template"]["spec"] for item in RESOURCES if item["kind"] in {"Deployment", "Job"}]


def containers() -> list[dict[str, Any]]:
    return [container for pod in pods() for container in [*pod.get("initContainers", []), *pod["containers"]]]


def test_every_file_is_listed() -> None:
    files = {path.name for path in FOLDER.glob("*.yaml")} - {"kustomization.yaml"}
    assert set(KUSTOMIZATION["resources"]) == files
    assert KUSTOMIZATION["secretGenerator"] == [{"name": "callboard", "envs": ["callboard.env"]}]


def test_containers_run_commands_that_exist_from_the_one_image() -> None:
    assert [container["command"] for container in containers() if not is_command(container["command"])] == []
    assert {container["image"] for container in containers()} == {image["name"] for image in KUSTOMIZATION["images"]}
    version = f'version = "{KUSTOMIZATION["images"][0]["newTag"]}"'
    assert version in (BASE_DIR / "pyproject.toml").read_text()


def test_containers_have_no_privileges_and_write_to_mounted_folders_only() -> None:
    user = int(next(line for line in (BASE_DIR / "Dockerfile").read_text().splitlines() if "USER" in line).split()[1])
    for pod in pods():
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["runAsUser"] == user
        assert all("emptyDir" in volume for volume in pod["volumes"])
        assert pod["automountServiceAccountToken"] is False
    for container in containers():
        assert container["securityContext"] == {
            "readOnlyRootFilesystem": True,
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
        }
        mounts = {mount["mountPath"] for mount in container["volumeMounts"]}
        assert mounts == {"/tmp", "/var/lib/callboard"}


def test_memory_is_limited_above_the_request() -> None:
    for container in containers():
        resources = container["resources"]
        assert int(resources["requests"]["memory"][:-2]) * 2 <= int(resources["limits"]["memory"][:-2])


def test_variables_come_from_the_secret_and_are_documented() -> None:
    assert all(container["envFrom"] == [{"secretRef": {"name": "callboard"}}] for container in containers())
    set_here = {variable["name"] for container in containers() for variable in container.get("env", [])}
    assert set_here | variables_of(EXAMPLE) <= documented_variables()
    # The example has no key that somebody could use.
    assert "SECRET_KEY=\nENCRYPTION_KEY=\n" in EXAMPLE


def test_the_web_server_is_probed_at_its_health_pages() -> None:
    (web,) = named("Deployment", "callboard-web")["spec"]["template"]["spec"]["containers"]
    probes = {name: web[name]["httpGet"] for name in ("startupProbe", "livenessProbe", "readinessProbe")}
    # Without a worker, pages must still be served.
    unneeded = ["broker", "worker", "clock"]
    ready = f"{READY}?without={','.join(unneeded)}"
    assert [probe["path"] for probe in probes.values()] == [LIVE, LIVE, ready]
    assert set(unneeded) <= {check.name for check in health_checks()}
    assert {probe["port"] for probe in probes.values()} == {web["ports"][0]["name"]}
    (worker,) = named("Deployment", "callboard-worker")["spec"]["template"]["spec"]["containers"]
    assert is_command(worker["livenessProbe"]["exec"]["command"])


def test_the_ingress_reaches_the_web_server_over_its_service() -> None:
    spec = named("Ingress", "callboard")["spec"]
    assert spec["tls"][0]["hosts"] == [rule["host"] for rule in spec["rules"]]
    backend = spec["rules"][0]["http"]["paths"][0]["backend"]["service"]
    service = named("Service", backend["name"])
    (port,) = service["spec"]["ports"]
    assert port["name"] == backend["port"]["name"]
    labels = named("Deployment", "callboard-web")["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"].items() <= labels.items()


def test_one_pod_of_each_remains_during_maintenance() -> None:
    for name in ("callboard-web", "callboard-worker"):
        deployment, budget = named("Deployment", name), named("PodDisruptionBudget", name)
        assert deployment["spec"]["replicas"] > budget["spec"]["minAvailable"] >= 1
        assert deployment["spec"]["selector"] == budget["spec"]["selector"]
