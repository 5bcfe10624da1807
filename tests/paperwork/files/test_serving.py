"""Handing out files: what a browser is told, who is noted; and the same through a real nginx."""

from __future__ import annotations

import http.client
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as portal_settings
from django.http import Http404
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts.models import Role, User
from paperwork import serving
from paperwork.models import Attachment, Document, Event
from paperwork.services.events import Outsider
from paperwork.services.files import keep
from paperwork.uploads import CheckedUpload, Found
from tests import factories
from tests.paperwork.files.conftest import upload
from tests.paperwork.files.samples import plain
from tests.running import wait_until

NAME = 'Brief "van"; de\u202e \u2066commissie café.pdf'
CLEAN = "Brief%20%22van%22%3B%20de%20commissie%20caf%C3%A9.pdf"


def given(by: User, content: bytes | None = None) -> Attachment:
    checked = CheckedUpload(upload(content, NAME), Found("application/pdf", 1))
    return keep(checked, purpose="letter", by=by, about=by)


def address(file: Attachment) -> str:
    return f"/nl/account/files/{file.pk}/download/"


@pytest.fixture
def student(db: None) -> User:
    return factories.StudentFactory.create()


@pytest.fixture
def mine(student: User, sign_in: Callable[[User], Client]) -> Client:
    return sign_in(student)


