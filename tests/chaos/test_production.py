"""The production portal as processes, with nginx before them, while its parts stop and die."""

from __future__ import annotations

import json
import signal
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException

import pytest
from django.conf import settings

from tests.factories import PASSWORD
from tests.mail_server import MailServer
from tests.production import HOST, Database, Production, Visitor
from tests.running import wait_until

pytestmark = pytest.mark.chaos

EMAIL = "mees.vandam@university.example"
MAKE_PERSON = (
    "from tests import factories; "
    f"print(factories.UserFactory.create(email={EMAIL!r}, name='Mees van Dam').pk)"
)


@pytest.fixture(scope="module")
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


@pytest.fixture(scope="module")
def portal(
    tmp_path_factory: pytest.TempPathFactory, mail_server: MailServer
) -> Iterator[Production]:
    """The whole of it, ready; the tests leave it so."""
    database = Database()
    database.make()
    folder = tmp_path_factory.mktemp("production")
    production = Production(folder, database, f"smtp://127.0.0.1:{mail_server.port}")
    try:
        production.start_all()
        production.python(MAKE_PERSON)
        yield production
    finally:
        production.stop_all()
        database.drop()


@pytest.fixture
def visitor(portal: Production) -> Visitor:
    return portal.visitor()


def test_the_sign_in_page_comes_through_nginx(portal: Production, visitor: Visitor) -> None:
    page = visitor.get("/en/account/login/")

    assert page.status == 200
    assert 'name="login"' in page.text
    assert page.headers["Strict-Transport-Security"]
    assert page.headers["Content-Security-Policy"]
    assert "nginx/" not in str(page.headers["Server"])


def test_all_parts_agree_where_a_request_ends(portal: Production, visitor: Visitor) -> None:
    """A request with two ends is refused by nginx, so that none hides in the body of another."""
    hidden = "GET /en/hidden/ HTTP/1.1\r\nHost: x\r\n\r\n"
    lengths = {
        "both": "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
        "two": f"Content-Length: 0\r\nContent-Length: {len(hidden)}\r\n\r\n{hidden}",
        "strange": "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + hidden,
        "twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    }
    answers = {
        name: visitor.raw(f"POST /en/account/login/ HTTP/1.1\r\nHost: {HOST}\r\n{rest}")
        for name, rest in lengths.items()
    }

    for name, answer in answers.items():
        assert answer.startswith(("HTTP/1.1 400 ", "HTTP/1.1 501 ")), (name, answer[:200])
        assert answer.count("HTTP/1.1 ") == 1, name
    right = f"GET /en/help/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"
    assert visitor.raw(right).startswith("HTTP/1.1 200 ")  # the control


def test_what_is_sent_is_compressed(visitor: Visitor) -> None:
    page = visitor.get("/en/help/", **{"Accept-Encoding": "gzip, br"})
    style = visitor.get("/en/help/").text.partition('rel="stylesheet" href="')[2].partition('"')[0]
    sheet = visitor.get(style, **{"Accept-Encoding": "gzip, br"})

    assert page.headers["Content-Encoding"] == "gzip"
    assert sheet.headers["Content-Encoding"] == "br"
    assert "immutable" in sheet.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/metrics", "/readyz"])
def test_figures_stay_inside(portal: Production, visitor: Visitor, path: str) -> None:
    assert visitor.get(path).status == 404
    assert portal.ask_web("web-1", path)[0] == 200
    assert visitor.get("/livez").status == 200


def test_another_host_name_gets_no_answer(portal: Production, visitor: Visitor) -> None:
    with pytest.raises(OSError):  # no handshake for a name that is not ours
        visitor.ask("GET", "/en/", None, {}, name="evil.example")
    with pytest.raises(OSError):
        visitor.ask("GET", "/en/", None, {}, host="evil.example")
    assert visitor.get("/en/").status == 200


def test_nobody_says_who_they_are_but_nginx(portal: Production, visitor: Visitor) -> None:
    forged = {"X-Forwarded-For": "10.0.0.1", "X-Forwarded-Proto": "http", "X-Request-Id": "a" * 32}

    answer = visitor.get("/en/", **forged)

    assert answer.status == 200  # else the portal would have sent us on to https
    given = answer.headers["X-Request-Id"]
    assert given != forged["X-Request-Id"]
    wait_until(lambda: given in portal.log("nginx"), 10, "nginx has written it down")
    wait_until(
        lambda: given in portal.log("web-1") + portal.log("web-2"), 10, "so has a web server"
    )


def test_a_large_form_is_refused_early(portal: Production, visitor: Visitor) -> None:
    answer = visitor.ask("POST", "/en/account/login/", "x" * (13 * 1024 * 1024), {})

    assert answer.status == 413


def test_one_session_on_both_web_servers(portal: Production, visitor: Visitor) -> None:
    visitor.sign_in(EMAIL, PASSWORD)
    before = {name: portal.log(name).count('"view": "accounts:') for name in ("web-1", "web-2")}

    pages = [visitor.get("/en/account/") for _number in range(10)]

    assert {page.status for page in pages} == {200}
    assert all("Mees van Dam" in page.text for page in pages)
    for name, count in before.items():
        assert portal.log(name).count('"view": "accounts:') > count, f"{name} was not asked"


def test_metrics_add_up_over_the_processes_of_a_web_server(portal: Production) -> None:
    for _number in range(20):
        portal.ask_web("web-1", "/livez")

    def counted() -> float:
        lines = portal.ask_web("web-1", "/metrics")[1].decode().splitlines()
        sample = 'vx_requests_total{status="200",view="livez"} '
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(sample))

    seen = [counted() for _number in range(6)]
    assert min(seen) >= 20
    assert seen == sorted(seen)  # whichever process answers


