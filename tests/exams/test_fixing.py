"""The exam as the host fixes it: by its own account, by a link, or by who acts for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import Role, User
from courses.models import Edition
from enrolments.services.actions import ActionError, StaleError
from exams.forms.fixing import FixForm
from exams.forms.papers import ReadersForm
from exams.forms.slots import SlotForm
from exams.models import Exam, ExamLink, Held, Mode, Paper
from exams.opening import openings
from exams.services import fixing
from paperwork.models import Event, Notice
from paperwork.sealing import unseal
from tests import factories
from tests.exams.sittings import ExamFactory, RoomFactory, SittingFactory
from tests.exams.test_moments import ROWS

type SignIn = Callable[[User], Client]


def edition_at(zone: str = "Australia/Adelaide", **fields: Any) -> Edition:
    return factories.EditionFactory.create(
        course__university__time_zone=zone, course__university__city="Adelaide", **fields
    )


def typed(edition: Edition, **more: Any) -> dict[str, Any]:
    """What a host sends when all is well: the same moment everywhere, at three on its clock."""
    return {
        "mode": "instant",
        "clock": "host",
        "on": edition.exam_on,
        "at": "15:00",
        "minutes": 120,
        "kind": "paper",
        "language": "en",
        "contact_name": "Robin Example",
        "contact_email": "robin@university.example",
        "seen": "",
    } | more


def form_for(edition: Edition, attempt: int = 1, **more: Any) -> FixForm:
    return FixForm(typed(edition, **more), edition=edition, attempt=attempt)


def test_500_combinations_of_zone_date_and_mode_are_the_right_moments(db: None) -> None:
    """What is typed around a clock change becomes the moment of the table, or is refused."""
    edition = edition_at(starts_on=date(2027, 1, 4), ends_on=date(2027, 4, 1))
    university, wrong, modes = edition.course.university, [], set()
    for number, (zone, wall, moments) in enumerate(ROWS):
        mode = [Mode.INSTANT, Mode.WINDOW][number % 2]
        if zone == "Europe/Amsterdam" and number % 3 == 0:
            mode = Mode.LOCAL
        university.time_zone = "Asia/Tokyo" if mode == Mode.LOCAL else zone
        modes.add(mode)
        which = "second" if number % 5 else "first"
        end = {"until_on": wall.date() + timedelta(days=9), "until_at": "12:00"}
        form = form_for(
            edition,
            mode=mode,
            on=wall.date(),
            at=wall.strftime("%H:%M"),
            which=which,
            **(end if mode == Mode.WINDOW else {}),
        )
        if form.is_valid():
            facts = form.facts()
            found = facts["window_from"] if mode == Mode.WINDOW else facts["starts_at"]
        else:
            found = None
        expected = moments[which == "second" and len(moments) > 1] if moments else None
        if found != expected:
            wrong.append((zone, wall, mode, found, expected, form.errors))

    assert wrong == []
    assert (len(ROWS) >= 500, modes) == (True, {Mode.INSTANT, Mode.LOCAL, Mode.WINDOW})


def test_a_host_fixes_its_exam_and_staff_hear_of_it(db: None, sign_in: SignIn) -> None:
    edition = edition_at()
    partner = factories.MemberFactory.create(
        role=Role.PARTNER, university=edition.course.university
    )
    staff = factories.MemberFactory.create(role=Role.EXAMS)
    client = sign_in(partner)
    address = reverse("partner-exams:fix", args=[edition.pk, 1])

    assert client.get(address).status_code == 200
    response = client.post(address, typed(edition, resit="yes", paper_on=edition.starts_on))

    assert response.status_code == 302, response.context["form"].errors
    exam = Exam.objects.get()
    there = exam.starts_at and exam.starts_at.astimezone(ZoneInfo("Australia/Adelaide"))
    assert there
    assert (there.date(), there.time()) == (edition.exam_on, time(15))
    edition.refresh_from_db()
    assert edition.exam_on == timezone.localdate(exam.starts_at)  # on our own clock
    assert edition.resit_offered is True
    event = Event.objects.about(exam).get()
    assert (event.action, event.actor, event.role) == ("fix_exam", partner, Role.PARTNER)
    assert Notice.objects.filter(kind="exams.fixed", recipient=staff).count() == 1
    page = client.get(reverse("partner-exams:exams")).content.decode()
    assert "15:00" in page


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"mode": ""}, "mode", "Kies hoe"),
        ({"on": "2027-03-28", "at": "02:30", "mode": "local"}, "at", "bestaat niet"),
        ({"on": "2027-10-31", "at": "02:30", "mode": "local"}, "which", "twee keer"),
        ({"on": "2027-10-03", "at": "02:30"}, "at", "03:00"),
        ({"on": "2020-01-01"}, "on", "voorbij"),
        ({"on": "2029-12-01"}, "on", "meer dan een jaar"),
        ({"mode": "window"}, "until_on", "tot wanneer"),
        ({"mode": "window", "until_on": "2020-01-01", "until_at": "10:00"}, "until_on", "eindigen"),
        (
            {"mode": "window", "on": "2020-01-01", "until_on": "2020-02-01", "until_at": "10:00"},
            "until_on",
            "Deze periode is voorbij",
        ),
        ({"mode": "window", "until_on": "same", "until_at": "16:00"}, "minutes", "korter dan"),
        ({"minutes": 601}, "minutes", "600"),
        ({"minutes": 480}, "minutes", "hoogstens 360"),
        ({"minutes": "²"}, "minutes", ""),
        ({"paper_on": "2028-05-01"}, "paper_on", "voor het tentamen begint"),
        ({"paper_at": "10:00"}, "paper_on", "ook de dag"),
        (
            {"on": "2027-04-03", "paper_on": "2027-03-28", "paper_at": "02:30"},
            "paper_at",
            "bestaat niet",
        ),
        ({"contact_email": ""}, "contact_phone", "telefoonnummer of"),
        ({"contact_name": ""}, "contact_name", ""),
        ({"on": "0001-01-01", "at": "00:00"}, "on", ""),
    ],
)
def test_wrong_input_gets_a_message_at_its_field(
    db: None, changes: dict[str, Any], field: str, words: str
) -> None:
    room = RoomFactory.create(hours=False)
    room.hours.create(weekday=0, opens=time(9), closes=time(15))
    starts = date(2027, 1, 4) if str(changes.get("on", "")).startswith("20") else None
    dates = {"starts_on": starts, "ends_on": date(2027, 4, 1)} if starts else {}
    edition = edition_at(**dates)
    if changes.get("until_on") == "same":
        changes = changes | {"until_on": edition.exam_on}
    form = FixForm(typed(edition, **changes), edition=edition, attempt=1, openings=openings())

    assert not form.is_valid()
    assert field in form.errors, form.errors
    assert words in " ".join(form.errors[field])


def test_a_time_that_comes_twice_is_asked_for_and_kept(db: None) -> None:
    edition = edition_at(starts_on=date(2027, 9, 6), ends_on=date(2027, 12, 17))
    how = {"mode": "local", "on": "2027-10-31", "at": "02:30"}

    assert "which" not in [f.name for _label, fields in form_for(edition).groups() for f in fields]
    asked = form_for(edition, **how)
    assert "which" in [f.name for _label, fields in asked.groups() for f in fields]

    form = form_for(edition, **how, which="second")
    assert form.is_valid(), form.errors
    exam = fixing.fix(edition, 1, form.facts(), seen="", by=office())
    assert exam.starts_at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert exam.is_second_hour
    shown = FixForm(edition=edition, attempt=1, exam=exam)
    assert shown.initial["which"] == "second"


def test_a_paper_deadline_that_comes_twice_is_asked_for_and_kept(db: None) -> None:
    edition = edition_at(starts_on=date(2027, 9, 6), ends_on=date(2027, 12, 17))
    how = {"on": "2027-11-20", "paper_on": "2027-10-31", "paper_at": "02:30"}

    asked = form_for(edition, **how)
    assert "twee keer" in " ".join(asked.errors["paper_which"])
    assert "paper_which" in [f.name for _label, fields in asked.groups() for f in fields]

    for which, hour in (("first", 0), ("second", 1)):
        form = form_for(edition, **how, paper_which=which)
        assert form.is_valid(), form.errors
        assert form.facts()["paper_due_at"] == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
    exam = fixing.fix(edition, 1, form.facts(), seen="", by=office())
    shown = FixForm(edition=edition, attempt=1, exam=exam)
    assert shown.initial["paper_which"] == "second"


def test_slots_and_hours_that_come_twice_are_asked_for(db: None) -> None:
    """A moment to choose, and the hour from which a paper can be opened; shown when it is asked."""
    exam = ExamFactory.create(
        mode=Mode.WINDOW,
        starts_at=None,
        window_from=datetime(2027, 10, 30, tzinfo=UTC),
        window_until=datetime(2027, 11, 2, tzinfo=UTC),
    )
    paper = Paper(exam=exam, readable_from=None)
    day = {"on": "2027-10-31", "at": "02:30", "places": "5", "from_day": "2027-10-31"}
    twice = day | {"from_time": "02:30"}

    def forms(**more: str) -> list[SlotForm | ReadersForm]:
        return [SlotForm(twice | more, exam=exam), ReadersForm(twice | more, paper=paper)]

    for language, words in (("nl", "twee keer"), ("en", "comes twice")):
        with translation.override(language):
            for form in forms():
                assert form["which"].is_hidden
                assert words in " ".join(form.errors["which"])
                assert not form["which"].is_hidden
    slot, readers = forms(which="second")
    assert slot.is_valid(), slot.errors
    assert "which" not in readers.errors
    for made in (slot.starts_at, readers.readable_from):  # type: ignore[union-attr]
        assert made == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    gap = day | {"on": "2027-03-28"}
    assert "bestaat niet" in str(SlotForm(gap, exam=exam).errors["at"])


def office() -> User:
    return factories.MemberFactory.create(role=Role.OFFICE)


def test_a_course_with_a_final_assignment_has_no_exam(db: None, sign_in: SignIn) -> None:
    edition = edition_at(assessment="assignment", exam_kind="", exam_on=None)
    client = sign_in(office())

    page = client.get(reverse("exams:exam", args=[edition.pk, 1]))
    assert "eindopdracht" in page.content.decode()
    assert client.get(reverse("exams:fix", args=[edition.pk, 1])).status_code == 302
    assert (
        edition.course.local_title
        in client.get(reverse("exams:exams") + "?view=assignment").content.decode()
    )
    with pytest.raises(ActionError, match="eindopdracht"):
        fixing.fix(edition, 1, {}, seen="", by=office())


def test_no_resit_where_the_host_gives_none(db: None) -> None:
    edition = edition_at(resit_offered=False)

    with pytest.raises(ActionError, match="herkansing"):
        fixing.fix(edition, 2, {}, seen="", by=office())


def test_somebody_elses_change_is_not_written_over(db: None, sign_in: SignIn) -> None:
    edition = edition_at()
    client = sign_in(office())
    address = reverse("exams:fix", args=[edition.pk, 1])
    client.post(address, typed(edition))
    first = Exam.objects.get()

    late = client.post(address, typed(edition, minutes=90, seen=""))

    assert late.status_code == 409
    assert "Iemand anders" in late.content.decode()
    assert 'value="90"' in late.content.decode()  # what was typed is kept
    assert Exam.objects.get().minutes == 120
    again = client.post(address, typed(edition, minutes=90, seen=first.changed_at.isoformat()))
    assert again.status_code == 302
    assert Exam.objects.get().minutes == 90


def test_a_change_of_what_is_planned_is_something_to_do(db: None) -> None:
    staff = factories.MemberFactory.create(role=Role.EXAMS)
    sitting = SittingFactory.create()
    exam = sitting.exam

    fixing.fix(exam.edition, 1, {"minutes": 150}, seen=fixing.seen_of(exam), by=office())

    notice = Notice.objects.get(recipient=staff)
    assert (notice.kind, notice.asks) == ("exams.changed_after_planning", True)
    assert Event.objects.about(exam).get().details == {"changed": ["minutes"]}


def test_nothing_is_written_when_nothing_changed(db: None) -> None:
    exam = ExamFactory.create()

    fixing.fix(exam.edition, 1, {"minutes": exam.minutes}, seen=fixing.seen_of(exam), by=office())

    assert not Event.objects.about(exam).exists()


def test_of_others_nobody_fixes_an_exam(db: None) -> None:
    edition = edition_at()
    for role in (Role.PARTNER, Role.COORDINATOR, Role.AUDITOR, Role.ADMINISTRATION):
        with pytest.raises(ActionError):
            fixing.fix(edition, 1, {}, seen="", by=factories.MemberFactory.create(role=role))


def test_our_own_paper_goes_out_to_home_universities(db: None, sign_in: SignIn) -> None:
    home = factories.HomeUniversityFactory.create()
    edition = factories.EditionFactory.create(course__university=home)

    sign_in(office()).post(
        reverse("exams:fix", args=[edition.pk, 1]), typed(edition, held=Held.HOME)
    )

    assert Exam.objects.get().held == Held.HOME


# --- by a link ------------------------------------------------------------------------------------
def asked(edition: Edition) -> tuple[ExamLink, str]:
    """A link that was mailed, and its token."""
    link = fixing.ask(edition, 1, email="host@university.example", language="en", by=office())
    notice = Notice.objects.get(key=f"exam-link-{link.pk}")
    return link, unseal(notice.sealed_link).rstrip("/").rsplit("/", 1)[-1]


def test_a_host_fixes_its_exam_by_a_link_once(db: None, client: Client) -> None:
    edition = edition_at()
    _link, token = asked(edition)
    address = reverse("exam-link:fix", args=[token])

    page = client.get(address)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    nameless = client.post(address, typed(edition))
    assert nameless.status_code == 422
    assert not Exam.objects.exists()
    done = client.post(address, typed(edition, name="Robin"), follow=True)

    exam = Exam.objects.get()
    assert done.redirect_chain == [(reverse("exam-link:fixed", args=[token]), 302)]
    assert exam.confirmed_by_name == f"Robin ({edition.course.university.code})"
    again = client.post(address, typed(edition, name="Robin", minutes=60))
    assert again.status_code == 410
    assert Exam.objects.get().minutes == 120


def test_a_new_link_ends_the_one_before(db: None, client: Client) -> None:
    edition = edition_at()
    _first, token = asked(edition)
    asked(edition)

    assert client.get(reverse("exam-link:fix", args=[token])).status_code == 410


@pytest.mark.parametrize("by_link", [False, True])
def test_after_a_refusal_the_form_shows_what_holds_and_goes_over_it(
    db: None, sign_in: SignIn, client: Client, *, by_link: bool
) -> None:
    edition = edition_at()
    typed_in = typed(edition, minutes=90, name="Robin")
    if by_link:
        address = reverse("exam-link:fix", args=[asked(edition)[1]])
    else:
        client, address = sign_in(office()), reverse("exams:fix", args=[edition.pk, 1])
    first = form_for(edition, minutes=135)
    assert first.is_valid()
    fixing.fix(edition, 1, first.facts(), seen="", by=office())

    late = client.post(address, typed_in)

    assert late.status_code == 409
    assert "135 minuten" in late.content.decode() or "135 minutes" in late.content.decode()
    again = client.post(address, typed_in | {"seen": late.context["form"]["seen"].value()})
    assert again.status_code == 302
    assert Exam.objects.get().minutes == 90


def test_a_stale_link_form_keeps_the_link(db: None) -> None:
    """What was refused has not spent the link: both or neither."""
    edition = edition_at()
    _link, token = asked(edition)
    form = form_for(edition)
    assert form.is_valid()
    fixing.fix(edition, 1, form.facts(), seen="", by=office())

    with pytest.raises(StaleError):
        fixing.fix_by_link(token, form.facts(), seen="", name="Robin")

    found = fixing.find(token)
    assert found
    assert found.is_usable
