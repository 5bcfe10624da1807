"""Days on which the university is closed: the office's rows, and the clocks that go by them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from courses import house
from exams import deadlines
from paperwork import digest
from paperwork.models import SettingVersion
from paperwork.services.settings import save_setting
from paperwork.working_days import (
    add_working_days,
    coming_holidays,
    is_working_day,
    working_days_between,
)
from tests import factories

NAME = "portal.closed"
PATH = f"/en/office/settings/{NAME}/"
MONDAY, THURSDAY, FRIDAY = date(2026, 12, 28), date(2026, 12, 31), date(2027, 1, 1)
CLOSURE = [str(MONDAY), str(THURSDAY), "Kerstsluiting", "Christmas closure"]


@pytest.fixture
def staff(sign_in: Callable[[User], Client], office: User) -> Client:
    return sign_in(office)


def close(*rows: list[str], seen: int = 0) -> None:
    save_setting(NAME, list(rows), seen=seen, by=None)


def typed(*rows: tuple[str, str, str, str], seen: int = 0) -> dict[str, Any]:
    names = ("first", "last", "nl", "en")
    cells = {
        f"{name}_{n}": said
        for n, row in enumerate(rows)
        for name, said in zip(names, row, strict=True)
    }
    return {**cells, "seen": seen, "why": ""}


@pytest.mark.django_db
class TestClocks:
    def test_nobody_works_on_them(self) -> None:
        assert [is_working_day(day) for day in (MONDAY, THURSDAY, FRIDAY)] == [True, True, False]

        close(CLOSURE)

        assert [is_working_day(day) for day in (MONDAY, THURSDAY)] == [False, False]
        assert is_working_day(date(2027, 1, 4))

    def test_terms_go_around_them(self) -> None:
        christmas = date(2026, 12, 24)
        before = add_working_days(christmas, 2), deadlines.tell_by(date(2027, 1, 12))
        assert before == (date(2026, 12, 29), date(2026, 12, 28))

        close(CLOSURE)

        assert add_working_days(christmas, 2) == date(2027, 1, 5)
        assert working_days_between(christmas, date(2027, 1, 5)) == 2
        assert deadlines.tell_by(date(2027, 1, 12)) == date(2026, 12, 21)

    def test_no_digest_on_them(self) -> None:
        noon = datetime(2026, 12, 29, 12, tzinfo=UTC)
        assert digest.moment(noon) is not None
        close(CLOSURE)
        assert digest.moment(noon) is None

    def test_holidays_are_those_of_the_country_of_the_house(self) -> None:
        home = factories.HomeUniversityFactory.create(country="DE")
        house.forget()
        unity, kings_day = date(2028, 10, 3), date(2028, 4, 27)
        assert (is_working_day(unity), is_working_day(kings_day)) == (False, True)

        type(home).objects.update(country="NL")
        house.forget()
        assert (is_working_day(unity), is_working_day(kings_day)) == (True, False)

    def test_a_country_whose_holidays_nobody_knows_has_weekends(self) -> None:
        factories.HomeUniversityFactory.create(country="XX")
        house.forget()
        assert is_working_day(FRIDAY)
        assert not is_working_day(date(2027, 1, 2))
        assert coming_holidays(FRIDAY) == {}


@pytest.mark.django_db
class TestTheOffice:
    def test_adds_rows_and_reads_them_in_the_list(self, staff: Client) -> None:
        answer = staff.post(
            PATH,
            typed(
                ("2027-07-19", "2027-07-23", "Zomersluiting", "Summer closure"),
                (str(MONDAY), "", "Kerstsluiting", "Christmas closure"),
                ("", "", "", ""),
            ),
        )

        assert answer.status_code == 302
        assert [one.first for one in house.value(NAME)] == [MONDAY, date(2027, 7, 19)]
        assert house.value(NAME)[0].last == MONDAY
        page = staff.get("/en/office/settings/").text
        assert "28 December 2026: Christmas closure; 19 July 2027 – 23 July 2027" in page
        dutch = staff.get("/nl/office/settings/").text
        assert "28 december 2026: Kerstsluiting" in dutch

    def test_the_page_has_each_row_and_empty_ones(self, staff: Client) -> None:
        close(CLOSURE)
        page = staff.get(PATH).text

        assert 'value="2026-12-28"' in page
        assert 'value="Christmas closure"' in page
        assert 'name="first_3"' in page
        assert 'name="first_4"' not in page
        assert "King" in page  # the public holidays, which need no row

    def test_a_row_without_days_goes(self, staff: Client) -> None:
        close(CLOSURE, ["2027-07-19", "2027-07-23", "Zomer", "Summer"])

        staff.post(
            PATH,
            typed(("", "", "Zomer", "Summer"), (str(MONDAY), "", "Kerst", "Christmas"), seen=1),
        )

        assert [str(one.first) for one in house.value(NAME)] == [str(MONDAY)]
        assert SettingVersion.objects.count() == 2

    def test_all_rows_can_go(self, staff: Client) -> None:
        close(CLOSURE)
        assert staff.post(PATH, typed(("", "", "", ""), seen=1)).status_code == 302
        assert house.value(NAME) == ()

    @pytest.mark.parametrize(
        ("row", "field"),
        [
            (("2026-12-28", "2026-12-27", "Kerst", "Christmas"), "last_0"),
            (("2026-12-28", "2027-12-27", "Kerst", "Christmas"), "last_0"),
            (("", "2026-12-27", "Kerst", "Christmas"), "first_0"),
            (("2026-12-28", "", "", "Christmas"), "nl_0"),
            (("2026-12-28", "", "Kerst", ""), "en_0"),
            (("2026-02-30", "", "Kerst", "Christmas"), "first_0"),
            (("2026-12-28", "", "x" * 201, "Christmas"), "nl_0"),
        ],
    )
    def test_what_is_wrong_is_said_at_the_field(
        self, staff: Client, row: tuple[str, str, str, str], field: str
    ) -> None:
        answer = staff.post(PATH, typed(row))

        assert answer.status_code == 422
        assert f'id="id_{field}_error"' in answer.text
        assert not SettingVersion.objects.exists()

    def test_an_earlier_version_is_put_back(self, staff: Client) -> None:
        close(CLOSURE)
        close(seen=1)
        assert is_working_day(MONDAY)

        staff.post(f"{PATH}back/", {"number": 1, "seen": 2})

        assert not is_working_day(MONDAY)
