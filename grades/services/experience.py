"""One question when all is done: how did it go? Answered in one click, changed as often as wanted.

Others read it only in numbers, and only when at least five students of a course have answered.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.models import Course
from courses.services.offer import offer_changed
from enrolments.models.enrolment import Kind
from enrolments.services.actions import ActionError
from grades.gates import ENDED_WELL
from grades.models import Experience, Registration, RegistrationState, Result
from paperwork.services.events import record

if TYPE_CHECKING:
    from accounts.models import User
    from enrolments.models import Enrolment

ENOUGH = 5
Answer = Experience.Answer


class Numbers(NamedTuple):
    """How it went for the students of a course."""

    well: int
    mixed: int
    badly: int

    @property
    def together(self) -> int:
        return self.well + self.mixed + self.badly


def is_asked(case: Enrolment) -> bool:
    """Whether all is done: registered, or nothing to register. Two queries at most."""
    if case.state not in ENDED_WELL:
        return False
    result = Result.objects.filter(enrolment=case).current().first()
    if result is None:
        return False
    if case.kind == Kind.INCOMING or not result.passed:
        return True
    done = [RegistrationState.REGISTERED, RegistrationState.RECONCILED]
    return Registration.objects.filter(enrolment=case, state__in=done).current().exists()


@transaction.atomic
def answer(case: Enrolment, said: str, *, words: str = "", by: User) -> Experience:
    """Keep what its student says; the last answer counts.

    Raises ActionError for anybody else, before all is done, or for an answer that is none.
    """
    if by.pk != case.student_id or not is_asked(case):
        raise ActionError(_("This is asked when your result has been registered."))
    if said not in Answer.values:
        raise ActionError(_("Choose one of the three answers."))
    values = {"answer": said, "words": words.strip()[:300], "answered_at": timezone.now()}
    found, _made = Experience.objects.update_or_create(enrolment=case, defaults=values)
    record(found, "answer", by=by, role="student")
    if numbers_of(case.edition.course) is not None:
        offer_changed()  # which visitors read on the course's page
    return found


def numbers_of(course: Course) -> Numbers | None:
    """How it went for those who followed `course`; None while fewer than five said so."""
    rows = Experience.objects.filter(enrolment__edition__course=course)
    counted = Counter(rows.values_list("answer", flat=True))
    if sum(counted.values()) < ENOUGH:
        return None
    return Numbers(*(counted[name] for name in Answer.values))


class OfCourse(NamedTuple):
    """A course with its numbers, and the sentences without names, the latest first."""

    course: Course
    numbers: Numbers
    words: list[str]


def of_courses(user: User) -> list[OfCourse]:
    """The courses of which enough students have answered, by title. Two queries."""
    rows = Experience.objects.visible_to(user)
    counts = {name: Count("pk", filter=Q(answer=name)) for name in Answer.values}
    by_course = rows.values_list("enrolment__edition__course").annotate(**counts)
    counted = {pk: Numbers(*numbers) for pk, *numbers in by_course}
    enough = {pk: numbers for pk, numbers in counted.items() if numbers.together >= ENOUGH}
    words: dict[int, list[str]] = {}
    said = rows.filter(enrolment__edition__course__in=enough).exclude(words="")
    for pk, text in said.order_by("-answered_at").values_list(
        "enrolment__edition__course", "words"
    ):
        words.setdefault(pk, []).append(text)
    courses = Course.objects.filter(pk__in=enough).select_related("university").order_by("title")
    return [OfCourse(course, enough[course.pk], words.get(course.pk, [])) for course in courses]