CHOICE = {"theme": "dark", "language": "en"}


class Asking(threading.Thread):
    """Somebody who asks for page after page, or sends form after form, until told to stop."""

    def __init__(self, visitor: Visitor, path: str, sends: bool = False) -> None:
        super().__init__()
        self.visitor = visitor
        self.path = path
        self.sends = sends
        self.done = threading.Event()
        self.answers: list[int] = []
        self.slowest = 0.0

    def run(self) -> None:
        while not self.done.is_set():
            started = time.monotonic()
            try:
                answer = (
                    self.visitor.post(self.path, CHOICE)
                    if self.sends
                    else self.visitor.get(self.path)
                )
                self.answers.append(answer.status)
            except (OSError, HTTPException):
                self.answers.append(0)
            self.slowest = max(self.slowest, time.monotonic() - started)


def while_people_are_here(portal: Production, event: Callable[[], object]) -> list[Asking]:
    """Four people read and two send forms, before, while and after `event` happens."""
    signed_in = portal.visitor()
    signed_in.sign_in(EMAIL, PASSWORD)
    paths = ["/en/account/", "/en/courses/?q=law", "/en/", "/en/universities/"]
    people = [Asking(Visitor(signed_in.port, dict(signed_in.cookies)), path) for path in paths]
    people += [Asking(portal.visitor(), "/en/account/display/", sends=True) for _number in (1, 2)]
    for person in people:
        person.start()

    def answered() -> int:
        return sum(len(person.answers) for person in people)

    wait_until(lambda: answered() >= 30, 60, "people are at it")
    event()
    enough = answered() + 60
    wait_until(lambda: answered() >= enough, 60, "they go on")
    for person in people:
        person.done.set()
    for person in people:
        person.join()
    return people


