"""Cases of which no transcript comes: not there at the exam, or a coordinator says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from courses.models import Edition
from enrolments.holding import Who
from enrolments.models import Enrolment
from enrolments.models.enrolment import Kind
from exams.models import Attendance, Resit, Seat
from grades import own_results, queue, whereabouts
from grades.models import NoTranscript, Transcript
from grades.no_transcript import awaited
from grades.services import chasing, giving_up, receiving
from grades.services.actions import ActionError, StaleError
from paperwork.models import Event, Notice
from paperwork.uploads import CheckedUpload, Found
from tests.enrolments.cases import Cast, make_cast
from tests.exams.sittings import ExamFactory, PublishedSittingFactory
from tests.grades.papers import paper_of, upload
from tests.grades.rows import finished

type SignIn = Callable[[User], Client]


def seat(case: Enrolment, attendance: str = Attendance.ABSENT, attempt: int = 1) -> Seat:
    exam = ExamFactory.create(edition=case.edition, attempt=attempt)
    starts_at = timezone.now() - timedelta(days=22 - attempt)
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    sitting = PublishedSittingFactory.create(exam=exam, **times)
    person = {"enrolment": case, "student_id": case.student_id}
    return Seat.objects.create(sitting=sitting, number=1, attendance=attendance, **person, **times)


def told() -> set[str]:
    return set(Notice.objects.values_list("kind", flat=True))


def chased(days: int = 100) -> set[str]:
    chasing.chase_now(timezone.localdate() + timedelta(days=days))
    return told() & {"grades.transcript_wanted", "grades.transcripts_awaited"}


def test_who_was_not_there_is_asked_for_nothing(case: Enrolment, sign_in: SignIn) -> None:
    seat(case)

    assert not chased()
    assert whereabouts.news([case])[case.pk].turn is None
    holder = whereabouts.news([case])[case.pk].holder
    assert holder is not None
    assert (holder.who, holder.next) == (
        Who.NOBODY,
        "De student was niet bij het tentamen, dus er is niets om te registreren.",
    )
    page = sign_in(case.student).get(f"/en/exchange/{case.reference}/").content.decode()
    assert "Now up to you" not in page
    assert "No transcript is awaited, because you were not at the exam." in page
    assert "The host university makes the transcript" not in page


@pytest.mark.parametrize(
    "others", ["present", "expected", "open resit", "resit that was", "no resit", "sat resit"]
)
def test_only_who_was_at_none_and_has_no_resit(case: Enrolment, others: str) -> None:
    seat(case)
    Edition.objects.update(resit_offered=True, resit_on=None)
    if others in {"present", "expected"}:
        seat(case, others, attempt=2)
    elif others != "sat resit":
        answer = Resit.Answer.NO if others == "no resit" else ""
        answered_at = timezone.now() if answer else None
        Resit.objects.create(
            enrolment=case, attempt=2, because="absent", answer=answer, answered_at=answered_at
        )
        if others == "resit that was":  # without an answer
            begun = timezone.now() - timedelta(days=1)
            ExamFactory.create(edition=case.edition, attempt=2, starts_at=begun)
    else:
        Resit.objects.create(
            enrolment=case,
            attempt=2,
            because="absent",
            answer=Resit.Answer.YES,
            answered_at=timezone.now(),
        )
        seat(case, attempt=2)

    is_asked = others in {"present", "expected", "open resit"}
    assert bool(chased()) == is_asked
    assert (whereabouts.news([case])[case.pk].turn is not None) == is_asked


def test_a_cancelled_seat_says_nothing(case: Enrolment) -> None:
    Seat.objects.filter(pk=seat(case).pk).update(is_cancelled=True)

    assert chased()


def test_a_coordinator_says_that_none_comes_and_takes_it_back(
    cast: Cast, case: Enrolment, sign_in: SignIn
) -> None:
    chasing.chase_now(timezone.localdate())
    client, page = sign_in(cast.coordinator), f"/en/desk/{case.reference}/transcript/none/"
    assert page in client.get("/en/desk/transcripts/awaited/").content.decode()
    assert client.post(page, {"reason": " "}).status_code == 422
    assert client.post(page, {"reason": "You stopped in May."}).status_code == 302

    assert not Notice.objects.filter(kind="grades.transcript_wanted").to_do().exists()
    assert "You stopped in May." in Notice.objects.get(kind="grades.transcript_given_up").text
    assert not awaited().exists()
    assert whereabouts.news([case])[case.pk].turn is None
    told = whereabouts.news([case])[case.pk]
    assert [step.is_done for step in told.steps["transcript"]] == [True]
    assert told.steps["registered"] == []
    own = sign_in(cast.owner).get(f"/en/exchange/{case.reference}/").content.decode()
    assert "You stopped in May." in own
    assert "Now up to you" not in own
    client = sign_in(cast.coordinator)
    assert "No transcript comes." in client.get(f"/en/desk/{case.reference}/").content.decode()

    assert "Recorded on" in client.get(page).content.decode()
    assert client.post(page).status_code == 302
    assert awaited().get() == case
    events = Event.objects.about(case).filter(actor=cast.coordinator)
    assert list(events.values_list("action", flat=True)) == ["no_transcript", "transcript_expected"]


def test_one_that_comes_all_the_same_ends_it(cast: Cast, case: Enrolment) -> None:
    giving_up.give_up(case, by=cast.coordinator, reason="None comes.")
    paper = CheckedUpload(upload(paper_of(case)), Found("application/pdf", 1))
    receiving.receive(case, [paper], by=cast.owner)

    Transcript.objects.update(state="returned", reason="Not yours.")
    assert not NoTranscript.objects.exists()
    assert awaited().get() == case


def test_none_comes_after_one_that_went_back(cast: Cast, case: Enrolment, sign_in: SignIn) -> None:
    """Nobody is asked for another then; until it is said, the student is."""
    paper = CheckedUpload(upload(paper_of(case)), Found("application/pdf", 1))
    receiving.receive(case, [paper], by=cast.owner)
    long_ago = timezone.now() - timedelta(hours=1)
    Transcript.objects.update(state="returned", reason="Not yours.", changed_at=long_ago)
    asked = whereabouts.news([case])[case.pk]
    assert asked.turn is not None
    assert asked.holder is not None
    assert asked.holder.who == Who.STUDENT

    assert queue.find(cast.coordinator, "student").counts["student"] == 1

    giving_up.give_up(case, by=cast.coordinator, reason="You stopped in May.")

    assert queue.find(cast.coordinator, "student").counts["student"] == 0
    own = sign_in(cast.owner).get(f"/en/exchange/{case.reference}/").text
    assert "You stopped in May." in own
    assert "Not yours." not in own
    desk = sign_in(cast.coordinator).get(f"/en/desk/{case.reference}/").text
    assert "No transcript comes." in desk
    assert "Expect a transcript after all" in desk
    told = whereabouts.news([case])[case.pk]
    assert told.turn is None
    assert told.holder is not None
    assert told.holder.who == Who.NOBODY


@pytest.mark.parametrize("kind", [Kind.OWN, Kind.INCOMING])
def test_on_a_course_of_our_own_no_result_is_awaited(db: None, kind: Kind) -> None:
    cast = make_cast(kind)
    case = finished(cast)
    waits = own_results.waiting(own_results.editions(cast.office))

    seat(case)

    assert (waits, own_results.waiting(own_results.editions(cast.office))) == ((0, 1), (0, 0))
    told = whereabouts.news([case])[case.pk]
    assert told.holder is not None
    assert told.holder.who == Who.NOBODY
    assert "was not at the exam" in told.holder.next or "niet bij het tentamen" in told.holder.next


def test_others_say_nothing(cast: Cast, case: Enrolment) -> None:
    for user in (cast.owner, cast.host, cast.office, cast.administration):
        with pytest.raises(ActionError):
            giving_up.give_up(case, by=user, reason="None comes.")
    giving_up.give_up(case, by=cast.coordinator, reason="None comes.")
    with pytest.raises(ActionError), transaction.atomic():
        giving_up.give_up(case, by=cast.coordinator, reason="Once more.")
    with pytest.raises(ActionError):
        giving_up.expect_again(case, by=cast.owner)
    giving_up.expect_again(case, by=cast.coordinator)
    with pytest.raises(StaleError):
        giving_up.expect_again(case, by=cast.coordinator)


def test_it_asks_as_much_for_many(cast: Cast, case: Enrolment) -> None:
    def asked(cases: list[Enrolment]) -> int:
        with CaptureQueriesContext(connection) as queries:
            whereabouts.news(cases)
        return len(queries)

    made = [case, *(finished(cast) for _number in range(3))]
    keys = [one.pk for one in made]
    cases = list(Enrolment.objects.filter(pk__in=keys).for_list())
    asked(cases)  # reads the rules and the durations, which are kept
    assert asked(cases) == asked(cases[:1])
