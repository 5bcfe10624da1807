"""The whole journey in a browser, by everybody who has a part in it, and what may come between.

Each page on the way is looked at (tests/browser/journeys.py); pictures go to test-results/.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from paperwork.demo_files import pdf_of
from tests.browser.conftest import Portal
from tests.browser.journeys import Journey, Open, Person, Way

WAYS = [
    Way("nl", "phone", "light", has_script=True),
    Way("en", "desktop", "dark", has_script=True),
    Way("nl", "desktop", "light", has_script=False),
    Way("en", "phone", "dark", has_script=False),
]
# One of them each time; ALL_WAYS=1 takes all four.
NUMBERS = range(len(WAYS)) if os.environ.get("ALL_WAYS") else (1,)
MOTIVATION = "I want to learn how others do this, and bring it back to my own programme. " * 16
TODAY = timezone.localdate()

# Somebody who has just enrolled in Leiden.
NEWCOMER = """
from django.contrib.auth.hashers import make_password
from django.db import transaction
from allauth.account.models import EmailAddress
from accounts.models import Programme, StudentProfile, User
from courses.models import University
with transaction.atomic():
    user = User.objects.create(email="{who}@demo.example", name="Nora Example",
        language="{language}", password=make_password("demo-portal"))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    history = Programme.objects.get(faculty__code="FGW", name_nl="Geschiedenis", level="bachelor")
    StudentProfile.objects.create(user=user, home_university=University.objects.get(is_home=True),
        faculty=history.faculty, programme=history, student_number="{number}", level="bachelor",
        year=2)
"""
# One more edition of a course of EPFL, open for applications.
EDITION = """
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from courses.models import Edition
from courses.services.offer import offer_changed
today = timezone.localdate()
with transaction.atomic():
    edition = Edition.objects.filter(course__university__code="EPFL", state="published",
        assessment="exam", applications_close_on__gte=today,
        applications_open_on__lte=today).order_by("pk").first()
    shift = timedelta(days={shift})
    edition.pk, edition._state.adding, edition.taken = None, True, 0
    edition.starts_on += shift
    edition.ends_on += shift
    edition.places, edition.exam_on, edition.resit_on = {places}, edition.ends_on, None
    edition.save()
    offer_changed()
said = [edition.pk, edition.course.get_absolute_url()[3:], str(edition.starts_on),
        edition.course.title]
"""
# The day of the exam comes: what was planned begins in a quarter of an hour.
EXAM_DAY = """
from datetime import timedelta
from django.utils import timezone
from exams.models import Exam, Room, Sitting
sitting = Sitting.objects.get(exam__edition={edition}, state="published")
now = timezone.now() + timedelta(minutes=15)
length = sitting.ends_at - sitting.starts_at
taken = Sitting.objects.standing().filter(
    starts_at__lt=now + length, ends_at__gt=now - timedelta(hours=1))
room = Room.objects.exclude(pk__in=taken.values("room")).order_by("-places").first()
Exam.objects.filter(pk=sitting.exam_id).update(starts_at=now)
for row in sitting.seats.all():
    type(row).objects.filter(pk=row.pk).update(starts_at=now, ends_at=now + length)
sitting.duties.all().delete()
Sitting.objects.filter(pk=sitting.pk).update(
    starts_at=now, ends_at=now + length, room=room)
said = sitting.pk
"""
IT_BEGINS = """
from datetime import timedelta
from exams.models import Exam, Sitting
sitting = Sitting.objects.get(pk={sitting})
before = timedelta(minutes=30)
Sitting.objects.filter(pk=sitting.pk).update(starts_at=sitting.starts_at - before)
Exam.objects.filter(pk=sitting.exam_id).update(starts_at=sitting.starts_at - before)
"""
# An exam of its own: other tests close those of the demo. Its first seat is the honours student's.
AN_EXAM_TODAY = """
from datetime import timedelta
from django.utils import timezone
from exams.demo_day import published_sitting, running_course
edition = running_course('introduction-to-aerospace-engineering', 3)
began = timezone.now() - timedelta(minutes=150)
sitting = published_sitting(edition, 1, '2.02', began, number=3)
said = [sitting.pk, sitting.seats.get(number=1).enrolment.reference]
"""
# The course ends: its dates lie behind us, and the portal's own work of the night is done.
THE_END = """
from datetime import timedelta
from django.utils import timezone
from courses.models import Edition
from enrolments.services.upkeep import finish_ended
from exams.models import Exam
today = timezone.localdate()
Edition.objects.filter(pk={edition}).update(
    applications_open_on=today - timedelta(days=200),
    applications_close_on=today - timedelta(days=150),
    starts_on=today - timedelta(days=120), withdraw_until=None,
    exam_on=today - timedelta(days=1), ends_on=today - timedelta(days=1))
