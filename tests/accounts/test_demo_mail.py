"""The demo's mail in the browser: what was sent, as text, and no other file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, mailers
from django.test import Client

from vx_portal import demo_mail

pytestmark = pytest.mark.django_db
LIST = "/en/demo/mail/"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DEMO = True
    settings.VAR_DIR = tmp_path
    (tmp_path / "mail").mkdir()
    return tmp_path / "mail"


def write(folder: Path, name: str, text: str | bytes) -> str:
    content = text if isinstance(text, bytes) else text.encode()
    (folder / name).write_bytes(content)
    return name


LETTER = """Content-Type: text/plain; charset="utf-8"
Subject: =?utf-8?q?Welkom_bij_Virtual_Exchange_=E2=80=93_co=C3=B6rdinator?=
From: Virtual Exchange <noreply@localhost>
To: ann@uni.example

Choose your password:
http://localhost:8000/en/invitation/abc_DEF-123/

<script>alert(1)</script>
"""


def test_what_djangos_backend_writes_is_read(folder: Path, client: Client, settings: Any) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(folder)},
        }
    }
    long = "Coördinator " * 30 + "\nhttp://localhost:8000/en/x/" + "y" * 90 + "/"
    with mailers["default"] as mailer:
        for number in range(2):
            mailer.send_messages([EmailMessage(f"Één {number}", long, to=["ann@uni.example"])])

    page = client.get(LIST).text
    assert "Één 0" in page
    assert "Één 1" in page
    [name] = demo_mail.names()
    letter = client.get(f"{LIST}{name}/").text
    assert f'href="http://localhost:8000/en/x/{"y" * 90}/"' in letter
    assert letter.count("<article") == 2


def test_the_newest_first_in_pages(folder: Path, client: Client) -> None:
    assert "Nothing has been sent yet" in client.get(LIST).text
    for day in range(1, 29):
        write(folder, f"202701{day:02}-120000-1{day}.log", f"Subject: Day {day}.\nTo: a@b.c\n\nx\n")

    first = client.get(LIST).text

    assert first.index("Day 28.") < first.index("Day 27.")
    assert "Day 3." not in first
    assert "Day 3." in client.get(LIST, {"page": "2"}).text
    for page in ("abc", "-1", "99999"):
        assert client.get(LIST, {"page": page}).status_code == 200


def test_a_message_is_text_with_its_links(folder: Path, client: Client) -> None:
    name = write(folder, "20270101-120000-1.log", LETTER)

    page = client.get(f"{LIST}{name}/").text

    assert "Welkom bij Virtual Exchange – coördinator" in page
    assert 'href="http://localhost:8000/en/invitation/abc_DEF-123/"' in page
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe\x00\x00",
        b"Subject: \xff\xff\nTo: =?utf-8?b?!!!?=\n\n\xff",
        b'Content-Type: text/plain; charset="no-such"\n\nhello',
        b"Content-Type: multipart/mixed; boundary=x\n\nnothing",
        b"Content-Transfer-Encoding: base64\n\n****",
        b"Subject: x\n\n" + b"y" * 2_000_000,
        b"To: " + b"a@b.c, " * 5000 + b"\n\nx",
    ],
)
def test_a_broken_file_breaks_no_page(folder: Path, client: Client, content: bytes) -> None:
    name = write(folder, "20270101-120000-1.log", content)

    assert client.get(LIST).status_code == 200
    assert client.get(f"{LIST}{name}/").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "../db.sqlite3",
        "..%2fsecret-key",
        "%2e%2e%2fsecret-key",
        "secret-key",
        "20270101-120000-9.log",
        "20270101-120000-1.log%0a",
        "20270101-120000-1.log%00",
        "x" * 5000,
        "link.log",
        "20270101-120000-7.log",
        "20270101-120000-8.log",
    ],
)
def test_no_other_file_is_read(folder: Path, client: Client, name: str) -> None:
    (folder.parent / "secret-key").write_text("s3cret-key-of-the-portal")
    (folder / "20270101-120000-7.log").symlink_to(folder.parent / "secret-key")
    (folder / "20270101-120000-8.log").mkdir()
    write(folder, "20270101-120000-1.log", LETTER)

    answer = client.get(f"{LIST}{name}/")

    assert answer.status_code in {404, 400}
    assert "s3cret" not in answer.text
    assert "s3cret" not in client.get(LIST).text


def test_outside_the_demo_there_is_no_such_page(
    folder: Path, client: Client, settings: Any
) -> None:
    write(folder, "20270101-120000-1.log", LETTER)
    settings.DEMO = False

    assert client.get(LIST).status_code == 404
    assert client.get(f"{LIST}20270101-120000-1.log/").status_code == 404
