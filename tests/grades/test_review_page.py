"""The page where a transcript is verified: taking values over, deciding, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from enrolments.models import Enrolment
from grades.models import GradeTable, GradeTableRow, Result, Transcript
from grades.services import receiving, verifying
from tests.enrolments.cases import Cast, student_of
from tests.exams.sittings import ExamFactory, SittingFactory, seat
from tests.grades.papers import paper_of, upload
from tests.grades.rows import finished, transcript_of
from tests.grades.test_verifying import statement
from tests.paperwork.files.samples import photo

type SignIn = Callable[[User], Client]


def given(case: Enrolment, **other: str) -> Transcript:
    return receiving.receive(
        case, [upload(paper_of(case, **other))], by=case.student, grade_typed="5.5"
    )


def path_of(case: Enrolment, rest: str = "") -> str:
    return f"/en/desk/{case.reference}/transcript/{rest}"


def shown(client: Client, case: Enrolment, **sent: Any) -> dict[str, Any]:
    """What a browser would send of the form, with some fields changed."""
    form = client.get(path_of(case)).context
    values = {field.html_name: field.value() or "" for field in form["form"]}
    for name in ("dated_on", "exam_on"):
        values[name] = str(values[name])
    row = form["transcript"]
    return values | {"seen": form["seen"], "version": row.version, **sent}


@pytest.fixture
def client(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.coordinator)


def test_from_upload_to_verified_with_nothing_retyped(
    client: Client, cast: Cast, case: Enrolment
) -> None:
    """Open it, take over what was found, give the Dutch grade, verify: four clicks at most."""
    given(case)
    listed = client.get("/en/desk/transcripts/").content.decode()
    assert path_of(case) in listed
    assert "all agrees" in listed

    taken = client.post(path_of(case), shown(client, case, take="all"))
    values = {field.html_name: field.value() for field in taken.context["form"]}
    assert values["grade_printed"] == "5.5"
    assert values["credits_printed"] == "5.0 ECTS"
    assert values["title_printed"] == case.edition.course.title
    assert values["recorded"] == "", "nobody but a person says what is recorded"
    assert not Result.objects.exists()
    sent = {name: str(value or "") for name, value in values.items()}
    sent |= {"recorded": "8,5", "seen": taken.context["seen"], "version": "1"}
    sent.pop("sure")

    answer = client.post(path_of(case), sent)

    assert answer.status_code == 302, answer.context["form"].errors
    result = Result.objects.get()
    assert (result.grade, result.grade_printed, result.ec) == (Decimal("8.5"), "5.5", 5)
    page = client.get(answer.url).content.decode()
    assert "verified the result" in page
    assert "Undo" in page

    event = answer.url.rpartition("done=")[2].removesuffix("#done")
    client.post(path_of(case, "undo/"), {"event": event})
    assert not Result.objects.exists()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"recorded": "5.5"}, "no final grade between 5 and 6"),
        ({"recorded": "5.7"}, "no final grade between 5 and 6"),
        ({"recorded": "11"}, "A Dutch grade is 1 to 10"),
        ({"recorded": "7.25"}, "one decimal at most"),
        ({"recorded": ""}, "Say what is to be recorded"),
        ({"ec": "0"}, "more than 0 and less than 60"),
        ({"ec": "60"}, "more than 0 and less than 60"),
        ({"ec": "6"}, "Tick below that these are right"),
        ({"dated_on": "2001-01-01"}, "before the course began"),
        ({"dated_on": "2999-01-01"}, "has yet to come"),
        ({"grade_printed": ""}, "Type the grade as it is printed"),
        ({"title_printed": ""}, "Type the title word for word"),
    ],
)
def test_wrong_input_stands_at_its_field(
    client: Client, case: Enrolment, fields: dict[str, str], said: str
) -> None:
    transcript_of(case)
    right = {
        "grade_printed": "5.5",
        "recorded": "8",
        "credits_printed": "5",
        "title_printed": "T",
        "dated_on": str(case.edition.ends_on),
    }

    answer = client.post(path_of(case), shown(client, case, **right | fields))

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not Result.objects.exists()


def test_other_credits_with_a_tick(client: Client, case: Enrolment) -> None:
    transcript_of(case)
    sent = shown(
        client,
        case,
        grade_printed="A",
        recorded="V",
        credits_printed="6",
        ec="6",
        sure="on",
        title_printed="T",
        dated_on=str(case.edition.ends_on),
    )

    assert client.post(path_of(case), sent).status_code == 302
    assert (Result.objects.get().ec, Result.objects.get().mark) == (6, "V")


def test_differences_are_told_in_words(client: Client, case: Enrolment) -> None:
    given(case, name="Somebody Else", title="History of Rome", credits="60 ECTS", grade="4")

    page = client.get(path_of(case)).content.decode()

    for words in ("transcript of another student", "Other credits", "Another grade than was typed"):
        assert words in page
    assert 'class="mark bad"' in page
    taken = client.post(path_of(case), shown(client, case, take="all")).context["form"]
    assert not taken["credits_printed"].value(), "what differs is taken by its own name alone"


def test_a_scan_says_so(client: Client, case: Enrolment) -> None:
    receiving.receive(case, [upload(photo(), "scan.jpg")], by=case.student, grade_typed="A")

    assert "a photograph without text" in client.get(path_of(case)).content.decode()
    assert "a scan without text" in client.get("/en/desk/transcripts/").content.decode()


def test_a_suggestion_is_never_filled_in(client: Client, case: Enrolment) -> None:
    given(case)
    table = GradeTable.objects.create(
        university=case.edition.course.university,
        scale="1 to 6",
        source="Nuffic",
        method_nl="Lineair.",
        method_en="Linear.",
    )
    GradeTableRow.objects.create(
        table=table,
        printed_from=5,
        printed_to=6,
        suggests="8.5",
        lowest="8",
        highest="9",
    )

    page = client.get(path_of(case))

    html = page.content.decode()
    assert "suggests <strong>8.5</strong>" in html
    for words in ("Nuffic", "Linear.", "It may mean 8 to 9", "nothing is filled in"):
        assert words in html
    assert not page.context["form"]["recorded"].value()


def test_replaced_meanwhile_shows_both(client: Client, cast: Cast, case: Enrolment) -> None:
    given(case)
    mine = shown(client, case, grade_printed="5.5", recorded="8", title_printed="My words")
    given(case, grade="4")

    answer = client.post(path_of(case), mine)

    assert answer.status_code == 409
    html = answer.content.decode()
    assert "Version 2 has come in the meantime" in html
    assert "?version=1" in html
    assert "My words" in html, "what was typed is kept"
    assert not Result.objects.exists()
    assert client.get(path_of(case) + "?version=1").status_code == 200
    assert client.get(path_of(case) + "?version=7").status_code == 404


def test_verified_by_another_meanwhile(client: Client, cast: Cast, case: Enrolment) -> None:
    row = given(case)
    mine = shown(client, case, grade_printed="5.5", recorded="9", title_printed="T")
    verifying.verify(row, statement(case), by=cast.coordinator)

    answer = client.post(path_of(case), mine)

    assert answer.status_code == 409
    assert "recorded 8 for 5.5" in answer.content.decode()
    assert Result.objects.get().grade == 8


def test_returning_asks_for_a_reason(client: Client, case: Enrolment) -> None:
    given(case, name="Somebody Else")
    page = client.get(path_of(case, "return/"))
    assert "transcript of another student" in page.content.decode()
    seen = page.context["seen"]
    assert client.post(path_of(case, "return/"), {"seen": seen}).status_code == 422

    answer = client.post(path_of(case, "return/"), {"seen": seen, "reason": "Not yours."})

    assert answer.status_code == 302
    assert Transcript.objects.get().reason == "Not yours."
    again = client.post(path_of(case, "return/"), {"seen": seen, "reason": "Not yours."})
    assert again.status_code == 409
    assert "Not yours." in again.content.decode()


def test_on_to_the_next(client: Client, cast: Cast, case: Enrolment) -> None:
    given(case)
    cast.owner = student_of(cast.faculty)
    other = finished(cast, purpose="elective")
    given(other)
    seen = client.get(path_of(case, "return/")).context["seen"]

    answer = client.post(path_of(case, "return/"), {"seen": seen, "reason": "No."})

    assert other.reference in answer.url


def test_the_list_asks_no_more_for_more(client: Client, cast: Cast, case: Enrolment) -> None:
    given(case)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get("/en/desk/transcripts/?view=all").status_code == 200
        return len(seen)

    queries()
    one = queries()
    for _number in range(3):
        cast.owner = student_of(cast.faculty)
        transcript_of(finished(cast, purpose="elective"))

    assert queries() <= one <= 14


def test_the_attempt_is_the_one_that_was_sat(client: Client, case: Enrolment) -> None:
    transcript_of(case)
    first = SittingFactory.create(exam=ExamFactory.create(edition=case.edition))
    seat(first, case, attendance="absent")
    assert client.get(path_of(case)).context["form"]["attempt"].value() == "first"

    when = {"starts_at": first.starts_at + timedelta(days=7), "attempt": 2}
    resit = SittingFactory.create(exam=ExamFactory.create(edition=case.edition, **when))
    seat(resit, case, attendance="present")

    form = client.get(path_of(case)).context["form"]
    assert form["attempt"].value() == "resit"
    assert form["exam_on"].value() == resit.starts_at.date()


@pytest.mark.parametrize("day", ["2020-01-01", "2090-01-01"])
def test_an_exam_that_cannot_be_is_refused(client: Client, case: Enrolment, day: str) -> None:
    given(case)
    sent = shown(client, case, recorded="8", exam_on=day)

    answer = client.post(path_of(case), sent)

    assert answer.status_code == 422
    assert answer.context["form"].errors["exam_on"]


@pytest.mark.parametrize(("printed", "asks"), [("Fail", True), ("3", True), ("5.5", False)])
def test_a_pass_for_what_looks_like_a_fail_asks_for_a_tick(
    client: Client, case: Enrolment, printed: str, asks: bool
) -> None:
    host = case.edition.course.university
    table = GradeTable.objects.create(university=host, scale="1 to 6", source="x")
    GradeTableRow.objects.create(table=table, printed_from=1, printed_to="3.9", suggests="4")
    GradeTableRow.objects.create(table=table, printed_from=4, printed_to=6, suggests="7.5")
    given(case)
    taken = client.post(path_of(case), shown(client, case, take="all"))
    sent = {field.html_name: str(field.value() or "") for field in taken.context["form"]}
    sent |= {"seen": taken.context["seen"], "version": "1"}
    for name in ("sure", "passed_all_the_same"):
        sent.pop(name)
    sent |= {"recorded": "8", "grade_printed": printed}

    answer = client.post(path_of(case), sent)
    assert (answer.status_code == 422) == asks
    if asks:
        assert "passed_all_the_same" in answer.content.decode()
        assert not Result.objects.exists()
        assert client.post(path_of(case), sent | {"recorded": "4"}).status_code == 302
    else:
        assert "passed_all_the_same" not in client.get(path_of(case)).content.decode()


def test_with_the_tick_it_is_recorded(client: Client, case: Enrolment) -> None:
    given(case)
    taken = client.post(path_of(case), shown(client, case, take="all"))
    sent = {field.html_name: str(field.value() or "") for field in taken.context["form"]}
    sent |= {"seen": taken.context["seen"], "version": "1", "recorded": "8"}
    sent |= {"grade_printed": "Fail", "passed_all_the_same": "on"}
    sent.pop("sure")

    assert client.post(path_of(case), sent).status_code == 302
    assert Result.objects.get().passed
