"""What people do in a working day, as HTTP requests and web sockets. It is the load of `bench/endurance.py`.

Reads a JSON object from standard input (:class:`Day`), and then lines, each the port of the web process to use from
then on. It prints a JSON object with what happened.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.sockets import Socket

# Requests at the same time; more wait for their turn.
TOGETHER = 24
# A client tries again, because the web process may be replaced meanwhile.
TRIES = 40
PAUSE_SECONDS = 0.25
MENTION_SHARE, DIRECT_SHARE = 0.2, 0.4
# How often the average socket is replaced or reports that its client is or is not in use, in a run.
RECONNECTS, PRESENCE_CHANGES = 2, 6


@dataclass
class Room:
    """A room by its id, with the places of its members in the list of people."""

    id: str
    members: list[int]


@dataclass
class Day:
    """Who does how much: people with their public ids and tokens, and rooms."""

    port: int
    seconds: float
    messages: int
    reads: int
    sockets: int
    people: list[tuple[str, str]]
    channels: list[Room]
    direct: list[Room]
    outcome: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)

    async def live(self) -> None:
        """Do everything that happens in the day, evenly over its time."""
        self.free: list[tuple[int, asyncio.StreamReader, asyncio.StreamWriter]] = []
        self.slots = asyncio.Semaphore(TOGETHER)
        ports = asyncio.create_task(self.ports_follow())
        connected = random.sample(range(len(self.people)), self.sockets)
        tasks = [asyncio.create_task(self.stay_connected(place)) for place in connected]
        await asyncio.gather(self.repeat(self.messages, self.post), self.repeat(self.reads, self.read))
        ports.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def ports_follow(self) -> None:
        """Change to the port of each web process that replaces the one before."""
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            self.port = int(line)

    async def repeat(self, count: int, action: object) -> None:
        """Start an action this many times in the day, whether or not the ones before have ended."""
        begun, running = time.monotonic(), set[asyncio.Task[None]]()
        for number in range(count):
            await asyncio.sleep(max(0.0, begun + self.seconds * number / count - time.monotonic()))
            task = asyncio.create_task(action(number))  # type: ignore[operator]
            running.add(task)
            task.add_done_callback(running.discard)
        await asyncio.gather(*running)

    async def post(self, number: int) -> None:
        """Post a message in a direct room or a channel, some of them with a mention."""
        room = random.choice(self.direct if random.random() < DIRECT_SHARE else self.channels)
        sender, other = random.sample(room.members, 2)
        text = f"Message {number}"
        if len(room.members) > 2 and random.random() < MENTION_SHARE:
            text += f" @member{other}"
        content = {"message": {"_id": f"endurance{number}", "rid": room.id, "msg": text}}
        self.outcome["posted"] += await self.call(sender, "/api/v1/chat.sendMessage", content)

    async def read(self, _number: int) -> None:
        """Read a room, as a member who opens it."""
        room = random.choice(self.direct if random.random() < DIRECT_SHARE else self.channels)
        self.outcome["read"] += await self.call(
            random.choice(room.members), "/api/v1/subscriptions.read", {"rid": room.id}
        )

    async def call(self, place: int, path: str, content: object) -> bool:
        """Call the API until it responds; returns whether it accepted the call. Calls can be repeated safely."""
        public_id, token = self.people[place]
        body = json.dumps(content).encode()
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-User-Id: {public_id}\r\nX-Auth-Token: {token}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        begun = time.monotonic()
        async with self.slots:
            for _attempt in range(TRIES):
                try:
                    status, answer = await asyncio.wait_for(self.exchange(head.encode() + body), 30)
                except (OSError, EOFError, TimeoutError):
                    self.outcome["calls repeated"] += 1
                    await asyncio.sleep(PAUSE_SECONDS)
                    continue
                self.times.append(time.monotonic() - begun)
                if status == 200:
                    return True
                self.outcome[f"status {status}"] += 1
                print(status, path, answer[:200], file=sys.stderr)
                return False
        self.outcome["calls given up"] += 1
        return False

    async def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send a request on a free connection to the current web process, and return the status and the body."""
        reader, writer = await self.connection()
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = int(head.split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
            body = await reader.readexactly(length)
        except BaseException:
            writer.close()
            raise
        if b"connection: close" in head:
            writer.close()
        else:
            self.free.append((self.port, reader, writer))
        return int(head.split()[1]), body

    async def connection(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while self.free:
            port, reader, writer = self.free.pop()
            if port == self.port and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def stay_connected(self, place: int) -> None:
        """Keep a socket open all day: reconnect when it is cut, and now and then by oneself; report presence."""
        public_id, token = self.people[place]
        await asyncio.sleep(random.uniform(0, self.seconds / 20))
        while True:
            socket = Socket(public_id, token)
            try:
                await asyncio.wait_for(socket.open(self.port), 30)
                self.outcome["sockets opened"] += 1
                await asyncio.wait_for(self.use(socket), random.uniform(0.5, 1.5) * self.seconds / (RECONNECTS + 1))
            except (OSError, EOFError, TimeoutError, AssertionError):
                await asyncio.sleep(random.uniform(0, 2))
            finally:
                if hasattr(socket, "writer"):
                    socket.writer.close()

    async def use(self, socket: Socket) -> None:
        """Report now and then that the client is or is not in use, and answer the server's pings."""
        pings = asyncio.create_task(socket.answer_pings())
        try:
            for number in range(1_000):
                done, _pending = await asyncio.wait({pings}, timeout=self.seconds / PRESENCE_CHANGES)
                if done:
                    await pings
                name = "UserPresence:online" if number % 2 else "UserPresence:away"
                socket.send(msg="method", method=name, params=[], id=str(number))
                self.outcome["presence changes"] += 1
        finally:
            pings.cancel()


def main() -> None:
    values = json.loads(sys.stdin.readline())
    for kind in ("channels", "direct"):
        values[kind] = [Room(*room) for room in values[kind]]
    day = Day(**values)
    asyncio.run(day.live())
    times = sorted(day.times)
    report = {name: times[int(len(times) * share)] for name, share in (("p50", 0.5), ("p99", 0.99))}
    print(json.dumps({"outcome": day.outcome, "seconds": report}), flush=True)


if __name__ == "__main__":
    main()
