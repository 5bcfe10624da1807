"""The catalogue's page: what its rows say, its filters, and what it makes of nonsense."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import Context, Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accounts.models import User
from courses import catalogue as kept_catalogue
from courses.catalogue import Catalogue
from courses.models import Course, Edition
from courses.models.course import PublicState
from courses.search import MAX_QUERY
from courses.selection import PAGE_SIZE
from tests.courses.listing import HTMX, LISTING, change_offer, get, titles
from tests.factories import EditionFactory, UniversityFactory, days

pytestmark = pytest.mark.django_db


# --- The page -----------------------------------------------------------------------------------


def test_the_row_tells_the_facts(client: Client) -> None:
    edition = EditionFactory.create(
        course__title="Wiskunde", course__language="nl", places=25, taken=21
    )
    closing = days(0)
    EditionFactory.create(
        course__title="Last day", applications_close_on=closing, places=10, taken=10
    )

    page = get(client, LISTING)

    assert f'lang="nl">{edition.course.title}</a>' in page
    assert "5\xa0EC" in page
    assert "Bachelor 200" in page
    assert "Exam in Leiden" in page
    assert "4 left" in page
    assert "closes today" in page
    assert "Full: waiting list" in page


def test_free_places_are_at_most_five_seconds_old(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = EditionFactory.create(places=10)
    assert "10 left" in get(client, LISTING)
    Edition.objects.update(taken=8)

    assert "10 left" in get(client, LISTING)
    monkeypatch.setattr(kept_catalogue._kept, "read_at", kept_catalogue._kept.read_at - 5)
    assert "2 left" in get(client, LISTING)
    assert "2 left" in get(client, f"{LISTING}?q={edition.course.code}")

    Edition.objects.update(taken=10)
    monkeypatch.setattr(kept_catalogue._kept, "read_at", kept_catalogue._kept.read_at - 5)
    assert titles(get(client, f"{LISTING}?places=free")) == []


def test_tomorrow_the_catalogue_is_tomorrows(client: Client) -> None:
    edition = EditionFactory.create(applications_close_on=days(0))
    assert "closes today" in get(client, LISTING)

    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        page = get(client, LISTING)
        assert "closes today" not in page
        assert titles(page) == [edition.course.title]
        assert titles(get(client, f"{LISTING}?open=now")) == []


def test_a_choice_without_courses_is_disabled_but_a_ticked_one_never(client: Client) -> None:
    EditionFactory.create(course__level="bachelor", course__level_number=100, period="autumn")
    EditionFactory.create(course__level="master", course__level_number=500, period="spring")

    page = get(client, f"{LISTING}?period=autumn&level=master")

    assert 'name="level" value="master" checked' in page
    assert 'name="period" value="spring">' in page
    assert 'name="period" value="summer" disabled' in page
    assert 'name="number" value="100" disabled' in page


def test_nothing_found_names_what_to_leave_out(client: Client) -> None:
    EditionFactory.create(course__level="bachelor", period="autumn")
    EditionFactory.create(course__level="bachelor", period="autumn")
    EditionFactory.create(course__level="master", course__level_number=500, period="spring")

    page = get(client, f"{LISTING}?level=master&period=autumn")

    assert "No course has all of this" in page
    ways = re.findall(r'<li><a href="([^"]*)">([^<]*)</a> – ([^<]*)</li>', page)
    assert ways == [
        ("/en/courses/?period=autumn", "Master", "then 2 courses are left"),
        ("/en/courses/?level=master", "First semester", "then one course is left"),
    ]


def test_chips_take_one_choice_away(client: Client) -> None:
    EditionFactory.create(course__university__code="UQ")
    EditionFactory.create(course__university__code="EPFL")

    page = get(client, f"{LISTING}?university=uq&university=EPFL&q=university&sort=title")

    assert 'href="/en/courses/?q=university&amp;university=EPFL&amp;sort=title"' in page
    assert 'href="/en/courses/?university=EPFL&amp;university=UQ&amp;sort=title"' in page
    assert len(titles(page)) == 2


def test_htmx_gets_the_results_alone_and_the_one_address(client: Client) -> None:
    EditionFactory.create(course__university__code="UQ")

    response = client.get(f"{LISTING}?sort=start&university=uq&q=&page=1", headers=HTMX)

    page = response.content.decode()
    assert "<html" not in page
    assert 'data-say="One course"' in page
    assert "university.UQ:1*" in page
    assert response["HX-Push-Url"] == f"{LISTING}?university=UQ"
    assert "HX-Request" in response["Vary"]


def test_the_form_works_without_javascript(client: Client) -> None:
    EditionFactory.create(course__title="Wanted")
    EditionFactory.create(course__title="Other", course__level="master", course__level_number=400)

    page = get(client, LISTING)
    form = re.search(r'<form class="finder"[^>]*>', page)
    assert form
    assert 'method="get"' in form[0]
    assert f'action="{LISTING}"' in form[0]
    assert page.count('<button class="btn" type="submit">') >= 2
    assert 'name="level" value="master"' in page
    assert titles(get(client, f"{LISTING}?q=&level=master&sort=start")) == ["Other"]


def test_pages_of_twenty(client: Client) -> None:
    university = UniversityFactory.create()
    for number in range(PAGE_SIZE + 3):
        EditionFactory.create(course__university=university, starts_on=days(60 + number))

    first, second = get(client, LISTING), get(client, f"{LISTING}?page=2")

    assert len(titles(first)) == PAGE_SIZE
    assert 'rel="next" href="/en/courses/?page=2"' in first
    assert len(titles(second)) == 3
    assert 'rel="prev" href="/en/courses/"' in second
    assert titles(get(client, f"{LISTING}?page=99")) == titles(second)


def test_other_language_and_sign_in_keep_the_query(client: Client) -> None:
    EditionFactory.create(course__university__code="UQ")
    EditionFactory.create()

    for _ in range(2):  # the frame is made once and filled twice
        page = get(client, f"{LISTING}?university=UQ")
        assert 'href="/nl/courses/?university=UQ"' in page
        assert "next=/en/courses/%3Funiversity%3DUQ" in page
        assert "the-query" not in page
        assert "the-query" not in get(client, LISTING)


def test_signed_in_people_see_the_same_offer_and_their_own_frame(
    client: Client, sign_in: Callable[[User], Client], office: User
) -> None:
    EditionFactory.create(course__title="Shown")
    EditionFactory.create(course__state=PublicState.DRAFT, course__published_at=None)
    get(client, LISTING)

    page = get(sign_in(office), f"{LISTING}?q=shown")

    assert titles(page) == ["Shown"]
    assert "Sign out" in page
    assert "Sign out" not in get(Client(), f"{LISTING}?q=shown")


XSS = '"><script>alert(1)</script>'
NONSENSE = [
    "page=abc",
    "page=-1",
    "page=0",
    "page=99999999999999999999",
    "page=%D9%A3",
    "ec=-1",
    "ec=nan",
    "ec=inf",
    "ec=1e400",
    "ec=%00",
    "university=NOWHERE",
    "university=%00&q=%00",
    "university=" + "A" * 3000,
    "q=" + "a" * 10_000,
    "q=" + "a+" * 2_000,
    "q=%00%00",
    "q=%ff%fe",
    "q=???",
    "q=%F0%9F%92%A9",
    f"q={XSS}",
    f"university={XSS}",
    f"sort={XSS}",
    "month=2027-99",
    "month=x",
    "field=999",
    "sort=",
    "&".join(f"level={n}" for n in range(400)),
    "q[]=1&university[0]=UQ",
    "=&=&&",
]


@pytest.mark.parametrize("query", NONSENSE, ids=lambda query: query[:25])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
def test_nonsense_gets_a_page_that_helps(
    client: Client, query: str, headers: dict[str, str]
) -> None:
    EditionFactory.create()

    response = client.get(f"{LISTING}?{query}", headers=headers)

    page = response.content.decode()
    assert response.status_code == 200
    assert "<script>alert" not in page
    assert 'id="count"' in page
    assert titles(page) or "No course has" in page


def test_what_is_left_out_of_an_address_is_said(client: Client) -> None:
    EditionFactory.create()

    page = get(client, f"{LISTING}?university=NOWHERE&q={'a' * 300}")

    assert "that we do not have: NOWHERE" in page
    assert "first 200 characters" in page
    assert f'value="{"a" * MAX_QUERY}"' in page
    assert "NOWHERE" not in page.partition("<main")[0]  # not in other languages' addresses


# --- How much it asks of the database -----------------------------------------------------------


@pytest.mark.parametrize("query", ["", "?q=course", "?level=bachelor&sort=deadline"])
def test_queries_do_not_grow_with_the_rows(client: Client, query: str) -> None:
    counts = []
    for more in (1, 2, 27):
        for _ in range(more):
            EditionFactory.create()
        change_offer()
        kept_catalogue.forget()
        for expected_cold in (True, False):
            with CaptureQueriesContext(connection) as queries:
                client.get(LISTING + query)
            counts.append((expected_cold, len(queries)))

    cold = {count for is_cold, count in counts if is_cold}
    warm = {count for is_cold, count in counts if not is_cold}
    assert len(cold) == 1
    assert max(cold) <= 7  # two of them: what is settled
    assert warm == {1}  # the version of the offer


def test_courses_and_editions_come_through_the_gate() -> None:
    EditionFactory.create()
    EditionFactory.create(course__state=PublicState.DRAFT, course__published_at=None)

    offer = Catalogue(1, timezone.localdate())

    assert {course.pk for course in offer.courses} == set(
        Course.objects.visible_to(AnonymousUser()).values_list("pk", flat=True)
    )


def test_an_empty_catalogue_says_why(client: Client) -> None:
    assert "No courses are on offer yet" in get(client, LISTING)
    assert "No course has" in get(client, f"{LISTING}?q=topology")


def test_the_choices_name_every_university(client: Client) -> None:
    for _ in range(12):
        EditionFactory.create()

    page = get(client, LISTING)

    assert len(re.findall(r'name="university" value="', page)) == 12
    assert "Show 4 more" in page


def test_a_title_of_ours_is_in_our_language(client: Client) -> None:
    EditionFactory.create(course__title="Law", course__title_nl="Recht", course__language="en")

    dutch = get(client, "/nl/courses/")
    assert 'lang="nl">Recht</a>' in dutch
    assert 'lang="en">Law</p>' in dutch  # as it stands on the transcript
    assert 'lang="en">Law</a>' in get(client, LISTING)
    assert titles(get(client, "/en/courses/?q=recht")) == ["Law"]


def test_who_chose_no_order_gets_the_one_that_fits(client: Client) -> None:
    late = EditionFactory.create(course__title="Quantum Law", starts_on=days(200))
    soon = EditionFactory.create(course__about_en="Quantum things.", starts_on=days(40))

    page = get(client, LISTING)
    assert '<option value="" selected>start date</option>' in page
    assert "relevance" not in page
    # The form sends the empty value along with the words.
    page = get(client, f"{LISTING}?q=quantum&sort=")
    assert titles(page) == [late.course.title, soon.course.title]
    assert '<option value="" selected>relevance</option>' in page
    assert '<option value="start">start date</option>' in page


def test_the_same_address_is_not_put_into_the_history_twice(client: Client) -> None:
    here = {"HX-Current-URL": f"http://testserver{LISTING}?q=law"}

    again = client.get(f"{LISTING}?q=law&sort=", headers=HTMX | here)
    other = client.get(f"{LISTING}?q=laws", headers=HTMX | here)

    assert again["HX-Push-Url"] == "false"
    assert other["HX-Push-Url"] == f"{LISTING}?q=laws"


def test_a_filtered_page_is_packed_for_visitors(client: Client) -> None:
    EditionFactory.create(course__title="Wanted")
    address = f"{LISTING}?q=wanted"

    packed = client.get(address, headers={"accept-encoding": "gzip"})
    plain = client.get(address)

    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert gzip.decompress(packed.content) == plain.content


def test_an_answer_is_not_mixed_up_between_two_people_at_once(
    client: Client, sign_in: Callable[[User], Client], office: User
) -> None:
    """What is rendered once for visitors holds nothing of who is signed in, and the reverse."""
    EditionFactory.create()
    signed_in = sign_in(office)
    for _ in range(2):
        mine = get(signed_in, f"{LISTING}?level=bachelor")
        visitors = get(Client(), f"{LISTING}?level=bachelor")
        assert str(office) in mine
        assert "csrfmiddlewaretoken" in mine
        assert str(office) not in visitors
        assert "csrfmiddlewaretoken" not in visitors


def test_what_is_rendered_once_is_so_per_language() -> None:
    template = Template("{% once %}{{ word }}{% endonce %}")

    said = []
    for language, word in (("nl", "vak"), ("en", "course"), ("nl", "other")):
        with translation.override(language):
            said.append(template.render(Context({"word": word})))
    assert said == ["vak", "course", "vak"]