Exam.objects.filter(edition={edition}).update(starts_at=timezone.now() - timedelta(days=1))
said = finish_ended()
"""


@pytest.fixture
def journey(portal: Portal, open_browser: Open) -> Callable[[str, Way], Journey]:
    def begin(name: str, way: Way) -> Journey:
        return Journey(name, portal, open_browser, way)

    return begin


def apply(student: Person, course: str, first_day: str, purpose: str = "elective") -> str:
    """From the course's page to sent; the reference of the case."""
    form = course.replace("/courses/", "/exchange/apply/")
    student.goes(course).goes(f"{form}{first_day}/").presses("form .btn")
    student.fills(purpose=purpose, motivation=MOTIVATION).presses("form .actions .btn")
    if purpose == "elective":  # inside the degree: the Board of Examiners decides about it
        student.fills(how="coordinator").presses("form .actions .btn")
    student.ticks("acknowledged").ticks("consents").presses("form .actions .btn")
    return str(student.page.url.rstrip("/").split("/")[-2])


def number_of(number: int) -> str:
    """The student number of a newcomer."""
    return f"s9{number:06}"


def newcomer(trip: Journey, number: int) -> Person:
    """Somebody new, signed in."""
    who = f"nora-{number}"
    facts = {"who": who, "number": number_of(number), "language": trip.way.language}
    trip.happens(NEWCOMER.format(**facts))
    return trip.person(who)


def state_of(trip: Journey, reference: str) -> str:
    found = trip.happens(
        "from enrolments.models import Enrolment;"
        f"said = Enrolment.objects.get(reference='{reference}').state"
    )
    return str(found)


