"""Still true? A signed link asks a partner; the answer is taken once."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import ConfirmationRequest, Course
from courses.services import confirming, curation
from courses.services.offer import offer_version
from courses.views import confirm
from paperwork.models import Notice, Owed
from tests import factories
from tests.mails import letters
from tests.races import at_once

YES = {"name": "Anna Berg", "answer": "true"}


@pytest.fixture
def client_of_office(sign_in: Callable[[User], Client], office: User) -> Client:
    return sign_in(office)


def link(course: Course, **changes: Any) -> str:
    """A link about `course`, as a path."""
    asked = confirming.ask([course], by="Olga")[0]
    if changes:
        ConfirmationRequest.objects.filter(pk=asked.request.pk).update(**changes)
    return f"/en/confirm/{asked.token}/"


@pytest.fixture
def course(db: None) -> Course:
    edition = factories.EditionFactory.create(course__title="Topology", course__about_en="Knots.")
    factories.LiveSessionFactory.create(edition=edition)
    return edition.course  # type: ignore[no-any-return]


def test_only_the_hash_of_the_token_is_kept(course: Course) -> None:
    asked = confirming.ask([course], by="Olga")[0]
    assert len(asked.token) >= 43  # 256 bits
    stored = ConfirmationRequest.objects.values().get()
    assert asked.token not in str(stored)
    assert stored["digest"] == hashlib.sha256(asked.token.encode()).hexdigest()
    assert stored["expires_at"] - stored["created_at"] == pytest.approx(
        timedelta(days=30), abs=timedelta(seconds=5)
    )


def test_a_look_changes_nothing_and_gives_the_address_to_nobody(
    course: Course, client: Client
) -> None:
    url = link(course)
    with CaptureQueriesContext(connection) as queries:
        page = client.get(url)
    assert page.status_code == 200
    assert not [q for q in queries if not q["sql"].startswith("SELECT")]
    assert len(queries) <= 12
    assert page["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page["Cache-Control"]
    assert "noindex" in page["X-Robots-Tag"]
    assert not page.cookies
    assert "Topology" in page.text
    assert "Knots." in page.text
    client.head(url)
    assert ConfirmationRequest.objects.get().spent_at is None


def test_yes_confirms_the_course_and_spends_the_link(course: Course) -> None:
    url = link(course)
    before = offer_version()
    answer = Client(enforce_csrf_checks=True).post(url, YES, headers={"Origin": "null"})
    assert answer.status_code == 302
    course.refresh_from_db()
    assert course.confirmed_on == timezone.localdate()
    assert course.confirmed_by == f"Anna Berg ({course.university.code})"
    assert offer_version() == before + 1
    thanks = Client().get(answer["Location"])
    assert thanks.status_code == 200
    assert thanks["Referrer-Policy"] == "no-referrer"
    assert "Thank you" in thanks.text
    again = Client().get(url)
    assert again.status_code == 410
    assert "we have your answer" in again.text
    assert Client().post(url, YES).status_code == 410


def test_what_has_changed_waits_for_the_office(
    course: Course, client: Client, client_of_office: Client
) -> None:
    url = link(course)
    before = offer_version()
    sent = {"name": "Anna Berg", "answer": "changed", "note_credits": "Now <b>6</b> EC"}
    assert client.post(url, sent).status_code == 302
    stored = ConfirmationRequest.objects.get()
    assert (stored.answer, stored.notes) == ("changed", {"credits": "Now <b>6</b> EC"})
    assert offer_version() == before
    course.refresh_from_db()
    assert course.confirmed_on is None
    editor = client_of_office.get(f"/en/office/courses/{course.pk}/").text
    assert "Now &lt;b&gt;6&lt;/b&gt; EC" in editor
    assert 'href="#id_ec"' in editor
    assert "partner says that something has changed" in client_of_office.get("/en/office/").text
    handle = f"/en/office/questions/{stored.pk}/handled/"
    assert client_of_office.post(handle).status_code == 302
    course.refresh_from_db()
    assert course.confirmed_on == timezone.localdate()
    assert client_of_office.post(handle).status_code == 409


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"answer": "true"},
        {"name": "Anna"},
        {"name": "Anna", "answer": "changed"},
        {"name": "Anna", "answer": "true", "note_level": "Master now"},
        {"name": "Anna", "answer": "changed", "note_level": "x" * 2001},
        {"name": "Anna", "answer": "changed", "note_level": "\x00"},
        {"name": "a" * 10000, "answer": "true"},
        {"name": "Anna", "answer": "changed", "note_nothing": "x"},
    ],
)
def test_an_answer_that_says_nothing_clear_is_asked_again(
    sent: dict[str, str], course: Course, client: Client
) -> None:
    answer = client.post(link(course), sent)
    assert answer.status_code == 422
    if "note_level" in sent and "\x00" not in sent["note_level"]:
        assert sent["note_level"] in answer.text
    assert ConfirmationRequest.objects.get().spent_at is None


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "sends you a new one"),
        ({"revoked_at": timezone.now()}, "taken it back"),
    ],
)
def test_an_old_or_revoked_link_says_what_to_do(
    changes: dict[str, Any], words: str, course: Course, client: Client
) -> None:
    url = link(course, **changes)
    for answer in (client.get(url), client.post(url, YES)):
        assert answer.status_code == 410
        assert words in answer.text
        assert answer["Referrer-Policy"] == "no-referrer"
    course.refresh_from_db()
    assert course.confirmed_on is None


@pytest.mark.parametrize("token", ["x", "%00", "a" * 5000, "%F0%9F%98%80", "..%2f.."])
def test_an_unknown_link_is_not_found(token: str, client: Client, db: None) -> None:
    for path in (f"/en/confirm/{token}/", f"/en/confirm/{token}/answered/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/en/confirm/{token}/", YES).status_code == 404


def test_the_thanks_of_an_open_link_lead_to_the_question(course: Course, client: Client) -> None:
    url = link(course)
    assert client.get(f"{url}answered/")["Location"] == url


def test_of_two_answers_at_once_one_is_taken(
    course: Course, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = link(course)
    seen = confirming.find(url.split("/")[3])
    assert seen is not None
    found = confirm._find
    # Both have read the link before either of them answers.
    answers = iter([seen, seen])
    monkeypatch.setattr(confirm, "_find", lambda token: next(answers, None) or found(token))
    assert client.post(url, YES | {"name": "First"}).status_code == 302
    late = client.post(url, YES | {"name": "Second"})
    assert late.status_code == 410
    assert "we have your answer" in late.text
    assert ConfirmationRequest.objects.get().answered_by == "First"
    course.refresh_from_db()
    assert course.confirmed_by.startswith("First ")


@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_once_one_is_taken() -> None:
    token = confirming.ask([factories.CourseFactory.create()], by="Olga")[0].token
    names = [f"Person {n}" for n in range(4)]

    results = at_once([partial(confirming.answer, token, notes={}, name=name) for name in names])

    taken = [
        name
        for name, result in zip(names, results, strict=True)
        if not isinstance(result, Exception)
    ]
    assert taken == [ConfirmationRequest.objects.get().answered_by]
    assert sum(isinstance(result, curation.CurationError) for result in results) == 3


def test_asking_again_ends_the_earlier_link(course: Course, client: Client) -> None:
    first, second = link(course), link(course)
    assert client.get(first).status_code == 410
    assert client.get(second).status_code == 200


def test_an_older_answer_does_not_undo_a_newer_confirmation(course: Course, client: Client) -> None:
    later = timezone.localdate() + timedelta(days=1)
    Course.objects.filter(pk=course.pk).update(confirmed_on=later, confirmed_by="Office")
    client.post(link(course), YES)
    course.refresh_from_db()
    assert (course.confirmed_on, course.confirmed_by) == (later, "Office")


# From the office


def test_one_message_for_a_university_with_a_link_for_each_course(
    client_of_office: Client, client: Client
) -> None:
    university = factories.UniversityFactory.create(
        contact_email="partner@u.example", contact_name="Anna"
    )
    courses = [
        factories.CourseFactory.create(university=university, title=title)
        for title in ("Côte d'Azur & more", "Another")
    ]
    silent = factories.CourseFactory.create(university__name="Silent")
    chosen = {"do": "ask", "course": [course.pk for course in [*courses, silent]]}
    summary = client_of_office.get("/nl/office/courses/several/", chosen).text
    assert "partner@u.example" in summary
    assert "Silent" in summary
    assert not ConfirmationRequest.objects.exists()
    client_of_office.post("/nl/office/courses/several/", chosen)
    [message] = letters()
    assert message.to == ["partner@u.example"]
    assert "Are your courses still as we show them?" in message.subject
    assert "Côte d'Azur & more" in message.body
    paths = re.findall(r"http://localhost:\d+(/en/confirm/\S+)", message.body)
    assert len(paths) == 2
    client_of_office.logout()
    for path in paths:
        assert client.get(path).status_code == 200
    assert not ConfirmationRequest.objects.filter(course=silent).exists()


def test_a_dutch_university_is_written_to_in_dutch(db: None) -> None:
    course = factories.CourseFactory.create(
        university__contact_email="partner@u.example", university__country="NL"
    )
    confirming.ask_by_mail([course], by="Olga")
    assert "/nl/confirm/" in letters()[0].body


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (Owed.State.NEW, "is being sent"),
        (Owed.State.DONE, "Sent to partner@u.example on"),
        (Owed.State.UNCERTAIN, "has perhaps gone"),
        (Owed.State.DEAD, "could not be delivered"),
    ],
)
def test_the_editor_says_what_came_of_the_message(
    course: Course, client_of_office: Client, state: str, words: str
) -> None:
    course.university.contact_email = "partner@u.example"
    course.university.save()
    client_of_office.post(f"/en/office/courses/{course.pk}/ask/", {"how": "mail"})
    Notice.objects.update(state=state, done_at=timezone.now())

    assert words in client_of_office.get(f"/en/office/courses/{course.pk}/").text


def test_without_a_contact_the_link_is_shown_once(
    course: Course, client_of_office: Client, client: Client
) -> None:
    url = f"/en/office/courses/{course.pk}/ask/"
    assert "No contact of this university is known" in client_of_office.get(url).text
    assert client_of_office.post(url, {"how": "mail"}).status_code == 422
    assert not ConfirmationRequest.objects.exists()
    page = client_of_office.post(url, {"how": "link"}).text
    found = re.search(r'value="http://localhost:\d+(/en/confirm/[^"]+)"', page)
    assert found
    assert client.get(found[1]).status_code == 200
    assert found[1] not in client_of_office.get(f"/en/office/courses/{course.pk}/").text


def test_a_link_can_be_taken_back_once(
    course: Course, client_of_office: Client, client: Client
) -> None:
    url = link(course)
    revoke = f"/en/office/questions/{ConfirmationRequest.objects.get().pk}/revoke/"
    assert client_of_office.post(revoke).status_code == 302
    assert client_of_office.post(revoke).status_code == 409
    assert client.get(url).status_code == 410


def test_the_token_stands_in_no_log(
    course: Course, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    url = link(course)
    client.get(url)
    client.post(url, YES)
    assert url.split("/")[3] not in caplog.text
    assert "confirmation answered" in caplog.text
