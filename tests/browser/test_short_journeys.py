"""What may come between: withdrawing, declining, honours, a resit, students of partners, FSW.

Each in two opposite ways, so that it has each language, device and theme, with scripts and without.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.happenings import (
    AN_EXAM_TODAY,
    PSYCHOLOGY,
    THE_END,
    TODAY,
    an_edition,
    apply,
    arrives,
    newcomer,
    number_of,
    state_of,
)
from tests.browser.journeys import WAYS, Journey, Way, both

type Begin = Callable[[str, Way], Journey]
# The same student sits there, one exam after the other: the course, and how long ago it began.
EXAMS_TODAY = [
    ("engineering-building-with-nature", 300),
    ("introduction-to-aerospace-engineering", 150),
]


@pytest.mark.parametrize("way", both(WAYS[2]), ids=str)
def test_who_withdraws_gives_the_place_to_the_next_in_line(journey: Begin, way: Way) -> None:
    trip = journey("withdrawing", way)
    number = 11 if way.has_script else 13
    _edition, course, first_day, _title = an_edition(trip, shift=number, places=1)
    first, second = newcomer(trip, number), newcomer(trip, number + 1)
    has_it = apply(first, course, first_day, "extracurricular")
    waits = apply(second, course, first_day, "extracurricular")
    assert state_of(trip, waits) == "waiting"
    second.goes(f"/exchange/{waits}/")

    first.goes(f"/exchange/{has_it}/withdraw/").presses("form .btn.danger")

    assert state_of(trip, has_it) == "withdrawn"
    assert state_of(trip, waits) == "submitted"
    first.goes("/exchange/")
    second.goes("/notices/").goes(f"/exchange/{waits}/")
    trip.ends()


@pytest.mark.parametrize("way", both(WAYS[0]), ids=str)
def test_a_host_declines_and_the_student_reads_why(journey: Begin, way: Way) -> None:
    trip = journey("declining", way)
    number = 23 if way.has_script else 24
    _edition, course, first_day, _title = an_edition(trip, shift=number)
    student = newcomer(trip, number)
    reference = apply(student, course, first_day, "extracurricular")
    trip.person("coordinator-fgw").goes(f"/desk/{reference}/").presses(
        "form[action*='/approve/'] button"
    ).waits()

    partner = trip.person("partner-epfl").goes("/partner/").goes(f"/partner/{reference}/decline/")
    partner.fills(reason="This group is full on our side.").presses("form .btn.danger")

    student.goes(f"/exchange/{reference}/").reads("This group is full on our side.")
    assert state_of(trip, reference) == "declined"
    trip.ends()


@pytest.mark.parametrize("way", both(WAYS[1]), ids=str)
def test_on_the_honours_route_nothing_goes_to_usis(journey: Begin, way: Way) -> None:
    trip = journey("honours", way)
    faculty, colleague_of = ("FSW", "b.kuipers") if way.has_script else ("FGW", "j.okonkwo")
    reference = trip.happens(
        "from grades.models import Registration\n"
        "row = Registration.objects.filter(route='honours', state='requested',"
        f" enrolment__faculty__code='{faculty}').first()\n"
        "said = row.enrolment.reference"
    )
    honours = trip.person("honours").goes("/desk/registrations/")
    honours.goes(f"/desk/registrations/{reference}/").fills(honours_ec="20")
    honours.presses("form:has([name=honours_ec]) .btn")
    honours.goes(f"/desk/registrations/{reference}/").presses("form[action*='/send/'] .btn")
    usis = trip.person("administration").page
    assert (
        usis.request.get(f"{trip.portal.base}/en/desk/registrations/{reference}/").status == 404
    ), "the administration has nothing to do with it"

    colleague = trip.person(colleague_of).goes(f"/desk/registrations/{reference}/")
    colleague.fills(registered_on=TODAY.isoformat())
    colleague.presses("form:has([name=registered_on]) .btn")

    honours.goes(f"/desk/registrations/{reference}/")
    recorded = trip.happens(
        "from grades.models import Registration\n"
        f"row = Registration.objects.get(enrolment__reference='{reference}')\n"
        "said = [row.state, row.registered_by_id != row.verified_by_id]"
    )
    assert recorded == ["registered", True], "by another person than who verified"
    trip.ends()


@pytest.mark.parametrize("way", both(WAYS[1]), ids=str)
def test_who_was_absent_is_offered_the_resit_and_takes_it(journey: Begin, way: Way) -> None:
    trip = journey("resit", way)
    course, minutes = EXAMS_TODAY[way.has_script]
    sitting, reference = trip.happens(AN_EXAM_TODAY.format(course=course, minutes=minutes))
    exams = trip.person("exams").goes(f"/exams/day/{sitting}/")
    for seat in range(exams.page.locator("li[data-seat]").count()):
        exams.marks(seat, "present" if seat else "absent")  # the first is the demo's student
    exams.goes(f"/exams/day/{sitting}/close/").presses("form .actions .btn")

    student = trip.person("honours-student").goes("/exchange/").goes(f"/exchange/{reference}/exam/")
    student.presses("button[name=answer][value=yes]")

    taken = trip.happens(
        "from exams.models import Resit;"
        f"said = Resit.objects.get(enrolment__reference='{reference}').answer"
    )
    assert taken == "yes"
    trip.ends()


@pytest.mark.parametrize("way", both(WAYS[3]), ids=str)
def test_a_partners_student_comes_to_leiden_and_the_result_goes_home(
    journey: Begin, way: Way
) -> None:
    trip = journey("incoming", way)
    number = 41 if way.has_script else 42
    edition, course, first_day, _title = an_edition(trip, number, host="LEI")
    student = trip.person(arrives(trip, number)).goes("/exchange/")
    reference = apply(student, course, first_day, purpose="")
    home = trip.person("partner-epfl").goes("/desk/").goes(f"/desk/{reference}/")
    home.presses("form[action*='/approve/'] button").waits()
    office = trip.person("office").goes(f"/desk/{reference}/")
    office.presses("form[action*='/confirm/'] button")
    student.goes(f"/exchange/{reference}/")

    trip.happens(THE_END.format(edition=edition))
    office.goes("/office/results/").goes(f"/office/results/{reference}/")
    office.fills(result="8").presses("form .actions .btn")
    second = trip.person("office-2").goes(f"/office/results/edition/{edition}/")
    second.ticks("result").presses("form.bulk .btn")

    home.goes("/partner/results/").reads("8")
    student.goes(f"/exchange/{reference}/")
    trip.ends()


@pytest.mark.parametrize("way", both(WAYS[0]), ids=str)
def test_a_student_of_social_sciences_is_not_offered_extracurricular(
    journey: Begin, way: Way
) -> None:
    number = 51 if way.has_script else 52
    trip = journey("social-sciences", way)
    _edition, course, first_day, _title = an_edition(trip, number)
    student = newcomer(trip, number, PSYCHOLOGY)
    reference = apply(student, course, first_day)
    student.goes(f"/exchange/{reference}/").goes(f"{course}counts/")
    assert "extracurric" not in student.page.content().replace("\xad", "").casefold()

    coordinator = trip.person("coordinator-fsw").goes("/desk/").goes(f"/desk/{reference}/")
    coordinator.goes(f"/desk/{reference}/board/ask/")
    coordinator.fills(email="board@demo.example", language=way.language).presses("form .btn")
    board = trip.person("", "board").goes(trip.mail_with("/board/"))
    board.fills(answer="give", name="Prof. B. Example", reference="EC 8").presses("form .btn")
    coordinator.goes(f"/desk/{reference}/").presses("form[action*='/approve/'] button").waits()
    partner = trip.person("partner-epfl").goes(f"/partner/?q={number_of(number)}")
    partner.fills(case=reference).presses("form[action*=confirm] .btn")

    student.goes(f"/exchange/{reference}/")
    assert state_of(trip, reference) == "enrolled"
    trip.ends()