@pytest.mark.parametrize("number", NUMBERS, ids=[str(WAYS[number]) for number in NUMBERS])
def test_from_i_like_this_course_to_the_grade_is_in_usis(
    journey: Callable[[str, Way], Journey], number: int
) -> None:
    way = WAYS[number]
    trip = journey("elective", way)
    edition, course, first_day, title = trip.happens(EDITION.format(shift=number + 1, places=5))
    visitor = trip.person("")
    visitor.goes("/").goes("/courses/").goes(course).goes(f"{course}counts/")

    student = newcomer(trip, number)
    reference = apply(student, course, first_day)

    # The faculty, and the Board, which has no account.
    coordinator = trip.person("coordinator-fgw")
    coordinator.goes("/desk/").goes(f"/desk/{reference}/").goes(f"/desk/{reference}/board/ask/")
    coordinator.fills(email="board@demo.example", language=way.language)
    coordinator.presses("form .btn")
    board = trip.person("")
    board.goes(trip.mail_with("/board/"))
    board.fills(answer="give", name="Prof. B. Example", reference="EC 7").presses("form .btn")
    coordinator.goes(f"/desk/{reference}/").presses("form[action*='/approve/'] button")

    # The host has the last word, and fixes its exam.
    partner = trip.person("partner-epfl")
    partner.waits()
    partner.goes(f"/partner/?q={number_of(number)}")
    partner.fills(case=reference).presses("form[action*=confirm] .btn")
    student.goes(f"/exchange/{reference}/")
    exam_on = date.fromisoformat(first_day) + timedelta(days=60)
    exam_on -= timedelta(days=max(0, exam_on.weekday() - 4))  # not in a weekend
    partner.goes("/partner/exams/").goes(f"/partner/exams/{edition}/1/")
    partner.fills(mode="instant", clock="leiden", on=exam_on.isoformat(), at="09:00")
    partner.fills(
        minutes="120", kind="paper", contact_name="Robin", contact_phone="+41 21 000 00 00"
    )
    partner.presses("form .actions .btn")

    # In Leiden it gets a room, and its student hears of it.
    exams = trip.person("exams")
    exam = trip.happens(
        f"from exams.models import Exam; said = Exam.objects.get(edition={edition}).pk"
    )
    exams.goes("/exams/").goes(f"/exams/plan/exams/{exam}/")
    room = trip.happens("from exams.models import Room; said = Room.objects.get(name='0.05').pk")
    exams.fills(room=str(room)).presses("form .actions .btn")
    exams.goes("/exams/plan/publish/").presses("form .bulk .btn")
    student.goes(f"/exchange/{reference}/").reads("Lipsius")
    partner.goes("/partner/exam-days/").goes(f"/partner/exam-days/{exam}/")
    partner.gives("paper", "exam.pdf", pdf_of(["Exam"])).presses(
        "form[enctype] button[type=submit]"
    )

    # The day: marked, and closed.
    sitting = trip.happens(EXAM_DAY.format(edition=edition))
    exams.goes("/exams/day/").goes(f"/exams/day/{sitting}/")
    exams.page.locator("button[value=present]").first.click()
    exams.page.wait_for_load_state()
    trip.happens(IT_BEGINS.format(sitting=sitting))
    exams.page.wait_for_timeout(1500)
    exams.goes(f"/exams/day/{sitting}/close/").presses("form .actions .btn")

    # The course is over: the transcript, the result, the request, the paperwork.
    trip.happens(THE_END.format(edition=edition))
    assert state_of(trip, reference) == "finished"
    student.goes(f"/exchange/{reference}/transcript/")
    example = student.page.request.get(
        f"{trip.portal.base}/{way.language}/exchange/{reference}/transcript/example/"
    )
    student.gives("papers", "transcript.pdf", example.body()).fills(grade="5.5")
    student.presses("form[enctype] button[type=submit]")
    coordinator.goes("/desk/transcripts/").goes(f"/desk/{reference}/transcript/")
    coordinator.fills(
        grade_printed="5.5",
        recorded="8",
        credits_printed="4.00",
        ec="4",
        title_printed=title,
        dated_on=TODAY.isoformat(),
    ).presses("form .bulk .btn, form .actbar .btn, form .btn[type=submit]")
    student.waits()
    student.goes(f"/exchange/{reference}/registration/")
    student.fills(filed_on=TODAY.isoformat()).presses("form .btn[type=submit]")
    coordinator.goes(f"/desk/registrations/{reference}/")
    coordinator.fills(board_decided_on=TODAY.isoformat()).presses(
        "form:has([name=board_decided_on]) .btn"
    )
    coordinator.goes(f"/desk/registrations/{reference}/").presses("form[action*='/send/'] .btn")
    administration = trip.person("administration")
    administration.goes("/desk/registrations/").goes(f"/desk/registrations/{reference}/")
    administration.fills(registered_on=TODAY.isoformat(), usis_reference="U-1")
    administration.presses("form:has([name=registered_on]) .btn")
    student.waits()
    student.goes(f"/exchange/{reference}/").reads("uSis")
    student.goes("/exchange/")

    print(f"{way}: {trip.looked_at} pages looked at")
    assert trip.faults == []


def test_who_withdraws_gives_the_place_to_the_next_in_line(
    journey: Callable[[str, Way], Journey],
) -> None:
    trip = journey("withdrawing", WAYS[2])
    _edition, course, first_day, _title = trip.happens(EDITION.format(shift=11, places=1))
    first, second = newcomer(trip, 11), newcomer(trip, 12)
    has_it = apply(first, course, first_day, "extracurricular")
    waits = apply(second, course, first_day, "extracurricular")
    assert state_of(trip, waits) == "waiting"
    second.goes(f"/exchange/{waits}/")

    first.goes(f"/exchange/{has_it}/withdraw/").presses("form .btn.danger")

    assert state_of(trip, has_it) == "withdrawn"
    assert state_of(trip, waits) == "submitted"
    first.goes("/exchange/")
    second.goes("/notices/").goes(f"/exchange/{waits}/")
    assert trip.faults == []


