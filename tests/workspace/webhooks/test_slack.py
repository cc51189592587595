"""The format of Slack's webhooks."""

from __future__ import annotations

from typing import Any

import pytest

from workspace.errors import ApplicationError
from workspace.webhooks.messages import message_read


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<https://example.org/a?b=1&amp;c=2|the page>", "[the page](https://example.org/a?b=1&c=2)"),
        ("see <https://example.org>", "see https://example.org"),
        ("<mailto:ana@example.org|Ana>", "[Ana](mailto:ana@example.org)"),
        ("<mailto:ana@example.org>", "ana@example.org"),
        ("<!here> <!channel> <!everyone|all>", "@here @all @all"),
        ("<@U024BE7LH|ana> in <#C024BE7LR|alerts>", "@ana in #alerts"),
        ("<@ana>", "@ana"),
        ("<!subteam^S1|@admins>", "@admins"),
        ("<!date^1392734382^{date}|2014-02-18>", "2014-02-18"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
        ("<https://example.org|a [b] c>", "[a (b) c](https://example.org)"),
        ("a < b > c <d>", "a < b > c <d>"),
        ("<javascript:alert(1)|x>", "<javascript:alert(1)|x>"),
        ("  padded  ", "padded"),
    ],
)
def test_links_and_mentions_are_converted(text: str, expected: str) -> None:
    assert message_read({"text": text}).text == expected


def test_rocket_chats_own_names_of_fields() -> None:
    message = message_read(
        {"msg": "hello", "alias": "Robot", "emoji": "bell", "roomId": ["a", "b"], "channel": "", "tmid": "T1"}
    )
    assert (message.text, message.alias, message.emoji) == ("hello", "Robot", ":bell:")
    assert (message.targets, message.thread) == (["a", "b"], "T1")


def test_slacks_names_take_precedence() -> None:
    message = message_read(
        {"text": "a", "msg": "b", "username": "U", "alias": "V", "icon_emoji": ":x:", "emoji": ":y:"}
    )
    assert (message.text, message.alias, message.emoji) == ("a", "U", ":x:")


@pytest.mark.parametrize(
    ("given", "targets"),
    [("#a, #b ,#a", ["#a", "#b"]), (["#a", "@ana", 1, ""], ["#a", "@ana"]), (7, []), (None, [])],
)
def test_several_rooms_are_a_list_or_have_commas_between_them(given: Any, targets: list[str]) -> None:
    assert list(message_read({"text": "x", "channel": given}).targets) == targets


def test_a_picture_takes_precedence_over_an_emoji() -> None:
    message = message_read({"text": "x", "icon_url": "https://example.org/a.png", "emoji": ":x:"})
    assert (message.avatar, message.emoji) == ("https://example.org/a.png", "")


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:image/png;base64,x", "/etc", "https://x/" + "a" * 1000]
)
def test_pictures_are_addresses_of_the_web(address: str) -> None:
    assert message_read({"text": "x", "avatar": address, "emoji": "🔔"}).avatar == ""


def attachment(**given: Any) -> dict[str, Any]:
    (read,) = message_read({"attachments": [given]}).attachments
    return dict(read)


def test_an_attachment_keeps_what_clients_show() -> None:
    given = {
        "fallback": "plain",
        "pretext": "before <https://x.org|x>",
        "title": "Title",
        "title_link": "https://x.org",
        "image_url": "https://x.org/a.png",
        "color": "#ff0000",
    }
    assert attachment(**given) == {**given, "pretext": "before [x](https://x.org)"}


def test_colours_fields_and_times_are_those_of_this_workspace() -> None:
    read = attachment(
        text="<https://x.org|x>", color="good", ts=1392734382, fields=[{"title": "A", "value": 1, "short": True}, "x"]
    )
    assert read["text"] == "[x](https://x.org)"
    assert read["color"] == "#2eb886"
    assert read["ts"] == "2014-02-18T14:39:42.000Z"
    assert read["fields"] == [{"title": "A", "value": "1", "short": True}]


def test_the_text_of_an_attachment_may_be_called_msg() -> None:
    assert attachment(msg="hello") == {"text": "hello"}


def test_addresses_that_are_not_of_the_web_are_left_out() -> None:
    assert attachment(text="x", title_link="javascript:alert(1)", image_url="file:///etc/passwd") == {"text": "x"}


def test_blocks_become_text() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Heading"}},
        {"type": "divider"},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<https://x.org|x>"}, "fields": [{"text": "field"}]},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "context"}]},
        {"type": "image", "image_url": "https://x.org/a.png", "alt_text": "a chart"},
        {"type": "actions", "elements": [{"type": "button", "text": {"text": "Open"}, "url": "https://x.org/o"}]},
    ]
    expected = "*Heading*\n[x](https://x.org)\nfield\ncontext\n[a chart](https://x.org/a.png)\n[Open](https://x.org/o)"
    assert message_read({"blocks": blocks}).text == expected
    assert attachment(blocks=blocks)["text"] == expected


@pytest.mark.parametrize("payload", [{"foo": 1}, {"text": ""}, {"text": None}, {"attachments": []}])
def test_a_payload_without_content_is_refused(payload: dict[str, Any]) -> None:
    with pytest.raises(ApplicationError, match="neither a text"):
        message_read(payload)


@pytest.mark.parametrize("attachments", [[{"text": "x"}] * 21, [{"text": "x" * 50_001}]])
def test_too_many_or_too_large_attachments_are_refused(attachments: list[Any]) -> None:
    with pytest.raises(ApplicationError, match="too large"):
        message_read({"attachments": attachments})


def test_attachments_that_are_no_list_are_ignored() -> None:
    assert message_read({"text": "x", "attachments": {"text": "y"}}).attachments == []
