"""The page of one's notices: what is up to one, what is new, and that looking changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from paperwork.models import Notice, Owed
from paperwork.services.notices import Address, settle
from tests import factories
from tests.paperwork.owing import owe_a_notice

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]

PAGE = "/en/notices/"


@pytest.fixture
def reader() -> User:
    return factories.StudentFactory.create(language="en")


def add(key: str, to: User, **fields: Any) -> Notice:
    """A notice as it lies in the database."""
    owe_a_notice(key, to)
    Notice.objects.filter(key=key).update(**{"subject": key, **fields})
    return Notice.objects.get(key=key)


def test_what_is_up_to_one_stands_first_by_its_day(reader: User, sign_in: SignIn) -> None:
    now = timezone.now()
    add("news", reader)
    add("later", reader, asks=True, until=now + timedelta(days=9))
    add("soon", reader, asks=True, until=now + timedelta(days=2))
    add("whenever", reader, asks=True)
    add("settled", reader, asks=True, settled_at=now)

    page = sign_in(reader).get(PAGE).text

    places = [page.index(f"<h3>{name}</h3>") for name in ("soon", "later", "whenever")]
    assert places == sorted(places)
    assert places[-1] < page.index("For your information") < page.index("<h3>news</h3>")
    assert page.index("For your information") < page.index("<h3>settled</h3>")
    assert "Do this by" in page


def test_one_sees_ones_own_that_are_due(reader: User, sign_in: SignIn) -> None:
    add("mine", reader)
    add("others", factories.UserFactory.create())
    add("not-yet", reader, due_at=timezone.now() + timedelta(minutes=1))
    add("taken-back", reader, state=Owed.State.CANCELLED)
    add("digest", reader, kind="digest")

    page = sign_in(reader).get(PAGE).text

    assert "<h3>mine</h3>" in page
    for hidden in ("others", "not-yet", "taken-back", "digest"):
        assert f"<h3>{hidden}</h3>" not in page
    assert "1 new message" in page


def test_looking_writes_nothing_and_opening_marks_as_read(reader: User, sign_in: SignIn) -> None:
    notice = add("one", reader)
    client = sign_in(reader)
    client.get("/en/account/")

    with CaptureQueriesContext(connection) as asked:
        client.get(PAGE)
        client.head(PAGE)
    assert [q for q in asked if not q["sql"].lstrip("(").startswith("SELECT")] == []
    assert client.get(f"{PAGE}{notice.pk}/").status_code == 405

    answer = client.post(f"{PAGE}{notice.pk}/")
    assert answer["Location"] == "/en/"
    first = Notice.objects.get().read_at
    assert first
    client.post(f"{PAGE}{notice.pk}/")
    assert Notice.objects.get().read_at == first


def test_the_header_counts_what_is_new(reader: User, sign_in: SignIn) -> None:
    client = sign_in(reader)
    assert "bell-dot" not in client.get("/en/account/").text
    one = add("one", reader)
    add("two", reader)
    add("done", reader, asks=True, settled_at=timezone.now())

    assert 'new<span class="vh"> messages</span>' in client.get("/en/account/").text
    client.post(f"{PAGE}{one.pk}/read/")
    page = client.get("/en/account/").text
    assert 'new<span class="vh"> message</span>' in page
    assert "messages</span>" not in page
    assert "message</span>" not in Client().get("/en/").text


def test_all_that_was_shown_is_marked_and_no_more(reader: User, sign_in: SignIn) -> None:
    add("seen", reader, due_at=timezone.now() - timedelta(minutes=2))
    seen = timezone.now() - timedelta(minutes=1)
    add("came-since", reader)
    client = sign_in(reader)

    answer = client.post(f"{PAGE}read/", {"seen": seen.isoformat()}, follow=True)

    assert "1 message is marked as read" in answer.text
    unread = Notice.objects.filter(read_at=None)
    assert [notice.key for notice in unread] == ["came-since"]


@pytest.mark.parametrize(
    "seen", ["", "x", "2027-13-01", "2027-01-01T10:00", "\x00", "9" * 500, "2099-02-31T00:00Z"]
)
def test_a_moment_that_is_none_marks_nothing(reader: User, sign_in: SignIn, seen: str) -> None:
    add("one", reader)

    assert sign_in(reader).post(f"{PAGE}read/", {"seen": seen}).status_code == 302
    assert Notice.objects.filter(read_at=None).count() == 1


@pytest.mark.parametrize("action", ["", "read/"])
def test_anothers_notice_does_not_exist(reader: User, sign_in: SignIn, action: str) -> None:
    notice = add("others", factories.UserFactory.create())

    assert sign_in(reader).post(f"{PAGE}{notice.pk}/{action}").status_code == 404
    assert Notice.objects.get().read_at is None


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/en/office/", "javascript:alert(1)", ""]
)
def test_one_comes_back_to_the_list_and_nowhere_else(
    reader: User, sign_in: SignIn, back: str
) -> None:
    notice = add("one", reader)
    client = sign_in(reader)

    answer = client.post(f"{PAGE}{notice.pk}/read/", {"back": back})
    assert answer["Location"] == PAGE
    answer = client.post(f"{PAGE}{notice.pk}/read/", {"back": f"{PAGE}?view=new"})
    assert answer["Location"] == f"{PAGE}?view=new"


def test_filters_and_words_find(reader: User, sign_in: SignIn) -> None:
    add("apple", reader, text="A red fruit", read_at=timezone.now())
    add("pear", reader, text="A green fruit", asks=True)
    add("many", reader, kind="accounts.many_failures")
    client = sign_in(reader)

    def shown(**asked: str) -> set[str]:
        page = client.get(PAGE, asked).text
        return {name for name in ("apple", "pear", "many") if f"<h3>{name}</h3>" in page}

    assert shown() == {"apple", "pear", "many"}
    assert shown(view="new") == {"pear", "many"}
    assert shown(view="to-do") == {"pear"}
    assert shown(kind="accounts.many_failures") == {"many"}
    assert shown(q="FRUIT red") == {"apple"}
    assert shown(q="fruit") == {"apple", "pear"}
    for nonsense in ({"view": "x"}, {"kind": "x"}, {"page": "x"}, {"page": "-1"}):
        assert shown(**nonsense) == {"apple", "pear", "many"}
    assert "No message fits" in client.get(PAGE, {"q": "nowhere"}).text
    assert client.get(PAGE, {"q": "x\x00" * 500}).status_code == 200


def test_an_empty_page_says_why(reader: User, sign_in: SignIn) -> None:
    client = sign_in(reader)

    assert "There are no messages for you yet" in client.get(PAGE).text
    assert "You have read everything" in client.get(PAGE, {"view": "new"}).text
    assert "Nothing is up to you" in client.get(PAGE, {"view": "to-do"}).text
    assert "Er zijn nog geen berichten" in client.get("/nl/notices/").text


def test_htmx_gets_the_results_alone(reader: User, sign_in: SignIn) -> None:
    add("one", reader)
    client = sign_in(reader)

    part = client.get(PAGE, headers={"HX-Request": "true"})

    assert "<html" not in part.text
    assert 'id="results"' in part.text
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("hostile", ["Côte d'Azur & <b>", "<script>alert(1)</script>", "{{ x }}"])
def test_hostile_words_are_only_words(reader: User, sign_in: SignIn, hostile: str) -> None:
    add("one", reader, subject=hostile, text=f"{hostile}\n\n- {hostile}\n\n● [UQ] {hostile}")

    page = sign_in(reader).get(PAGE).text

    assert "<script>alert" not in page
    assert "& <b>" not in page
    assert page.count("&lt;") >= 3 * hostile.count("<")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(
    reader: User, sign_in: SignIn, django_assert_num_queries: Any, count: int
) -> None:
    for number in range(count):
        add(f"n{number}", reader, asks=number % 2 == 0)
    client = sign_in(reader)
    client.get(PAGE)

    with django_assert_num_queries(
        8
    ):  # session, person, roles, version, new, views, how many, the page
        assert client.get(PAGE).text.count("<h3>n") == count


def test_many_come_in_pages(reader: User, sign_in: SignIn) -> None:
    for number in range(27):
        add(f"n{number}", reader)
    client = sign_in(reader)

    assert client.get(PAGE).text.count("<h3>n") == 25
    assert client.get(PAGE, {"page": "2"}).text.count("<h3>n") == 2


def test_what_is_settled_leaves_what_is_up_to_one(reader: User, sign_in: SignIn) -> None:
    faculty = factories.FacultyFactory.create()
    owe_a_notice("one", reader, about=faculty, asks=True)
    client = sign_in(reader)
    assert "Now with you</h2>" in client.get(PAGE).text

    settle(faculty)

    page = client.get(PAGE).text
    assert "Now with you</h2>" not in page
    assert "done on" in page


def test_a_secret_link_stands_on_no_page(reader: User, sign_in: SignIn) -> None:
    add("one", reader, sealed_link="sealed", link="")
    owe_a_notice("two", Address("out@side.example", "en"))

    page = sign_in(reader).get(PAGE).text

    assert "sealed" not in page
    assert "Open the portal" not in page


def test_staff_has_it_too(sign_in: SignIn) -> None:
    member = factories.MemberFactory.create(role=Role.AUDITOR, language="en")
    add("one", member)

    assert "<h3>one</h3>" in sign_in(member).get(PAGE).text
