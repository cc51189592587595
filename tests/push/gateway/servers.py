"""Requests as Rocket.Chat's servers send them to a push gateway, and what these make of its answers.

Recorded by people who ran gateways of their own: `push_of_a_message` is what the README of a masking gateway shows
(`options of req.body`), `recorded_test_push` what sergey-kalitein/GoRockGate shows (README.md, "HTTP POST Body
Example"); of both, only names were changed. The fields that ansiwen/rocketchat-push-gateway reads (src/main.go,
`RCPushNotification`) are these as well.

After the source of the server, RocketChat/Rocket.Chat: apps/meteor/app/push/server/push.ts (`sendGatewayPush`,
`getGatewayNotificationData`, `GatewayNotification`) and app/push-notifications/server/lib/PushNotification.ts
(`getNotificationConfig`). Earlier versions, app/push/server/push.js, sent the body as a text without naming JSON, a
priority, and overriding texts in `apn`. Calls have tokens of their own and the topic of the app with `.voip`.
"""

from __future__ import annotations

from typing import Any

UNIQUE_ID = "9dNd4jrrjSJQcFXqz"
APPLE_TOKEN = "f547c177ca7f6421910c673e2e09165121bcdc62d3a92e249d6ad0c627373359"
GOOGLE_TOKEN = "dGVzdA:APA91b-fcm-token"
TOKENS = {"apn": APPLE_TOKEN, "gcm": GOOGLE_TOKEN}

push_of_a_message: dict[str, Any] = {
    "createdAt": "2024-01-01T00:00:00.000Z",
    "createdBy": "<SERVER>",
    "sent": False,
    "sending": 0,
    "from": "push",
    "title": "admin",
    "text": "hello",
    "userId": "h3xHgjQk9eXCjCoQt",
    "payload": {
        "host": "https://rocket.example.org/",
        "messageId": "a2Bh3THbxsobnvXH9",
        "notificationType": "message",
        "rid": "BhEwGa7LYsqxaCrC3h3xHgjQk9eXCjCoQt",
        "sender": {"_id": "BhEwGa7LYsqxaCrC3", "username": "admin", "name": "admin"},
        "senderName": "admin",
        "type": "d",
    },
    "badge": 1,
    "sound": "default",
    "notId": -427272375,
    "apn": {"category": "MESSAGE"},
    "gcm": {"image": "https://rocket.example.org/images/logo/android-chrome-192x192.png", "style": "inbox"},
    "topic": "chat.rocket.ios",
    "uniqueId": UNIQUE_ID,
}
push_to_google = {name: value for name, value in push_of_a_message.items() if name != "topic"}
recorded_test_push: dict[str, Any] = {
    "createdAt": "2021-03-12T10:09:17.925Z",
    "createdBy": "<SERVER>",
    "sent": False,
    "sending": 0,
    "from": "push",
    "title": "@sg",
    "text": "This is a push test message",
    "userId": "gR6Hhq5aEDdGswSQY",
    "sound": "default",
    "apn": {"text": "@sg:\nThis is a push test message"},
    "site_url": "https://rocket.example.org",
    "topic": "chat.rocket.ios",
    "uniqueId": UNIQUE_ID,
}
# With the setting to fetch the message's content from the server.
ID_ONLY = {
    "title": "",
    "text": "You have a new message",
    "payload": {
        "host": "https://rocket.example.org/",
        "messageId": "a2Bh3THbxsobnvXH9",
        "notificationType": "message-id-only",
    },
}
# Service, and options, of each kind of request.
SHAPES: dict[str, tuple[str, dict[str, Any]]] = {
    "apple": ("apn", push_of_a_message),
    "google": ("gcm", push_to_google),
    "apple, id only": ("apn", {**push_of_a_message, **ID_ONLY}),
    "google, id only": ("gcm", {**push_to_google, **ID_ONLY}),
    "apple, a test push": ("apn", recorded_test_push),
    "google, a test push": (
        "gcm",
        {name: value for name, value in recorded_test_push.items() if name not in ("apn", "topic")},
    ),
    "apple, with a priority": ("apn", {**push_of_a_message, "priority": 10}),
    "apple, for content": ("apn", {**push_of_a_message, "contentAvailable": 1, "apn": {"expirationSeconds": 60}}),
    "google, with what nobody knows": ("gcm", {**push_to_google, "forceStart": 1, "query": {"userId": "u"}}),
    "google, of nobody in particular": ("gcm", {**push_to_google, "createdBy": None, "gcm": {"actions": []}}),
}


def treatment_of(status: int) -> str:
    """Return what the server does upon an answer: the branches of `sendGatewayPush`."""
    if status == 406:
        return "removes the token"
    if status in (401, 422):
        return "gives up"
    return "is content" if 200 <= status < 300 else "repeats it"
