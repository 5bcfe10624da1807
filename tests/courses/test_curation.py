"""The office curates courses: the list, the editor, publishing, withdrawing, deleting."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from courses.forms.course import CourseForm
from courses.forms.video import VideoForm
from courses.models import Course, PublicState, Video
from courses.services import curation
from courses.services.offer import offer_version
from tests import factories

type SignIn = Callable[[User], Client]


@pytest.fixture
def client_of_office(sign_in: SignIn, office: User) -> Client:
    return sign_in(office)


def posted(course: Course, **changes: Any) -> dict[str, Any]:
    """What a browser sends from the editor of `course`, with what was typed over it."""
    data: dict[str, Any] = {}
    for form in (CourseForm(instance=course), VideoForm(instance=course.video)):
        for field in form:
            value = field.value()
            if value is True:
                data[field.html_name] = "on"
            elif value not in (None, False):
                data[field.html_name] = str(field.field.prepare_value(value))
    return data | changes


def edit(client: Client, course: Course, **changes: Any) -> Any:
    return client.post(f"/en/office/courses/{course.pk}/", posted(course, **changes))


PAGES = [
    "/en/office/",
    "/en/office/courses/",
    "/en/office/courses/several/?do=publish&course={course}",
    "/en/office/courses/{course}/",
    "/en/office/courses/{course}/preview/",
    "/en/office/editions/{edition}/",
    "/en/office/universities/",
    "/en/office/universities/{university}/",
    "/en/office/faculties/",
    "/en/office/faculties/{faculty}/",
    "/en/office/programmes/{programme}/",
]
WRITES = [
    "/en/office/courses/new/",
    "/en/office/courses/several/",
    "/en/office/courses/{course}/",
    "/en/office/courses/{course}/publish/",
    "/en/office/courses/{course}/withdraw/",
    "/en/office/courses/{course}/delete/",
    "/en/office/courses/{course}/ask/",
    "/en/office/courses/{course}/editions/new/",
    "/en/office/editions/{edition}/",
    "/en/office/editions/{edition}/publish/",
    "/en/office/editions/{edition}/withdraw/",
    "/en/office/editions/{edition}/delete/",
    "/en/office/universities/new/",
    "/en/office/universities/{university}/",
    "/en/office/universities/{university}/delete/",
    "/en/office/faculties/new/",
    "/en/office/faculties/{faculty}/",
    "/en/office/faculties/{faculty}/delete/",
    "/en/office/faculties/{faculty}/programmes/new/",
    "/en/office/programmes/{programme}/",
    "/en/office/programmes/{programme}/delete/",
]


@pytest.fixture
def places(db: None) -> dict[str, int]:
    programme = factories.ProgrammeFactory.create()
    edition = factories.EditionFactory.create()
    return {
        "course": edition.course_id,
        "edition": edition.pk,
        "university": edition.course.university_id,
        "faculty": programme.faculty_id,
        "programme": programme.pk,
    }


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_the_office_and_auditors(
    path: str, places: dict[str, int], client: Client, sign_in: SignIn, office: User
) -> None:
    path = path.format(**places)
    assert client.get(path).status_code == 302
    assert "/account/login/" in client.get(path)["Location"]
    partner = factories.MemberFactory.create(role=Role.PARTNER)
    for user, status in (
        (factories.StudentFactory.create(), 403),
        (partner, 403),
        (factories.MemberFactory.create(role=Role.AUDITOR), 200),
        (office, 200),
    ):
        assert sign_in(user).get(path).status_code == status, user


@pytest.mark.parametrize("path", WRITES)
def test_only_the_office_writes(path: str, places: dict[str, int], sign_in: SignIn) -> None:
    path = path.format(**places)
    before = offer_version()
    for role in (Role.AUDITOR, Role.PARTNER, Role.EXAMS):
        assert sign_in(factories.MemberFactory.create(role=role)).post(path).status_code == 403
    assert sign_in(factories.StudentFactory.create()).post(path).status_code == 403
    assert offer_version() == before


def test_an_auditor_sees_the_editor_closed(sign_in: SignIn, places: dict[str, int]) -> None:
    auditor = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))
    page = auditor.get(f"/en/office/courses/{places['course']}/").text
    assert "<fieldset disabled>" in page
    assert "Save course" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/en/office/courses/?page=abc&state=nonsense&university=%00&need=x&sort=%F0%9F%98%80",
        "/en/office/courses/?q=" + "a" * 10000,
        "/en/office/courses/?q=%00",
        "/en/office/courses/?page=99999999999999999999",
        "/en/office/universities/?taking_part=x&q=%00&page=-1",
    ],
)
def test_nonsense_in_a_list_is_left_out(path: str, client_of_office: Client) -> None:
    factories.CourseFactory.create()
    assert client_of_office.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/en/office/courses/999999/",
        "/en/office/courses/99999999999999999999999/",
        "/en/office/courses/0/preview/",
        "/en/office/editions/99999999999999999999999/",
        "/en/office/universities/0/",
        "/en/office/faculties/0/",
        "/en/office/programmes/0/",
    ],
)
def test_unknown_rows_are_not_found(path: str, client_of_office: Client) -> None:
    assert client_of_office.get(path).status_code == 404


@pytest.mark.parametrize("courses", [[], ["abc"], ["-1"], ["99999999999999999999"], ["\x00"]])
def test_bulk_without_courses_goes_back(courses: list[str], client_of_office: Client) -> None:
    for send in (client_of_office.get, client_of_office.post):
        answer = send("/en/office/courses/several/", {"do": "publish", "course": courses})
        assert answer.status_code == 302


# The list


def rows_of(client: Client, query: str = "") -> set[str]:
    page = client.get(f"/en/office/courses/{query}").text
    return set(re.findall(r'name="course" value="(\d+)"', page))


def test_the_list_asks_the_same_number_of_questions_for_more_rows(client_of_office: Client) -> None:
    def course() -> None:
        made = factories.CourseFactory.create()
        factories.EditionFactory.create(course=made)
        factories.EditionFactory.create(course=made, starts_on=factories.days(500))

    course()
    client_of_office.get("/en/office/courses/")
    with CaptureQueriesContext(connection) as one:
        client_of_office.get("/en/office/courses/?q=course")
    course()
    course()
    with CaptureQueriesContext(connection) as three:
        assert len(rows_of(client_of_office, "?q=course")) == 3
    assert len(one) == len(three) <= 12


def test_the_list_finds_without_accents_and_case(client_of_office: Client) -> None:
    factories.CourseFactory.create(title="Écologie Générale")
    factories.CourseFactory.create(title="Topology")
    assert len(rows_of(client_of_office, "?q=ecologie+GENERALE")) == 1
    assert len(rows_of(client_of_office, "?q=nothing")) == 0


def test_each_filter_leaves_what_it_says(client_of_office: Client) -> None:
    today = timezone.localdate()
    whole = factories.CourseFactory.create(
        **{f"{name}_{language}": "x" for name in ("outcomes", "assessed", "entry")
           for language in ("nl", "en")},
        source="https://u.example/",
        confirmed_on=today,
    )  # fmt: skip
    factories.EditionFactory.create(course=whole)
    other = factories.CourseFactory.create(
        state=PublicState.DRAFT, is_demo=True, confirmed_on=today - timedelta(days=200)
    )
    factories.EditionFactory.create(
        course=other, state=PublicState.DRAFT, starts_on=factories.days(-10)
    )
    for query in (
        "?need=incomplete", "?need=unconfirmed", "?need=opening", "?need=no-edition",
        "?need=demo", "?state=draft", f"?university={other.university.code}",
    ):  # fmt: skip
        assert rows_of(client_of_office, query) == {str(other.pk)}, query
    for sort in ("university", "missing", "confirmed", "changed", "start"):
        assert len(rows_of(client_of_office, f"?sort={sort}")) == 2


def test_the_list_comes_as_a_part_for_htmx(client_of_office: Client) -> None:
    answer = client_of_office.get("/en/office/courses/", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert 'id="results"' in answer.text
    assert "HX-Request" in answer["Vary"]


def test_the_first_page_counts_and_links(client_of_office: Client) -> None:
    factories.CourseFactory.create()
    client_of_office.get("/en/office/")  # the first one after signing in notes the session
    with CaptureQueriesContext(connection) as queries:
        page = client_of_office.get("/en/office/").text
    assert len(queries) <= 12
    assert "1 published course with facts missing" in page
    assert "?need=incomplete&amp;state=published" in page
    assert "1 published course without a coming edition" in page


# The editor


def test_a_new_course_is_a_draft_with_an_address_of_its_own(client_of_office: Client) -> None:
    university = factories.UniversityFactory.create()
    data = {"university": university.pk, "title": "Topology & more", "code": "T1"}
    answer = client_of_office.post("/en/office/courses/new/", data)
    made = Course.objects.get()
    assert answer["Location"].endswith(f"/office/courses/{made.pk}/")
    assert (made.slug, made.state) == ("topology-more", PublicState.DRAFT)
    client_of_office.post("/en/office/courses/new/", data | {"code": "T2"})
    assert Course.objects.get(code="T2").slug == "topology-more-2"
    refused = client_of_office.post("/en/office/courses/new/", data)
    assert refused.status_code == 422
    assert "already has a course with this code" in refused.text
    assert 'value="Topology &amp; more"' in refused.text


def test_a_title_of_signs_only_gets_an_address_too(client_of_office: Client) -> None:
    university = factories.UniversityFactory.create()
    data = {"university": university.pk, "title": "拓扑", "code": ""}
    assert client_of_office.post("/en/office/courses/new/", data).status_code == 302
    assert Course.objects.get().slug == "course"


def test_a_draft_may_be_saved_incomplete(client_of_office: Client) -> None:
    course = factories.CourseFactory.create(state=PublicState.DRAFT, published_at=None)
    before = offer_version()
    answer = edit(client_of_office, course, about_nl="", ec="", level="", level_number="")
    assert answer.status_code == 302
    course.refresh_from_db()
    assert (course.about_nl, course.ec) == ("", None)
    assert offer_version() == before + 1


def test_saving_keeps_what_was_not_touched(client_of_office: Client) -> None:
    course = factories.CourseFactory.create(outcomes_en="One\r\nTwo", honours=True)
    was = {field.name: getattr(course, field.name) for field in Course._meta.fields}
    assert edit(client_of_office, course).status_code == 302
    course.refresh_from_db()
    for name, value in was.items():
        if name != "changed_at":
            assert getattr(course, name) == value, name
    assert course.changed_at > was["changed_at"]


def test_a_wrong_value_is_refused_at_its_field_and_nothing_is_lost(
    client_of_office: Client,
) -> None:
    course = factories.CourseFactory.create()
    answer = edit(client_of_office, course, level_number="600", title="Typed", ec="-3")
    assert answer.status_code == 422
    assert 'id="id_level_number_error"' in answer.text
    assert 'href="#id_ec"' in answer.text
    assert 'value="Typed"' in answer.text
    course.refresh_from_db()
    assert course.title != "Typed"


@pytest.mark.parametrize(
    "changes",
    [
        {"title": "a" * 10000},
        {"title": "\x00"},
        {"ec": "NaN"},
        {"ec": "1e400"},
        {"level": "x"},
        {"level_number": "9" * 40},
        {"field": "\x00"},
        {"language": "zz"},
        {"confirmed_on": "yesterday"},
        {"source": "javascript:alert(1)"},
        {"about_nl": "\x00"},
        {"video-url": "https://video.example/", "video-seconds": "1:99:99"},
        {"video-url": "https://video.example/", "video-seconds": "9" * 30},
        {"video-transcript": "words without a film"},
    ],
)
def test_bad_input_in_the_editor_is_refused(
    changes: dict[str, str], client_of_office: Client
) -> None:
    course = factories.CourseFactory.create()
    assert edit(client_of_office, course, **changes).status_code == 422


def test_ec_may_be_written_with_a_comma(client_of_office: Client) -> None:
    course = factories.CourseFactory.create()
    url = f"/nl/office/courses/{course.pk}/"
    assert client_of_office.post(url, posted(course, ec="7,5")).status_code == 302
    course.refresh_from_db()
    assert str(course.ec) == "7.5"


def test_the_address_is_fixed_once_published(client_of_office: Client) -> None:
    course = factories.CourseFactory.create(slug="first")
    edit(client_of_office, course, slug="second")
    course.refresh_from_db()
    assert course.slug == "first"
    draft = factories.CourseFactory.create(slug="first", state=PublicState.DRAFT, published_at=None)
    edit(client_of_office, draft, slug="second")
    draft.refresh_from_db()
    assert draft.slug == "second"


def test_a_video_comes_changes_and_goes(client_of_office: Client) -> None:
    course = factories.CourseFactory.create()
    film = {
        "video-url": "https://video.example/1", "video-seconds": "4:05", "video-language": "en",
        "video-transcript": "Hello.",
    }  # fmt: skip
    assert edit(client_of_office, course, **film).status_code == 302
    course.refresh_from_db()
    assert course.video is not None
    assert course.video.seconds == 245
    assert 'value="4:05"' in client_of_office.get(f"/en/office/courses/{course.pk}/").text
    edit(client_of_office, course, **{"video-seconds": "1:00:00"})
    assert Video.objects.get().seconds == 3600
    course.refresh_from_db()
    assert course.video is not None
    course.video.refresh_from_db()
    empty = {name: "" for name in film if name != "video-language"}
    assert edit(client_of_office, course, **empty).status_code == 302
    course.refresh_from_db()
    assert course.video is None
    assert not Video.objects.exists()


def test_an_edit_of_somebody_else_is_shown_and_nothing_is_lost(client_of_office: Client) -> None:
    course = factories.CourseFactory.create(title="Before", entry_en="Old entry", ec="5")
    mine = posted(course, title="Mine", outcomes_en="My outcomes")
    Course.objects.filter(pk=course.pk).update(title="Theirs", entry_en="New entry", honours=True)
    url = f"/en/office/courses/{course.pk}/"
    answer = client_of_office.post(url, mine)
    assert answer.status_code == 409
    page = answer.text
    assert 'value="Mine"' in page  # typed, kept
    assert "Theirs" in page  # theirs, beside it
    assert "My outcomes" in page
    assert re.search(r'id="id_entry_en"[^>]*>\s*New entry', page)  # not typed in: theirs
    course.refresh_from_db()
    assert course.title == "Theirs"
    # Sending the page as it stands now saves the mixture.
    form = answer.context["form"]
    again = {field.html_name: field.value() for field in form if field.value() not in (None, False)}
    again |= {f.html_name: f.value() for f in answer.context["video"] if f.value() is not None}
    assert client_of_office.post(url, again).status_code == 302
    course.refresh_from_db()
    assert (course.title, course.entry_en, course.honours) == ("Mine", "New entry", True)
    assert course.outcomes_en == "My outcomes"


def test_the_same_change_by_two_people_is_no_conflict_to_solve(client_of_office: Client) -> None:
    course = factories.CourseFactory.create(title="Before")
    mine = posted(course, title="After")
    Course.objects.filter(pk=course.pk).update(title="After")
    page = client_of_office.post(f"/en/office/courses/{course.pk}/", mine)
    assert page.status_code == 409
    assert page.context["form"].theirs == {}


def test_a_save_between_reading_and_writing_changes_nothing(office: User) -> None:
    course = factories.CourseFactory.create(title="Before")
    form = CourseForm(posted(course, title="Mine"), instance=course)
    assert form.is_valid()
    Course.objects.filter(pk=course.pk).update(title="Theirs")
    with pytest.raises(curation.StaleError):
        curation.save(form)
    assert Course.objects.get().title == "Theirs"


@pytest.mark.parametrize(
    "seen", ["", "x", "title", "title:", ",,,:,", "\x00", "title:" + "f" * 9999]
)
def test_a_made_up_version_does_no_harm(seen: str, client_of_office: Client) -> None:
    course = factories.CourseFactory.create()
    assert edit(client_of_office, course, seen=seen).status_code in {302, 409, 422}


# Publishing


def test_publishing_waits_for_the_facts_and_names_them(client_of_office: Client) -> None:
    course = factories.CourseFactory.create(
        state=PublicState.DRAFT, published_at=None, about_nl="", ec=None
    )
    url = f"/en/office/courses/{course.pk}/publish/"
    refused = client_of_office.post(url)
    assert refused.status_code == 422
    assert 'href="#id_about_nl"' in refused.text
    assert 'href="#id_ec"' in refused.text
    Course.objects.filter(pk=course.pk).update(about_nl="x", ec=5)
    before = offer_version()
    assert client_of_office.post(url).status_code == 302
    course.refresh_from_db()
    assert course.state == PublicState.PUBLISHED
    assert course.published_at is not None
    assert offer_version() == before + 1
    assert client_of_office.post(url).status_code == 409


def test_withdrawing_asks_first_and_publishing_again_keeps_the_first_day(
    client_of_office: Client,
) -> None:
    course = factories.CourseFactory.create()
    first = course.published_at
    url = f"/en/office/courses/{course.pk}"
    assert "leaves the catalogue" in client_of_office.get(f"{url}/withdraw/").text
    assert Course.objects.get().state == PublicState.PUBLISHED
    before = offer_version()
    client_of_office.post(f"{url}/withdraw/")
    assert Course.objects.get().state == PublicState.WITHDRAWN
    assert offer_version() == before + 1
    assert client_of_office.post(f"{url}/withdraw/").status_code == 409
    client_of_office.post(f"{url}/publish/")
    assert Course.objects.get().published_at == first


def test_of_two_who_publish_one_is_told(db: None) -> None:
    course = factories.CourseFactory.create(state=PublicState.DRAFT, published_at=None)
    slow = Course.objects.get(pk=course.pk)
    curation.publish_course(course)
    with pytest.raises(curation.StaleError):
        curation.publish_course(slow)


def test_only_a_draft_that_nobody_saw_is_deleted(client_of_office: Client) -> None:
    shown = factories.CourseFactory.create()
    used = factories.EditionFactory.create(
        course=factories.CourseFactory.create(state=PublicState.DRAFT, published_at=None)
    ).course
    fresh = factories.CourseFactory.create(state=PublicState.DRAFT, published_at=None)
    for course, status in ((shown, 409), (used, 409), (fresh, 302)):
        url = f"/en/office/courses/{course.pk}/delete/"
        assert client_of_office.get(url).status_code == 200
        assert client_of_office.post(url).status_code == status
    assert set(Course.objects.all()) == {shown, used}


def test_the_preview_shows_drafts_with_a_banner(client_of_office: Client, client: Client) -> None:
    draft = factories.EditionFactory.create(
        state=PublicState.DRAFT,
        course=factories.CourseFactory.create(state=PublicState.DRAFT, published_at=None),
    )
    page = client_of_office.get(f"/en/office/courses/{draft.course_id}/preview/").text
    assert "Students do not see this page yet" in page
    assert "What it is about." in page


def test_bulk_publishing_shows_first_and_leaves_out_what_is_not_ready(
    client_of_office: Client,
) -> None:
    ready = factories.CourseFactory.create(state=PublicState.DRAFT, published_at=None)
    lacking = factories.CourseFactory.create(
        state=PublicState.DRAFT, published_at=None, about_en=""
    )
    chosen = {"do": "publish", "course": [ready.pk, lacking.pk]}
    page = client_of_office.get("/en/office/courses/several/", chosen).text
    assert "Publish 1 course" in page
    assert "what it is about, in English" in page
    assert not Course.objects.filter(state=PublicState.PUBLISHED).exists()
    answer = client_of_office.post("/en/office/courses/several/", chosen, follow=True)
    assert "1 course is published." in answer.text
    assert "still lacks" in answer.text
    assert set(Course.objects.filter(state=PublicState.PUBLISHED)) == {ready}
