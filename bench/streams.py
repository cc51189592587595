"""What open streams cost one web process at idle: memory and processor time.

    [DATABASE_URL=postgres://...] .venv/bin/python bench/streams.py 500

Makes a database of its own, signs that many people in, opens one stream for each, and measures the server's process for
30 seconds in which nobody says anything. Besides: how long it then takes until a message for all of them has arrived at
the last one, from being posted (it is decided upon at once).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.scaffold import BASE_DIR, database, database_url, room_fill

IDLE_SECONDS = 30
TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("streams", nargs="?", type=int, default=500)
    asked = parser.parse_args().streams
    with database():
        room = room_fill(asked)
        everybody_hears()
        sessions = sign_in_all()
        asyncio.run(measure(room.pk, sessions))


def everybody_hears() -> None:
    """Let a message reach everybody, however large the room is."""
    from workspace.models import GeneralSettings

    settings = GeneralSettings.stored()
    settings.max_room_members = 0
    settings.save()


def sign_in_all() -> list[str]:
    """Sign everybody in with a browser; returns the sessions' keys."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from workspace.models import User
    from workspace.services.presence import activity_report

    keys = []
    for user in User.objects.filter(username__startswith="member"):
        session = SessionStore()
        session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
        session.create()
        activity_report(user=user)
        keys.append(str(session.session_key))
    return keys


async def measure(room_key: int, sessions: list[str]) -> None:
    """Open the streams and print the figures."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = found.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "workspace.config.settings"}
    command = ("-m", "uvicorn", "workspace.config.asgi:application", "--log-level", "warning", "--port", str(port))
    server = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=BASE_DIR, env=environment)
    try:
        await until_answers(port)
        print(f"without streams: {memory(server.pid):.0f} MB")
        streams = [await opened(port, session) for session in sessions]
        busy, begun = processor(server.pid), time.monotonic()
        await asyncio.sleep(IDLE_SECONDS)
        share = (processor(server.pid) - busy) / (time.monotonic() - begun)
        print(f"{len(streams)} streams: {memory(server.pid):.0f} MB, {share:.1%} of a core at idle")
        begun = time.monotonic()
        await asyncio.to_thread(post, room_key)
        await asyncio.gather(*(arrival(reader) for reader, _writer in streams))
        print(f"a message has arrived at all of them after {time.monotonic() - begun:.2f} s", flush=True)
    finally:
        server.terminate()
        begun = time.monotonic()
        await server.wait()
        print(f"the server stopped after {time.monotonic() - begun:.2f} s")


async def until_answers(port: int) -> None:
    """Wait until the server takes connections."""
    while True:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


async def opened(port: int, session: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a stream, and wait until it has begun."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    from django.conf import settings

    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    writer.write(f"GET /events/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
    await reader.readuntil(b"event: counters")
    return reader, writer


async def arrival(reader: asyncio.StreamReader) -> None:
    """Wait for the message."""
    await reader.readuntil(b"event: notification")


def post(room_key: int) -> None:
    """Post a message that calls everybody, and decide upon it."""
    from django.db import connection

    from push.services.fanout import pending_decide
    from workspace.models import Room
    from workspace.services.messages import message_post

    room = Room.objects.get(pk=room_key)
    message_post(sender=room.creator, room=room, text="Lunch is ready")
    pending_decide()
    connection.close()


def memory(pid: int) -> float:
    """Return the process's resident memory in MB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def processor(pid: int) -> float:
    """Return the processor time that the process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
