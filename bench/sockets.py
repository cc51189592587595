"""Measures idle web sockets in one web process, and how long an event takes to reach many of them.

    [DATABASE_URL=postgres://...] .venv/bin/python bench/sockets.py [--idle 2000] [--hearing 1000] [--events 20]

It creates its own database, with a member for each socket. All sockets sign in with a token and subscribe to what the
mobile app does. It prints the growth of the server's process per socket, and the processor time while all are idle.
Then some sockets also subscribe to the messages of a room, where another process posts. An event's time is from before
the post (in the poster) until the frame is in the client. Finally, all sockets are cut and sign in again at once, as
after a restart.

The machine's speed matters, so a baseline is measured in the same run: a frame of this size, sent to as many clients of
a bare asyncio server, one write for each. The ratio of the two should change little between machines.

Targets: 60 KB per socket; 95 % of the sockets have an event within 300 ms, on PostgreSQL.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.memory import web_server
from bench.scaffold import BASE_DIR, database, database_url, room_fill
from bench.streams import everybody_hears, memory, p95, processor

# The sockets that are opened before the first measurement, so that modules and pools are loaded.
WARM = 100
# How many sockets sign in at the same time.
TOGETHER = 100
UPGRADE = (
    b"GET /websocket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    b"User-Agent: RC Mobile; ios 17.4; v4.72.0 (123)\r\nOrigin: https://chat.example\r\n\r\n"
)
# What the mobile app subscribes to after its sign-in.
OWN_EVENTS = (
    "message",
    "notification",
    "rooms-changed",
    "subscriptions-changed",
    "uiInteraction",
    "userData",
    "force_logout",
)
# Seconds without messages, longer than the interval of the server's pings.
IDLE_SECONDS = 40
PAUSE_SECONDS = 0.5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--idle", type=int, default=2_000)
    parser.add_argument("--hearing", type=int, default=1_000)
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--post", nargs=2, metavar=("ROOM", "EVENTS"), type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.post:
        post(*arguments.post)
        return
    with database():
        room = room_fill(max(arguments.idle, arguments.hearing))
        everybody_hears()
        members = tokens_create()
        with web_server() as (pid, port):
            asyncio.run(measure(port, pid, room.pk, room.public_id, members, arguments))


def tokens_create() -> list[tuple[str, str]]:
    """Sign in all members; returns the public id and the token of each."""
    from django.db import connection
    from knox.models import AuthToken

    from workspace.models import User

    members = [
        (user.public_id, str(AuthToken.objects.create(user=user)[1]))
        for user in User.objects.filter(username__startswith="member")
    ]
    connection.close()
    return members


class Socket:
    """The client's side of a socket."""

    def __init__(self, public_id: str, token: str) -> None:
        self.public_id = public_id
        self.token = token

    async def open(self, port: int) -> None:
        """Connect, sign in, and subscribe to the user's own events."""
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", port)
        self.writer.write(UPGRADE)
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head
        self.send(msg="connect", version="1", support=["1"])
        self.send(msg="method", method="login", params=[{"resume": self.token}], id="login")
        for event in OWN_EVENTS:
            self.send(msg="sub", id=event, name="stream-notify-user", params=[f"{self.public_id}/{event}", False])
        await self.until(f'"{OWN_EVENTS[-1]}"')

    def send(self, **message: object) -> None:
        """Send a DDP message in a masked frame."""
        content = json.dumps(message).encode()
        length = bytes([0x80 | len(content)]) if len(content) < 126 else b"\xfe" + len(content).to_bytes(2, "big")
        self.writer.write(b"\x81" + length + bytes(4) + content)

    async def until(self, text: str) -> None:
        """Skip what is received before a text."""
        await self.reader.readuntil(text.encode())

    async def answer_pings(self) -> None:
        """Answer the server's pings, until cancelled."""
        while True:
            await self.until('"msg":"ping"')
            self.send(msg="pong")


