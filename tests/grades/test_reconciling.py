"""A list from uSis: what is the same is recorded, what differs is said and left."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from courses.imports.reading import UnreadableError
from enrolments.models import Enrolment
from grades import registrations, usis_lists
from grades.models import Registration, RegistrationState, UsisRow
from grades.services import reconciling
from grades.services.registration_actions import ActionError
from tests import factories
from tests.enrolments.cases import Cast, make_cast, student_of
from tests.grades.registering import TITLE, fresh, moved, opened
from tests.grades.test_superseding import FAIL, corrected

pytestmark = pytest.mark.django_db
S = RegistrationState
type SignIn = Callable[[User], Client]


def sent(cast: Cast, *more: str) -> object:
    return moved(opened(cast), "file", "decide", "send", *more, cast=cast)


def as_list(*lines: str, separator: str = ";") -> bytes:
    head = ("studentnummer", "soort", "titel", "studiepunten", "cijfer", "kenmerk", "datum")
    return "\n".join([separator.join(head), *lines]).encode()


def test_twelve_sent_eleven_found_one_differs() -> None:
    cast = make_cast()
    other = make_cast()
    row = sent(cast, "register")
    same = f"{cast.owner.student.student_number};Extern onderwijs;{TITLE};5,0;8;U-5;"
    rows = usis_lists.rows_of("usis.csv", as_list(same.replace("5,0", "6")))
    brought = reconciling.bring(cast.faculty, "usis.csv", rows, by=cast.administration)
    summary = reconciling.summary(brought.usis_list)

    assert summary["words"] == "1 verstuurd, 0 gevonden, 1 wijkt af: studiepunten 5 tegen 6."
    assert fresh(row).state == S.REGISTERED  # type: ignore[arg-type]
    assert UsisRow.objects.get().outcome == UsisRow.Outcome.DIFFERS

    right = usis_lists.rows_of("usis.csv", as_list(same, "s0000001;;;5;8;;"))
    brought = reconciling.bring(cast.faculty, "usis.csv", right, by=cast.administration)
    summary = reconciling.summary(brought.usis_list)
    assert summary["words"] == "1 verstuurd, 1 gevonden."
    assert [one.line for one in summary["unknown"]] == [3]
    assert fresh(row).state == S.RECONCILED  # type: ignore[arg-type]
    with pytest.raises(ActionError):
        reconciling.bring(cast.faculty, "usis.csv", right, by=other.administration)


@pytest.mark.parametrize(
    ("day", "read"), [("{0:%d.%m.%Y}", True), ("{0:%Y/%j}", False), ("", True)]
)
def test_a_day_that_cannot_be_read_is_not_taken_for_today(day: str, read: bool) -> None:
    cast = make_cast()
    row = sent(cast)
    number, said = cast.owner.student.student_number, day.format(timezone.localdate())
    lines = as_list(f"{number};Extern onderwijs;{TITLE};5;8;U-5;{said}")
    rows = usis_lists.rows_of("usis.csv", lines)

    brought = reconciling.bring(cast.faculty, "usis.csv", rows, by=cast.administration)

    now = fresh(row)  # type: ignore[arg-type]
    assert (brought.recorded, bool(brought.refused)) == (read, not read)
    assert now.state == (S.RECONCILED if read else S.SENT)
    assert now.registered_on == (timezone.localdate() if read else None)


@pytest.mark.parametrize("passed", [True, False])
def test_what_was_corrected_since_is_named(sign_in: SignIn, passed: bool) -> None:
    """uSis holds it until what follows is entered: nothing is recorded, and nothing is missing."""
    cast = make_cast()
    row = sent(cast, "register")
    assert isinstance(row, Registration)
    follows = corrected(row, cast, **({} if passed else FAIL))
    number = cast.owner.student.student_number
    lines = as_list(f"{number};Extern onderwijs;{TITLE};5;8;U-5;", f"{number};;;5;8;;")
    rows = usis_lists.rows_of("usis.csv", lines)
    brought = reconciling.bring(cast.faculty, "usis.csv", rows, by=cast.administration)
    outcomes = list(UsisRow.objects.values_list("outcome", "registration"))

    assert outcomes == [("replaced", row.pk), ("unknown", None)]
    assert reconciling.summary(brought.usis_list)["missing"] == []
    assert fresh(row).state == S.REGISTERED
    page = (
        sign_in(cast.administration)
        .get(f"/en/desk/registrations/usis/{brought.usis_list.pk}/")
        .text
    )
    assert "before the result was corrected" in page
    assert f"/en/desk/registrations/{row.enrolment.reference}/earlier/{row.pk}/" in page

    if follows is not None:  # the control: what follows has been sent, and the line differs from it
        moved(follows, "decide", "send", cast=cast)
        reconciling.bring(cast.faculty, "usis.csv", rows[:1], by=cast.administration)
        last = UsisRow.objects.latest("pk")
        assert (last.outcome, last.registration) == ("differs", follows)


def test_a_list_records_what_is_entered_but_not_by_who_verified() -> None:
    cast = make_cast()
    row = sent(cast)
    number = cast.owner.student.student_number
    rows = usis_lists.rows_of("l.csv", as_list(f"{number};extern onderwijs;{TITLE};5;8;U-5;"))
    factories.MembershipFactory.create(
        user=cast.coordinator, role=Role.ADMINISTRATION, faculty=cast.faculty
    )
    verifier = User.objects.get(pk=cast.coordinator.pk)

    brought = reconciling.bring(cast.faculty, "l.csv", rows, by=verifier)
    assert (brought.recorded, brought.refused[0][0]) == (0, 2)
    assert fresh(row).state == S.SENT  # type: ignore[arg-type]
    brought = reconciling.bring(cast.faculty, "l.csv", rows, by=cast.administration)
    assert brought.recorded == 1
    now = fresh(row)  # type: ignore[arg-type]
    assert (now.state, now.usis_reference) == (S.RECONCILED, "U-5")


def test_who_coordinates_some_programmes_brings_a_list_for_those(sign_in: SignIn) -> None:
    """Of one that is not theirs nothing is recorded, and nothing is said of it."""
    cast = make_cast()
    faculty = cast.faculty
    mine, theirs = factories.ProgrammeFactory.create_batch(2, faculty=faculty)
    bringer = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)
    bringer.memberships.get().programmes.set([mine])
    rows = []
    for programme in (mine, theirs):
        cast.owner = student_of(faculty)
        row = moved(opened(cast), "file", "decide", "send", cast=cast)
        Enrolment.objects.filter(pk=row.enrolment_id).update(programme=programme)
        rows.append(fresh(row))
    lines = [f"{row.enrolment.student_number};;{TITLE};5;8;;" for row in rows]
    listed = usis_lists.rows_of("usis.csv", as_list(*lines))
    assert reconciling.faculties_of(bringer) == [], "the administration does"
    cast.administration.memberships.all().delete()
    assert reconciling.faculties_of(bringer) == [faculty]

    found = reconciling.bring(faculty, "usis.csv", listed, by=bringer)

    assert [fresh(row).state for row in rows] == [S.RECONCILED, S.SENT]
    page = f"/en/desk/registrations/usis/{found.usis_list.pk}/"
    shown = sign_in(bringer).get(page).text
    assert f"Laid beside the registrations of {mine} alone." in shown
    assert "1 sent, 1 found." in shown
    assert str(rows[1].enrolment.student) not in shown
    assert sign_in(cast.coordinator).get(page).status_code == 200
    other = factories.MemberFactory.create(role=Role.COORDINATOR, faculty=faculty)
    other.memberships.get().programmes.set([theirs])
    assert sign_in(other).get(page).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("l.csv", as_list("s1|x", separator="|"), "één cel"),
        ("l.csv", b"naam;cijfer\nx;8", "student_number"),
        ("l.csv", b"studentnummer;studiepunten;cijfer\ns1;5;8", "title of course_code"),
        ("l.pdf", b"%PDF", "csv"),
        ("l.csv", b"", "leeg"),
        ("l.xlsx", b"PK\x03\x04 no", "Excel"),
    ],
)
def test_a_list_that_cannot_be_read_says_what_to_do(name: str, content: bytes, said: str) -> None:
    with pytest.raises(UnreadableError, match=said):
        usis_lists.rows_of(name, content)


def test_the_page_takes_a_list_and_says_what_came_of_it(sign_in: SignIn) -> None:
    cast = make_cast()
    sent(cast)
    client = sign_in(cast.administration)
    path = "/en/desk/registrations/usis/"

    def bring(content: bytes) -> object:
        file = SimpleUploadedFile("usis.csv", content)
        return client.post(path, {"faculty": cast.faculty.pk, "file": file}, follow=True)

    wrong = bring(b"naam,cijfer\nx,8")
    assert wrong.status_code == 422  # type: ignore[attr-defined]
    number = cast.owner.student.student_number
    page = bring(as_list(f"{number};;{TITLE};6;8;;")).content.decode()  # type: ignore[attr-defined]
    assert "1 sent, 0 found, 1 differs: credits 5 against 6." in page
    listed = client.get("/en/desk/registrations/?view=differs").content.decode()
    assert "1 registration" in listed


@pytest.mark.parametrize(
    ("ec", "result", "said"),
    [
        ("", "", "studiepunten 5 tegen niets; resultaat 8 tegen niets"),
        ("5", "", "resultaat 8 tegen niets"),
        ("", "8", "studiepunten 5 tegen niets"),
    ],
)
def test_what_stands_there_without_a_result_is_not_recorded(
    ec: str, result: str, said: str
) -> None:
    cast = make_cast()
    row = sent(cast)
    line = f"{cast.owner.student.student_number};;{TITLE};{ec};{result};;"
    rows = usis_lists.rows_of("l.csv", as_list(line))
    brought = reconciling.bring(cast.faculty, "l.csv", rows, by=cast.administration)

    assert brought.recorded == 0
    assert fresh(row).state == S.SENT  # type: ignore[arg-type]
    assert said in reconciling.summary(brought.usis_list)["words"]


def test_a_line_without_a_course_is_never_recorded() -> None:
    cast = make_cast()
    row = sent(cast)
    number = cast.owner.student.student_number
    rows = usis_lists.rows_of("l.csv", as_list(f"{number};;;5;8;;"))
    brought = reconciling.bring(cast.faculty, "l.csv", rows, by=cast.administration)

    assert brought.recorded == 0
    assert fresh(row).state == S.SENT  # type: ignore[arg-type]
    assert f"titel {TITLE} tegen niets" in reconciling.summary(brought.usis_list)["words"]

    # It does not stand in the way of a line that says which course it is about.
    both = usis_lists.rows_of("l.csv", as_list(f"{number};;;5;8;;", f"{number};;{TITLE};5;8;;"))
    brought = reconciling.bring(cast.faculty, "l.csv", both, by=cast.administration)
    assert brought.recorded == 1
    summary = reconciling.summary(brought.usis_list)
    assert [one.line for one in summary["found"]] == [3]
    assert [one.line for one in summary["unknown"]] == [2]


def test_what_differs_later_is_in_the_view_until_a_list_has_it_right() -> None:
    cast = make_cast()
    row = sent(cast, "register")
    line = f"{cast.owner.student.student_number};;{TITLE};5;8;;"

    def bring(line: str) -> int:
        rows = usis_lists.rows_of("l.csv", as_list(line))
        reconciling.bring(cast.faculty, "l.csv", rows, by=cast.administration)
        return registrations.find(cast.administration, {"view": "differs"}).number

    assert bring(line) == 0
    assert fresh(row).state == S.RECONCILED  # type: ignore[arg-type]
    assert bring(line.replace(";5;", ";6;")) == 1
    assert bring(line) == 0
