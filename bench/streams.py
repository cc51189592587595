"""Measures idle event streams in one web process, and how long many pages take to reconnect.

    [DATABASE_URL=postgres://...] .venv/bin/python bench/streams.py 500 [--idle 30]

It creates its own database, signs in this many users, opens a stream for each, and measures the server's process for
30 seconds without messages. Then it measures how long a message for all of them takes to arrive at the
last one, from being posted (it is decided at once). Finally, all streams are cut and all pages reconnect at once,
while another user loads one page after the other.

Target for 500 pages and one process on PostgreSQL (pool of 16): all streams open within 10 s, no response of 500 or
above, and 95 % of other pages within 300 ms meanwhile.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.scaffold import BASE_DIR, database, database_url, room_fill

TICKS = os.sysconf("SC_CLK_TCK")
# How long the other user loads pages before all reconnect.
BEFORE_SECONDS = 3.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("streams", nargs="?", type=int, default=500)
    parser.add_argument("--idle", type=int, default=30, help="seconds")
    parser.add_argument("--pages", nargs=2, metavar=("PORT", "REQUEST"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.pages:
        port, text = arguments.pages
        pages_load(int(port), text)
        return
    asked = arguments.streams
    with database():
        room = room_fill(asked)
        everybody_hears()
        sessions = sign_in_all()
        asyncio.run(measure(room.pk, sessions, arguments.idle))


def everybody_hears() -> None:
    """Remove the size limit, so that a message reaches all members."""
    from workspace.models import GeneralSettings

    settings = GeneralSettings.stored()
    settings.max_room_members = 0
    settings.save()


def sign_in_all() -> list[str]:
    """Sign in all users with a browser; returns the session keys."""
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


async def measure(room_key: int, sessions: list[str], idle: int) -> None:
    """Open the streams and print the figures."""
    with socket.socket() as free_socket:
        free_socket.bind(("127.0.0.1", 0))
        port = free_socket.getsockname()[1]
    environment = {**os.environ, "DATABASE_URL": database_url(), "DJANGO_SETTINGS_MODULE": "workspace.config.web"}
    command = ("-m", "uvicorn", "workspace.config.asgi:application", "--log-level", "warning", "--port", str(port))
    command += ("--http", "workspace.server.protocol:BoundedProtocol")
    server = await asyncio.create_subprocess_exec(sys.executable, *command, cwd=BASE_DIR, env=environment)
    try:
        await until_answers(port)
        print(f"without streams: {memory(server.pid):.0f} MB")
        streams = [await opened(port, session) for session in sessions]
        busy, begun = processor(server.pid), time.monotonic()
        await asyncio.sleep(idle)
        share = (processor(server.pid) - busy) / (time.monotonic() - begun)
        print(f"{len(streams)} streams: {memory(server.pid):.0f} MB, {share:.1%} of a core at idle")
        begun = time.monotonic()
        await asyncio.to_thread(post, room_key)
        await asyncio.gather(*(arrival(reader) for reader, _writer in streams))
        print(f"a message has arrived at all of them after {time.monotonic() - begun:.2f} s", flush=True)
        for _reader, writer in streams:
            writer.close()
        await reconnect(port, sessions, server.pid)
    finally:
        server.terminate()
        begun = time.monotonic()
        await server.wait()
        print(f"the server stopped after {time.monotonic() - begun:.2f} s")


async def reconnect(port: int, sessions: list[str], pid: int) -> None:
    """Let all pages reconnect at once, and print how long it took and the effect on another page."""
    async with another_user(port, sessions[0]) as pages:
        await asyncio.sleep(BEFORE_SECONDS)
        begun, busy = time.monotonic(), processor(pid)
        answers = await asyncio.gather(*(reopened(port, session) for session in sessions))
        ended, used = time.monotonic(), processor(pid) - busy
    before = [seconds for at, seconds in pages if at + seconds <= begun]
    meanwhile = [seconds for at, seconds in pages if at < ended and at + seconds > begun]
    failed = sum(status >= 500 for status in answers)
    print(f"{answers.count(200)} of {len(answers)} pages stream again after {ended - begun:.2f} s, {failed} x 5xx")
    print(f"that took {used:.2f} s of a core, with {len(meanwhile)} other pages")
    print(f"another page, p95: {p95(before):.0f} ms before, {p95(meanwhile):.0f} ms meanwhile", flush=True)


@asynccontextmanager
async def another_user(port: int, session: str) -> AsyncIterator[list[tuple[float, float]]]:
    """Let another process load one page after the other; at the end, the list has when each began and its seconds.

    In this process, pages would also wait for the hundreds that reconnect here.
    """
    command = (__file__, "--pages", str(port), request("/rooms/", session, "Connection: close").decode())
    process = await asyncio.create_subprocess_exec(sys.executable, *command, stdout=asyncio.subprocess.PIPE)
    pages: list[tuple[float, float]] = []
    try:
        yield pages
    finally:
        process.terminate()
        output, _errors = await process.communicate()
        lines = output.decode().splitlines()
        pages += [(float(at), float(seconds)) for at, seconds in map(str.split, lines)]


def pages_load(port: int, text: str) -> None:
    """Load one page after the other until the process is terminated, and print when each began and its seconds."""
    while True:
        begun = time.monotonic()
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(text.encode())
            response = b"".join(iter(lambda: connection.recv(65536), b""))
        assert response.startswith(b"HTTP/1.1 200"), response[:200]
        print(begun, time.monotonic() - begun, flush=True)


async def reopened(port: int, session: str) -> int:
    """Reopen a stream like a page whose stream was cut; returns the status when the stream has started."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("/events/", session, "Last-Event-ID: 1"))
    status = int((await reader.readline()).split()[1])
    if status == 200:
        await reader.readuntil(b"event: counters")
    return status


def request(path: str, session: str, header: str) -> bytes:
    """Return a request with a signed-in session."""
    from django.conf import settings

    cookie = f"{settings.SESSION_COOKIE_NAME}={session}"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n{header}\r\n\r\n".encode()


def p95(seconds: list[float]) -> float:
    """Return the 95th percentile in milliseconds."""
    ordered = sorted(seconds) or [0.0]
    return ordered[min(len(ordered) * 95 // 100, len(ordered) - 1)] * 1000


async def until_answers(port: int) -> None:
    """Wait until the server accepts connections."""
    while True:
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


async def opened(port: int, session: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a stream, and wait until it has started."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request("/events/", session, "Accept: text/event-stream"))
    await reader.readuntil(b"event: counters")
    return reader, writer


async def arrival(reader: asyncio.StreamReader) -> None:
    """Wait until the message arrives."""
    await reader.readuntil(b"event: notification")


def post(room_key: int) -> None:
    """Post a message with @all, and decide it."""
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
    """Return the CPU time that the process has used, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
