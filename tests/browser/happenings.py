"""What happens outside the portal while people go their ways, and what many journeys begin with."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.browser.journeys import Journey, Person

MOTIVATION = "I want to learn how others do this, and bring it back to my own programme. " * 16
TODAY = timezone.localdate()
HISTORY, PSYCHOLOGY = "Geschiedenis", "Psychologie"  # of Humanities and of Social Sciences

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
    programme = Programme.objects.get(name_nl="{programme}", level="bachelor")
    StudentProfile.objects.create(user=user, home_university=University.objects.get(is_home=True),
        faculty=programme.faculty, programme=programme, student_number="{number}", level="bachelor",
        year=2)
"""
# A student of a partner university who has just heard of Leiden.
GUEST = """
from django.contrib.auth.hashers import make_password
from django.db import transaction
from allauth.account.models import EmailAddress
from accounts.models import StudentProfile, User
with transaction.atomic():
    user = User.objects.create(email="{who}@demo.example", name="Gaston Example",
        language="{language}", password=make_password("demo-portal"))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    profile = StudentProfile.objects.get(user__email="incoming@demo.example")
    profile.pk, profile.user, profile._state.adding = None, user, True
    profile.student_number = "G{number}"
    profile.save()
"""
# One more edition of a course, open for applications.
EDITION = """
from datetime import timedelta
from django.db import transaction
from django.utils import timezone
from courses.models import Edition
from courses.services.offer import offer_changed
today = timezone.localdate()
with transaction.atomic():
    edition = Edition.objects.filter(course__university__code="{host}",
        state="published", assessment__startswith="{assessment}", applications_close_on__gte=today,
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
# The day of the exam comes: what was planned begins in a quarter of an hour, or, late in the
# evening, has begun: it is an exam of today.
EXAM_DAY = """
from datetime import timedelta
from django.utils import timezone
from exams.demo_day import within
from exams.models import Exam, Room, Sitting
sitting = Sitting.objects.get(exam__edition={edition}, state="published")
now = timezone.localtime()
now = within(now, now + timedelta(minutes=15))
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
# An exam of its own: other tests close those of the demo. Its first seat is the honours student's,
# who sits one of the demo's own soon, or sits it already when the evening is late.
AN_EXAM_TODAY = """
from datetime import timedelta
from django.utils import timezone
from exams.demo_day import published_sitting, running_course
from exams.models import Sitting
edition = running_course('{course}', 3)
demo = Sitting.objects.get(exam__edition__course__slug="fundamentals-of-biomedical-imaging")
began = min(timezone.now(), demo.starts_at) - timedelta(minutes={minutes})
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
began = today - timedelta(days=60 + {edition} % 300)  # each on a day of its own
Edition.objects.filter(pk={edition}).update(
    applications_open_on=began - timedelta(days=80),
    applications_close_on=began - timedelta(days=30),
    starts_on=began, withdraw_until=None,
    exam_on=today - timedelta(days=1), ends_on=today - timedelta(days=1))
Exam.objects.filter(edition={edition}).update(starts_at=timezone.now() - timedelta(days=1))
said = finish_ended()
"""


def apply(student: Person, course: str, first_day: str, purpose: str = "elective") -> str:
    """From the course's page to sent; the reference of the case."""
    form = course.replace("/courses/", "/exchange/apply/")
    student.goes(course).goes(f"{form}{first_day}/").presses("form .btn")
    if purpose:  # nothing of a guest's is registered in Leiden
        student.fills(purpose=purpose, motivation=MOTIVATION).presses("form .actions .btn")
    if purpose == "elective":  # inside the degree: the Board of Examiners decides about it
        student.fills(how="coordinator").presses("form .actions .btn")
    student.ticks("acknowledged").ticks("consents").presses("form .actions .btn")
    return str(student.page.url.rstrip("/").split("/")[-2])


def number_of(number: int) -> str:
    """The student number of a newcomer."""
    return f"s9{number:06}"


def enrols(trip: Journey, number: int, programme: str = HISTORY) -> str:
    """Somebody new in a programme of Leiden; under what name they sign in."""
    who = f"nora-{number}"
    facts = {"who": who, "number": number_of(number), "language": trip.way.language}
    trip.happens(NEWCOMER.format(**facts, programme=programme))
    return who


def newcomer(trip: Journey, number: int, programme: str = HISTORY) -> Person:
    """Somebody new, signed in."""
    return trip.person(enrols(trip, number, programme))


def arrives(trip: Journey, number: int) -> str:
    """Somebody new at EPFL; under what name they sign in."""
    who = f"gaston-{number}"
    trip.happens(GUEST.format(who=who, number=number, language=trip.way.language))
    return who


def an_edition(
    trip: Journey, shift: int, places: int = 5, host: str = "EPFL", assessment: str = "exam"
) -> list[Any]:
    """One more edition, open: its key, its course's address, its first day, its title."""
    facts = {"shift": shift, "places": places, "host": host, "assessment": assessment}
    edition: list[Any] = trip.happens(EDITION.format(**facts))
    return edition


def state_of(trip: Journey, reference: str) -> str:
    found = trip.happens(
        "from enrolments.models import Enrolment;"
        f"said = Enrolment.objects.get(reference='{reference}').state"
    )
    return str(found)
