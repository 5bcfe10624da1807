"""The demo's mail in the browser: what was sent, as text, and no other file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage, mailers
from django.test import Client

from tests.factories import UserFactory
from tests.mails import letters
from tests.paperwork.owing import owe_a_notice
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


def send(folder: Path, settings: Any, *messages: EmailMessage) -> None:
    settings.MAILERS = {
        "default": {
            "BACKEND": "vx_portal.mail_files.MailFiles",
            "OPTIONS": {"file_path": str(folder)},
        }
    }
    mailers.default.send_messages(messages)


def test_what_our_backend_writes_is_read(folder: Path, client: Client, settings: Any) -> None:
    long = "Coördinator " * 30 + "\nhttp://localhost:8000/en/x/" + "y" * 90 + "/"
    messages = [EmailMessage(f"Één {number}", long, to=["ann@uni.example"]) for number in range(2)]
    send(folder, settings, *messages)

    page = client.get(LIST).text
    assert "Één 0" in page
    assert "Één 1" in page
    first, second = demo_mail.names()
    assert first != second
    assert f'href="http://localhost:8000/en/x/{"y" * 90}/"' in client.get(f"{LIST}{first}/").text


def test_a_notice_sent_twice_is_one_file(folder: Path, settings: Any) -> None:
    owe_a_notice("one", UserFactory.create())
    owe_a_notice("two", UserFactory.create())
    one, two = letters()

    send(folder, settings, one, two, one)
    send(folder, settings, one)

    assert len(demo_mail.names()) == 2
    assert len(list(folder.iterdir())) == 2  # and no half files


def test_a_folder_that_cannot_be_written_is_told(folder: Path, settings: Any) -> None:
    (folder / "sub").write_text("a file")

    with pytest.raises(OSError):  # as a mail server that is gone
        send(folder / "sub", settings, EmailMessage("x", "y", to=["a@b.c"]))


def test_the_newest_first_in_pages(folder: Path, client: Client) -> None:
    assert "Nothing has been sent yet" in client.get(LIST).text
    for day in range(1, 29):
        name = write(folder, f"{28 - day:02}.eml", f"Subject: Day {day}.\nTo: a@b.c\n\nx\n")
        os.utime(folder / name, (day * 86400, day * 86400))

    first = client.get(LIST).text

    assert first.index("Day 28.") < first.index("Day 27.")
    assert "Day 3." not in first
    assert "Day 3." in client.get(LIST, {"page": "2"}).text
    for page in ("abc", "-1", "99999"):
        assert client.get(LIST, {"page": page}).status_code == 200


def test_mail_is_found_by_who_got_it(folder: Path, client: Client) -> None:
    write(folder, "1.eml", "Subject: One\nTo: ann@uni.example\n\nbert@uni.example\n")
    write(folder, "2.eml", "Subject: Two\nTo: bert@uni.example\n\nx\n")

    page = client.get(LIST, {"to": "BERT@"}).text
    assert "Two" in page
    assert "One" not in page
    assert "Nothing was sent to this address" in client.get(LIST, {"to": "<b>"}).text


def test_the_html_is_shown_under_a_policy_of_its_own(
    folder: Path, client: Client, settings: Any
) -> None:
    owe_a_notice("one", UserFactory.create(language="en"))
    send(folder, settings, *letters())
    [name] = demo_mail.names()

    assert f"{name}/html/" in client.get(f"{LIST}{name}/").text
    answer = client.get(f"{LIST}{name}/html/")
    assert "style=" in answer.text
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert "sandbox" in policy
    assert "script" not in policy
    assert "unsafe-inline" not in client.get(f"{LIST}{name}/")["Content-Security-Policy"]
    write(folder, "plain.eml", LETTER)
    assert client.get(f"{LIST}plain.eml/html/").status_code == 404
    settings.DEMO = False
    assert client.get(f"{LIST}{name}/html/").status_code == 404


def test_a_message_is_text_with_its_links(folder: Path, client: Client) -> None:
    name = write(folder, "20270101-1.eml", LETTER)

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
    name = write(folder, "20270101-1.eml", content)

    assert client.get(LIST).status_code == 200
    assert client.get(f"{LIST}{name}/").status_code == 200


@pytest.mark.parametrize(
    "name",
    [
        "../db.sqlite3",
        "..%2fsecret-key",
        "%2e%2e%2fsecret-key",
        "secret-key",
        "20270101-9.eml",
        "20270101-1.eml%0a",
        "20270101-1.eml%00",
        "x" * 5000,
        "link.eml",
        "20270101-7.eml",
        "20270101-8.eml",
    ],
)
def test_no_other_file_is_read(folder: Path, client: Client, name: str) -> None:
    (folder.parent / "secret-key").write_text("s3cret-key-of-the-portal")
    (folder / "20270101-7.eml").symlink_to(folder.parent / "secret-key")
    (folder / "20270101-8.eml").mkdir()
    write(folder, "20270101-1.eml", LETTER)

    answer = client.get(f"{LIST}{name}/")

    assert answer.status_code in {404, 400}
    assert "s3cret" not in answer.text
    assert "s3cret" not in client.get(LIST).text


def test_outside_the_demo_there_is_no_such_page(
    folder: Path, client: Client, settings: Any
) -> None:
    write(folder, "20270101-1.eml", LETTER)
    settings.DEMO = False

    assert client.get(LIST).status_code == 404
    assert client.get(f"{LIST}20270101-1.eml/").status_code == 404