async def measure(
    port: int, pid: int, room: int, room_id: str, members: list[tuple[str, str]], arguments: argparse.Namespace
) -> None:
    """Open the sockets and print the figures."""
    sockets = [Socket(*member) for member in members[: arguments.idle]]
    await open_all(sockets[:WARM], port)
    before = memory(pid)
    begun = time.monotonic()
    await open_all(sockets[WARM:], port)
    opened = time.monotonic() - begun
    busy, begun = processor(pid), time.monotonic()
    answering = [asyncio.create_task(socket.answer_pings()) for socket in sockets]
    await asyncio.sleep(IDLE_SECONDS)
    for task in answering:
        task.cancel()
    share = (processor(pid) - busy) / (time.monotonic() - begun)
    growth = (memory(pid) - before) * 1024 / (len(sockets) - WARM)
    print(f"{len(sockets)} sockets: {memory(pid):.0f} MB, {growth:.1f} KB each, {share:.1%} of a core at idle")
    print(f"{len(sockets) - WARM} of them signed in within {opened:.1f} s", flush=True)
    hearing = sockets[: arguments.hearing]
    for socket in hearing:
        socket.send(msg="sub", id="room", name="stream-room-messages", params=[room_id, False])
    await asyncio.gather(*(socket.until('"subs":["room"]') for socket in hearing))
    busy = processor(pid)
    delivered = await events_measure(hearing, room, arguments.events)
    each = (processor(pid) - busy) / arguments.events * 1000
    baseline = await baseline_measure(len(hearing), arguments.events)
    print(
        f"an event reached {len(hearing)} sockets, p95: {p95(delivered):.0f} ms, last: {max(delivered) * 1000:.0f} ms"
    )
    print(f"the server used {each:.0f} ms of a core for each event, and for the changes that follow from it")
    print(f"a bare server, p95: {p95(baseline):.0f} ms; ratio {p95(delivered) / p95(baseline):.1f}", flush=True)
    for socket in sockets:
        socket.writer.close()
    begun, busy = time.monotonic(), processor(pid)
    await asyncio.gather(*(socket.open(port) for socket in sockets[:500]))
    print(
        f"500 sockets signed in again at once after {time.monotonic() - begun:.2f} s, {processor(pid) - busy:.2f} s CPU"
    )


async def open_all(sockets: list[Socket], port: int) -> None:
    """Open sockets, some at a time."""
    for start in range(0, len(sockets), TOGETHER):
        await asyncio.gather(*(socket.open(port) for socket in sockets[start : start + TOGETHER]))


async def events_measure(sockets: list[Socket], room: int, events: int) -> list[float]:
    """Let another process post messages; return the seconds until each socket had each of them."""
    command = (__file__, "--post", str(room), str(events))
    environment = {**os.environ, "DATABASE_URL": database_url()}
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, cwd=BASE_DIR, env=environment, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout
    arrivals = [
        await asyncio.gather(*(arrival(socket.reader, number) for socket in sockets)) for number in range(events)
    ]
    lines = (await process.stdout.read()).decode().split()
    await process.wait()
    return [at - float(posted) for posted, batch in zip(lines, arrivals, strict=True) for at in batch]


async def arrival(reader: asyncio.StreamReader, number: int) -> float:
    """Wait until an event arrives; returns the time."""
    await reader.readuntil(f"event {number}.".encode())
    return time.time()


def post(room_key: int, events: int) -> None:
    """Post messages, and print the time before each."""
    from workspace.models import Room
    from workspace.services.messages import message_post

    room = Room.objects.get(pk=room_key)
    time.sleep(PAUSE_SECONDS)
    for number in range(events):
        posted = time.time()
        message_post(sender=room.creator, room=room, text=f"event {number}.")
        print(posted, flush=True)
        time.sleep(PAUSE_SECONDS)


async def baseline_measure(count: int, events: int) -> list[float]:
    """Return the seconds until each of many clients of a bare server had a frame, which a process of its own sends."""
    command = ("-c", BASELINE, str(count), str(events))
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    assert process.stdout
    port = int(await process.stdout.readline())
    clients = [await asyncio.open_connection("127.0.0.1", port) for _number in range(count)]
    arrivals = [
        await asyncio.gather(*(arrival(reader, number) for reader, _writer in clients)) for number in range(events)
    ]
    lines = (await process.stdout.read()).decode().split()
    await process.wait()
    return [at - float(sent) for sent, batch in zip(lines, arrivals, strict=True) for at in batch]


BASELINE = f"""
import asyncio, sys, time
count, events = map(int, sys.argv[1:])
writers = []
async def main():
    server = await asyncio.start_server(lambda reader, writer: writers.append(writer), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while len(writers) < count:
        await asyncio.sleep(0.1)
    for number in range(events):
        await asyncio.sleep({PAUSE_SECONDS})
        print(time.time(), flush=True)
        frame = (f"event {{number}}." + "x" * 600).encode()
        for writer in writers:
            writer.write(frame)
    await asyncio.sleep(2)
asyncio.run(main())
"""

if __name__ == "__main__":
    main()
