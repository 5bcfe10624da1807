"""The whole journey in a browser, by everybody who has a part in it: from a first visit to uSis.

Four ways, in which any two of language, device and scripts meet in each of their values. Each page
is looked at (tests/browser/journeys.py), in both themes; pictures go to var/journeys/.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from accounts.demo import DOMAIN, PASSWORD
from paperwork.demo_files import pdf_of
from tests.browser.happenings import (
    EXAM_DAY,
    IT_BEGINS,
    THE_END,
    TODAY,
    an_edition,
    apply,
    enrols,
    number_of,
    state_of,
)
from tests.browser.journeys import WAYS, Journey, Way

type Begin = Callable[[str, Way], Journey]


# Of the four ways two that differ in device, theme and scripts; ALL_WAYS=1 takes all.
NUMBERS = range(len(WAYS)) if os.environ.get("ALL_WAYS") else (0, 2)


@pytest.mark.parametrize("number", NUMBERS, ids=[str(WAYS[number]) for number in NUMBERS])
def test_from_i_like_this_course_to_the_grade_is_in_usis(journey: Begin, number: int) -> None:
    way = WAYS[number]
    trip = journey("elective", way)
    edition, course, first_day, title = an_edition(trip, shift=7 * (number + 1))  # other weeks
    who = enrols(trip, number)
    student = trip.person("", "student")  # who has never been here
    student.goes("/").goes("/courses/").goes(course).goes(f"{course}counts/")
    student.goes("/account/login/").fills(login=f"{who}@{DOMAIN}", password=PASSWORD)
    student.presses("form:has([name=password]) button[type=submit]")
    reference = apply(student, course, first_day)

    # The faculty, and the Board, which has no account.
    coordinator = trip.person("coordinator-fgw")
    coordinator.goes("/desk/").goes(f"/desk/{reference}/").goes(f"/desk/{reference}/board/ask/")
    coordinator.fills(email="board@demo.example", language=way.language)
    coordinator.presses("form .btn")
    board = trip.person("", "board")
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
    exams.marks(0, "present")
    trip.happens(IT_BEGINS.format(sitting=sitting))
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
    if way.device == "phone":  # there the document comes first, and what is said of it by a link
        coordinator.presses("a[href='#review']")
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
    trip.ends()