def test_a_host_declines_and_the_student_reads_why(
    journey: Callable[[str, Way], Journey],
) -> None:
    trip = journey("declining", WAYS[0])
    _edition, course, first_day, _title = trip.happens(EDITION.format(shift=21, places=5))
    student = newcomer(trip, 21)
    reference = apply(student, course, first_day, "extracurricular")
    trip.person("coordinator-fgw").goes(f"/desk/{reference}/").presses(
        "form[action*='/approve/'] button"
    ).waits()

    partner = trip.person("partner-epfl").goes("/partner/").goes(f"/partner/{reference}/decline/")
    partner.fills(reason="This group is full on our side.").presses("form .btn.danger")

    student.goes(f"/exchange/{reference}/").reads("This group is full on our side.")
    assert state_of(trip, reference) == "declined"
    assert trip.faults == []


def test_on_the_honours_route_nothing_goes_to_usis(
    journey: Callable[[str, Way], Journey],
) -> None:
    trip = journey("honours", WAYS[1])
    reference, faculty = trip.happens(
        "from grades.models import Registration\n"
        "row = Registration.objects.select_related('enrolment__faculty').filter(route='honours',"
        " state='requested', enrolment__faculty__code='FSW').first()\n"
        "said = [row.enrolment.reference, row.enrolment.faculty.code]"
    )
    assert faculty == "FSW"
    honours = trip.person("honours").goes("/desk/registrations/")
    honours.goes(f"/desk/registrations/{reference}/").fills(honours_ec="20")
    honours.presses("form:has([name=honours_ec]) .btn")
    honours.goes(f"/desk/registrations/{reference}/").presses("form[action*='/send/'] .btn")
    usis = trip.person("administration").page
    assert (
        usis.request.get(f"{trip.portal.base}/en/desk/registrations/{reference}/").status == 404
    ), "the administration has nothing to do with it"

    colleague = trip.person("b.kuipers").goes(f"/desk/registrations/{reference}/")
    colleague.fills(registered_on=TODAY.isoformat())
    colleague.presses("form:has([name=registered_on]) .btn")

    honours.goes(f"/desk/registrations/{reference}/")
    recorded = trip.happens(
        "from grades.models import Registration\n"
        f"row = Registration.objects.get(enrolment__reference='{reference}')\n"
        "said = [row.state, row.registered_by_id != row.verified_by_id]"
    )
    assert recorded == ["registered", True], "by another person than who verified"
    assert trip.faults == []


def test_who_was_absent_is_offered_the_resit_and_takes_it(
    journey: Callable[[str, Way], Journey],
) -> None:
    trip = journey("resit", WAYS[1])
    sitting, reference = trip.happens(AN_EXAM_TODAY)
    exams = trip.person("exams").goes(f"/exams/day/{sitting}/")
    rows = exams.page.locator("li[data-seat]")
    for number in range(rows.count()):
        kind = "absent" if number == 0 else "present"  # the demo's student has the first seat
        rows.nth(number).locator(f"button[value={kind}]").first.click()
    exams.page.wait_for_timeout(1500)
    exams.goes(f"/exams/day/{sitting}/close/").presses("form .actions .btn")

    student = trip.person("honours-student").goes("/exchange/").goes(f"/exchange/{reference}/exam/")
    student.presses("button[name=answer][value=yes]")

    taken = trip.happens(
        "from exams.models import Resit;"
        f"said = Resit.objects.get(enrolment__reference='{reference}').answer"
    )
    assert taken == "yes"
    assert trip.faults == []


def test_a_partners_student_comes_to_leiden_and_the_result_goes_home(
    journey: Callable[[str, Way], Journey],
) -> None:
    trip = journey("incoming", WAYS[3])
    reference, edition = trip.happens(
        "from enrolments.models import Enrolment\n"
        "case = Enrolment.objects.get(student__email='incoming@demo.example', state='submitted')\n"
        "said = [case.reference, case.edition_id]"
    )
    student = trip.person("incoming").goes("/exchange/").goes(f"/exchange/{reference}/")
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
    assert trip.faults == []
