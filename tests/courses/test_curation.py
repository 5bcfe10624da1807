"""The office curates courses: the list, the editor, publishing, withdrawing, deleting."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses.forms.course import CourseForm
from courses.forms.video import VideoForm
from courses.models import Course, Edition, PublicState, Video
from courses.services import curation
from courses.services.offer import offer_version
from tests import factories
from tests.courses.test_editions import fields_of

type SignIn = Callable[[User], Client]


@pytest.fixture
def client_of_office(sign_in: SignIn, office: User) -> Client:
    return sign_in(office)


def posted(course: Course, **changes: Any) -> dict[str, Any]:
    """What a browser sends from the editor of `course`, with what was typed over it."""
    return fields_of(CourseForm(instance=course), VideoForm(instance=course.video)) | changes


def edit(client: Client, course: Course, **changes: Any) -> Any:
    return client.post(f"/en/office/courses/{course.pk}/", posted(course, **changes))


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
    again = fields_of(form, answer.context["video"])
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
        curation.save(form, by=None)
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
    curation.publish_course(course, by=None)
    with pytest.raises(curation.StaleError):
        curation.publish_course(slow, by=None)


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
    assert "Published: 1 course." in answer.text
    assert "still lacks" in answer.text
    assert set(Course.objects.filter(state=PublicState.PUBLISHED)) == {ready}


def test_bulk_publishing_takes_the_drafts_of_editions_along(client_of_office: Client) -> None:
    def edition(course: Course, days: int, **facts: object) -> Edition:
        facts = {"state": PublicState.DRAFT, "starts_on": factories.days(days), **facts}
        facts["ends_on"] = factories.days(days + 90)
        return factories.EditionFactory.create(course=course, **facts)

    draft = {"state": PublicState.DRAFT, "published_at": None}
    new, shown = factories.CourseFactory.create(**draft), factories.CourseFactory.create()
    poor = factories.CourseFactory.create(**draft, about_en="")
    complete = edition(new, 100)
    unknown = edition(new, 300, applications_close_on=None, withdraw_until=None)
    over = edition(shown, -200)
    coming = edition(shown, 120)
    of_poor = edition(poor, 100)
    chosen: dict[str, Any] = {"do": "publish", "course": [new.pk, shown.pk, poor.pk]}

    page = client_of_office.get("/en/office/courses/several/", chosen).text
    assert "Publish 1 course and 2 editions</button>" in page
    assert "It still lacks: applications close on." in page
    assert "It is over." in page
    named = [int(pk) for pk in re.findall(r'name="edition" value="(\d+)"', page)]
    assert named == [complete.pk, coming.pk]
    late = edition(new, 500)  # nobody has seen it on the page

    chosen["edition"] = [*named, unknown.pk, over.pk, of_poor.pk, "x"]
    answer = client_of_office.post("/en/office/courses/several/", chosen, follow=True)

    assert "Published: 1 course and 2 editions." in answer.text
    assert set(Course.objects.filter(state=PublicState.PUBLISHED)) == {new, shown}
    published = Edition.objects.filter(state=PublicState.PUBLISHED)
    assert set(published) == {complete, coming}
    assert late not in published
    again = client_of_office.get("/en/office/courses/several/", chosen).text
    assert "Publish 1 edition</button>" in again
