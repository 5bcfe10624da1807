"""Kept pages: never older than the offer, never another person's, never in another language."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import DisallowedHost
from django.db import OperationalError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.test import Client, RequestFactory, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import path
from django.utils import timezone

from accounts.models import User
from courses import catalogue
from courses.models import Course, Edition
from courses.services.offer import offer_changed
from tests.factories import EditionFactory
from vx_portal import kept as keeping
from vx_portal.http import kept

LISTING = "/en/courses/"


def text(response: HttpResponse) -> str:
    content = response.content
    return (gzip.decompress(content) if response.get("Content-Encoding") else content).decode()


def is_kept() -> bool:
    return keeping.shelf.bytes > 0


# --- Views that must not be kept, and one that may ----------------------------------------------

made = 0


def view(answer: Callable[[HttpRequest, HttpResponse], object] = lambda *_: None, **how: bool):
    """A view that says how often it was made."""

    @login_not_required
    @kept(**how)
    def numbered(request: HttpRequest) -> HttpResponse:
        global made
        made += 1
        response = HttpResponse(f"made {made} times")
        answer(request, response)
        return response

    return numbered


def fail(_request: HttpRequest, response: HttpResponse) -> None:
    response.status_code = 404


def remember(request: HttpRequest, _response: HttpResponse) -> None:
    request.session["seen"] = True


urlpatterns = i18n_patterns(
    path("plain/", view()),
    path("clock/", view(clock=True)),
    path("cookie/", view(lambda _r, response: response.set_cookie("a", "b"))),
    path("token/", view(lambda r, response: response.write(get_token(r)))),
    path("message/", view(lambda r, _: messages.info(r, "Done."))),
    path("session/", view(remember)),
    path("status/", view(fail)),
    path("private/", view(lambda _r, response: response.__setitem__("Cache-Control", "private"))),
    path("varies/", view(lambda _r, response: response.__setitem__("Vary", "User-Agent"))),
    path("nonce/", view(lambda _r, r: r.__setitem__("Content-Security-Policy", "'nonce-x'"))),
    path("unmarked/", login_not_required(lambda _r: HttpResponse("unmarked"))),
)


@pytest.fixture
def views(db: None) -> Iterator[None]:
    global made
    made = 0
    with override_settings(ROOT_URLCONF=__name__):
        yield


def test_a_page_that_depends_on_nothing_is_made_once(client: Client, views: None) -> None:
    assert [text(client.get("/en/plain/")) for _ in range(3)] == ["made 1 times"] * 3
    assert is_kept()


@pytest.mark.parametrize(
    "name",
    ["cookie", "token", "message", "session", "status", "private", "varies", "nonce", "unmarked"],
)
def test_an_answer_with_something_personal_is_not_kept(views: None, name: str) -> None:
    for number in (1, 2):
        response = Client().get(f"/en/{name}/")
        if name != "unmarked":
            assert f"made {number} times" in text(response)
    assert not is_kept()


def test_a_clock_is_made_anew_each_minute(client: Client, views: None) -> None:
    start = timezone.now().replace(second=30, microsecond=0)
    with time_machine.travel(start, tick=False) as now:
        assert text(client.get("/en/clock/")) == text(client.get("/en/clock/")) == "made 1 times"
        text(client.get("/en/plain/"))
        now.shift(timedelta(seconds=31))
        assert text(client.get("/en/clock/")) == "made 3 times"
        assert text(client.get("/en/plain/")) == "made 2 times"


def test_a_day_later_it_is_made_anew(client: Client, views: None) -> None:
    with time_machine.travel(timezone.now(), tick=False) as now:
        client.get("/en/plain/")
        now.shift(timedelta(days=1))
        assert text(client.get("/en/plain/")) == "made 2 times"


@pytest.mark.parametrize(
    ("address", "headers", "cookies"),
    [
        ("/en/plain/?q=a", {}, {}),
        ("/en/plain/", {"HX-Request": "true"}, {}),
        ("/en/plain/", {}, {settings.SESSION_COOKIE_NAME: "x"}),
        ("/en/plain/", {}, {"messages": "x"}),
    ],
)
def test_such_a_request_is_neither_answered_from_what_is_kept_nor_kept(
    views: None, address: str, headers: dict[str, str], cookies: dict[str, str]
) -> None:
    Client().get("/en/plain/")
    before = keeping.shelf.bytes
    client = Client()
    client.cookies.load(cookies)

    assert text(client.get(address, headers=headers)) == "made 2 times"
    assert keeping.shelf.bytes == before


def test_theme_host_and_scheme_are_kept_apart(views: None) -> None:
    dark, odd = Client(), Client()
    dark.cookies.load({"vx_theme": "dark"})
    odd.cookies.load({"vx_theme": "<script>", "other": "1"})
    answers = [
        text(Client().get("/en/plain/")),
        text(dark.get("/en/plain/")),
        text(Client().get("/en/plain/", headers={"host": "127.0.0.1"})),
        text(Client().get("/en/plain/", secure=True)),
    ]

    assert answers == [f"made {n} times" for n in (1, 2, 3, 4)]
    assert text(odd.get("/en/plain/")) == answers[0]  # a theme that does not exist is none
    assert text(dark.get("/en/plain/")) == answers[1]


def test_a_host_that_is_not_ours_is_refused_all_the_same(
    views: None, caplog: pytest.LogCaptureFixture
) -> None:
    Client().get("/en/plain/", headers={"host": "localhost"})

    for host in ("evil.example", "localhost.evil.example", "local host"):
        assert Client().get("/en/plain/", headers={"host": host}).status_code == 400
    caplog.clear()  # each refusal is logged
    with pytest.raises(DisallowedHost):
        keeping.key_of(RequestFactory().get("/en/plain/", headers={"host": "evil.example"}))


@override_settings(SECURE_SSL_REDIRECT=True)
def test_https_is_still_asked_for(views: None) -> None:
    assert Client().get("/en/plain/", secure=True).status_code == 200
    assert Client().get("/en/plain/").status_code == 301


# --- What is sent -------------------------------------------------------------------------------


def test_the_second_answer_says_what_the_first_did(client: Client, db: None) -> None:
    EditionFactory.create()

    first, second = (client.get(LISTING, headers={"accept-encoding": "gzip"}) for _ in "ab")

    different = {"X-Request-Id"}
    assert {k: v for k, v in first.items() if k not in different} == {
        k: v for k, v in second.items() if k not in different
    }
    assert first.content == second.content
    for name in ("Content-Security-Policy", "X-Frame-Options", "Referrer-Policy", "ETag"):
        assert second[name]
    assert second["Cache-Control"] == "no-cache"
    assert {"Cookie", "Accept-Encoding", "HX-Request"} <= set(second["Vary"].split(", "))
    assert second["Content-Language"] == "en"
    assert not second.cookies


@pytest.mark.parametrize(
    ("accepts", "packed"),
    [("", False), ("gzip", True), ("br;q=1.0, gzip;q=0.8", True), ("gzip;q=0, br", False)],
)
def test_it_is_packed_for_whom_can_unpack(
    client: Client, db: None, accepts: str, packed: bool
) -> None:
    EditionFactory.create(course__title="Shown")
    client.get(LISTING, headers={"accept-encoding": "gzip"})

    response = client.get(LISTING, headers={"accept-encoding": accepts})

    assert (response.get("Content-Encoding") == "gzip") is packed
    assert "Shown" in text(response)
    assert int(response["Content-Length"]) == len(response.content)


def test_who_has_the_page_is_told_so(client: Client, db: None) -> None:
    response = client.get(LISTING)
    etag = response["ETag"]

    for known in (etag, f'"x", {etag}', "*"):
        same = client.get(LISTING, headers={"if-none-match": known})
        assert (same.status_code, same.content, same["ETag"]) == (304, b"", etag)
        assert "Cookie" in same["Vary"]
    assert client.get(LISTING, headers={"if-none-match": '"other"'}).status_code == 200
    with transaction.atomic():
        EditionFactory.create()
        offer_changed()
    assert client.get(LISTING, headers={"if-none-match": etag}).status_code == 200


@pytest.mark.parametrize("first", ["GET", "HEAD"])
def test_head_says_the_length_and_sends_no_body(client: Client, db: None, first: str) -> None:
    client.generic(first, LISTING)
    head, whole = client.head(LISTING), client.get(LISTING)

    assert head.content == b""
    assert whole.content
    assert head["Content-Length"] == whole["Content-Length"] == str(len(whole.content))
    assert head["ETag"] == whole["ETag"]


def test_a_kept_page_asks_one_query(client: Client, db: None) -> None:
    EditionFactory.create()
    client.get(LISTING)

    with CaptureQueriesContext(connection) as queries:
        client.get(LISTING)

    assert len(queries) == 1


def test_the_shelf_holds_no_more_than_it_may() -> None:
    shelf = keeping.Shelf(max_bytes=1000)
    page = keeping.Page(keeping.Stamp(1, 1, ""), None, b"x" * 300, 300, (), "", None)

    for number in range(50):
        shelf.put((str(number % 7),), page)
        shelf.get(("0",))
    assert shelf.bytes == 900
    assert shelf.get(("0",))  # used all the time
    shelf.put(("big",), keeping.Page(page.stamp, None, b"x" * 1001, 1001, (), "", None))
    assert shelf.bytes <= 1000
    assert not shelf.get(("big",))


# --- Never old, never another's -----------------------------------------------------------------


def test_languages_do_not_mix(client: Client, db: None) -> None:
    EditionFactory.create(course__title="Law", course__title_nl="Recht")

    for _ in range(2):
        assert "Recht" in text(client.get("/nl/courses/"))
        assert "Recht" not in text(client.get("/en/courses/", headers={"accept-language": "nl"}))


def test_signed_in_pages_are_never_kept_nor_sent_kept_ones(
    client: Client, sign_in: Callable[[User], Client], office: User
) -> None:
    sign_in(office)
    response = client.get(LISTING)
    assert not is_kept()
    assert "no-store" in response["Cache-Control"]

    visitor = Client().get(LISTING)
    assert is_kept()
    assert "Sign out" not in text(visitor)
    assert "Sign out" in text(client.get(LISTING))


def test_a_change_of_the_offer_shows_in_the_next_answer(client: Client, db: None) -> None:
    edition = EditionFactory.create(course__title="Before")
    assert "Before" in text(client.get(LISTING))

    Course.objects.filter(pk=edition.course.pk).update(title="Untold")
    assert "Before" in text(client.get(LISTING))  # the control: without a new version it is kept

    with transaction.atomic():
        Course.objects.filter(pk=edition.course.pk).update(title="After")
        offer_changed()
    assert "After" in text(client.get(LISTING))


def test_free_places_show_within_five_seconds(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    EditionFactory.create(places=10)
    assert "10 left" in text(client.get(LISTING))
    Edition.objects.update(taken=7)
    assert "10 left" in text(client.get(LISTING))

    monkeypatch.setattr(catalogue._kept, "read_at", catalogue._kept.read_at - 5)

    assert "3 left" in text(client.get(LISTING))


@pytest.mark.django_db(transaction=True)
def test_a_change_made_elsewhere_shows_as_soon_as_it_is_committed(client: Client) -> None:
    """Another thread has its own connection, as another process has; it shares no transaction."""
    edition = EditionFactory.create(course__title="Before")
    assert "Before" in text(client.get(LISTING))
    changed, may_commit, committed = threading.Event(), threading.Event(), threading.Event()

    def elsewhere() -> None:
        try:
            with transaction.atomic():
                Course.objects.filter(pk=edition.course.pk).update(title="After")
                offer_changed()
                changed.set()
                may_commit.wait(10)
            committed.set()
        finally:
            connection.close()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    assert changed.wait(10)
    try:
        assert "Before" in text(client.get(LISTING))
    finally:
        may_commit.set()
        thread.join(10)
    assert committed.is_set()
    assert "After" in text(client.get(LISTING))


@pytest.mark.django_db(transaction=True)
def test_a_change_during_the_making_is_not_lost(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = EditionFactory.create(course__title="Before")
    make = catalogue.Catalogue.__init__

    def change_meanwhile(self: catalogue.Catalogue, *args: object) -> None:
        make(self, *args)  # it has read the old title
        monkeypatch.setattr(catalogue.Catalogue, "__init__", make)
        with transaction.atomic():
            Course.objects.filter(pk=edition.course.pk).update(title="After")
            offer_changed()

    monkeypatch.setattr(catalogue.Catalogue, "__init__", change_meanwhile)

    assert "Before" in text(client.get(LISTING))
    assert "After" in text(client.get(LISTING))


@pytest.mark.django_db
def test_without_the_database_the_refusal_has_all_its_headers(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def gone() -> keeping.Stamp:
        raise OperationalError("gone")

    assert client.get("/nl/").status_code == 200  # it is kept now
    monkeypatch.setattr(keeping, "read_stamp", gone)
    client.raise_request_exception = False

    refusal = client.get("/nl/")

    assert refusal.status_code == 500
    assert "default-src 'none'" in refusal["Content-Security-Policy"]
    caplog.clear()  # the log told of it
