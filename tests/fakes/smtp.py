"""A mail server that accepts mails over real SMTP, with TLS if it has a certificate."""

from __future__ import annotations

import base64
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self


@dataclass
class ReceivedMail:
    """A mail that was accepted, with the state of the connection."""

    sender: str
    recipients: list[str]
    content: str
    is_encrypted: bool
    username: str


@dataclass
class FakeMailServer:
    """Use as a context manager. With `accounts`, only their users may send; with `tls`, STARTTLS is offered."""

    accounts: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    starts_with_tls: bool = False
    received: list[ReceivedMail] = field(default_factory=list)

    @property
    def port(self) -> int:
        port: int = self._server.server_address[1]
        return port

    def __enter__(self) -> Self:
        self._server = Listener(self)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, fake: FakeMailServer) -> None:
        self.fake = fake
        super().__init__(("127.0.0.1", 0), Session)


class Session(socketserver.StreamRequestHandler):
    """One connection: the commands of RFC 5321 that Python's client sends."""

    server: Listener

    def handle(self) -> None:
        fake = self.server.fake
        self.is_encrypted, self.username, self.sender, self.recipients = False, "", "", list[str]()
        try:
            if fake.starts_with_tls:
                self.encrypt()
            self.say("220 fake")
            while line := self.rfile.readline().decode().strip():
                verb, _space, rest = line.partition(" ")
                if not getattr(self, f"on_{verb.lower()}", self.on_other)(rest):
                    return
        except OSError:
            return
        finally:
            self.request.close()

    def say(self, *lines: str) -> bool:
        for position, line in enumerate(lines):
            text = line if position == len(lines) - 1 else f"{line[:3]}-{line[4:]}"
            self.wfile.write(f"{text}\r\n".encode())
        return True

    def encrypt(self) -> None:
        context = self.server.fake.tls
        assert context
        self.request = context.wrap_socket(self.request, server_side=True)
        self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
        self.is_encrypted = True

    def on_ehlo(self, _rest: str) -> bool:
        fake = self.server.fake
        lines = ["250 fake"]
        lines += ["250 STARTTLS"] if fake.tls and not self.is_encrypted else []
        lines += ["250 AUTH PLAIN"] if fake.accounts else []
        return self.say(*lines)

    def on_starttls(self, _rest: str) -> bool:
        self.say("220 go on")
        self.encrypt()
        return True

    def on_auth(self, rest: str) -> bool:
        _nothing, username, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
        if self.server.fake.accounts.get(username) != password:
            return self.say("535 5.7.8 wrong")
        self.username = username
        return self.say("235 welcome")

    def on_mail(self, rest: str) -> bool:
        if self.server.fake.accounts and not self.username:
            return self.say("530 5.7.0 sign in first")
        self.sender, self.recipients = rest.partition("<")[2].partition(">")[0], []
        return self.say("250 ok")

    def on_rcpt(self, rest: str) -> bool:
        self.recipients.append(rest.partition("<")[2].partition(">")[0])
        return self.say("250 ok")

    def on_data(self, _rest: str) -> bool:
        self.say("354 go on")
        lines = list[str]()
        while (line := self.rfile.readline().decode().rstrip("\r\n")) != ".":
            lines.append(line)
        content = "\n".join(lines)
        self.server.fake.received.append(
            ReceivedMail(self.sender, self.recipients, content, self.is_encrypted, self.username)
        )
        return self.say("250 accepted")

    def on_quit(self, _rest: str) -> bool:
        self.say("221 bye")
        return False

    def on_other(self, *_rest: Any) -> bool:
        return self.say("250 ok")