@pytest.mark.parametrize("how", ["killed", "stopped"])
def test_a_web_server_goes_and_nobody_notices(
    portal: Production, how: str, figure: Callable[..., None]
) -> None:
    end = portal.kill if how == "killed" else portal.stop
    try:
        people = while_people_are_here(portal, lambda: end("web-1"))
    finally:
        if "web-1" in portal.running:
            portal.stop("web-1")
        portal.start("web-1")
        wait_until(lambda: portal.is_ready("web-1"), 60, "web-1 is ready again")

    reading = [status for person in people if not person.sends for status in person.answers]
    sending = [status for person in people if person.sends for status in person.answers]
    slowest = max(person.slowest for person in people)
    wrong = [s for s in reading if s != 200], [s for s in sending if s != 302]
    figure(f"answers that went wrong when a web server is {how}", sum(map(len, wrong)))
    print(f"web {how}: {len(reading)} pages, {len(sending)} forms, {wrong} wrong, {slowest:.2f} s")
    assert reading
    assert sending
    if how == "stopped":
        assert wrong == ([], [])
    else:  # an answer that had begun is cut off; a form that had begun is not sent again
        assert len(wrong[0]) <= 1
        assert len(wrong[1]) <= 2


def test_with_no_web_server_at_all_a_page_says_so(portal: Production, visitor: Visitor) -> None:
    for name in ("web-1", "web-2"):
        portal.stop(name)
    try:
        answer = visitor.get("/en/")
        assert answer.status == 503
        assert answer.headers["Retry-After"] == "30"
        assert "The portal does not answer" in answer.text
    finally:
        for name in ("web-1", "web-2"):
            portal.start(name)
        for name in ("web-1", "web-2"):
            wait_until(lambda at=name: portal.is_ready(at), 60, f"{name} is ready again")
        wait_until(lambda: visitor.get("/en/").status == 200, 10, "nginx has noticed")


LEFT_NOTICES = "from paperwork.models import Notice; print(Notice.objects.unfinished().count())"
OWE = (
    "from accounts.models import User\n"
    "from tests.paperwork.owing import owe_a_notice\n"
    "reader = User.objects.get(email={email!r})\n"
    "for number in range({many}): owe_a_notice('{key}-' + str(number), reader)"
)


def test_a_worker_is_killed_and_the_other_does_its_work(
    portal: Production, mail_server: MailServer
) -> None:
    mail_server.taken.clear()
    portal.python(OWE.format(email=EMAIL, many=300, key="killed"))
    wait_until(lambda: mail_server.taken, 30, "the workers begin")
    at_once = len(mail_server.taken)
    portal.kill("worker-1")
    try:
        # What the killed one held comes back when its lease is over, also what had gone already.
        patience = settings.LEASE_SECONDS + 60
        wait_until(lambda: len(mail_server.counts()) == 300, patience, "all")
        wait_until(lambda: portal.python(LEFT_NOTICES) == "0", patience, "nothing is left")
    finally:
        portal.start("worker", "worker-1")
    twice = len(mail_server.taken) - 300
    print(f"worker killed after {at_once} of 300 mails: none lost, {twice} twice")
    assert twice <= 2  # with the same Message-ID: what was being handed over


MAKE_LINE = """
from tests import factories
from tests.enrolments.cases import draft, student_of
from enrolments.services import acting
edition = factories.EditionFactory.create(places=1)
for number in range(5):
    faculty = factories.FacultyFactory.create()
    student = student_of(faculty, email=f"in-line-{number}@university.example")
    case = draft(edition, student)
    acting.act(case, "submit", by=student)
    print(case.reference)
"""


