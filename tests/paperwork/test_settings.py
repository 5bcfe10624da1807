"""What the office settles: versions, races, what it touches, and reading it without a query."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.signals import request_started
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from courses import house
from courses.house import Group, Kind, Setting, Unit
from courses.services import offer
from paperwork.models import Event, SettingVersion
from paperwork.services.settings import StaleSettingError, save_setting
from tests import factories
from tests.races import at_once

NAME = "exams.notice_days"
PATH = f"/en/office/settings/{NAME}/"


@pytest.fixture
def client_of_office(sign_in: Callable[[User], Client], office: User) -> Client:
    return sign_in(office)


def sent(value: object, seen: int = 0, **more: object) -> dict[str, Any]:
    return {"value": value, "seen": seen, "why": "", **more}


@pytest.mark.django_db
class TestSaving:
    def test_holds_at_once_and_is_kept_with_who_and_why(self, client_of_office: Client) -> None:
        assert house.number(NAME) == 10

        answer = client_of_office.post(PATH, sent(12, why="The rooms are booked earlier now"))

        assert answer.status_code == 302
        assert house.number(NAME) == 12
        row = SettingVersion.objects.get()
        assert (row.number, row.value, row.why) == (1, 12, "The rooms are booked earlier now")
        event = Event.objects.about(row).get()
        assert event.action == "set"
        assert event.details == {"setting": NAME, "version": 1, "from": None, "to": 12}
        assert event.actor == row.by

    def test_the_field_of_the_logo_speaks_the_language_of_the_page(
        self, client_of_office: Client
    ) -> None:
        page = client_of_office.get("/nl/office/settings/portal.logo/").text

        assert "Nog geen bestand gekozen" in page

    def test_what_is_out_of_bounds_is_refused_at_the_field(self, client_of_office: Client) -> None:
        for value in ("0", "61", "-1", "ten", "1e9", "", "9" * 30):
            answer = client_of_office.post(PATH, sent(value))

            assert answer.status_code == 422
            assert 'id="id_value_error"' in answer.text
        assert not SettingVersion.objects.exists()

    def test_the_same_again_is_no_change(self, client_of_office: Client) -> None:
        answer = client_of_office.post(PATH, sent(10))

        assert answer.status_code == 422
        assert "That is what it is already." in answer.text
        assert not SettingVersion.objects.exists()

    def test_a_setting_that_there_is_not_is_not_found(self, client_of_office: Client) -> None:
        for name in ("nothing", "exams.notice", "../settings", "__class__"):
            assert client_of_office.get(f"/en/office/settings/{name}/").status_code == 404

    def test_an_auditor_reads_and_cannot_write(self, sign_in: Callable[[User], Client]) -> None:
        auditor = sign_in(factories.MemberFactory.create(role=Role.AUDITOR))

        assert "10 working days" in auditor.get("/en/office/settings/").text
        page = auditor.get(PATH).text
        assert "<button" not in page.partition("<main")[2]
        assert auditor.post(PATH, sent(12)).status_code == 403
        assert auditor.post(f"{PATH}back/", {"number": 0, "seen": 0}).status_code == 403
        assert house.number(NAME) == 10

    def test_the_list_says_what_is_the_offices_own(self, client_of_office: Client) -> None:
        client_of_office.post(PATH, sent(12))

        page = client_of_office.get("/en/office/settings/").text

        assert re.search(r"<strong>\s*12 working days\s*</strong>", page)
        assert re.search(r"quiet[^<]*>\s*5 working days\s*<", page)

    def test_an_address_that_is_none_is_refused(self, client_of_office: Client) -> None:
        path = "/en/office/settings/portal.contact/"
        for value in ("nobody", "a@b@c", "a@x.example\r\nBcc: b@x.example", "<a@x.example>"):
            assert client_of_office.post(path, sent(value)).status_code == 422

        client_of_office.post(path, sent("help@university.example"))

        assert "help@university.example" in Client().get("/en/help/").text


@pytest.mark.django_db
class TestVersions:
    def test_an_earlier_one_is_put_back_as_a_new_one(self, client_of_office: Client) -> None:
        client_of_office.post(PATH, sent(12))
        client_of_office.post(PATH, sent(15, seen=1))
        page = client_of_office.get(PATH).text
        assert page.index("15 working days") < page.index("12 working days")

        client_of_office.post(f"{PATH}back/", {"number": 1, "seen": 2})

        assert house.number(NAME) == 12
        assert [row.value for row in SettingVersion.objects.filter(name=NAME)] == [12, 15, 12]

    def test_back_to_how_it_comes(self, client_of_office: Client) -> None:
        client_of_office.post(PATH, sent(12))

        client_of_office.post(f"{PATH}back/", {"number": 0, "seen": 1})

        assert house.number(NAME) == 10
        page = client_of_office.get("/en/office/settings/").text
        assert re.search(r"quiet[^<]*>\s*10 working days\s*<", page)

    @pytest.mark.parametrize("number", ["7", "-1", "x", ""])
    def test_a_version_that_there_is_not_changes_nothing(
        self, client_of_office: Client, number: str
    ) -> None:
        answer = client_of_office.post(f"{PATH}back/", {"number": number, "seen": 0})

        assert answer.status_code in (302, 409)
        assert not SettingVersion.objects.exists()

    def test_a_row_of_a_kind_that_it_no_longer_has_does_not_count(self) -> None:
        save_setting(NAME, {"nl": "tien"}, seen=0, by=None)

        assert house.number(NAME) == 10


@pytest.mark.django_db
class TestTwoAtOnce:
    def test_the_second_sees_both(self, client_of_office: Client) -> None:
        other = factories.MemberFactory.create(role=Role.OFFICE, name="Ada Office")
        save_setting(NAME, 12, seen=0, by=other)

        answer = client_of_office.post(PATH, sent(15, seen=0, why="Mine"))

        assert answer.status_code == 409
        assert "Ada Office" in answer.text
        assert "12 working days" in answer.text
        assert 'value="15"' in answer.text
        assert 'value="Mine"' in answer.text
        assert house.number(NAME) == 12
        assert client_of_office.post(PATH, sent(15, seen=1)).status_code == 302
        assert house.number(NAME) == 15

    def test_putting_back_over_what_another_set(self, client_of_office: Client) -> None:
        other = factories.MemberFactory.create(role=Role.OFFICE, name="Ada Office")
        save_setting(NAME, 12, seen=0, by=other)
        save_setting(NAME, 13, seen=1, by=other)

        answer = client_of_office.post(f"{PATH}back/", {"number": 1, "seen": 1})

        assert answer.status_code == 409
        assert "Ada Office" in answer.text
        assert house.number(NAME) == 13


@pytest.mark.django_db(transaction=True)
class TestForEveryProcess:
    def test_of_eight_at_once_one_wins(self) -> None:
        results = at_once(
            [lambda n=n: save_setting(NAME, 20 + n, seen=0, by=None) for n in range(8)]
        )

        assert sum(isinstance(one, StaleSettingError) for one in results) == 7
        assert SettingVersion.objects.count() == 1

    def test_what_another_process_sets_is_read_at_the_next_request(self) -> None:
        assert house.number(NAME) == 10

        at_once([lambda: save_setting(NAME, 12, seen=0, by=None)])  # on a connection of its own
        request_started.send(sender=None)

        assert house.number(NAME) == 12

    def test_one_query_a_request_and_none_where_the_version_is_read_already(self) -> None:
        house.number(NAME)
        for read_before, number in ((False, 1), (True, 0)):
            request_started.send(sender=None)
            if read_before:
                offer.offer_version()
            with CaptureQueriesContext(connection) as asked:
                for _time in range(50):
                    house.number(NAME)
                    house.text("portal.contact")
            assert len(asked) == number

    def test_what_is_rolled_back_holds_for_nobody(self) -> None:
        assert house.number(NAME) == 10

        def fail() -> None:
            with transaction.atomic():
                save_setting(NAME, 12, seen=0, by=None)
                assert house.number(NAME) == 12
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        request_started.send(sender=None)
        assert house.number(NAME) == 10
        save_setting(NAME, 14, seen=0, by=None)  # the number of the version is the same
        request_started.send(sender=None)
        assert house.number(NAME) == 14

    def test_a_kept_page_says_the_new_value(self) -> None:
        client = Client()
        assert "help@university.example" not in client.get("/en/help/").text

        save_setting("portal.contact", "help@university.example", seen=0, by=None)

        assert "help@university.example" in client.get("/en/help/").text


@pytest.fixture
def no_tables() -> Iterator[None]:
    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        return execute(sql.replace("courses_offerversion", "not_there"), *rest)

    with connection.execute_wrapper(refuse):
        yield


@pytest.mark.django_db(transaction=True)  # PostgreSQL ends a transaction in which a question failed
def test_before_the_tables_are_made_everything_is_as_it_comes(no_tables: None) -> None:
    assert house.number(NAME) == 10


def test_two_settings_of_one_name_are_a_mistake() -> None:
    one = Setting("x.days", Group.EXAMS, "Days", Kind.NUMBER, 1, unit=Unit.DAYS)
    known = dict(house.SETTINGS)
    try:
        house.register_settings(one, one)
        with pytest.raises(ValueError, match="two settings are called"):
            house.register_settings(Setting("x.days", Group.EXAMS, "Days", Kind.NUMBER, 2))
    finally:
        house.SETTINGS.clear()
        house.SETTINGS.update(known)


def test_every_number_comes_within_its_own_bounds() -> None:
    for setting in house.SETTINGS.values():
        if setting.kind == Kind.NUMBER:
            assert setting.least <= setting.initial() <= setting.most, setting.name


@pytest.mark.django_db
def test_no_link_that_asks_for_an_answer_works_longer_than_30_days(
    client_of_office: Client,
) -> None:
    """Not by what the office settles now, nor by what it settled while more was allowed."""
    for name in ("applying.link_days", "courses.link_days", "exams.link_days"):
        path = f"/en/office/settings/{name}/"
        assert client_of_office.post(path, sent(31)).status_code == 422, name
        SettingVersion.objects.create(name=name, number=1, value=180)
        offer.offer_changed()
        assert house.number(name) == house.MOST_LINK_DAYS == 30, name


@pytest.mark.django_db
def test_a_longer_notice_says_which_exams_it_would_make_late(client_of_office: Client) -> None:
    from django.utils import timezone

    from tests.exams.sittings import ExamFactory, enrolled

    exam = ExamFactory.create(starts_at=timezone.now() + timedelta(days=21))
    enrolled(exam)

    answer = client_of_office.post(PATH, sent(40))

    assert answer.status_code == 200
    assert "1 exam that students do not know of yet would be too late at once." in answer.text
    assert house.number(NAME) == 10
    sure = re.search(r'name="sure" value="(\w+)"', answer.text)
    assert sure
    assert client_of_office.post(PATH, sent(40, sure=sure[1])).status_code == 302
    assert house.number(NAME) == 40