class TestDownload:
    def test_it_is_a_download_in_which_nothing_can_run(self, mine: Client, student: User) -> None:
        answer = mine.get(address(given(student)), headers={"Accept-Encoding": "gzip"})

        assert answer.getvalue() == plain()
        says = answer.headers
        assert says["Content-Type"] == "application/pdf"
        assert says["Content-Length"] == str(len(plain()))
        assert says["Content-Disposition"] == f"attachment; filename*=utf-8''{CLEAN}"
        assert says["X-Content-Type-Options"] == "nosniff"
        assert says["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert says["Cache-Control"] == "private, no-store"
        assert says["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "Content-Encoding" not in says

    @pytest.mark.parametrize(
        ("asked", "status", "part"),
        [
            ("bytes=0-3", 206, slice(0, 4)),
            ("bytes=10-", 206, slice(10, None)),
            ("bytes=-7", 206, slice(-7, None)),
            ("bytes=5-99999999", 206, slice(5, None)),
            ("bytes=0-1,5-6", 200, slice(None)),
            ("bytes=9-3", 200, slice(None)),
            ("bytes=-", 200, slice(None)),
            ("lines=1-2", 200, slice(None)),
            ("bytes=99999999-", 416, slice(0, 0)),
            ("bytes=-0", 416, slice(0, 0)),
        ],
    )
    def test_a_part_can_be_asked_for(
        self, mine: Client, student: User, asked: str, status: int, part: slice
    ) -> None:
        answer = mine.get(address(given(student)), headers={"Range": asked})

        assert answer.status_code == status
        assert answer.getvalue() == plain()[part]
        if status == 206:
            first = range(len(plain()))[part][0]
            last = range(len(plain()))[part][-1]
            assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(plain())}"
            assert answer.headers["Content-Length"] == str(last - first + 1)

    def test_a_part_of_another_version_is_not_mixed_in(self, mine: Client, student: User) -> None:
        file = given(student)
        same = {"Range": "bytes=0-3", "If-Range": f'"{file.sha256}"'}

        assert mine.get(address(file), headers=same).getvalue() == b"%PDF"
        same["If-Range"] = '"another"'
        assert mine.get(address(file), headers=same).getvalue() == plain()

    def test_head_tells_the_same_and_is_no_opening(self, mine: Client, student: User) -> None:
        answer = mine.head(address(given(student)))

        assert answer.headers["Content-Length"] == str(len(plain()))
        assert answer.getvalue() == b""
        assert not Event.objects.filter(action="opened").exists()

    @pytest.mark.parametrize("who", ["student", *Role.values])
    def test_to_others_there_is_no_such_file(
        self, student: User, sign_in: Callable[[User], Client], who: str
    ) -> None:
        other = (
            factories.StudentFactory.create()
            if who == "student"
            else factories.MemberFactory.create(role=who)
        )
        answer = sign_in(other).get(address(given(student)))

        assert answer.status_code == 404
        assert not Event.objects.filter(action="opened").exists()

    def test_a_row_without_its_file_is_not_found(self, mine: Client, student: User) -> None:
        file = given(student)
        Attachment.objects.update(file="given/ab/gone.pdf")

        assert mine.get(address(file)).status_code == 404

    @pytest.mark.parametrize("name", ["../../../etc/passwd", "/etc/passwd", ""])
    def test_no_row_leads_out_of_the_folder(self, student: User, name: str) -> None:
        request = RequestFactory().get("/")
        request.user = student

        with pytest.raises(Http404):
            serving.serve(request, Attachment(file=name))  # type: ignore[arg-type]


class TestOpenings:
    def test_it_is_noted_once_in_a_quarter_of_an_hour(self, mine: Client, student: User) -> None:
        file = given(student)
        for _time in range(3):
            mine.get(address(file)).getvalue()
        (event,) = Event.objects.about(file).filter(action="opened")
        assert (event.actor, event.role) == (student, "student")

        with time_machine.travel(timezone.now() + timedelta(minutes=16)):
            mine.get(address(file)).getvalue()

        assert Event.objects.about(file).filter(action="opened").count() == 2

    def test_each_person_is_noted(self, student: User, settings: Any) -> None:
        settings.FILES_BY_NGINX = True
        file = given(student)
        request: Any = RequestFactory().get("/")
        coordinator = factories.MemberFactory.create(role=Role.COORDINATOR)
        for who in (student, coordinator):
            request.user = who
            serving.serve(request, file)
        request.user = None
        serving.serve(request, file, by=Outsider("Board", "board"))

        noted = Event.objects.about(file).filter(action="opened").order_by("pk")
        assert [(event.actor_name, event.role) for event in noted] == [
            (str(student), "student"),
            (str(coordinator), "coordinator"),
            ("Board", "board"),
        ]


def test_only_what_we_made_may_be_shown_by_the_browser(student: User, settings: Any) -> None:
    settings.FILES_BY_NGINX = True
    request: Any = RequestFactory().get("/")
    request.user = student
    file = given(student)
    made = Document(title="Verzoek", file=file.file, sha256=file.sha256)

    shown = serving.serve(request, made, inline=True)
    kept = serving.serve(request, file, inline=True)
    assert shown.headers["X-Accel-Redirect"] == f"/private-files-inline/{file.file}"
    assert kept.headers["X-Accel-Redirect"] == f"/private-files/{file.file}"

    assert shown.headers["Content-Disposition"].startswith("inline")
    assert "sandbox" not in shown.headers["Content-Security-Policy"]
    assert kept.headers["Content-Disposition"].startswith("attachment")
    assert "sandbox" in kept.headers["Content-Security-Policy"]


class Nginx:
    """Debian's nginx before the test's own server, with the locations of the repository."""

    def __init__(self, folder: Path, media: Path, upstream: str) -> None:
        self.folder, self.media, self.upstream = folder, media, upstream
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, change: Callable[[str], str] = lambda text: text) -> None:
        locations = (portal_settings.BASE_DIR / "deploy/nginx/files.conf").read_text()
        assert "alias /srv/vx/media/;" in locations
        locations = change(locations.replace("/srv/vx/media/", f"{self.media}/"))
        places = "".join(
            f"{kind}_temp_path {self.folder}/{kind};"
            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        user = "user root;" if os.getuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(
            f"daemon off; {user} pid {self.folder}/pid; error_log stderr; events {{}}"
            f"http {{ access_log off; {places} server {{ listen 127.0.0.1:{self.port};"
            f"location / {{ proxy_pass {self.upstream}; proxy_set_header Host 127.0.0.1; }}"
            f"{locations} }} }}"
        )
        nginx = shutil.which("nginx") or "/usr/sbin/nginx"
        with (self.folder / "log").open("wb") as log:
            self.process = subprocess.Popen(
                [nginx, "-p", self.folder, "-e", "stderr", "-c", self.folder / "nginx.conf"],
                stdout=log,
                stderr=log,
            )
        wait_until(self._listens, 20, f"nginx answers: {(self.folder / 'log').read_text()}")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def ask(
        self, path: str, method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, content

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(20)


@pytest.fixture
def nginx(live_server: Any, settings: Any, tmp_path: Path, media: Path) -> Iterator[Nginx]:
    settings.FILES_BY_NGINX = True
    (tmp_path / "nginx").mkdir()
    media.mkdir()
    server = Nginx(tmp_path / "nginx", media, live_server.url)
    yield server
    server.stop()


def missing(says: dict[str, str], wanted: dict[str, str]) -> list[str]:
    """The headers that are not as the portal wants them."""
    return [name for name, value in wanted.items() if says.get(name.lower()) != value]


EVERYWHERE = {
    "Content-Type": "application/pdf",
    "Content-Disposition": f"attachment; filename*=utf-8''{CLEAN}",
    "Cache-Control": "private, no-store",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    **serving.HEADERS,
}


class TestThroughNginx:
    def test_it_says_all_that_the_portal_says(
        self, transactional_db: None, nginx: Nginx, sign_in: Callable[[User], Client]
    ) -> None:
        student = factories.StudentFactory.create()
        file = given(student)
        cookie = sign_in(student).cookies["sid"].value
        nginx.start()

        status, says, content = nginx.ask(address(file), Cookie=f"sid={cookie}")
        assert (status, content) == (200, plain())
        assert missing(says, EVERYWHERE) == []
        assert says["x-request-id"]
        assert "cookie" in says["vary"].lower()
        assert "x-accel-redirect" not in says
        assert Event.objects.about(file).filter(action="opened").count() == 1

        status, says, content = nginx.ask(address(file), Cookie=f"sid={cookie}", Range="bytes=0-3")
        assert (status, content) == (206, b"%PDF")
        assert missing(says, EVERYWHERE) == []
        status, says, content = nginx.ask(address(file), "HEAD", Cookie=f"sid={cookie}")
        assert (status, says["content-length"], content) == (200, str(len(plain())), b"")

        for location in (serving.GIVEN_LOCATION, serving.INLINE_LOCATION):
            for path in (file.file, "../media/" + file.file, ""):
                assert nginx.ask(location + path, Cookie=f"sid={cookie}")[0] in (400, 404)
        status, says, _content = nginx.ask(address(file))
        assert (status, "/account/login/" in says["location"]) == (302, True)

    def test_without_its_headers_that_would_be_seen(
        self, transactional_db: None, nginx: Nginx, sign_in: Callable[[User], Client]
    ) -> None:
        student = factories.StudentFactory.create()
        file = given(student)
        cookie = sign_in(student).cookies["sid"].value
        nginx.start(lambda text: text.replace("add_header", "# add_header"))

        status, says, _content = nginx.ask(address(file), Cookie=f"sid={cookie}")

        assert status == 200
        assert set(missing(says, EVERYWHERE)) >= set(serving.HEADERS) | {"X-Frame-Options"}

    def test_its_configuration_says_what_the_portal_says(self) -> None:
        text = (portal_settings.BASE_DIR / "deploy/nginx/files.conf").read_text()

        for header, value in serving.HEADERS.items():
            assert text.count(f"add_header {header} ") == 2
            assert value in text
        assert serving.INLINE_CSP in text
        assert text.count("internal;") == text.count("location /") == 2
