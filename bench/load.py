"""A light load generator: some connections kept alive, each always waiting for one answer.

It shares the machine with what it measures, so it does little: ready-made requests, one thread.
"""

from __future__ import annotations

import itertools
import selectors
import socket
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

AT_ONCE = 8
ROUNDS, SECONDS = 9, 0.4  # many short ones: what else the machine does hits both of a pair
ACCEPTS = "gzip, deflate, br, zstd"  # as browsers say


class WrongAnswerError(Exception):
    """The server answered something else than 200, or closed the connection."""


@dataclass
class Round:
    """What one round measured."""

    seconds: float
    times: list[float]  # of each request, in milliseconds

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, percent: int) -> float:
        ordered = sorted(self.times)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


@dataclass
class Connection:
    """A connection and the answer that is coming in on it."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    expected: int = 0  # bytes of the whole answer, once its head has come


def request(path: str, port: int, headers: dict[str, str]) -> bytes:
    """The bytes of a GET."""
    lines = [f"GET {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Accept-Encoding: {ACCEPTS}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def load(port: int, requests: Sequence[bytes], seconds: float, at_once: int = AT_ONCE) -> Round:
    """Ask for `requests` in turn for some seconds, and time each answer."""
    turn = itertools.cycle(requests)
    times: list[float] = []
    with selectors.DefaultSelector() as selector:
        connections = [Connection(connect(port)) for _ in range(at_once)]
        started = time.perf_counter()
        until = started + seconds
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            send(connection, next(turn))
        waiting = at_once
        while waiting:
            ready = selector.select(timeout=30)
            if not ready:
                raise WrongAnswerError("No answer within 30 seconds.")
            for key, _events in ready:
                connection = key.data
                if receive(connection):
                    now = time.perf_counter()
                    times.append((now - connection.sent_at) * 1000)
                    if now < until:
                        send(connection, next(turn))
                    else:
                        selector.unregister(connection.socket)
                        waiting -= 1
        spent = time.perf_counter() - started
        for connection in connections:
            connection.socket.close()
    return Round(spent, times)


def connect(port: int) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=10)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def send(connection: Connection, data: bytes) -> None:
    connection.received.clear()
    connection.expected = 0
    connection.sent_at = time.perf_counter()
    connection.socket.sendall(data)


def receive(connection: Connection) -> bool:
    """Read what has come; True when the answer is whole."""
    chunk = connection.socket.recv(262144)
    if not chunk:
        raise WrongAnswerError("The server closed the connection.")
    received = connection.received
    received += chunk
    if not connection.expected:
        end = received.find(b"\r\n\r\n")
        if end < 0:
            return False
        head = bytes(received[:end])
        if not head.startswith(b"HTTP/1.1 200"):
            raise WrongAnswerError(head.decode("latin-1"))
        at = head.lower().index(b"content-length:") + 15
        connection.expected = end + 4 + int(head[at:].partition(b"\r\n")[0])
    return len(received) >= connection.expected


def p95(rounds: Sequence[Round]) -> float:
    """Milliseconds: of each round the 95th percentile, and of these the middle one."""
    return statistics.median(each.percentile(95) for each in rounds)


def calm_p95(port: int, paths: Sequence[str], headers: dict[str, str]) -> float:
    """Milliseconds: the p95 with two at once, a request for each of the two processes."""
    requests = [request(path, port, headers) for path in paths]
    return p95([load(port, requests, SECONDS, at_once=2) for _number in range(ROUNDS)])
