"""Pushing to Google, against a server that checks what Google checks."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from push.http.engine import Engine
from push.models import Answer
from push.providers.answers import SendAnswer
from push.providers.google import tokens as google_tokens
from push.providers.google.credentials import GoogleCredentials
from push.providers.google.transport import google_send
from push.providers.pushes import Push
from tests.fakes.certificates import service_account_make
from tests.fakes.google import FakeGoogle, google_error, plain_error
from tests.fakes.scripting import Reply

Send = Callable[..., list[SendAnswer]]


@pytest.fixture
def send(fake_google: FakeGoogle, google_credentials: GoogleCredentials, trusting_engine: Engine) -> Send:
    """Sends pushes to the fake, with its service account unless another is given."""

    def send_with(pushes: list[Push], credentials: GoogleCredentials = google_credentials) -> list[SendAnswer]:
        return google_send(pushes, credentials=credentials, engine=trusting_engine)

    return send_with


def push_for(token: str = "token", **fields: Any) -> Push:
    return Push(type="gcm", token=token, **({"title": "#ops", "text": "ana: disk full", "not_id": 42} | fields))


def test_a_push_arrives_as_data_with_high_priority(fake_google: FakeGoogle, send: Send) -> None:
    [answer] = send([push_for(payload={"rid": "r1"}, badge=3)])
    assert (answer.answer, answer.status) == (Answer.ACCEPTED, 200)
    [received] = fake_google.accepted
    assert received.message == {
        "token": "token",
        "android": {"priority": "HIGH", "ttl": "86400s"},
        "data": {"ejson": '{"rid":"r1"}', "notId": "42", "title": "#ops", "message": "ana: disk full", "msgcnt": "3"},
    }
    assert received.project == "callboard-fake"


def test_answers_come_in_the_order_of_the_pushes(fake_google: FakeGoogle, send: Send) -> None:
    for number in range(0, 60, 3):
        fake_google.script(f"t{number}", google_error("UNREGISTERED"))
        fake_google.script(f"t{number + 1}", google_error("UNAVAILABLE", retry_after=30))
    answers = send([push_for(f"t{number}") for number in range(60)])
    assert [answer.answer for answer in answers] == [Answer.DEAD, Answer.RETRY, Answer.ACCEPTED] * 20
    assert answers[1].retry_after is not None
    assert answers[1].retry_after.total_seconds() == 30


def test_all_go_over_one_connection(fake_google: FakeGoogle, send: Send) -> None:
    for _batch in range(3):
        send([push_for(f"t{number}") for number in range(50)])
    assert len(fake_google.accepted) == 150
    assert len({push.connection for push in fake_google.accepted}) == 1


def test_a_long_text_is_shortened_and_never_dropped(fake_google: FakeGoogle, send: Send) -> None:
    [answer] = send([push_for(text="ana: " + "é" * 9000)])
    assert answer.answer == Answer.ACCEPTED
    assert fake_google.accepted[0].data["message"].endswith("é…")


def test_what_cannot_be_made_to_fit_is_refused_and_holds_up_no_other(send: Send) -> None:
    answers = send([push_for("one"), push_for("two", payload={"host": "h" * 5000}), push_for("three")])
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED, Answer.REFUSED, Answer.ACCEPTED]
    assert (answers[1].too_large, answers[1].reason) == (True, "PayloadTooLarge")


def test_a_wrong_project_kills_no_token(fake_google: FakeGoogle, send: Send) -> None:
    fake_google.script("token", plain_error(404, "NOT_FOUND", "Requested entity was not found."))
    [answer] = send([push_for()])
    assert (answer.answer, answer.misconfigured) == (Answer.UNAUTHORIZED, True)


# Access tokens.


def test_the_access_token_is_fetched_once_and_reused(fake_google: FakeGoogle, send: Send) -> None:
    for _batch in range(3):
        send([push_for(f"t{number}") for number in range(10)])
    assert fake_google.tokens_given == 1


def test_threads_share_the_access_token(
    fake_google: FakeGoogle, google_credentials: GoogleCredentials, send: Send, authority_file: Path
) -> None:
    def send_elsewhere() -> None:
        engine = Engine(ca_file=str(authority_file))
        google_send([push_for()], credentials=google_credentials, engine=engine)
        engine.close()

    send([push_for()])
    threads = [threading.Thread(target=send_elsewhere) for _thread in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(fake_google.accepted), fake_google.tokens_given) == (5, 1)


def test_a_token_is_renewed_ahead_of_its_end(fake_google: FakeGoogle, send: Send) -> None:
    fake_google.token_seconds = google_tokens.RENEWED_BEFORE - 1
    send([push_for()])
    fake_google.token_seconds = 3599
    for _batch in range(3):
        send([push_for()])
    assert fake_google.tokens_given == 2


def test_a_failure_to_renew_it_is_no_failure_to_send(fake_google: FakeGoogle, send: Send) -> None:
    fake_google.token_seconds = google_tokens.RENEWED_BEFORE - 1
    send([push_for()])
    fake_google.script_tokens(Reply(503), Reply(503))
    answers = [send([push_for()])[0].answer for _batch in range(3)]
    assert answers == [Answer.ACCEPTED] * 3


def test_one_that_was_withdrawn_is_replaced_once(fake_google: FakeGoogle, send: Send) -> None:
    send([push_for()])
    fake_google.revoke()
    answers = send([push_for(f"t{number}") for number in range(5)])
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED] * 5
    assert fake_google.tokens_given == 2
    assert Counter(push.status for push in fake_google.received) == {200: 6, 401: 5}


def test_one_that_is_never_accepted_means_wrong_credentials(fake_google: FakeGoogle, send: Send) -> None:
    fake_google.script("token", *[plain_error(401, "UNAUTHENTICATED", "Invalid credentials")] * 2)
    [answer] = send([push_for()])
    assert (answer.answer, answer.misconfigured) == (Answer.UNAUTHORIZED, True)
    assert len(fake_google.received) == 2


def test_a_revoked_service_account_means_wrong_credentials(fake_google: FakeGoogle, send: Send) -> None:
    answers = send([push_for("one"), push_for("two")], GoogleCredentials(service_account_make()))
    for answer in answers:
        assert (answer.answer, answer.reason, answer.misconfigured) == (Answer.UNAUTHORIZED, "invalid_grant", True)
    assert fake_google.received == []


@pytest.mark.parametrize("reply", [Reply(503, headers={"retry-after": "8"}), Reply(200, {"odd": 1}), Reply(502, "odd")])
def test_without_an_access_token_the_pushes_are_tried_again(fake_google: FakeGoogle, send: Send, reply: Reply) -> None:
    fake_google.script_tokens(reply)
    [answer] = send([push_for()])
    assert answer.answer == Answer.RETRY
    assert send([push_for()])[0].answer == Answer.ACCEPTED


def test_a_token_address_that_cannot_be_reached_is_tried_again(send: Send, settings: Any) -> None:
    settings.GOOGLE_TOKEN_URL = "https://127.0.0.1:1/token"
    [answer] = send([push_for()])
    assert (answer.answer, answer.status) == (Answer.RETRY, None)


@pytest.mark.parametrize("text", ["nonsense", "{}", "[]", json.dumps({"type": "service_account"})])
def test_an_unusable_service_account_is_told_without_asking_google(
    fake_google: FakeGoogle, send: Send, text: str
) -> None:
    [answer] = send([push_for()], GoogleCredentials(text))
    assert (answer.answer, answer.misconfigured, answer.status) == (Answer.UNAUTHORIZED, True, None)
    assert fake_google.tokens_given == 0


def test_credentials_do_not_show_in_representations(google_credentials: GoogleCredentials) -> None:
    assert "PRIVATE" not in repr(google_credentials)


# What goes wrong on the way.


@pytest.mark.thorough
def test_a_connection_that_is_told_to_end_loses_and_doubles_nothing(fake_google: FakeGoogle, send: Send) -> None:
    fake_google.faults.goaway_after = 50
    answers = send([push_for(f"t{number}") for number in range(300)])
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED] * 300
    assert Counter(push.token for push in fake_google.accepted) == {f"t{number}": 1 for number in range(300)}


def test_a_connection_that_breaks_off_loses_nothing(fake_google: FakeGoogle, send: Send) -> None:
    fake_google.script("t7", Reply(cut="before"))
    answers = send([push_for(f"t{number}") for number in range(20)])
    assert [answer.answer for answer in answers] == [Answer.ACCEPTED] * 20
    assert {push.token for push in fake_google.accepted} == {f"t{number}" for number in range(20)}
