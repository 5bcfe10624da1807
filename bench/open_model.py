"""Requests that come when they come, whether earlier ones are answered or not.

An open model: each request has its moment, and its time counts from then. A slow answer keeps
nobody else from asking, so what waits in line is measured too. Over TLS to nginx, with connections
kept as browsers keep them; one thread, so that little of the machine goes into asking.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ssl
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlencode

LONGEST = 60.0  # seconds that somebody waits for an answer
IDLE = 20.0  # seconds after which a kept connection is not used again: nginx closes it at thirty
FORM = "application/x-www-form-urlencoded"


class Answer(NamedTuple):
    """`status` 0: none came."""

    status: int
    headers: Mapping[str, str] = {}
    cookies: tuple[str, ...] = ()  # each as `name=value`
    body: bytes = b""

    @property
    def text(self) -> str:
        packed = self.headers.get("content-encoding", "") == "gzip"
        return (gzip.decompress(self.body) if packed else self.body).decode(errors="replace")


@dataclass
class Line:
    """A connection that is kept."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    left_at: float = 0.0


@dataclass
class Door:
    """The way to nginx: as many connections as there are requests under way."""

    port: int
    host: str
    lines: deque[Line] = field(default_factory=deque)
    context: ssl.SSLContext = field(default_factory=ssl._create_unverified_context)

    async def ask(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: bytes = b"",
    ) -> Answer:
        """One request and its answer; status 0 when the connection breaks or nothing comes."""
        head = [f"{method} {path} HTTP/1.1", f"Host: {self.host}", "Accept-Encoding: gzip"]
        if method == "POST":
            head.append(f"Content-Length: {len(body)}")
        head += [f"{name}: {value}" for name, value in headers.items()]
        said = ("\r\n".join(head) + "\r\n\r\n").encode() + body
        try:
            async with asyncio.timeout(LONGEST):
                line, kept = await self._line()
                answer = await self._exchange(line, said)
                if answer is None and kept:  # it was closed meanwhile; nobody has seen the request
                    line, _kept = await self._line(fresh=True)
                    answer = await self._exchange(line, said)
                return answer or Answer(0)
        except (OSError, TimeoutError):
            return Answer(0)

    async def _line(self, fresh: bool = False) -> tuple[Line, bool]:
        now = asyncio.get_running_loop().time()
        while self.lines and not fresh:
            line = self.lines.pop()
            if now - line.left_at < IDLE and not line.reader.at_eof():
                return line, True
            line.writer.close()
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.port, ssl=self.context, server_hostname=self.host
        )
        return Line(reader, writer), False

    async def _exchange(self, line: Line, said: bytes) -> Answer | None:
        """The answer; None when the connection was closed before a byte of it came."""
        try:
            line.writer.write(said)
            await line.writer.drain()
            head = await line.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            line.writer.close()
            partial = getattr(error, "partial", b"")
            if partial:
                return Answer(0)
            return None
        first, *rest = head.decode("latin-1").split("\r\n")
        lines = [
            (name.strip().lower(), value.strip())
            for name, _colon, value in (each.partition(":") for each in rest if each)
        ]
        headers = dict(lines)
        cookies = tuple(v.partition(";")[0] for name, v in lines if name == "set-cookie")
        status = int(first.split(" ", 2)[1])
        try:
            body = await _body(line.reader, status, headers)
        except asyncio.IncompleteReadError:
            line.writer.close()
            return Answer(0)
        if headers.get("connection", "").lower() == "close":
            line.writer.close()
        else:
            line.left_at = asyncio.get_running_loop().time()
            self.lines.append(line)
        return Answer(status, headers, cookies, body)

    def close(self) -> None:
        while self.lines:
            self.lines.pop().writer.close()


async def _body(reader: asyncio.StreamReader, status: int, headers: Mapping[str, str]) -> bytes:
    if status in {204, 304}:
        return b""
    if headers.get("transfer-encoding", "").lower() == "chunked":
        parts = []
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readuntil(b"\r\n")
        return b"".join(parts)
    return await reader.readexactly(int(headers.get("content-length", 0)))


# --- Forms ----------------------------------------------------------------------------------------
def post_of(host: str, path: str, fields: Mapping[str, str]) -> tuple[dict[str, str], bytes]:
    """The headers and the body of a form that a browser sends."""
    headers = {"Content-Type": FORM, "Origin": f"https://{host}"}
    return headers | {"Referer": f"https://{host}{path}"}, urlencode(fields).encode()


def upload_of(
    host: str,
    path: str,
    fields: Mapping[str, str],
    name: str,
    content: bytes,
) -> tuple[dict[str, str], bytes]:
    """The same with a PDF in the field `name`."""
    edge = f"----{zlib.crc32(content):08x}"
    parts = [
        f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    disposition = f'Content-Disposition: form-data; name="{name}"; filename="paper.pdf"'
    parts.append(
        f"--{edge}\r\n{disposition}\r\nContent-Type: application/pdf\r\n\r\n".encode() + content
    )
    body = b"".join(parts) + f"\r\n--{edge}--\r\n".encode()
    headers, _nothing = post_of(host, path, {})
    return headers | {"Content-Type": f"multipart/form-data; boundary={edge}"}, body


# --- When they come -------------------------------------------------------------------------------
type Do = Callable[[float], Awaitable[None]]  # with its moment, on the loop's clock


async def keep_to(schedule: Iterable[tuple[float, Do]]) -> None:
    """Begin each thing at its moment, in seconds from now; wait until the last is done."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    under_way: set[asyncio.Task[None]] = set()
    for moment, do in schedule:
        due = began + moment
        if (wait := due - loop.time()) > 0:
            await asyncio.sleep(wait)
        task = asyncio.ensure_future(do(due))
        under_way.add(task)
        task.add_done_callback(under_way.discard)
    while under_way:
        done, _left = await asyncio.wait(under_way)
        for task in done:
            with contextlib.suppress(asyncio.CancelledError):
                task.result()


def percentile(times: list[float], percent: float) -> float:
    """Of so many times the one that so many per cent lie below; 0 when there are none."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] if ordered else 0.0
