"""Files on their way in: too large, too many, cut off half way; asked of a running web server."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.db import connection
from django.test import Client

from accounts.models import User
from paperwork import uploads
from paperwork.models import Attachment
from tests import factories
from tests.paperwork.files.conftest import upload
from tests.paperwork.files.samples import plain
from tests.running import wait_until

MEGABYTE = 1024 * 1024
BOUNDARY = "a-boundary-of-the-tests"


@pytest.fixture
def mine(db: None, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(factories.StudentFactory.create())


@pytest.mark.urls("tests.paperwork.files.giving")
class TestWhatIsTooMuch:
    def test_a_file_that_is_too_large_is_refused_in_words(self, mine: Client) -> None:
        large = upload(b"%PDF-1.7\n" + b"x" * (10 * MEGABYTE), "large.pdf")

        answer = mine.post("/giving/", {"words": "Enough", "letter": large})

        assert answer.status_code == 413
        page = answer.content.decode()
        assert "Het bestand is groter dan 10 MB. Maak het kleiner, bijvoorbeeld" in page
        assert not Attachment.objects.exists()

    def test_several_that_are_too_large_together_are_refused_for_that(self, mine: Client) -> None:
        files = {name: upload(b"x" * (5 * MEGABYTE)) for name in ("one", "two", "three")}

        answer = mine.post("/giving/", {"words": "Enough", **files})

        assert answer.status_code == 413
        assert "bij elkaar is groter dan 12 MB" in answer.text
        assert "groter dan 10 MB" not in answer.text

    def test_the_largest_one_comes_in(self, mine: Client) -> None:
        """What is wrong with it is that it is no PDF."""
        answer = mine.post(
            "/giving/", {"words": "Enough", "letter": upload(b"x" * (10 * MEGABYTE))}
        )

        assert answer.status_code == 422

    def test_without_the_handler_it_would_come_in(self, mine: Client, settings: Any) -> None:
        settings.FILE_UPLOAD_HANDLERS = [
            name for name in settings.FILE_UPLOAD_HANDLERS if "Counting" not in name
        ]
        large = upload(b"x" * (10 * MEGABYTE + 1))

        assert mine.post("/giving/", {"words": "Enough", "letter": large}).status_code == 422

    def test_it_is_not_read_to_its_end(self, mine: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(uploads, "LINGER", 0)
        head = (
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="letter"; filename="a"\r\n\r\n'
        )
        body = BytesIO(head.encode() + b"x" * (11 * MEGABYTE + MEGABYTE // 2))

        answer = mine.generic(
            "POST",
            "/giving/",
            body.getvalue(),
            content_type=f"multipart/form-data; boundary={BOUNDARY}",
        )

        assert answer.status_code == 413
        left = len(answer.wsgi_request._stream.read())
        assert left > MEGABYTE // 2

    def test_more_than_a_host_sends_at_once_are_too_many(self, mine: Client) -> None:
        most = portal_settings.DATA_UPLOAD_MAX_NUMBER_FILES
        files = {f"file{number}": upload(b"x") for number in range(most + 1)}

        assert mine.post("/giving/", {"words": "Enough", **files}).status_code == 413


class Server:
    """gunicorn with one worker, on the database of this test."""

    def __init__(self, folder: Path, media: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = folder / "log"
        command = ["--bind", f"127.0.0.1:{self.port}", "--workers", "1", "--timeout", "20"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", *command, "tests.paperwork.files.serving_it"],
                cwd=portal_settings.BASE_DIR,
                env={
                    **os.environ,
                    "DATABASE": str(connection.settings_dict["NAME"]),
                    "MEDIA_ROOT": str(media),
                    "UPLOADS_IN": str(folder / "uploads"),
                },
                stdout=log,
                stderr=log,
            )
        wait_until(self.answers, 60, "gunicorn answers")

    def answers(self) -> bool:
        if self.process.poll() is not None:
            pytest.fail(self.log.read_text()[-3000:])
        try:
            return self.ask("/livez")[0] == 200
        except OSError:
            return False

    def ask(self, path: str, **headers: str) -> tuple[int, bytes]:
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        asking.request("GET", path, headers=headers)
        answer = asking.getresponse()
        content = answer.read()
        asking.close()
        return answer.status, content

    def worker(self) -> str:
        return subprocess.run(
            ["ps", "--ppid", str(self.process.pid), "-o", "pid="],
            capture_output=True,
            text=True,
            check=False,
        ).stdout.strip()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


@pytest.fixture
def server(transactional_db: None, tmp_path: Path, media: Path) -> Iterator[Server]:
    (tmp_path / "uploads").mkdir()
    running = Server(tmp_path, media)
    yield running
    running.stop()


def head(client: Client, length: int) -> bytes:
    """The head of a form that sends a file of `length` bytes, and what stands before the file."""
    client.get("/nl/account/files/")
    cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
    token = client.cookies["csrf"].value
    fields = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
        f"{token}\r\n"
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="letter"; filename="a.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return (
        f"POST /giving/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookies}\r\n"
        f"Content-Type: multipart/form-data; boundary={BOUNDARY}\r\n"
        f"Content-Length: {len(fields) + length}\r\n\r\n{fields}"
    ).encode()


@pytest.mark.chaos
def test_a_web_server_survives_what_is_cut_off_and_what_is_too_large(
    server: Server, media: Path, tmp_path: Path, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(factories.StudentFactory.create())
    client.get("/nl/account/")
    worker = server.worker()

    # The connection ends half way.
    with socket.create_connection(("127.0.0.1", server.port), 10) as wire:
        wire.sendall(head(client, 9 * MEGABYTE) + b"%PDF-1.7\n" + b"x" * (4 * MEGABYTE))
    assert server.ask("/livez")[0] == 200

    # Too large: the answer is heard, though more was on its way.
    said = b""
    with socket.create_connection(("127.0.0.1", server.port), 20) as wire:
        wire.sendall(head(client, 11 * MEGABYTE))
        sender = threading.Thread(target=lambda: wire.sendall(b"x" * (11 * MEGABYTE)))
        sender.start()
        while chunk := wire.recv(65536):
            said += chunk
        sender.join()
    assert said.startswith(b"HTTP/1.1 413")
    assert "groter dan 10 MB" in said.decode()

    assert server.worker() == worker, "the worker was lost"
    assert not Attachment.objects.exists()
    assert not media.exists()
    assert list((tmp_path / "uploads").iterdir()) == []
    assert "Traceback" not in server.log.read_text()


@pytest.mark.chaos
def test_a_whole_one_comes_in_there(
    server: Server, media: Path, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(factories.StudentFactory.create())
    client.get("/nl/account/")
    end = (
        f'\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name="words"\r\n\r\nEnough\r\n'
        f"--{BOUNDARY}--\r\n"
    ).encode()
    content = plain()

    with socket.create_connection(("127.0.0.1", server.port), 20) as wire:
        wire.sendall(head(client, len(content) + len(end)) + content + end)
        status = wire.recv(65536)

    assert status.startswith(b"HTTP/1.1 302"), status[:500]
    assert (media / Attachment.objects.get().file).read_bytes() == content
