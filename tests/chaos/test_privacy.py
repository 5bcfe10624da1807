"""What people are and type is in no log; files and nginx's own pages have all their headers."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from paperwork.serving import HEADERS, INLINE_CSP
from tests.mail_server import MailServer
from tests.production import Answer, Database, Production, Visitor
from tests.running import wait_until

pytestmark = pytest.mark.chaos

NUMBER, EMAIL, TOKEN = "s7654321", "fenna.devries@umail.example", "Zx8Kq2Lm9Vt4Rb7Yw1Np6Hd3"
PLANTED = (NUMBER, NUMBER[1:], EMAIL, quote(EMAIL), "fenna", TOKEN)
SETTINGS = "tests.chaos.broken_settings"


# Owed to somebody whom the mail server does not know, by a request that we know.
def owing(key: str, request: str, link: str) -> str:
    return f"""
import structlog
from paperwork.services.notices import Address, Link, owe_notice
with structlog.contextvars.bound_contextvars(request_id={request!r}):
    owe_notice("test", {key!r}, Address({EMAIL!r}, "en"), {{}}, link={link})
"""


@pytest.fixture(scope="module")
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def portal(
    tmp_path_factory: pytest.TempPathFactory, mail_server: MailServer
) -> Iterator[Production]:
    """The whole of it with one web server and one worker, each of which says all that it can."""
    database = Database()
    database.make()
    folder = tmp_path_factory.mktemp("privacy")
    production = Production(folder, database, f"smtp://127.0.0.1:{mail_server.port}")
    try:
        production.start("redis")
        production.prepare()
        for name in ("web-1", "beat", "worker"):
            # Celery warns of a superuser, which these processes may be and the image's are not.
            production.start(name, DJANGO_SETTINGS_MODULE=SETTINGS, PYTHONWARNINGS="ignore")
        production.start("nginx")
        wait_until(lambda: production.is_ready("web-1"), 60, "ready")
        yield production
    finally:
        production.stop_all()
        database.drop()
        shutil.rmtree(folder / "srv/var", ignore_errors=True)


def plant(portal: Production) -> list[int]:
    """Say them everywhere where something can be said; the statuses of the answers."""
    visitor = portal.visitor()
    words = quote(f"{NUMBER} {EMAIL} {TOKEN}")
    login = "/en/account/login/"
    answers = [
        visitor.get(f"/en/courses/?q={words}"),
        visitor.get(f"/en/confirm/{TOKEN}/"),
        visitor.get(f"/en/invitation/{TOKEN}/?from={EMAIL}"),
        visitor.get(f"/en/nothing/{TOKEN}/{NUMBER}/"),
        visitor.get(f"/{EMAIL}?{NUMBER}={TOKEN}"),
        visitor.get("/en/", **{"X-Student": NUMBER, "Referer": f"https://x.example/{TOKEN}"}),
        visitor.get("/en/", **{"User-Agent": EMAIL, "X-Request-Id": TOKEN}),
        visitor.get("/en/", Cookie=f"sid={TOKEN}; name={EMAIL}"),
        visitor.post(login, {"login": EMAIL, "password": TOKEN}),
        visitor.ask("POST", login, f"login={EMAIL}&password={TOKEN}", {}),  # without its token
        visitor.ask("PROPFIND", f"/en/help/?q={TOKEN}", None, {}),
        visitor.get(f"/en/break/{words}/?q={EMAIL}"),
        visitor.post(f"/en/break/{TOKEN}/", {"number": NUMBER, "email": EMAIL}),
    ]
    return [answer.status for answer in answers]


def found(portal: Production) -> dict[str, list[str]]:
    """The lines in which something planted stands, by log."""
    lines = {name: text.splitlines() for name, text in portal.logs().items()}
    return {
        name: hits
        for name, all_lines in lines.items()
        if (hits := [line for line in all_lines if any(word in line for word in PLANTED)])
    }


def test_nothing_planted_is_in_a_log(portal: Production) -> None:
    statuses = plant(portal)
    portal.running["web-1"].terminate()
    portal.running.pop("web-1").wait(20)
    late = Visitor(portal.ports["8443"]).get(f"/en/confirm/{TOKEN}/?q={EMAIL}")  # nobody answers
    portal.start("web-1", DJANGO_SETTINGS_MODULE=SETTINGS)
    wait_until(lambda: portal.is_ready("web-1"), 60, "ready again")

    assert set(statuses) >= {200, 403, 404, 500}
    assert late.status == 503
    assert found(portal) == {}
    lines = [json.loads(line) for line in portal.log("web-1").splitlines()]
    broken = [line for line in lines if line["level"] == "error"]
    assert len(broken) >= 1  # and it says where, all the same
    assert any("tests/chaos/breaking.py" in str(line.get("where")) for line in broken)


SHEET = re.compile(r'rel="stylesheet" href="([^"]+)"')


def policy(answer: Answer) -> dict[str, str]:
    said = str(answer.headers["Content-Security-Policy"]).split("; ")
    return dict(part.split(" ", 1) for part in said)


def test_what_nginx_says_itself_looks_like_the_portal(portal: Production) -> None:
    """What is too large or cannot be read, in the language of the address, else in the reader's."""
    visitor = portal.visitor()
    large = visitor.ask("POST", "/nl/account/login/", "x" * (13 * 1024 * 1024), {})
    odd = visitor.ask("GET", "/en/", None, {"Content-Length": "many"})
    hidden = visitor.get("/metrics", **{"Accept-Language": "en-GB"})
    ours = policy(visitor.get("/en/"))

    assert [answer.status for answer in (large, odd, hidden)] == [413, 400, 404]
    assert "bij elkaar is groter dan 12 MB" in large.text
    assert "We cannot read this request" in odd.text
    assert "This line does not stop here" in hidden.text
    for answer in (large, odd, hidden):
        assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Retry-After"] is None
        assert policy(answer).items() <= ours.items()


