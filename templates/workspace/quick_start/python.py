"""Needs: pip install requests websockets

python quick_start.py https://chat.example.org ana PASSWORD
"""

import json
import sys
import uuid

import requests
from websockets.sync.client import connect

site, username, password = sys.argv[1:4]
api = requests.Session()


def call(method, name, **arguments):
    answer = api.request(method, f"{site}/api/v1/{name}", timeout=10, **arguments).json()
    if answer.get("success") or answer.get("status") == "success":
        return answer
    raise SystemExit(answer.get("error") or answer["message"])


# 1. Sign in.
me = call("POST", "login", json={"user": username, "password": password})["data"]
api.headers.update({"X-Auth-Token": me["authToken"], "X-User-Id": me["userId"]})

# 2. Register this device for pushes. In a mobile app, the token comes from Google ("gcm") or Apple ("apn").
device = {"type": "gcm", "value": f"quick-start-{uuid.uuid4().hex}", "appName": "org.example.chat"}
call("POST", "push.token", json=device)

# 3. Receive notifications while connected.
with connect(site.replace("http", "ws", 1) + "/websocket") as socket:

    def send(**frame):
        socket.send(json.dumps(frame))

    def receive(*kinds):
        while True:
            frame = json.loads(socket.recv())
            if frame.get("msg") == "ping":
                send(msg="pong")
            elif frame.get("msg") in kinds:
                return frame

    send(msg="connect", version="1", support=["1"])
    receive("connected")
    send(msg="method", id="1", method="login", params=[{"resume": me["authToken"]}])
    receive("result")
    send(msg="sub", id="2", name="stream-notify-user", params=[f"{me['userId']}/notification", False])
    receive("ready")
    print("Waiting for a notification ...", flush=True)
    payload = receive("changed")["fields"]["args"][0]["payload"]

# 4. Fetch the message by its id, as an app does when a push contains nothing else.
content = call("GET", "push.get", params={"id": payload["_id"]})["data"]["notification"]
print(f"{content['title']}: {content['text']}")

# 5. Acknowledge that the push has arrived.
call("POST", "push.ack", json={"id": payload["_id"]})

# 6. Reply.
call("POST", "chat.sendMessage", json={"message": {"rid": payload["rid"], "msg": "Thank you!"}})

# 7. Remove the device, and sign out.
call("DELETE", "push.token", json={"token": device["value"]})
call("POST", "logout", json={})
