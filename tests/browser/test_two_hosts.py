"""Exam staff plan, publish and hold the exams of two hosts, in two opposite ways."""

from __future__ import annotations

from typing import Any

from paperwork.demo_files import pdf_of
from tests.browser.conftest import Portal
from tests.browser.journeys import Journey, Open, Person, Way, both
from tests.running import wait_until

# An exam of each of two hosts on one day, each with two students of its own who can sign in; the
# second host's contact too, since the demo has only that of the first.
TWO_HOSTS = """
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from accounts.models import Membership, Role, StudentProfile, User
from courses.models import Edition
from enrolments.models import Enrolment, State
from enrolments.models.enrolment import new_reference
from exams.demo_day import running_course
from exams.models import Exam, Mode, Room

def somebody(who, name, language):
    user = User.objects.create(email=f"{who}@demo.example", name=name, language=language,
        password=make_password("demo-portal"))
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user

day = timezone.localdate() + timedelta(days=35)
day += timedelta(days=(1 - day.weekday()) % 7)
like = Enrolment.objects.filter(state=State.ENROLLED, home_university__is_home=True).first()
said = []
with transaction.atomic():
    for number, (slug, language) in enumerate((("introduction-to-astrophysics", "nl"),
                                               ("the-psychology-of-criminal-justice", "en"))):
        edition = running_course(slug, 0)
        Edition.objects.filter(pk=edition.pk).update(ends_on=day, exam_on=day)
        host = edition.course.university
        at = datetime.combine(day, time(10), ZoneInfo("Europe/Amsterdam"))
        exam = Exam.objects.create(edition=edition, mode=Mode.INSTANT, starts_at=at, minutes=120,
            kind="paper", contact_name="Robin", contact_email="robin@demo.example",
            confirmed_at=timezone.now(), confirmed_by_name="Robin")
        references = []
        for place, name in enumerate(("Noor Example", "Sam Example"), 1):
            student = somebody(f"sits-{number}{place}", f"{name} {language}", language)
            profile = StudentProfile.objects.get(user=like.student)
            profile.pk, profile.user, profile._state.adding = None, student, True
            profile.student_number = f"s97{number}{place}000"
            profile.save()
            case = Enrolment.objects.get(pk=like.pk)
            case.pk, case.kept, case._state.adding = None, None, True
            case.reference, case.edition, case.student = new_reference(), edition, student
            case.sequence = case.rank = place
            case.save()
            references.append(case.reference)
        if host.code != "EPFL":
            contact = somebody("contact-of-two", "Robin Example", language)
            Membership.objects.create(user=contact, role=Role.PARTNER, university=host)
        room = Room.objects.get(name=["0.05", "2.02"][number])
        said.append([exam.pk, str(room.pk), references])
"""
# The day comes: both began ten minutes ago, each in a room that is free now.
IT_IS_ON = """
from datetime import timedelta
from django.utils import timezone
from exams.models import Exam, Room, Sitting
now = timezone.now() - timedelta(minutes=10)
said = []
for sitting in Sitting.objects.filter(exam__in={exams}).order_by("exam"):
    shift = now - sitting.starts_at
    until = sitting.ends_at + shift
    taken = Sitting.objects.standing().filter(starts_at__lt=until, ends_at__gt=now)
    room = Room.objects.exclude(pk__in=taken.values("room")).order_by("-places").first()
    Exam.objects.filter(pk=sitting.exam_id).update(starts_at=now)
    for seat in sitting.seats.all():
        type(seat).objects.filter(pk=seat.pk).update(
            starts_at=seat.starts_at + shift, ends_at=seat.ends_at + shift)
    Sitting.objects.filter(pk=sitting.pk).update(starts_at=now, ends_at=until, room=room)
    said.append(sitting.pk)
"""


def publish(staff: Person, exam: int) -> None:
    """This exam alone: others of the demo are not ours."""
    staff.goes("/exams/plan/publish/")
    for box in staff.page.locator("main [name=exam]").all():
        box.set_checked((box.get_attribute("value") or "").startswith(f"{exam}:"))
    staff.presses("form .bulk .btn")


def hold(staff: Person, sitting: int, *kinds: str) -> None:
    """Mark the seats in their order, and close."""
    staff.goes(f"/exams/day/{sitting}/")
    for number, kind in enumerate(kinds):
        if kind != "absent":
            staff.marks(number, "identity")
        staff.marks(number, kind)
    staff.goes(f"/exams/day/{sitting}/close/").fills(report="It went well.")
    staff.presses("form .actions .btn")


def protocol(staff: Person) -> bytes:
    """The protocol as it is made in the background, from the page of the closed sitting."""
    page = staff.page

    def made() -> Any:
        page.reload()
        return page.locator("main a[href*='/sheets/']").first.get_attribute("href", timeout=1000)

    address = wait_until(made, 60, "the protocol is made")
    return page.request.get(f"{staff.journey.portal.base}{address}").body()


def test_the_exams_of_two_hosts_are_planned_published_and_held(
    portal: Portal, open_browser: Open
) -> None:
    ways = both(Way("nl", "desktop", "light", has_script=True))
    dutch, english = (Journey("two-hosts", portal, open_browser, way) for way in ways)
    hosts = dutch.happens(TWO_HOSTS)
    (first, first_room, (extra, _absent)), (second, second_room, (far, _late)) = hosts
    here, there = dutch.person("exams"), english.person("exams")

    # Extra exam time is asked for and checked once.
    student = dutch.person("sits-01").goes(f"/exchange/{extra}/facility/")
    student.fills(extra_minutes="30").gives("decision", "besluit.pdf", pdf_of(["Besluit"]))
    student.presses("form[enctype] .actions .btn")
    here.goes("/exams/facilities/").presses("a:has-text('Noor Example nl')")
    here.reads("30 extra minuten").fills(answer="grant").presses("form .actions .btn")

    # Planned and published, each in its language.
    here.goes(f"/exams/plan/exams/{first}/").fills(room=first_room).presses("form .actions .btn")
    there.goes(f"/exams/plan/exams/{second}/").fills(room=second_room)
    there.presses("form .actions .btn")
    publish(here, first)
    publish(there, second)
    student.goes(f"/exchange/{extra}/exam/").reads("Lipsius", "10:00", "12:30")
    reader = english.person("sits-11").goes(f"/exchange/{far}/exam/")
    reader.reads("Wijnhaven", "10:00", "12:00", "Brisbane")

    # The day: who sits there, what was marked, and what the hosts read at once.
    on_first, on_second = dutch.happens(IT_IS_ON.format(exams=[first, second]))
    here.goes(f"/exams/day/{on_first}/").reads("30 minuten extra")
    hold(here, on_first, "present", "absent")
    hold(there, on_second, "present", "late")
    dutch.person("partner-epfl").goes(f"/partner/exam-days/{first}/").reads("Sam Example nl")
    english.person("contact-of-two").goes(f"/partner/exam-days/{second}/").reads("Sam Example en")
    assert protocol(here).startswith(b"%PDF")
    dutch.ends()
    english.ends()
