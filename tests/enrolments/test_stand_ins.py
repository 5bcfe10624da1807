"""A colleague stands in from the first day until the last, with the same view and acts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from courses.models import Faculty
from enrolments.models import Enrolment, Purpose, StandIn, State
from enrolments.models.enrolment import Board
from enrolments.services import acting, working
from enrolments.services.actions import ActionError
from paperwork.models import Event, Notice
from tests import factories
from tests.enrolments.cases import Cast, case_of, fresh, make_cast
from tests.races import at_once

type SignIn = Callable[[User], Client]


@pytest.fixture
def cast(db: None) -> Cast:
    return make_cast()


def again(user: User) -> User:
    """The same person as another request has them."""
    return User.objects.get(pk=user.pk)


@pytest.mark.parametrize(
    ("day", "holds"), [(-1, False), (0, True), (4, True), (5, False), (400, False)]
)
def test_exactly_its_days(
    cast: Cast, sign_in: SignIn, time_machine: Any, day: int, holds: bool
) -> None:
    first = date(2027, 3, 24)  # the clocks go forward on the 28th, its last day
    other = cast.other_coordinator
    StandIn.objects.create(
        absent=cast.coordinator, stand_in=other, starts_on=first, ends_on=first + timedelta(days=4)
    )
    case = case_of(cast, State.SUBMITTED, purpose=Purpose.ELECTIVE, board=Board.GIVEN)
    moments = ["00:01", "23:59"] if holds else ["23:59" if day < 0 else "00:01"]
    for at in moments:
        hour, minute = map(int, at.split(":"))
        now = timezone.datetime.combine(first + timedelta(days=day), timezone.datetime.min.time())
        time_machine.move_to(timezone.make_aware(now.replace(hour=hour, minute=minute)), tick=False)
        sign_in(again(other)).logout()  # a new session: an old one would be over
        client = sign_in(again(other))

        page = client.get("/en/desk/?view=all")
        assert [row.case for row in page.context["rows"]] == ([case] if holds else []), at
        assert ("You stand in for" in page.content.decode()) is holds
        assert client.get(f"/en/desk/{case.reference}/").status_code == (200 if holds else 404)

    answer = client.post(f"/en/desk/{case.reference}/approve/")
    assert answer.status_code == (302 if holds else 404)
    assert fresh(case).state == (State.APPROVED if holds else State.SUBMITTED)
    if holds:
        assert acting.history(case)[-1].actor == other


def test_arranged_seen_by_both_and_ended_early(cast: Cast, sign_in: SignIn) -> None:
    today = timezone.localdate()
    sent = {"stand_in": cast.honours.pk, "starts_on": today, "ends_on": today + timedelta(days=3)}

    answer = sign_in(cast.coordinator).post("/en/desk/stand-ins/", sent)

    assert answer.status_code == 302
    row = StandIn.objects.get()
    assert Notice.objects.get().recipient == cast.honours
    for user, sees in [(cast.coordinator, 1), (cast.honours, 1), (cast.other_coordinator, 0)]:
        page = sign_in(user).get("/en/desk/stand-ins/")
        assert len(page.context["coming"]) == sees
    client = sign_in(cast.coordinator)
    assert client.post(f"/en/desk/stand-ins/{row.pk}/end/").status_code == 302
    assert client.post(f"/en/desk/stand-ins/{row.pk}/end/").status_code == 409
    assert not StandIn.objects.current().exists()
    assert Notice.objects.filter(kind="enrolments.stand_in_ended").get().recipient == cast.honours


class TestByTheOffice:
    def test_for_somebody_who_is_ill(self, cast: Cast, sign_in: SignIn) -> None:
        case = case_of(cast, State.SUBMITTED, purpose=Purpose.ELECTIVE, board=Board.GIVEN)
        client = sign_in(cast.office)
        assert "/desk/stand-ins/" in client.get("/en/desk/").text
        assert "Who stands in" in client.get("/en/desk/stand-ins/").text
        people = {"absent": cast.coordinator.pk, "stand_in": cast.other_coordinator.pk}
        sent = people | {"starts_on": factories.days(0), "ends_on": factories.days(3)}

        answer = client.post("/en/desk/stand-ins/", sent, follow=True)

        assert "Both are told" in answer.text
        row = StandIn.objects.get()
        assert (row.absent, row.stand_in) == (cast.coordinator, cast.other_coordinator)
        assert Event.objects.about(row).get(action="arrange").actor == cast.office
        told = {notice.kind.removeprefix("enrolments."): notice for notice in Notice.objects.all()}
        assert told["stand_in"].recipient == cast.other_coordinator
        assert told["stand_in_for_you"].recipient == cast.coordinator
        assert str(cast.office) in told["stand_in_for_you"].text
        assert len(told) == 2
        approved = sign_in(again(cast.other_coordinator)).post(
            f"/en/desk/{case.reference}/approve/"
        )
        assert approved.status_code == 302
        assert fresh(case).state == State.APPROVED

    @pytest.mark.parametrize(
        ("absent", "stand_in"),
        [("coordinator", "coordinator"), ("auditor", "honours"), ("coordinator", "auditor")],
    )
    def test_of_those_who_decide_alone(
        self, cast: Cast, sign_in: SignIn, absent: str, stand_in: str
    ) -> None:
        days = {"starts_on": factories.days(0), "ends_on": factories.days(3)}
        sent = {"absent": getattr(cast, absent).pk, "stand_in": getattr(cast, stand_in).pk}

        answer = sign_in(cast.office).post("/en/desk/stand-ins/", sent | days)

        assert (answer.status_code, StandIn.objects.count()) == (422, 0)

    def test_not_over_another_and_not_by_a_colleague(self, cast: Cast) -> None:
        day = factories.days(1)
        arrange = partial(working.arrange_stand_in, cast.coordinator, cast.honours, day, day)
        for by in (cast.honours, cast.auditor, cast.administration):
            with pytest.raises(ActionError):
                arrange(by=again(by))
        arrange(by=again(cast.office))

        with pytest.raises(ActionError, match=str(cast.coordinator)):
            working.arrange_stand_in(
                cast.coordinator, cast.other_coordinator, day, day, by=again(cast.office)
            )

    def test_a_coordinator_is_not_asked_who_is_away(self, cast: Cast, sign_in: SignIn) -> None:
        sent = {"absent": cast.other_coordinator.pk, "stand_in": cast.honours.pk}
        client = sign_in(cast.coordinator)
        assert 'name="absent"' not in client.get("/en/desk/stand-ins/").text

        days = {"starts_on": factories.days(0), "ends_on": factories.days(3)}
        client.post("/en/desk/stand-ins/", sent | days)

        assert StandIn.objects.get().absent == cast.coordinator


def test_others_cannot_end_it(cast: Cast, sign_in: SignIn) -> None:
    row = StandIn.objects.create(
        absent=cast.coordinator, stand_in=cast.honours, ends_on=timezone.localdate()
    )
    path = f"/en/desk/stand-ins/{row.pk}/end/"

    assert sign_in(cast.other_coordinator).post(path).status_code == 404
    assert sign_in(cast.auditor).post(path).status_code == 403
    assert StandIn.objects.get().ended_at is None
    assert sign_in(cast.office).post(path).status_code == 302


@pytest.mark.parametrize(
    "change",
    [
        {"stand_in": "self"},
        {"stand_in": "auditor"},
        {"stand_in": ""},
        {"starts_on": -1},
        {"ends_on": -1},
        {"ends_on": ""},
    ],
)
def test_wrong_input(cast: Cast, sign_in: SignIn, change: dict[str, Any]) -> None:
    day = factories.days
    sent: dict[str, Any] = {"stand_in": cast.honours.pk, "starts_on": day(0), "ends_on": day(3)}
    for name, value in change.items():
        match value:
            case "self":
                value = cast.coordinator.pk
            case "auditor":
                value = cast.auditor.pk
            case int():
                value = day(value)
        sent[name] = value

    answer = sign_in(cast.coordinator).post("/en/desk/stand-ins/", sent)

    assert (answer.status_code, StandIn.objects.count()) == (422, 0)


def test_not_two_on_one_day(cast: Cast) -> None:
    arrange = partial(working.arrange_stand_in, cast.coordinator)
    arrange(cast.honours, factories.days(3), factories.days(5))

    for days in [(5, 9), (1, 3), (4, 4), (1, 9)]:
        with pytest.raises(ActionError):
            arrange(cast.other_coordinator, *map(factories.days, days))

    arrange(cast.other_coordinator, factories.days(6), factories.days(6))


@pytest.mark.django_db(transaction=True)
def test_of_the_office_and_who_is_away_one_arranges() -> None:
    cast = make_cast()
    day = factories.days(1)
    arrange = partial(working.arrange_stand_in, again(cast.coordinator))

    results = at_once(
        [
            partial(arrange, cast.honours, day, day),
            partial(arrange, cast.other_coordinator, day, day, by=again(cast.office)),
        ]
    )

    assert StandIn.objects.count() == 1, results
    assert sum(isinstance(result, ActionError) for result in results) == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_tabs_one_arranges() -> None:
    faculty: Faculty = factories.FacultyFactory.create()
    absent, one, two = (
        factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty) for _n in range(3)
    )
    day = factories.days(1)
    results = at_once(
        [partial(working.arrange_stand_in, again(absent), who, day, day) for who in (one, two)]
    )

    assert StandIn.objects.count() == 1, results
    assert sum(isinstance(result, ActionError) for result in results) == 1


def test_a_stand_in_does_not_pass_it_on(cast: Cast) -> None:
    """Who stands in for a stand-in does not get the first one's cases."""
    third = factories.MemberFactory.create(role=Role.COORDINATOR)
    today = timezone.localdate()
    for absent, by in [(cast.coordinator, cast.other_coordinator), (cast.other_coordinator, third)]:
        StandIn.objects.create(absent=absent, stand_in=by, starts_on=today, ends_on=today)
    case_of(cast, State.SUBMITTED, purpose=Purpose.ELECTIVE)

    assert Enrolment.objects.visible_to(again(cast.other_coordinator)).count() == 1
    assert Enrolment.objects.visible_to(again(third)).count() == 0
