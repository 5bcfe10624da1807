"""A mail server of our own: keeps what it took, and misbehaves on demand."""

from __future__ import annotations

import contextlib
import email
import socket
import socketserver
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from email.message import Message

SILENCE = ""  # an answer that never comes


@dataclass
class Taken:
    """One mail that was answered with 250, or that would have been."""

    to: str
    message: Message
    at: float  # seconds, monotonic

    @property
    def id(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        """The plain part."""
        part = next(p for p in self.message.walk() if p.get_content_type() == "text/plain")
        content = part.get_payload(decode=True)
        assert isinstance(content, bytes)
        return content.decode()


@dataclass
class MailServer:
    """Listens on this machine in a thread; `with MailServer() as server`."""

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)  # by CONNECT, MAIL, RCPT, DATA, "."
    every_third: str = ""  # what every third mail is told after its last dot
    idle: float = 60.0  # seconds after which a silent client is left
    taken: list[Taken] = field(default_factory=list)
    connections: int = 0
    asked: int = 0  # mails that came to their last dot

    def __enter__(self) -> MailServer:
        self.open()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def open(self) -> None:
        """Listen, on the same port as before."""
        self.clients: list[socket.socket] = []
        self.server = _Server(("127.0.0.1", self.port), _Conversation)
        self.server.owner = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=[0.05], daemon=True).start()

    def close(self) -> None:
        """Refuse connections from now on, and end those there are."""
        self.server.shutdown()
        self.server.server_close()
        for client in self.clients:
            with contextlib.suppress(OSError):
                client.shutdown(socket.SHUT_RDWR)

    def keep(self, mail: Taken) -> None:
        self.taken.append(mail)

    def counts(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(mail.id for mail in self.taken)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    owner: MailServer


class _Conversation(socketserver.StreamRequestHandler):
    server: _Server

    def handle(self) -> None:
        owner = self.server.owner
        owner.connections += 1
        owner.clients.append(self.connection)
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.settimeout(owner.idle)
        with contextlib.suppress(OSError):
            self.converse(owner)

    def converse(self, owner: MailServer) -> None:
        to = ""
        self.say("CONNECT", "220 sink")
        while line := self.rfile.readline():
            verb = line[:4].strip().upper().decode("latin-1")
            if verb == "RCPT":
                to = line.decode("latin-1").strip()[8:].strip("<> ")
            if verb == "DATA":
                self.take(owner, to)
            elif verb == "QUIT":
                self.say(verb, "221 bye")
                return
            else:
                self.say(verb, "250 fine")

    def take(self, owner: MailServer, to: str) -> None:
        if not self.say("DATA", "354 go on").startswith("354"):
            return
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            if not line:
                return  # the client is gone before the last dot: nothing was handed over
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        owner.asked += 1
        put_off = owner.every_third and owner.asked % 3 == 0
        answer = owner.every_third if put_off else owner.answers.get(".", "250 taken")
        if not answer or answer.startswith("250"):
            message = email.message_from_bytes(b"".join(lines))
            owner.keep(Taken(to, message, time.monotonic()))
        self.say(".", answer)

    def say(self, step: str, usual: str) -> str:
        """Answer as told, or as usual; with silence, wait until the client goes."""
        answer = usual if step == "." else self.server.owner.answers.get(step, usual)
        if answer == SILENCE:
            self.rfile.read()
            raise ConnectionError
        self.wfile.write(answer.encode() + b"\r\n")
        return answer
