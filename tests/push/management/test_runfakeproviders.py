"""manage.py runfakeproviders, started as a process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from django.conf import settings as django_settings
from django.core.management import CommandError, call_command

from push.http.engine import Engine
from push.models import Answer, Device
from push.providers.apple.credentials import AppleCertificate, AppleCredentials, AppleTokenKey
from push.providers.apple.tokens import tokens_forget
from push.providers.apple.transport import apple_send
from push.providers.gateway.transport import GatewayPush, gateway_send
from push.providers.google.credentials import GoogleCredentials
from push.providers.google.tokens import access_tokens_forget
from push.providers.google.transport import google_send
from push.providers.pushes import Push
from push.providers.routes import GatewayRoute
from push.providers.web_push.identity import vapid_identity
from push.providers.web_push.transport import WebPushMessage, webpush_send
from push.providers.web_push.vapid import VapidIdentity
from tests.api_client import ApiClient
from tests.factories import UserFactory
from tests.fakes.by_hand import KEY_ID, PASSPHRASE, TEAM_ID

TOKEN = "ab" * 32


@contextmanager
def started(folder: Path, *options: str) -> Iterator[tuple[dict[str, str], IO[str]]]:
    """Start the command; yield the environment variables that it prints, and its output after the introduction."""
    command = [sys.executable, "manage.py", "runfakeproviders", "--port", "0", "--folder", str(folder), *options]
    process = subprocess.Popen(command, cwd=django_settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    environment = {}
    try:
        for line in process.stdout:
            if line.startswith("  ") and "=" in line:
                name, _equals, value = line.strip().partition("=")
                environment[name] = value
            if line.startswith("  Gateway "):
                environment["GATEWAY"] = line.split()[-1]
            if line.startswith("Received pushes"):
                break
        yield environment, process.stdout
    finally:
        process.terminate()
        assert "have stopped" in process.stdout.read()
        assert process.wait(60) == 0
        process.stdout.close()


@pytest.fixture
def engine_for(settings: Any) -> Iterator[Any]:
    tokens_forget()
    access_tokens_forget()

    def make_engine(environment: dict[str, str]) -> Engine:
        for name, value in environment.items():
            setattr(settings, name, value)
        return Engine(timeout=30)

    yield make_engine
    access_tokens_forget()


@pytest.mark.processes
def test_the_written_credentials_work_and_received_pushes_are_printed(tmp_path: Path, engine_for: Any) -> None:
    folder = tmp_path / "fakes"
    with started(folder, "--answer", "dead=UNREGISTERED", "--app", "my.app") as (environment, output):
        engine = engine_for(environment)

        def read(name: str) -> str:
            return (folder / name).read_text()

        key = AppleCredentials(AppleTokenKey(read("apple-token-key.p8"), KEY_ID, TEAM_ID))
        push = Push(type="apn", token=TOKEN, title="#ops", text="disk full", topic="my.app")
        assert apple_send([push], credentials=key, engine=engine)[0].answer == Answer.ACCEPTED
        assert output.readline() == 'Apple, by token: abababababab… "#ops", "disk full" -> accepted\n'
        certificate = AppleCertificate(read("apple-certificate.pem"), read("apple-certificate-key.pem"), PASSPHRASE)
        development = AppleCredentials(certificate, production=False)
        assert apple_send([push], credentials=development, engine=engine)[0].answer == Answer.ACCEPTED
        assert output.readline().startswith("Apple development, by certificate: ")
        account = GoogleCredentials(read("google-service-account.json"))
        push = Push(type="gcm", token="dead-token", text="disk full", not_id=1)
        assert google_send([push], credentials=account, engine=engine)[0].answer == Answer.DEAD
        assert output.readline() == 'Google: dead-token… "", "disk full" -> UNREGISTERED\n'
        engine.close()


@pytest.mark.processes
def test_a_web_push_device_can_be_registered_with_the_written_file(tmp_path: Path, engine_for: Any, db: None) -> None:
    with started(tmp_path, "--answer", "gone=410") as (environment, output):
        engine_for(environment | {"WEB_PUSH_PRIVATE_HOSTS": [environment["WEB_PUSH_PRIVATE_HOSTS"]]}).close()
        registration = json.loads((tmp_path / "webpush-device.json").read_text())
        client = ApiClient(UserFactory())
        for endpoint in (registration["endpoint"], registration["endpoint"].replace("by-hand", "gone-one")):
            assert client.post("push.token", {**registration, "endpoint": endpoint}).status_code == 200
        identity = vapid_identity()
        assert isinstance(identity, VapidIdentity)
        engine = Engine(timeout=30)
        content = {"kind": "message", "title": "#ops", "text": "disk full", "tag": "room"}
        messages = [WebPushMessage(device, content, "room", 60) for device in Device.objects.order_by("pk")]
        accepted, gone = webpush_send(messages, identity=identity, engine=engine)
        engine.close()
        assert (accepted.answer, gone.answer) == (Answer.ACCEPTED, Answer.DEAD)
        assert output.readline() == 'Web push: by-hand… "#ops", "disk full" -> accepted\n'
        assert output.readline() == "Web push: refused, 410 for /push/gone-one\n"


@pytest.mark.processes
def test_the_gateway_accepts_pushes_and_gives_scripted_answers(tmp_path: Path, engine_for: Any) -> None:
    with started(tmp_path, "--answer", "dead=406", "--answer", "busy=429:60") as (environment, output):
        engine = engine_for(environment)
        options = {"title": "#ops", "text": "disk full"}
        pushes = [GatewayPush("apn", token, options) for token in (TOKEN, "dead-token", "busy-token")]
        route = GatewayRoute((environment["GATEWAY"],), "any")
        accepted, dead, busy = [gateway_send([push], route=route, engine=engine)[0] for push in pushes]
        engine.close()
        assert (accepted.answer, dead.answer) == (Answer.ACCEPTED, Answer.DEAD)
        assert (busy.answer, busy.retry_after) == (Answer.RETRY, timedelta(seconds=60))
        assert output.readline() == 'Gateway, for apn: abababababab… "#ops", "disk full" -> accepted\n'
        assert output.readline() == 'Gateway, for apn: dead-token… "#ops", "disk full" -> 406\n'
        assert output.readline() == 'Gateway, for apn: busy-token… "#ops", "disk full" -> 429\n'


@pytest.mark.processes
def test_credentials_are_reused_on_the_next_start(tmp_path: Path) -> None:
    with started(tmp_path):
        before = [(tmp_path / name).read_text() for name in ("apple-token-key.p8", "google-service-account.json")]
        authority = (tmp_path / "authority.pem").read_text()
    with started(tmp_path):
        after = [(tmp_path / name).read_text() for name in ("apple-token-key.p8", "google-service-account.json")]
        assert (after, (tmp_path / "authority.pem").read_text()) == (before, authority)
    assert (tmp_path / "apple-token-key.p8").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("answer", ["ab=Nonsense", "Unregistered", "=Unregistered"])
def test_an_unknown_answer_is_rejected(tmp_path: Path, answer: str) -> None:
    with pytest.raises(CommandError, match="is not a valid answer"):
        call_command("runfakeproviders", "--folder", str(tmp_path), "--port", "0", "--answer", answer)


def test_without_the_tests_it_reports_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "tests.fakes.by_hand", None)
    with pytest.raises(CommandError, match="are not installed here"):
        call_command("runfakeproviders", "--folder", str(tmp_path))