def test_five_students_and_one_place_the_second_hears_within_a_minute(
    portal: Production, mail_server: MailServer, figure: Callable[..., None]
) -> None:
    """Each time the one who has the place withdraws, in the browser; the next hears by mail."""
    line = [f"in-line-{number}@university.example" for number in range(5)]
    references = portal.python(MAKE_LINE).split()
    states = (
        "from enrolments.models import Enrolment; print(*Enrolment.objects.filter("
        f"reference__in={references!r}).order_by('sequence').values_list('state', flat=True))"
    )
    assert portal.python(states).split() == ["submitted", *["waiting"] * 4]

    def heard() -> list[str]:
        """Who has read that a place has come free, in the order of the mails."""
        return [mail.to for mail in mail_server.taken if "als eerste aan de beurt" in mail.text]

    def withdraw(number: int) -> float:
        browser = portal.visitor()
        browser.sign_in(line[number], PASSWORD)
        path = f"/en/exchange/{references[number]}/withdraw/"
        assert browser.post(path, {}).status == 302
        return time.monotonic()

    at = withdraw(0)
    wait_until(lambda: heard() == line[1:2], 60, "the second hears of the place")
    took = time.monotonic() - at
    # The control: without workers the place moves as well, and nobody hears of it.
    for name in ("worker-1", "worker-2"):
        portal.stop(name)
    try:
        at = withdraw(1)
        time.sleep(5)
        assert portal.python(states).split()[:3] == ["withdrawn", "withdrawn", "submitted"]
        assert heard() == line[1:2]
    finally:
        for name in ("worker-1", "worker-2"):
            portal.start("worker", name)
    wait_until(lambda: heard() == line[1:3], 60, "the third hears when workers are there again")
    figure("from withdrawing to the mail of who comes next", round(took, 1), "s", "under 60 s")
    print(f"withdrawn to told: {took:.1f} s; with workers away {time.monotonic() - at:.1f} s")
    assert took < 60


def test_frozen_redis_holds_up_nobody(
    portal: Production, visitor: Visitor, figure: Callable[..., None]
) -> None:
    visitor.get("/en/")
    portal.running["redis"].send_signal(signal.SIGSTOP)
    try:
        started = time.monotonic()
        status, body = portal.ask_web("web-1", "/readyz")
        health = time.monotonic() - started
        started = time.monotonic()
        page = visitor.get("/en/courses/?q=frozen")
        reading = time.monotonic() - started
        started = time.monotonic()
        reset = visitor.post("/en/account/password/reset/", {"email": "nobody@university.example"})
        code = visitor.get("/en/verify/0000-0000-0000-0000/")
        signed_in = visitor.post("/en/account/login/", {"login": EMAIL, "password": PASSWORD})
        coming_in = time.monotonic() - started
    finally:
        portal.running["redis"].send_signal(signal.SIGCONT)

    figure("a page while Redis is frozen", round(reading, 2), "s", "under 5 s")
    print(
        f"Redis frozen: /readyz in {health:.2f} s, a page in {reading:.2f} s,"
        f" a new password, a code and signing in together in {coming_in:.2f} s"
    )
    assert status == 503
    assert json.loads(body)["checks"]["worker"]["ok"] is False
    assert health < 5
    assert (page.status, reading < 5) == (200, True)
    assert (reset.status, code.status, signed_in.status) == (302, 404, 302)
    assert coming_in < 8
    wait_until(lambda: portal.is_ready("web-1"), 40, "ready again")


def test_everything_stops_within_ten_seconds(
    portal: Production, figure: Callable[..., None]
) -> None:
    """The last one: afterwards nothing runs but Redis."""
    signed_in = portal.visitor()
    signed_in.sign_in(EMAIL, PASSWORD)
    portal.python(OWE.format(email=EMAIL, many=20, key="stopping"))

    took = {
        name: portal.stop(name)
        for name in ("nginx", "web-1", "web-2", "worker-1", "worker-2", "beat", "redis")
        if name in portal.running
    }

    slowest = round(max(took.values()), 1)
    figure("the part that takes longest to stop", slowest, "s", "under 10 s")
    print("stopped in", {name: f"{seconds:.1f} s" for name, seconds in took.items()})
    for name, seconds in took.items():
        service = "worker" if name.startswith("worker") else name
        grace = portal.compose["services"][service]["stop_grace_period"]
        assert grace == "10s"
        assert seconds < 10, name
    assert HOST in portal.environment("web-1")["ALLOWED_HOSTS"]