def test_with_no_web_server_its_page_has_style_and_typefaces(portal: Production) -> None:
    visitor = portal.visitor()
    portal.running["web-1"].terminate()
    portal.running.pop("web-1").wait(20)
    try:
        answer = visitor.get("/nl/courses/")
        sheet = visitor.get(SHEET.findall(answer.text)[0])
        fonts = re.findall(r'url\("([^")]+)"\)', sheet.text)
        font = visitor.get(f"/static/{fonts[0]}")
        other = visitor.get("/static/nothing.css")
    finally:
        portal.start("web-1", DJANGO_SETTINGS_MODULE=SETTINGS)
        wait_until(lambda: portal.is_ready("web-1"), 60, "ready again")

    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "Even geduld" in answer.text
    assert (sheet.status, sheet.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    assert (font.status, font.headers["Content-Type"]) == (200, "font/woff2")
    assert other.status == 404


def test_a_refused_mail_is_in_no_log(portal: Production, mail_server: MailServer) -> None:
    mail_server.answers["RCPT"] = f"550 5.1.1 <{EMAIL}> {NUMBER}: unknown here, see {TOKEN}"
    request = "feedc0de" * 4
    try:
        portal.python(owing("refused", request, 'Link("home")'))
        wait_until(lambda: request in portal.log("worker"), 40, "the worker says it was refused")
    finally:
        del mail_server.answers["RCPT"]

    line = next(line for line in portal.log("worker").splitlines() if request in line)
    assert "SMTP 550" in line
    assert found(portal) == {}


def test_one_id_from_the_request_to_the_mail(portal: Production, mail_server: MailServer) -> None:
    """From nginx's log by the web server's, the row and the worker's line to the mail's header."""
    answer = portal.visitor().get("/en/help/")
    request = answer.headers["X-Request-Id"]
    link = f'Link("confirm:course", [{TOKEN!r}], secret=True)'
    portal.python(owing("traced", request, link))

    wait_until(lambda: mail_server.taken, 40, "the mail arrives")
    sent = mail_server.taken[-1]

    for name in ("nginx", "web-1", "worker"):
        line = next(line for line in portal.log(name).splitlines() if request in line)
        assert json.loads(line)["request_id"] == request
    assert sent.message["X-Request-Id"] == request
    assert TOKEN in str(sent.message)  # it is in the mail alone
    assert found(portal) == {}


GIVE = """
import hashlib, os
from paperwork import filing
from paperwork.models import Attachment, Document
content = b"%PDF-1.7 " + os.urandom(300_000)
facts = {"file": filing.write("given", ".pdf", content), "size": len(content),
         "sha256": hashlib.sha256(content).hexdigest()}
Attachment.objects.create(purpose="test", name="Cijferlijst.pdf", content_type="application/pdf",
                          given_by_name="Fenna", **facts)
Document.objects.create(kind="letter", key="x", title="Brief", language="nl", state="done", **facts)
print(facts["sha256"], facts["file"])
"""


def test_nginx_sends_files_with_the_headers_of_the_portal(portal: Production) -> None:
    sha256, file = portal.python(GIVE).split()
    visitor = portal.visitor()

    given = visitor.get("/en/hand-out/given/")
    inline = visitor.get("/en/hand-out/inline/")
    part = visitor.get("/en/hand-out/given/", Range="bytes=0-3")

    assert hashlib.sha256(given.body).hexdigest() == sha256
    assert {name: given.headers[name] for name in HEADERS} == HEADERS
    assert given.headers["Content-Disposition"].startswith("attachment")
    assert {name: inline.headers[name] for name in HEADERS} == {
        **HEADERS,
        "Content-Security-Policy": INLINE_CSP,
    }
    assert inline.headers["Content-Disposition"].startswith("inline")
    assert (part.status, part.body) == (206, b"%PDF")
    # All that a page of the portal has too, or something stricter.
    page = visitor.get("/en/help/")
    for answer in (given, inline, part):
        assert answer.headers["Content-Type"] == "application/pdf"
        assert answer.headers["Cache-Control"] == "private, no-store"
        for name in ("Strict-Transport-Security", "Referrer-Policy", "X-Frame-Options",
                     "Cross-Origin-Opener-Policy"):  # fmt: skip
            assert answer.headers[name] == page.headers[name], name
            assert len(answer.headers.get_all(name) or []) == 1
    assert visitor.get(f"/private-files/{file}").status == 404
    assert visitor.get(f"/private-files-inline/{file}").status == 404


def test_the_same_words_are_found_where_nobody_masks(portal: Production) -> None:
    """The control: nginx with the log format that it comes with."""
    text = (portal.folder / "tmp/nginx/nginx.conf").read_text()
    ours, stock = "access_log /dev/stdout portal;", "access_log /dev/stdout combined;"
    portal.configure_nginx(lambda given: given.replace(ours, stock))
    portal.stop("nginx")
    portal.start("nginx")
    wait_until(lambda: portal._listens("8443"), 10, "nginx answers")
    try:
        portal.visitor().get(f"/en/confirm/{TOKEN}/?q={NUMBER}", **{"User-Agent": EMAIL})
        lines = wait_until(lambda: found(portal).get("nginx"), 5, "it is logged")
    finally:
        portal.stop("nginx")
        (portal.folder / "tmp/nginx/nginx.conf").write_text(text)

    assert all(word in lines[-1] for word in (TOKEN, NUMBER, EMAIL))


def test_every_line_is_one_event(portal: Production) -> None:
    for name in ("web-1", "worker", "beat"):
        for line in portal.log(name).splitlines():
            event = json.loads(line)
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", event["timestamp"])
            assert event["level"] in {"info", "warning", "error"}
