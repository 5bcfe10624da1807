"""Choosing what comes by mail, and the digest of what is wanted once a day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.test import Client

from accounts.models import Role, User
from paperwork import digest, tasks
from paperwork.models import MailChoice, Notice, Owed
from paperwork.registry import NOTICES, kinds_for
from paperwork.services import reading
from tests import factories
from tests.mails import letters
from tests.paperwork.owing import owe_a_notice
from tests.races import at_once

pytestmark = pytest.mark.django_db
type SignIn = Callable[[User], Client]

PAGE = "/en/account/notices/"
LEIDEN = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2027, 1, 11, 7, 0, tzinfo=LEIDEN)
KIND = "accounts.role_given"


@pytest.fixture
def exams() -> User:
    return factories.MemberFactory.create(role=Role.EXAMS, language="en")


def choice_of(user: User, kind: str = KIND) -> str | None:
    return MailChoice.objects.filter(user=user, kind=kind).values_list("when", flat=True).first()


def everything(user: User, when: str, **changed: str) -> dict[str, str]:
    """A whole form, with the same choice for each kind."""
    kinds = [kind for kind in kinds_for(user.roles) if not kind.always]
    return {kind.name.replace(".", "-"): when for kind in kinds} | changed


def test_one_chooses_for_each_kind(exams: User, sign_in: SignIn) -> None:
    client = sign_in(exams)
    assert "You have been given a role" in client.get(PAGE).text

    answer = client.post(PAGE, everything(exams, "daily", **{"accounts-role_ended": "never"}))

    assert answer.status_code == 302
    assert choice_of(exams) == "daily"
    assert choice_of(exams, "accounts.role_ended") == "never"
    client.post(PAGE, everything(exams, "at_once"))
    assert choice_of(exams) == "at_once"
    assert MailChoice.objects.filter(user=exams, kind=KIND).count() == 1


def test_what_always_comes_cannot_be_chosen(exams: User, sign_in: SignIn) -> None:
    client = sign_in(exams)
    page = client.get(PAGE).text
    assert "Somebody is trying to sign in as you" in page.split("Always by mail")[1]

    client.post(PAGE, everything(exams, "never", **{"accounts-many_failures": "never"}))

    assert choice_of(exams, "accounts.many_failures") is None


def test_one_sees_what_one_can_get(exams: User, sign_in: SignIn) -> None:
    student = factories.StudentFactory.create(language="en")

    assert "You have been given a role" not in sign_in(student).get(PAGE).text
    assert "Invitation" not in {str(kind.label) for kind in kinds_for(exams.roles)}
    assert "Mail everything once a day" not in sign_in(student).get(PAGE).text


def test_staff_switch_all_at_once(exams: User, sign_in: SignIn) -> None:
    client = sign_in(exams)

    client.post(PAGE, {"all": "daily"})
    assert choice_of(exams) == "daily"
    client.post(PAGE, {"all": "at_once"})
    assert choice_of(exams) == "at_once"
    assert client.post(PAGE, {"all": "never"}).status_code == 422
    assert choice_of(exams) == "at_once"


@pytest.mark.parametrize("when", ["", "weekly", "\x00", "x" * 5000])
def test_what_is_none_of_the_three_is_said_at_its_field(
    exams: User, sign_in: SignIn, when: str
) -> None:
    data = everything(exams, "daily", **{"accounts-role_given": when})

    answer = sign_in(exams).post(PAGE, data)

    assert answer.status_code == 422
    assert 'id="id_accounts-role_given_error"' in answer.text
    assert choice_of(exams) is None


def test_the_page_costs_the_same_with_choices(
    exams: User, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(exams)
    client.get(PAGE)
    for _round in range(2):
        with django_assert_max_num_queries(6):
            client.get(PAGE)
        client.post(PAGE, everything(exams, "daily"))
        client.get(PAGE)  # says that it is saved


# The digest


@pytest.fixture
def daily(monkeypatch: pytest.MonkeyPatch) -> User:
    """Somebody who wants the kind `test` once a day."""
    monkeypatch.setitem(NOTICES, "test", NOTICES["test"]._replace(always=False))
    user = factories.UserFactory.create(language="en")
    MailChoice.objects.create(user=user, kind="test", when="daily")
    return user


def came(key: str, to: User, at: datetime, **fields: Any) -> None:
    """A notice that was owed at that moment."""
    owe_a_notice(key, to)
    Notice.objects.filter(key=key).update(due_at=at, created_at=at, subject=key, **fields)


def digests() -> list[Notice]:
    return list(Notice.objects.filter(kind="digest"))


def test_the_days_messages_come_together_once(daily: User) -> None:
    came("one", daily, MONDAY - timedelta(hours=9))
    came("two", daily, MONDAY - timedelta(hours=3), asks=True)

    with time_machine.travel(MONDAY):
        tasks.gather_digests()
        tasks.gather_digests()
        [mail] = letters()

    assert mail.to == [daily.email]
    assert mail.subject == "2 messages for you"
    assert "- one\n- two (asks something of you)" in mail.body
    [made] = digests()
    assert set(made.gathered.values_list("key", flat=True)) == {"one", "two"}
    assert made.key == f"digest-{daily.pk}-2027-01-11"


def test_what_was_gathered_is_not_gathered_again_when_its_digest_has_gone(daily: User) -> None:
    came("one", daily, MONDAY - timedelta(hours=9))
    with time_machine.travel(MONDAY):
        tasks.gather_digests()
    Notice.objects.filter(kind="digest").delete()

    with time_machine.travel(MONDAY + timedelta(days=1)):
        tasks.gather_digests()

    assert digests() == []
    assert Notice.objects.get(key="one").digest is None


def test_what_comes_after_seven_waits_for_the_next_day(daily: User) -> None:
    came("early", daily, MONDAY - timedelta(minutes=1))
    with time_machine.travel(MONDAY + timedelta(hours=4)):  # the one at seven was missed
        came("late", daily, MONDAY + timedelta(hours=2))
        tasks.gather_digests()
    [first] = digests()
    assert [notice.key for notice in first.gathered.all()] == ["early"]

    with time_machine.travel(MONDAY + timedelta(days=1)):
        tasks.gather_digests()
    assert len(digests()) == 2
    assert not Notice.objects.filter(state=Owed.State.OFF, digest=None).exists()


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        (MONDAY - timedelta(seconds=1), False),
        (MONDAY, True),
        (MONDAY + timedelta(hours=16), True),
        (MONDAY - timedelta(days=1), False),  # a Sunday
        (datetime(2027, 1, 1, 9, tzinfo=LEIDEN), False),  # a Friday, and New Year
        (datetime(2027, 3, 29, 5, 30, tzinfo=ZoneInfo("UTC")), False),  # Easter Monday
        (datetime(2027, 3, 30, 5, 0, tzinfo=ZoneInfo("UTC")), True),  # summer time: seven here
        (datetime(2027, 11, 1, 5, 59, tzinfo=ZoneInfo("UTC")), False),  # winter time again
        (datetime(2027, 11, 1, 6, 0, tzinfo=ZoneInfo("UTC")), True),
    ],
)
def test_it_goes_on_working_days_from_seven(moment: datetime, due: bool) -> None:
    assert (digest.moment(moment) is not None) is due


def test_only_what_is_wanted_daily_and_news_is_gathered(daily: User) -> None:
    yesterday = MONDAY - timedelta(hours=20)
    came("read", daily, yesterday, read_at=yesterday)
    came("settled", daily, yesterday, settled_at=yesterday)
    came("mailed", daily, yesterday, state=Owed.State.DONE)
    came("taken-back", daily, yesterday, state=Owed.State.CANCELLED)
    came("at-once", daily, yesterday, daily=False)
    never = factories.UserFactory.create()
    MailChoice.objects.create(user=never, kind="test", when="never")
    came("never", never, yesterday)
    closed = factories.UserFactory.create(is_active=False)
    MailChoice.objects.create(user=closed, kind="test", when="daily")
    came("closed", closed, yesterday)

    with time_machine.travel(MONDAY):
        tasks.gather_digests()
    assert digests() == []

    came("control", daily, yesterday)
    with time_machine.travel(MONDAY):
        tasks.gather_digests()
    [made] = digests()
    assert [notice.key for notice in made.gathered.all()] == ["control"]


@pytest.mark.parametrize("then", ["at_once", "never"])
def test_what_waits_comes_whatever_is_chosen_meanwhile(daily: User, then: str) -> None:
    came("waits", daily, MONDAY - timedelta(hours=9))

    reading.choose(daily, {"test": then})
    with time_machine.travel(MONDAY):
        tasks.gather_digests()

    [made] = digests()
    assert [notice.key for notice in made.gathered.all()] == ["waits"]


def test_what_was_not_wanted_stays_out_of_a_later_digest(daily: User) -> None:
    reading.choose(daily, {"test": "never"})
    for number in range(30):
        came(f"n{number}", daily, MONDAY - timedelta(days=90))

    reading.choose(daily, {"test": "daily"})
    came("wanted", daily, MONDAY - timedelta(hours=9))
    with time_machine.travel(MONDAY):
        tasks.gather_digests()

    [made] = digests()
    assert [notice.key for notice in made.gathered.all()] == ["wanted"]


def test_a_digest_names_twenty_and_counts_the_rest(daily: User) -> None:
    for number in range(23):
        came(f"n{number:02}", daily, MONDAY - timedelta(hours=5))

    with time_machine.travel(MONDAY):
        tasks.gather_digests()
        [mail] = letters()

    assert mail.subject == "23 messages for you"
    assert mail.body.count("\n- n") == 20
    assert "- and 3 more" in mail.body


def test_a_digest_is_no_news_in_the_portal(daily: User, sign_in: SignIn) -> None:
    came("one", daily, MONDAY - timedelta(hours=9))
    with time_machine.travel(MONDAY):
        tasks.gather_digests()
        page = sign_in(daily).get("/en/notices/").text

    assert "<h3>one</h3>" in page
    assert "1 message for you" not in page
    assert "1 new message" in page


@pytest.mark.django_db(transaction=True)
def test_gathered_at_once_by_two_it_is_one(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NOTICES, "test", NOTICES["test"]._replace(always=False))
    user = factories.UserFactory.create()
    MailChoice.objects.create(user=user, kind="test", when="daily")
    came("one", user, MONDAY - timedelta(hours=9))

    results = at_once([lambda: digest.gather(user.pk, MONDAY)] * 4)

    assert sorted(map(str, results)) == ["False", "False", "False", "True"]
    [made] = digests()
    assert made.gathered.count() == 1
