"""The office's page of background work: true numbers, nothing personal, and trying again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from paperwork import restored
from paperwork.models import Document, Notice, Owed
from paperwork.services.documents import owe_document
from tests import factories
from tests.paperwork.owing import owe_a_notice
from vx_portal.tasks import report_alive

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]

PAGE = "/en/office/background/"


def add(key: str, state: str, **fields: Any) -> Notice:
    owe_a_notice(key, factories.UserFactory.create(name=f"Person {key}"))
    Notice.objects.filter(key=key).update(state=state, subject=f"Secret {key}", **fields)
    return Notice.objects.get(key=key)


def a_document(key: str, state: str) -> Document:
    document = owe_document("letter", key, title="Secret", language="en", data={})
    Document.objects.filter(pk=document.pk).update(state=state, error="Timeout")
    return document


def test_numbers_and_problems_but_nothing_personal(sign_in: SignIn, office: User) -> None:
    old = timezone.now() - timedelta(hours=3)
    add("dead", Owed.State.DEAD, error="SMTP 550", attempts=6)
    add("unsure", Owed.State.UNCERTAIN, error="Nobody knows")
    add("new", Owed.State.NEW, due_at=old)
    add("coming", Owed.State.NEW, due_at=timezone.now() + timedelta(hours=1))
    add("off", Owed.State.OFF)
    client = sign_in(office)

    page = client.get(PAGE).text

    assert "SMTP 550" in page
    assert "Nobody knows" in page
    assert "the oldest since" in page
    assert page.count("Try again<") == 1
    assert page.count("Send again<") == 1
    for view in ("stopped", "waiting", "done", "all"):
        text = client.get(PAGE, {"view": view}).text.split("<main")[1].split("</main")[0]
        for personal in ("Secret", "Person", "@"):
            assert personal not in text
    assert "came to a stop" in client.get("/en/office/").text


def test_the_list_is_filtered_by_its_address(sign_in: SignIn, office: User) -> None:
    add("dead", Owed.State.DEAD, error="P-dead")
    add("new", Owed.State.NEW, error="P-new")
    add("done", Owed.State.DONE, error="P-done")
    add("role", Owed.State.DEAD, kind="accounts.role_given", error="P-role")
    a_document("letter", Owed.State.DEAD)
    client = sign_in(office)

    def shown(**asked: str) -> set[str]:
        page = client.get(PAGE, asked).text
        known = ("P-dead", "P-new", "P-done", "P-role", "Timeout")
        return {problem for problem in known if f">{problem}<" in page}

    assert shown() == {"P-dead", "P-role"}
    assert shown(view="waiting") == {"P-new"}
    assert shown(view="done") == {"P-done"}
    assert shown(kind="accounts.role_given") == {"P-role"}
    assert shown(what="documents") == {"Timeout"}
    assert shown(view="x", what="x", page="x") == {"P-dead", "P-role"}
    assert shown(kind="no.such") == set()


def test_the_list_is_narrowed_by_day_attempts_and_problem(sign_in: SignIn, office: User) -> None:
    today = timezone.localdate()
    add("old", Owed.State.DEAD, error="SMTP 550", attempts=6)
    Notice.objects.filter(key="old").update(created_at=timezone.now() - timedelta(days=9))
    add("new", Owed.State.DEAD, error="Timeout of P-new", attempts=2)
    client = sign_in(office)

    def shown(**asked: Any) -> set[str]:
        page = client.get(PAGE, asked).text
        return {name for name, word in (("old", "SMTP 550"), ("new", "P-new<")) if word in page}

    both = {"old", "new"}
    assert shown() == both
    assert shown(since=today.isoformat()) == {"new"}
    assert shown(since=(today - timedelta(days=9)).isoformat()) == both
    assert shown(attempts=3) == {"old"}
    assert shown(word="smtp") == {"old"}
    assert shown(word="smtp", since=today.isoformat()) == set()
    assert "Nothing fits these filters" in client.get(PAGE, {"word": "nowhere"}).text
    assert shown(since="yesterday", attempts="-1", word="\0") == both
    client.post("/en/office/background/again/", {"all": "1", "view": "stopped", "word": "timeout"})
    assert set(Notice.objects.filter(state=Owed.State.DEAD).values_list("key", flat=True)) == {
        "old"
    }


def test_one_is_tried_again_and_a_late_click_is_told(sign_in: SignIn, office: User) -> None:
    notice = add("dead", Owed.State.DEAD, attempts=6)
    client = sign_in(office)

    answer = client.post(f"{PAGE}again/", {"pk": notice.pk}, follow=True)
    assert "It is tried again" in answer.text
    notice.refresh_from_db()
    assert (notice.state, notice.attempts) == (Owed.State.NEW, 0)

    late = client.post(f"{PAGE}again/", {"pk": notice.pk})
    assert late.status_code == 409
    assert "has changed in the meantime" in late.text


def test_all_that_was_given_up_is_tried_again(sign_in: SignIn, office: User) -> None:
    for number in range(3):
        add(f"n{number}", Owed.State.DEAD)
    other = add("other", Owed.State.DEAD, kind="accounts.role_given")
    unsure = add("unsure", Owed.State.UNCERTAIN)

    answer = sign_in(office).post(f"{PAGE}again/", {"all": "1", "kind": "test"}, follow=True)

    assert "3 are tried again" in answer.text
    assert Notice.objects.filter(state=Owed.State.NEW).count() == 3
    for left in (other, unsure):  # what may have gone is sent again one by one
        before = left.state
        left.refresh_from_db()
        assert left.state == before


def test_what_a_restore_held_is_sent_together(sign_in: SignIn, office: User) -> None:
    client = sign_in(office)
    unsure = add("unsure", Owed.State.UNCERTAIN, error="Nobody knows")
    assert "Send all that a restore held" not in client.get(PAGE).text
    for number in range(3):
        add(f"n{number}", Owed.State.UNCERTAIN, error=restored.ERROR)
    other = add("other", Owed.State.UNCERTAIN, error=restored.ERROR, kind="accounts.role_given")
    assert "Send all that a restore held" in client.get(PAGE).text

    answer = client.post(f"{PAGE}again/", {"all": "held", "kind": "test"}, follow=True)

    assert "3 are tried again" in answer.text
    assert Notice.objects.filter(state=Owed.State.NEW).count() == 3
    for left in (unsure, other):
        left.refresh_from_db()
        assert left.state == Owed.State.UNCERTAIN


def test_documents_are_tried_again(sign_in: SignIn, office: User) -> None:
    document = a_document("letter", Owed.State.DEAD)

    sign_in(office).post(f"{PAGE}again/", {"what": "documents", "pk": document.pk})

    document.refresh_from_db()
    assert document.state == Owed.State.NEW


def test_what_has_arrived_is_noted(sign_in: SignIn, office: User) -> None:
    notice = add("unsure", Owed.State.UNCERTAIN)
    client = sign_in(office)

    assert "Noted" in client.post(f"{PAGE}sent/", {"pk": notice.pk}, follow=True).text
    notice.refresh_from_db()
    assert notice.state == Owed.State.DONE
    assert client.post(f"{PAGE}sent/", {"pk": notice.pk}).status_code == 409


@pytest.mark.parametrize("pk", ["", "x", "0" * 32, "\x00", "x" * 5000])
@pytest.mark.parametrize("action", ["again", "sent"])
def test_what_is_not_there_changes_nothing(
    sign_in: SignIn, office: User, pk: str, action: str
) -> None:
    add("dead", Owed.State.DEAD)

    assert sign_in(office).post(f"{PAGE}{action}/", {"pk": pk}).status_code == 409
    assert Notice.objects.get().state == Owed.State.DEAD


def test_auditors_see_and_do_nothing(sign_in: SignIn) -> None:
    add("dead", Owed.State.DEAD, error="SMTP 550")
    client = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))

    page = client.get(PAGE).text

    assert "SMTP 550" in page
    assert 'method="post"' not in page.split("<main")[1].split("</main")[0]


def test_a_test_message_goes_to_oneself(sign_in: SignIn, office: User) -> None:
    client = sign_in(office)

    page = client.post(f"{PAGE}test/", follow=True).text
    assert "on its way" in page
    notice = Notice.objects.get()
    assert (notice.recipient, notice.state) == (office, Owed.State.NEW)

    Notice.objects.update(state=Owed.State.DONE, done_at=timezone.now())
    assert "the mail server took it at" in client.get(PAGE).text
    Notice.objects.update(state=Owed.State.DEAD, error="SMTP 550")
    assert "SMTP 550" in client.get(PAGE).text


def test_the_worker_is_seen(sign_in: SignIn, office: User) -> None:
    client = sign_in(office)
    cache.clear()
    assert "has not reported" in client.get(PAGE).text

    report_alive()

    assert "reported 0 seconds ago" in client.get(PAGE).text


def test_nothing_at_all_says_so(sign_in: SignIn, office: User) -> None:
    client = sign_in(office)

    assert "Nothing has come to a stop" in client.get(PAGE).text
    assert "Nothing is waiting" in client.get(PAGE, {"view": "waiting"}).text
    assert "Er is niets tot stilstand gekomen" in client.get(PAGE.replace("/en/", "/nl/")).text
    assert "came to a stop" not in client.get("/en/office/").text


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_for_three(
    sign_in: SignIn, office: User, django_assert_max_num_queries: Any, count: int
) -> None:
    for number in range(count):
        add(f"n{number}", Owed.State.DEAD)
        a_document(f"d{number}", Owed.State.DEAD)
    client = sign_in(office)
    report_alive()
    client.get(PAGE)

    with django_assert_max_num_queries(12):  # the worker's heartbeat lies in the shared cache
        assert client.get(PAGE).text.count("Try again<") == count
