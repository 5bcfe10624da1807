"""What stands in the way of sending, at the last moment and from two devices at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Membership, User
from enrolments import deciding
from enrolments.models import Enrolment, HostRules, PortalRules, State
from enrolments.models.enrolment import Kind
from enrolments.services import acting, requests, rules
from enrolments.services.actions import ActionError
from paperwork.models import Event
from tests import factories
from tests.enrolments.applicants import Student, text
from tests.enrolments.cases import case_of, draft, fresh, make_cast, student_of
from tests.races import at_once


class TestCap:
    def test_what_passes_it_is_not_sent(self, student: Student) -> None:
        host = student.edition.course.university
        student.begin()
        student.write()
        rules.save_rules(HostRules(university=host, credit_cap=Decimal("0.5")))

        response = student.send()

        assert student.case.state == State.DRAFT
        assert "je mag er 0,5" in text(response)

    def test_what_fits_exactly_is_sent(self, student: Student) -> None:
        ec = student.edition.course.ec
        rules.save_rules(HostRules(university=student.edition.course.university, credit_cap=ec))
        student.begin()
        student.write()

        student.send()

        assert student.case.state == State.SUBMITTED

    @pytest.mark.django_db(transaction=True)
    @pytest.mark.parametrize("locks", [True, False], ids=["locked", "control"])
    def test_of_four_sent_at_once_one_fits(
        self, locks: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        portal = PortalRules.now()
        portal.credit_cap = Decimal(6)
        rules.save_rules(portal)
        profile_of = requests.profile_of
        if not locks:
            monkeypatch.setattr(requests, "profile_of", lambda pk, **_lock: profile_of(pk))
        too_many = 0
        for _round in range(1 if locks else 8):
            me = student_of(factories.FacultyFactory.create())
            editions = [factories.EditionFactory.create(course__ec=5) for _number in range(4)]
            mine = [fresh(draft(edition, me)) for edition in editions]

            results = at_once([partial(acting.act, case, "submit", by=me) for case in mine])

            assert all(isinstance(result, (Event, ActionError)) for result in results), results
            sent = Enrolment.objects.filter(student=me, state=State.SUBMITTED).count()
            too_many += sent > 1
            assert sent >= 1
        if locks:
            assert too_many == 0
        elif connection.vendor == "postgresql":
            assert too_many > 0


class TestConsent:
    def test_without_it_nothing_goes_to_a_host_that_asks_for_it(self, student: Student) -> None:
        host = student.edition.course.university
        rules.save_rules(HostRules(university=host, needs_consent=True))
        student.begin()
        student.write()
        ticked = {"acknowledged": "on", "seen": student.case.changed_at.isoformat()}

        response = student.client.post(student.at("check/"), ticked)

        assert response.status_code == 422
        assert (student.case.state, student.case.consent_at) == (State.DRAFT, None)
        student.send()
        assert student.case.state == State.SUBMITTED
        assert student.case.consent_at is not None

    def test_the_home_university_is_among_the_data_that_is_shown(self, student: Student) -> None:
        """Hosts see it in their list and spreadsheet."""
        student.begin()
        student.write()

        page = text(student.client.get(student.at("check/")))
        student.send()

        shown = page.split('<dl class="facts rows">')[-1].split("</dl>")[0]
        assert "Thuisuniversiteit" in shown
        assert str(student.user.student.home_university) in shown
        assert student.case.shared_items == list(requests.SHARED_ITEMS)
        assert "home_university" in student.case.shared_items


@pytest.mark.parametrize(
    ("days", "median"), [([], None), ([3], 3), ([1, 2, 9], 2), ([1, 2, 4, 9], 3)]
)
def test_the_time_of_earlier_decisions_is_their_median(
    db: None, days: list[int], median: int | None
) -> None:
    cast = make_cast()
    case = case_of(cast, "submitted", purpose="extracurricular")
    monday = timezone.make_aware(datetime(2027, 2, 1, 12))  # noqa: DTZ001
    for number in days:
        other = case_of(cast, "enrolled", purpose="extracurricular")
        Enrolment.objects.filter(pk=other.pk).update(
            edition=factories.EditionFactory.create(
                course=case.edition.course, starts_on=monday.date() + timedelta(days=300 + number)
            ),
            submitted_at=monday,
            home_approved_at=_working_days_after(monday, number),
        )

    before = deciding.decided_before(cast.coordinator, case)

    assert (before.number, before.days) == (len(days), median)


def _working_days_after(monday: datetime, number: int) -> datetime:
    weeks, rest = divmod(number, 5)
    return monday + timedelta(weeks=weeks, days=rest)


class TestWhoToAsk:
    def test_a_student_who_comes_to_us_reads_who_decides_at_home(
        self, db: None, sign_in: Callable[[User], Client]
    ) -> None:
        cast = make_cast(Kind.INCOMING)
        case = case_of(cast, "submitted")
        page = sign_in(cast.owner).get(f"/en/exchange/{case.reference}/").text

        assert "Who to ask" in page
        assert f"mailto:{cast.home.email}" in page
        assert cast.coordinator.email not in page

    def test_where_nobody_has_an_account_it_is_the_contact_of_the_university(
        self, db: None, sign_in: Callable[[User], Client]
    ) -> None:
        cast = make_cast(Kind.INCOMING)
        Membership.objects.filter(user=cast.home).delete()
        cast.home_university.contact_email = "exchange@home.example"
        cast.home_university.save()
        case = case_of(cast, "submitted")

        page = sign_in(cast.owner).get(f"/en/exchange/{case.reference}/").text

        assert "mailto:exchange@home.example" in page
